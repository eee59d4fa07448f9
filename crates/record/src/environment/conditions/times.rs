//! Where processor time and memory went.

use crate::environment::cpu;
use std::collections::BTreeMap;

/// Processor time of all processors since the machine started, in clock ticks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Times {
    /// All of it, idle or not.
    pub total: u64,
    /// What was worked.
    pub busy: u64,
    /// What the hypervisor took.
    pub stolen: u64,
}

/// Memory on a disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Swap {
    /// How much there may be, in bytes.
    pub total_bytes: u64,
    /// How much there is, in bytes.
    pub used_bytes: u64,
}

/// Source: `man 5 proc_stat`: user, nice, system, idle, iowait, irq, softirq, steal; what guests used is in user.
pub(crate) fn times_of(stat: &str) -> Option<Times> {
    let figures = stat.lines().next()?.strip_prefix("cpu ")?;
    let figures: Vec<u64> =
        figures.split_ascii_whitespace().map_while(|figure| figure.parse().ok()).take(8).collect();
    let [user, nice, system, idle, waiting, interrupts, soft_interrupts, stolen] = figures[..] else {
        return None;
    };
    let busy = user + nice + system + interrupts + soft_interrupts;
    Some(Times { total: busy + idle + waiting + stolen, busy, stolen })
}

pub(super) fn swap(meminfo: &str) -> Option<Swap> {
    let bytes = |name| {
        let kib: u64 = cpu::field(meminfo, name)?.strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    };
    let (total_bytes, free): (u64, u64) = bytes("SwapTotal").zip(bytes("SwapFree"))?;
    Some(Swap { total_bytes, used_bytes: total_bytes.saturating_sub(free) })
}

/// Source: `man 5 proc`: a line for each area behind a head: its path, kind, size, what is used, and priority. A space in a path
/// is written as `\040`.
pub(super) fn swap_areas(swaps: &str) -> BTreeMap<String, i32> {
    let area = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        Some(((*fields.first()?).to_owned(), fields.get(4)?.parse().ok()?))
    };
    swaps.lines().skip(1).filter_map(area).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_sums() {
        let stat = "cpu  3113854 16140 402243 3177845 19210 0 6066 9452 0 0\ncpu0 1 2\n";
        let busy = 3_113_854 + 16_140 + 402_243 + 6066;
        let total = busy + 3_177_845 + 19_210 + 9452;
        assert_eq!(times_of(stat), Some(Times { total, busy, stolen: 9452 }));
        assert_eq!(times_of("cpu  1 2 3 4 5 6 7\n"), None);
        assert_eq!(times_of("cpu0 1 2 3 4 5 6 7 8\n"), None);
        assert_eq!(times_of(""), None);
    }

    #[test]
    fn swap_that_is_used() {
        let swap = |text| swap(text).map(|swap| (swap.total_bytes, swap.used_bytes));
        assert_eq!(swap("SwapTotal: 0 kB\nSwapFree: 0 kB\n"), Some((0, 0)));
        assert_eq!(swap("SwapTotal: 2 kB\nSwapFree: 1 kB\n"), Some((2048, 1024)));
        assert_eq!(swap("SwapTotal: 2 kB\n"), None);
        assert_eq!(swap(""), None);
    }

    #[test]
    fn areas_have_priorities() {
        let text = "Filename\t\tType\t\tSize\tUsed\tPriority\n\
                    /dev/zram0    partition\t4194300\t1024\t100\n/swap\\040file  file\t1024\t0\t-2\n";
        let areas = BTreeMap::from([("/dev/zram0".to_owned(), 100), (r"/swap\040file".to_owned(), -2)]);
        assert_eq!(swap_areas(text), areas);
        assert!(swap_areas("Filename Type Size Used Priority\n").is_empty() && swap_areas("").is_empty());
    }
}
