//! The allocation workloads with mimalloc.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    contend_driver::main(contend_buffer_pools::allocators("mimalloc", "mimalloc 0.1.52"))
}
