//! The allocation workloads with jemalloc.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    contend_driver::main(contend_buffer_pools::allocators("jemalloc", "tikv-jemallocator 0.7.0"))
}
