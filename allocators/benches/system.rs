//! The allocation workloads with the system's allocator.

use std::process::ExitCode;

fn main() -> ExitCode {
    contend_driver::main(contend_buffer_pools::allocators("system", "the system's"))
}
