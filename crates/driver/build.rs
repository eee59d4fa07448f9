//! Keeps how this executable was built, so that a run can say it wherever the executable is started.

use std::env::var;
use std::process::Command;

fn main() {
    // Cargo sets all of these for build scripts.
    let rustc = var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    #[expect(clippy::disallowed_methods, reason = "the compiler is asked once, while building")]
    let version = Command::new(rustc).arg("-V").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    // Source: the Cargo book, "Environment variables Cargo sets for build scripts": flags are separated by 0x1f.
    let flags = var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\u{1f}', " ");
    let facts = [
        ("CONTEND_BUILD_RUSTC", version.unwrap_or_else(|_| "unknown".to_owned())),
        ("CONTEND_BUILD_TARGET", var("TARGET").unwrap_or_default()),
        ("CONTEND_BUILD_OPT_LEVEL", var("OPT_LEVEL").unwrap_or_default()),
        ("CONTEND_BUILD_RUSTFLAGS", flags),
    ];
    for (name, value) in facts {
        println!("cargo::rustc-env={name}={value}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
