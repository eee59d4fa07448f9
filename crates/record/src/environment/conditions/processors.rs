//! Which processors there are, and what they have in common.

use crate::environment::files::SystemFiles;
use std::collections::BTreeSet;

/// Reads the kernel's `0-3,8` notation; nothing is an empty list.
pub(crate) fn list(text: &str) -> Option<Vec<u32>> {
    let mut processors = Vec::new();
    for part in text.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        processors.extend(first.parse::<u32>().ok()?..=last.parse().ok()?);
    }
    Some(processors)
}

/// Physical cores among the allowed processors; `None` where one of them does not say whom it shares its core with.
pub(super) fn physical_cores(files: &SystemFiles, allowed: &[u32]) -> Option<u32> {
    let first_sibling = |processor: &u32| {
        let path = format!("sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list");
        list(&files.text(path)?)?.into_iter().find(|sibling| allowed.contains(sibling))
    };
    let cores: Option<BTreeSet<u32>> = allowed.iter().map(first_sibling).collect();
    u32::try_from(cores?.len()).ok()
}

/// Whether the allowed processors differ in what they can do; `None` where the system says it of none of them.
///
/// Source: `Documentation/ABI/testing/sysfs-devices-system-cpu`: `cpu_capacity` is 1024 for the fastest kind. Processors
/// of Intel with two kinds of cores name a set of counters for each.
pub(super) fn unequal(files: &SystemFiles, allowed: Option<&[u32]>) -> Option<bool> {
    let capacity = |processor: &u32| {
        files.text(format!("sys/devices/system/cpu/cpu{processor}/cpu_capacity"))?.parse().ok()
    };
    let capacities: BTreeSet<u64> = allowed?.iter().filter_map(capacity).collect();
    let kinds = ["cpu_core", "cpu_atom"].map(|kind| {
        let listed = files.text(format!("sys/bus/event_source/devices/{kind}/cpus"));
        listed.and_then(|listed| list(&listed)).unwrap_or_default()
    });
    let has = |kind: &Vec<u32>| allowed.is_some_and(|allowed| allowed.iter().any(|one| kind.contains(one)));
    match (kinds.iter().all(has), capacities.len()) {
        (true, _) => Some(true),
        (false, 0) => kinds.iter().any(has).then_some(false),
        (false, capacities) => Some(capacities > 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::fake;

    #[track_caller]
    fn check(text: &str, expected: Option<&[u32]>) {
        assert_eq!(list(text).as_deref(), expected);
    }

    #[test]
    fn lists_of_processors() {
        check("0-1", Some(&[0, 1]));
        check("0,2-3,8\n", Some(&[0, 2, 3, 8]));
        check("", Some(&[]));
        check("0-x", None);
        check("all", None);
    }

    #[test]
    fn kinds_of_cores() {
        let two = |first, second| {
            [
                ("sys/devices/system/cpu/cpu0/cpu_capacity", first),
                ("sys/devices/system/cpu/cpu1/cpu_capacity", second),
            ]
        };
        let with = |texts: &[(&str, &str)], allowed: &[u32]| {
            let (_folder, files) = fake(texts);
            unequal(&files, Some(allowed))
        };
        assert_eq!(with(&[], &[0, 1]), None);
        assert_eq!(with(&two("1024", "1024"), &[0, 1]), Some(false));
        assert_eq!(with(&two("1024", "446"), &[0, 1]), Some(true));
        assert_eq!(with(&two("1024", "446"), &[0]), Some(false));
        let hybrid = [
            ("sys/bus/event_source/devices/cpu_core/cpus", "0-3"),
            ("sys/bus/event_source/devices/cpu_atom/cpus", "4-7"),
        ];
        assert_eq!(with(&hybrid, &[0, 4]), Some(true));
        assert_eq!(with(&hybrid, &[0, 1]), Some(false));
    }

    #[test]
    fn a_core_counts_once() {
        let siblings = [
            ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2"),
            ("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3"),
            ("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2"),
        ];
        let (_folder, files) = fake(&siblings);
        assert_eq!(physical_cores(&files, &[0, 1, 2]), Some(2));
        assert_eq!(physical_cores(&files, &[2]), Some(1));
        assert_eq!(physical_cores(&files, &[3]), None);
    }
}
