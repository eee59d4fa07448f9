//! The allocation workloads with snmalloc.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;

fn main() -> ExitCode {
    contend_driver::main(contend_buffer_pools::allocators("snmalloc", "snmalloc-rs 0.7.6"))
}
