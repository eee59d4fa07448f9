//! Results gathered through channels, or by index into a slice.

fn main() -> std::process::ExitCode {
    contend_driver::main(contend_fan_out::suite())
}
