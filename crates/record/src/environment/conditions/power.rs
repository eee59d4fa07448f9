//! Power supplies and heat, where the machine shows them.

use crate::environment::files::SystemFiles;
use std::collections::BTreeMap;

const SUPPLIES: &str = "sys/class/power_supply";
const ZONES: &str = "sys/class/thermal";

/// A power supply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Supply {
    /// Its name, such as `AC` or `BAT0`.
    pub name: String,
    /// `Mains`, `Battery`, `USB`, ...
    pub kind: String,
    /// A plug that has current.
    pub online: Option<bool>,
    /// What a battery does: `Charging`, `Discharging`, `Full`, ...
    pub status: Option<String>,
}

/// How hot it is, and what came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heat {
    /// Times that a core or a package was slowed down because it was too hot, since the machine started.
    pub throttled: Option<u64>,
    /// The hottest place, in thousandths of a degree Celsius.
    pub hottest_millicelsius: Option<i64>,
}

/// All supplies that power the machine itself, by name.
pub(super) fn supplies(files: &SystemFiles) -> Vec<Supply> {
    let names = files.names(SUPPLIES).unwrap_or_default();
    names.into_iter().filter_map(|name| supply(files, name)).collect()
}

fn supply(files: &SystemFiles, name: String) -> Option<Supply> {
    let text = |file: &str| files.text(format!("{SUPPLIES}/{name}/{file}"));
    // Source: `Documentation/ABI/testing/sysfs-class-power`: a mouse's battery has the scope `Device`.
    if text("scope").is_some_and(|scope| scope == "Device") {
        return None;
    }
    let (kind, online, status) = (text("type")?, text("online"), text("status"));
    Some(Supply { kind, online: online.map(|online| online != "0"), status, name })
}

pub(super) fn heat(files: &SystemFiles, online: Option<&[u32]>) -> Heat {
    let online = online.unwrap_or_default();
    let of_cores = events(files, online, "core_throttle_count", "thread_siblings_list");
    let of_packages = events(files, online, "package_throttle_count", "physical_package_id");
    let zones = files.names(ZONES).unwrap_or_default();
    let temperature = |zone: &String| files.text(format!("{ZONES}/{zone}/temp"))?.parse::<i64>().ok();
    Heat {
        throttled: of_cores.into_iter().chain(of_packages).reduce(u64::saturating_add),
        hottest_millicelsius: zones
            .iter()
            .filter(|zone| zone.starts_with("thermal_zone"))
            .filter_map(temperature)
            .max(),
    }
}

/// How often each core, or each package, was slowed down; `None` where no processor counts it.
///
/// Source: the kernel's `drivers/thermal/intel/therm_throt.c`: each logical processor counts what happens to its core and to its
/// package, so all that share one say nearly the same.
fn events(files: &SystemFiles, online: &[u32], counter: &str, shared_by: &str) -> Option<u64> {
    const CPU: &str = "sys/devices/system/cpu";
    let mut most: BTreeMap<String, u64> = BTreeMap::new();
    for processor in online {
        let count = files.text(format!("{CPU}/cpu{processor}/thermal_throttle/{counter}"));
        let Some(count) = count.and_then(|count| count.parse::<u64>().ok()) else { continue };
        // One that does not say with whom it shares shares with nobody.
        let shared = files.text(format!("{CPU}/cpu{processor}/topology/{shared_by}"));
        let known = most.entry(shared.unwrap_or_else(|| format!("alone {processor}"))).or_default();
        *known = count.max(*known);
    }
    most.into_values().reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::fake;

    #[test]
    fn a_notebook_without_its_plug() {
        let (_folder, files) = fake(&[
            ("sys/class/power_supply/AC/type", "Mains\n"),
            ("sys/class/power_supply/AC/online", "0\n"),
            ("sys/class/power_supply/BAT0/type", "Battery\n"),
            ("sys/class/power_supply/BAT0/status", "Discharging\n"),
            ("sys/class/power_supply/mouse/type", "Battery\n"),
            ("sys/class/power_supply/mouse/scope", "Device\n"),
            ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "3\n"),
            ("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "4\n"),
            ("sys/class/thermal/thermal_zone0/temp", "45000\n"),
            ("sys/class/thermal/thermal_zone1/temp", "71500\n"),
            ("sys/class/thermal/cooling_device0/temp", "99000\n"),
        ]);
        let supply = |name: &str, kind: &str, online, status: Option<&str>| Supply {
            name: name.to_owned(),
            kind: kind.to_owned(),
            online,
            status: status.map(str::to_owned),
        };
        let expected =
            [supply("AC", "Mains", Some(false), None), supply("BAT0", "Battery", None, Some("Discharging"))];
        assert_eq!(supplies(&files), expected);
        let heat = heat(&files, Some(&[0, 1]));
        assert_eq!(heat, Heat { throttled: Some(7), hottest_millicelsius: Some(71_500) });
    }

    #[test]
    fn what_threads_of_a_core_and_cores_of_a_package_share_counts_once() {
        let of = |processor: u32, core: u32, package: u32, siblings: &str| {
            let at = format!("sys/devices/system/cpu/cpu{processor}");
            [
                (format!("{at}/thermal_throttle/core_throttle_count"), core.to_string()),
                (format!("{at}/thermal_throttle/package_throttle_count"), package.to_string()),
                (format!("{at}/topology/thread_siblings_list"), siblings.to_owned()),
                (format!("{at}/topology/physical_package_id"), "0\n".to_owned()),
            ]
        };
        let texts = [of(0, 3, 9, "0,2"), of(1, 0, 8, "1,3"), of(2, 4, 9, "0,2"), of(3, 0, 9, "1,3")];
        let texts: Vec<(&str, &str)> =
            texts.iter().flatten().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (_folder, files) = fake(&texts);
        assert_eq!(heat(&files, Some(&[0, 1, 2, 3])).throttled, Some(4 + 9));
    }

    #[test]
    fn a_virtual_machine_shows_nothing() {
        let (_folder, files) = fake(&[]);
        assert_eq!(supplies(&files), []);
        assert_eq!(heat(&files, Some(&[0])), Heat { throttled: None, hottest_millicelsius: None });
    }
}
