//! Limits of the control groups this process is in, version 2 only.

use super::text;
use std::path::{Component, Path};

/// The tightest limits of a process's control groups.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Limits {
    /// Thousandths of a processor.
    pub(super) cpu_permille: Option<u32>,
    /// Bytes.
    pub(super) memory_bytes: Option<u64>,
}

/// Limits of this process.
pub(super) fn limits() -> Limits {
    let own = text("/proc/self/cgroup").and_then(|groups| own_group(&groups)).unwrap_or_default();
    limits_of(Path::new("/sys/fs/cgroup"), &own)
}

/// The group's path below the root, without the leading slash.
fn own_group(groups: &str) -> Option<String> {
    groups.lines().find_map(|line| line.strip_prefix("0::/")).map(str::to_owned)
}

/// Tightest limits from the group `own` up to the root: each of them binds.
fn limits_of(root: &Path, own: &str) -> Limits {
    let own = Path::new(own);
    // Seen from inside a container the own group may lie outside its root, as `../..`.
    let inside = own.components().all(|part| matches!(part, Component::Normal(_)));
    let own = if inside { own } else { Path::new("") };
    let groups: Vec<_> = own.ancestors().map(|group| root.join(group)).collect();
    let file = |name: &'static str| groups.iter().filter_map(move |group| text(group.join(name)));
    Limits {
        cpu_permille: file("cpu.max").filter_map(|limit| cpu_permille(&limit)).min(),
        memory_bytes: file("memory.max").filter_map(|limit| limit.parse().ok()).min(),
    }
}

/// `quota period`, both in microseconds, or `max period`.
fn cpu_permille(limit: &str) -> Option<u32> {
    let (quota, period) = limit.split_once(' ')?;
    let (quota, period): (u64, u64) = (quota.parse().ok()?, period.parse().ok()?);
    u32::try_from((quota * 1000).checked_div(period)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::create_dir_all;

    #[track_caller]
    fn check_cpu(limit: &str, expected: Option<u32>) {
        assert_eq!(cpu_permille(limit), expected);
    }

    #[test]
    fn cpu_limits_are_read() {
        check_cpu("max 100000", None);
        check_cpu("150000 100000", Some(1500));
        check_cpu("50000 100000", Some(500));
        check_cpu("50000 0", None);
        check_cpu("", None);
    }

    #[test]
    fn the_own_group_is_the_line_of_version_2() {
        assert_eq!(own_group("1:cpu:/x\n0::/user.slice/me\n").as_deref(), Some("user.slice/me"));
        assert_eq!(own_group("0::/\n").as_deref(), Some(""));
        assert_eq!(own_group("1:cpu:/x\n"), None);
    }

    #[test]
    fn the_tightest_limit_on_the_way_up_binds() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let write = |name: &str, limit: &str| {
            let path = root.join(name);
            create_dir_all(path.parent().expect("a parent")).expect("folders");
            #[expect(
                clippy::disallowed_methods,
                reason = "a control group to read, in a folder of the test"
            )]
            std::fs::write(path, limit).expect("a file");
        };
        write("cpu.max", "max 100000\n");
        write("slice/cpu.max", "150000 100000\n");
        write("slice/own/cpu.max", "200000 100000\n");
        write("slice/own/memory.max", "max\n");
        write("slice/memory.max", "1073741824\n");
        let limits = |cpu_permille, memory_bytes| Limits { cpu_permille, memory_bytes };
        assert_eq!(limits_of(root, "slice/own"), limits(Some(1500), Some(1 << 30)));
        assert_eq!(limits_of(root, ""), limits(None, None));
        assert_eq!(limits_of(&root.join("slice"), "../.."), limits(Some(1500), Some(1 << 30)));
        assert_eq!(limits_of(root, "gone"), limits(None, None));
    }
}
