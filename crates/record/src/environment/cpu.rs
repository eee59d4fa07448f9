//! Understands `/proc/cpuinfo`, `/proc/meminfo` and the one-word files of `/sys`.

/// The processor's model. ARM has no name there, but two numbers that stand for one.
pub(super) fn model(cpuinfo: &str) -> Option<String> {
    let arm = || {
        let (implementer, part) = field(cpuinfo, "CPU implementer").zip(field(cpuinfo, "CPU part"))?;
        Some(format!("implementer {implementer} part {part}"))
    };
    field(cpuinfo, "model name").map(str::to_owned).or_else(arm)
}

/// Logical processors.
pub(super) fn count(cpuinfo: &str) -> Option<u32> {
    let count = cpuinfo.lines().filter(|line| key(line) == Some("processor")).count();
    u32::try_from(count).ok().filter(|count| *count > 0)
}

/// Whether the processor says that it runs under a hypervisor; only x86 says anything.
pub(super) fn virtualised(cpuinfo: &str) -> Option<bool> {
    field(cpuinfo, "flags").map(|flags| flags.split_ascii_whitespace().any(|flag| flag == "hypervisor"))
}

/// Total memory.
pub(super) fn total_memory_bytes(meminfo: &str) -> Option<u64> {
    let kib: u64 = field(meminfo, "MemTotal")?.strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// `1` or `0`.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// The mode in brackets, as in `always [madvise] never`.
pub(super) fn chosen(modes: &str) -> Option<String> {
    let mode = modes.split_ascii_whitespace().find_map(|mode| mode.strip_prefix('[')?.strip_suffix(']'))?;
    Some(mode.to_owned())
}

fn key(line: &str) -> Option<&str> {
    line.split_once(':').map(|(key, _)| key.trim())
}

/// Value of the first line with that key.
pub(super) fn field<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| key(line) == Some(wanted))?;
    line.split_once(':').map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const X86: &str = "processor\t: 0\nmodel name\t: AMD EPYC 7B13\nflags\t\t: fpu hypervisor lm\n\
                       bugs\t\t: none\n\nprocessor\t: 1\nmodel name\t: AMD EPYC 7B13\nflags\t\t: fpu\n";
    const ARM: &str = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\
                       Features\t: fp asimd\n";

    #[test]
    fn x86_is_understood() {
        assert_eq!(model(X86).as_deref(), Some("AMD EPYC 7B13"));
        assert_eq!(count(X86), Some(2));
        assert_eq!(virtualised(X86), Some(true));
        assert_eq!(virtualised("flags\t: fpu hypervisors\n"), Some(false));
    }

    #[test]
    fn arm_is_understood() {
        assert_eq!(model(ARM).as_deref(), Some("implementer 0x41 part 0xd0c"));
        assert_eq!(count(ARM), Some(1));
        assert_eq!(virtualised(ARM), None);
    }

    #[test]
    fn nothing_is_understood_as_nothing() {
        assert_eq!((model(""), count(""), virtualised("")), (None, None, None));
        assert_eq!(model("model name\t:\n"), None);
        assert_eq!(total_memory_bytes("MemFree: 1 kB\n"), None);
        assert_eq!((flag(""), flag("on"), chosen("always never")), (None, None, None));
    }

    #[test]
    fn words_and_amounts() {
        assert_eq!(total_memory_bytes("MemTotal:       16383592 kB\nMemFree: 1 kB\n"), Some(16_776_798_208));
        assert_eq!((flag("1"), flag("0")), (Some(true), Some(false)));
        assert_eq!(chosen("always [madvise] never").as_deref(), Some("madvise"));
    }
}
