//! Limits of the control groups this process is in, of both versions.

use super::files::SystemFiles;
use std::path::{Component, Path, PathBuf};

/// What a control group without a limit has as its limit in version 1: the largest number of pages, in bytes. Page sizes
/// differ, so everything near it means none.
///
/// Source: `PAGE_COUNTER_MAX` in the kernel's `include/linux/page_counter.h`.
const NO_MEMORY_LIMIT: u64 = 1 << 60;

/// What `/proc/self/ns/cgroup` says where the groups are seen up to the machine's own.
///
/// Source: `PROC_CGROUP_INIT_INO` in the kernel's `include/linux/proc_ns.h`.
const ALL_GROUPS: &str = "cgroup:[4026531835]";

/// What the control groups of this process say about its processor time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CpuQuota {
    /// Version of the control groups, 1 or 2.
    pub version: u32,
    /// The tightest limit that is seen, in thousandths of a processor; `None` where none is.
    pub permille: Option<u32>,
    /// All groups from the own one to the machine's are seen, so that there is no other limit. Inside a container there may be
    /// a tighter one above.
    pub complete: bool,
    /// Periods in which some group was stopped because its share was used up, since the group was made.
    pub throttled_periods: Option<u64>,
}

/// Where one controller's groups are, and which of them this process is in.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Hierarchy {
    version: u32,
    /// From the own group up to the mount.
    groups: Vec<PathBuf>,
    /// The first is the own group, and the last is the machine's.
    complete: bool,
}

/// Limits of processor time; `None` where no group can be seen, so that there may be any.
pub(super) fn cpu_quota(files: &SystemFiles) -> Option<CpuQuota> {
    let cpu = hierarchy(files, "cpu")?;
    let texts = |name: &'static str| cpu.texts(files, name);
    let permille = match cpu.version {
        1 => cpu.groups.iter().filter_map(|group| quota_of_version_1(files, group)).min(),
        _ => texts("cpu.max").iter().filter_map(|limit| cpu_permille(limit)).min(),
    };
    let throttled = texts("cpu.stat").iter().filter_map(|stat| field(stat, "nr_throttled")).max();
    Some(CpuQuota { version: cpu.version, permille, complete: cpu.complete, throttled_periods: throttled })
}

/// The tightest limit of memory, in bytes.
pub(super) fn memory_bytes(files: &SystemFiles) -> Option<u64> {
    let memory = hierarchy(files, "memory")?;
    let name = if memory.version == 1 { "memory.limit_in_bytes" } else { "memory.max" };
    let limits = memory.texts(files, name).into_iter().filter_map(|limit| limit.parse().ok());
    limits.filter(|limit| *limit < NO_MEMORY_LIMIT).min()
}

/// Processors that the groups leave to this process, as the kernel writes them; `None` where it does not say.
pub(super) fn cpuset(files: &SystemFiles) -> Option<String> {
    let cpuset = hierarchy(files, "cpuset")?;
    let name = if cpuset.version == 1 { "cpuset.effective_cpus" } else { "cpuset.cpus.effective" };
    cpuset.texts(files, name).into_iter().next().filter(|cpus| !cpus.is_empty())
}

impl Hierarchy {
    /// The file of that name in each group that has it, the own group's first.
    fn texts(&self, files: &SystemFiles, name: &str) -> Vec<String> {
        self.groups.iter().filter_map(|group| files.text(group.join(name))).collect()
    }
}

/// Where the groups of `controller` are: in version 1 where it is mounted, else in version 2 where that has it.
fn hierarchy(files: &SystemFiles, controller: &str) -> Option<Hierarchy> {
    let mounts = files.text("proc/self/mountinfo")?;
    let own = files.text("proc/self/cgroup")?;
    let first = mounts.lines().filter_map(mount).find(|mount| mount.version == 1 && mount.has(controller));
    let second = || {
        let mount = mounts.lines().filter_map(mount).find(|mount| mount.version == 2)?;
        let controllers = files.text(relative(mount.at).join("cgroup.controllers"))?;
        controllers.split_ascii_whitespace().any(|one| one == controller).then_some(mount)
    };
    let mount = first.or_else(second)?;
    let group = own.lines().find_map(|line| own_group(line, mount.version, controller))?;
    let (groups, found) = groups(&mount, group);
    let seen = found && groups.first().is_some_and(|own| files.names(own).is_some());
    let up_to_the_machine =
        mount.root == "/" && files.link("proc/self/ns/cgroup").as_deref() == Some(ALL_GROUPS);
    Some(Hierarchy { version: mount.version, groups, complete: seen && up_to_the_machine })
}

