//! A fresh buffer for each request, or a pool.

fn main() -> std::process::ExitCode {
    contend_driver::main(contend_buffer_pools::suite())
}
