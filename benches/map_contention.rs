//! Maps that threads share.

fn main() -> std::process::ExitCode {
    contend_driver::main(contend_map_contention::suite())
}