/// A mount of control groups.
#[derive(Clone, Copy, Debug)]
struct Mount<'a> {
    version: u32,
    /// The group that is seen at the mount.
    root: &'a str,
    at: &'a str,
    options: &'a str,
}

impl Mount<'_> {
    fn has(&self, controller: &str) -> bool {
        self.options.split(',').any(|option| option == controller)
    }
}

/// Source: `man 5 proc_pid_mountinfo`: root and mount point are the fourth and fifth field; behind the dash stand type,
/// source and the file system's own options.
fn mount(line: &str) -> Option<Mount<'_>> {
    let (place, system) = line.split_once(" - ")?;
    let place: Vec<&str> = place.split(' ').collect();
    let system: Vec<&str> = system.split(' ').collect();
    let version = match *system.first()? {
        "cgroup" => 1,
        "cgroup2" => 2,
        _ => return None,
    };
    Some(Mount { version, root: place.get(3)?, at: place.get(4)?, options: system.get(2)? })
}

/// The group of a line of `/proc/self/cgroup`, which are `number:controllers:group`, if it is of this hierarchy.
fn own_group<'a>(line: &'a str, version: u32, controller: &str) -> Option<&'a str> {
    let mut parts = line.splitn(3, ':');
    let (number, controllers, group) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = match version {
        1 => controllers.split(',').any(|one| one == controller),
        _ => number == "0" && controllers.is_empty(),
    };
    fits.then_some(group)
}

/// The folders of a group and of all above it, as far as they can be seen, and whether the group's own is the first.
fn groups(mount: &Mount<'_>, group: &str) -> (Vec<PathBuf>, bool) {
    let at = relative(mount.at);
    // Seen from inside a container the own group may lie outside its root, as `../..`.
    let inside = |own: &&Path| own.components().all(|part| matches!(part, Component::Normal(_)));
    let own = Path::new(group).strip_prefix(mount.root).ok().filter(inside);
    (own.unwrap_or(Path::new("")).ancestors().map(|group| at.join(group)).collect(), own.is_some())
}

fn relative(path: &str) -> &Path {
    Path::new(path.trim_start_matches('/'))
}

/// `quota period`, both in microseconds, or `max period`.
fn cpu_permille(limit: &str) -> Option<u32> {
    let (quota, period) = limit.split_once(' ')?;
    share(quota.parse().ok()?, period.parse().ok()?)
}

/// A quota of -1 means none.
fn quota_of_version_1(files: &SystemFiles, group: &Path) -> Option<u32> {
    let quota: i64 = files.text(group.join("cpu.cfs_quota_us"))?.parse().ok()?;
    let period = files.text(group.join("cpu.cfs_period_us"))?.parse().ok()?;
    share(u64::try_from(quota).ok()?, period)
}

fn share(quota: u64, period: u64) -> Option<u32> {
    u32::try_from(quota.checked_mul(1000)?.checked_div(period)?).ok()
}

