//! Mutex, RwLock and atomics under contention.

fn main() -> std::process::ExitCode {
    contend_driver::main(contend_lock_contention::suite())
}
