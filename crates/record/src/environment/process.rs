//! Which invocation this process belongs to.

use super::text;
use std::path::Path;

/// What `/proc/<pid>/stat` says about a process.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) name: String,
    pub(super) parent: u32,
    /// Processor time it has used, in clock ticks.
    pub(super) used: u64,
    /// Clock ticks after the machine started.
    pub(super) started: u64,
}

/// What all bench executables of one `cargo bench` have in common, and no other process has.
///
/// Process and start time of the parent if it is cargo, else of this process: an executable that is started by hand
/// is a run of its own. Where start times cannot be read, the parent's process number if cargo started it, else this
/// process's and the time; a number that comes round again is then taken for the same invocation.
pub fn invocation_key() -> String {
    let boot = text("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let boot = boot.split('-').next().unwrap_or_default();
    match own_and_parent() {
        Some((_, Some(cargo))) => format!("cargo-{}-{}-{boot}", cargo.pid, cargo.started),
        Some((own, None)) => format!("process-{}-{}-{boot}", own.pid, own.started),
        None => portable_key(),
    }
}

/// The command that was typed, as far as it can be told: cargo's if cargo is the parent, else this process's.
pub fn invocation_command() -> String {
    let cargo = own_and_parent().and_then(|(_, cargo)| cargo);
    let typed = cargo.and_then(|cargo| std::fs::read(format!("/proc/{}/cmdline", cargo.pid)).ok());
    let own = || std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    command_line(&typed.map_or_else(own, |bytes| split_arguments(&bytes)))
}

/// This process, and its parent if that is cargo.
fn own_and_parent() -> Option<(Process, Option<Process>)> {
    let own = read("self")?;
    let cargo = read(&own.parent.to_string()).filter(|parent| parent.name == "cargo");
    Some((own, cargo))
}

fn read(pid: &str) -> Option<Process> {
    parse_stat(&text(format!("/proc/{pid}/stat"))?)
}

/// Source: `man 5 proc`: the name stands in parentheses and may hold any character; the parent is the second field
/// after it, the time used in user mode and in the kernel the twelfth and thirteenth, the start time the twentieth.
pub(super) fn parse_stat(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    Some(Process {
        pid: pid.parse().ok()?,
        name: name.to_owned(),
        parent: fields.get(1)?.parse().ok()?,
        used: fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?,
        started: fields.get(19)?.parse().ok()?,
    })
}

#[cfg(unix)]
fn portable_key() -> String {
    let by_cargo = std::env::var_os("CARGO").is_some();
    if by_cargo { format!("parent-{}", std::os::unix::process::parent_id()) } else { own_key() }
}

#[cfg(not(unix))]
fn portable_key() -> String {
    own_key()
}

fn own_key() -> String {
    format!("process-{}-{}", std::process::id(), super::now_unix_ms())
}

pub(super) fn split_arguments(cmdline: &[u8]) -> Vec<String> {
    let arguments =
        cmdline.split(|byte| *byte == 0).map(|argument| String::from_utf8_lossy(argument).into_owned());
    let mut arguments: Vec<String> = arguments.collect();
    // Each argument ends with a zero, so behind the last one there is nothing.
    arguments.pop_if(|last| last.is_empty());
    arguments
}

/// The program without its folder, which is nobody's business, and the arguments as a shell would need them.
pub(super) fn command_line(arguments: &[String]) -> String {
    let Some((program, rest)) = arguments.split_first() else { return String::new() };
    let program = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    let words = std::iter::once(program.as_ref()).chain(rest.iter().map(String::as_str));
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// The word as a shell needs it to take it for one.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+./:,@%".contains(c);
    let needless = !word.is_empty() && word.chars().all(plain);
    if needless { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_name() {
        let tail = "S 17 1 1 0 -1 0 0 0 0 0 30 4 0 0 20 0 1 0 90177254 1 1";
        let process = |name: &str| Process {
            pid: 42,
            name: name.to_owned(),
            parent: 17,
            used: 34,
            started: 90_177_254,
        };
        assert_eq!(parse_stat(&format!("42 (cargo) {tail}")), Some(process("cargo")));
        assert_eq!(parse_stat(&format!("42 (a) b (c) {tail}")), Some(process("a) b (c")));
        assert_eq!(parse_stat("42 (cargo) S 17"), None);
        assert_eq!(parse_stat(""), None);
    }

    #[track_caller]
    fn check_command(cmdline: &[u8], expected: &str) {
        assert_eq!(command_line(&split_arguments(cmdline)), expected);
    }

    #[test]
    fn commands_read_as_typed() {
        check_command(b"/somewhere/bin/cargo\0bench\0", "cargo bench");
        check_command(b"cargo\0bench\0--\0read.*|lock\0", "cargo bench -- 'read.*|lock'");
        check_command(b"cargo\0bench\0\0", "cargo bench ''");
        check_command(b"x\0it's\0", r"x 'it'\''s'");
        check_command(b"", "");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_key_is_the_same_when_asked_again() {
        assert_eq!(invocation_key(), invocation_key());
        let own = read("self").expect("this process");
        assert_eq!(own.pid, std::process::id());
    }
}