/// The number behind `name` on a line of its own.
fn field(text: &str, name: &str) -> Option<u64> {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
    text.lines().find_map(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use crate::environment::files::add_link;
    use crate::environment::files::fake;

    const VERSION_2: &str = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
    const VERSION_1: &str = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                             34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
                             35 31 0:32 /docker/7f /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
                             41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

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
    fn the_own_group_is_the_line_of_its_hierarchy() {
        assert_eq!(own_group("0::/user.slice/me", 2, "cpu"), Some("/user.slice/me"));
        assert_eq!(own_group("0::/user.slice/me", 1, "cpu"), None);
        assert_eq!(own_group("4:cpu,cpuacct:/a:b", 1, "cpu"), Some("/a:b"));
        assert_eq!(own_group("4:cpuset:/x", 1, "cpu"), None);
        assert_eq!(own_group("1:name=systemd:/x", 2, "cpu"), None);
        assert_eq!(own_group("", 2, "cpu"), None);
    }

    #[test]
    fn the_tightest_limit_on_the_way_up_binds() {
        let (_folder, files) = fake(&[
            ("proc/self/mountinfo", VERSION_2),
            ("proc/self/cgroup", "0::/slice/own\n"),
            ("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory"),
            ("sys/fs/cgroup/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/slice/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/slice/own/cpu.max", "200000 100000\n"),
            ("sys/fs/cgroup/slice/own/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 3\n"),
            ("sys/fs/cgroup/slice/own/memory.max", "max\n"),
            ("sys/fs/cgroup/slice/memory.max", "1073741824\n"),
            ("sys/fs/cgroup/slice/own/cpuset.cpus.effective", "0-1\n"),
        ]);
        let quota =
            CpuQuota { version: 2, permille: Some(1500), complete: false, throttled_periods: Some(3) };
        assert_eq!(cpu_quota(&files), Some(quota));
        assert_eq!(memory_bytes(&files), Some(1 << 30));
        assert_eq!(cpuset(&files).as_deref(), Some("0-1"));
    }

    #[test]
    fn version_1_is_read_where_it_has_the_controller() {
        let (_folder, files) = fake(&[
            ("proc/self/mountinfo", VERSION_1),
            ("proc/self/cgroup", "4:memory:/docker/7f\n3:cpuset:/\n1:cpu,cpuacct:/box\n0::/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "50000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/box/cpu.stat", "nr_periods 0\nnr_throttled 0\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n"),
            ("sys/fs/cgroup/cpuset/cpuset.effective_cpus", "0-1\n"),
        ]);
        let quota = CpuQuota { version: 1, permille: Some(500), complete: false, throttled_periods: Some(0) };
        assert_eq!(cpu_quota(&files), Some(quota));
        assert_eq!(memory_bytes(&files), Some(1 << 31), "the mount shows the group it was made for");
        assert_eq!(cpuset(&files).as_deref(), Some("0-1"));
    }

    #[test]
    fn no_limit_is_something_else_than_no_group() {
        let unlimited = [
            ("proc/self/mountinfo", VERSION_1),
            ("proc/self/cgroup", "4:memory:/docker/7f\n1:cpu,cpuacct:/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ];
        let (_folder, files) = fake(&unlimited);
        let quota = CpuQuota { version: 1, permille: None, complete: false, throttled_periods: None };
        assert_eq!(cpu_quota(&files), Some(quota));
        assert_eq!(memory_bytes(&files), None);
        let (_folder, files) = fake(&[]);
        assert_eq!((cpu_quota(&files), memory_bytes(&files), cpuset(&files)), (None, None, None));
        // Version 2 without the controller, as beside version 1: any limit may hide.
        let without = [
            ("proc/self/mountinfo", VERSION_2),
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/cgroup.controllers", "hugetlb"),
        ];
        let (_folder, files) = fake(&without);
        assert_eq!(cpu_quota(&files), None);
    }

    #[test]
    #[cfg(unix)]
    fn only_what_is_seen_up_to_the_machine_is_complete() {
        let complete = |mounts: &str, own: &str, space: &str| {
            let (folder, files) = fake(&[
                ("proc/self/mountinfo", mounts),
                ("proc/self/cgroup", own),
                ("sys/fs/cgroup/cgroup.controllers", "cpu"),
                ("sys/fs/cgroup/box/cpu.max", "max 100000\n"),
            ]);
            add_link(&folder, "proc/self/ns/cgroup", space);
            let quota = cpu_quota(&files).expect("there are groups");
            assert_eq!(quota.permille, None);
            quota.complete
        };
        assert!(complete(VERSION_2, "0::/box\n", ALL_GROUPS));
        assert!(!complete(VERSION_2, "0::/box\n", "cgroup:[4026532312]"), "a space of its own");
        assert!(!complete(VERSION_2, "0::/other\n", ALL_GROUPS), "the own group is not seen");
        assert!(!complete(VERSION_2, "0::/../box\n", ALL_GROUPS), "it is elsewhere");
        let part = VERSION_2.replace("0:26 / /sys", "0:26 /docker /sys");
        assert!(!complete(&part, "0::/docker/box\n", ALL_GROUPS), "there are groups above the mount");
    }

    #[test]
    fn a_group_outside_its_root_is_not_looked_for() {
        let (_folder, files) = fake(&[
            ("proc/self/mountinfo", VERSION_2),
            ("proc/self/cgroup", "0::/../..\n"),
            ("sys/fs/cgroup/cgroup.controllers", "cpu"),
            ("sys/fs/cgroup/cpu.max", "50000 100000\n"),
        ]);
        assert_eq!(cpu_quota(&files).and_then(|quota| quota.permille), Some(500));
    }
}
