//! Keeps the compiler's version: it is the version of the standard library's contenders.

use std::process::Command;

fn main() {
    // Cargo sets it for build scripts.
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    #[expect(clippy::disallowed_methods, reason = "the compiler is asked once, while building")]
    let asked = Command::new(rustc).arg("-V").output();
    // "rustc 1.95.0 (59807616e 2026-04-14)"
    let text = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    println!("cargo::rustc-env=CONTEND_STD_VERSION={}", text.split(' ').nth(1).unwrap_or("unknown"));
    println!("cargo::rerun-if-changed=build.rs");
}
