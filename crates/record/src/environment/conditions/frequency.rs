//! Frequencies of the processors: who decides them.

use crate::environment::cpu;
use crate::environment::files::SystemFiles;
use std::collections::BTreeMap;

const CPU: &str = "sys/devices/system/cpu";

/// Where turbo frequencies are switched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Turbo {
    pub(crate) allowed: bool,
    pub(crate) path: String,
    /// What to write to forbid it.
    pub(crate) off: &'static str,
}

/// A file of each allowed processor, by its content; nothing where no processor has it.
pub(super) fn by_value(
    files: &SystemFiles,
    allowed: Option<&[u32]>,
    name: &str,
) -> BTreeMap<String, Vec<u32>> {
    let mut values: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for &processor in allowed.unwrap_or_default() {
        if let Some(value) = files.text(format!("{CPU}/cpu{processor}/cpufreq/{name}")) {
            values.entry(value).or_default().push(processor);
        }
    }
    values
}

/// Source: `Documentation/admin-guide/pm/cpufreq.rst` and `intel_pstate.rst`; newer AMD drivers have a switch for each
/// policy and none for all.
pub(crate) fn turbo(files: &SystemFiles) -> Option<Turbo> {
    const ALL: &str = "sys/devices/system/cpu/cpufreq/boost";
    const INTEL: &str = "sys/devices/system/cpu/intel_pstate/no_turbo";
    let flag = |path: &str| files.text(path).and_then(|flag| cpu::flag(&flag));
    let switch = |allowed, path: &str, off| Turbo { allowed, path: path.to_owned(), off };
    flag(ALL)
        .map(|allowed| switch(allowed, ALL, "0"))
        .or_else(|| flag(INTEL).map(|forbidden| switch(!forbidden, INTEL, "1")))
        .or_else(|| of_policies(files))
}

/// The switches of the policies that allow it, so that taking it back gives it to no other; `None` where none has a switch.
fn of_policies(files: &SystemFiles) -> Option<Turbo> {
    let policies = files.names(format!("{CPU}/cpufreq"))?;
    let numbers = policies.iter().filter_map(|name| name.strip_prefix("policy")?.parse::<u32>().ok());
    let flag = |policy: u32| cpu::flag(&files.text(format!("{CPU}/cpufreq/policy{policy}/boost"))?);
    let switches: BTreeMap<u32, bool> = numbers.filter_map(|policy| Some((policy, flag(policy)?))).collect();
    let on: Vec<String> =
        switches.iter().filter(|(_, allowed)| **allowed).map(|(policy, _)| policy.to_string()).collect();
    let which = match &on[..] {
        _ if switches.is_empty() => return None,
        on if on.is_empty() || on.len() == switches.len() => "*".to_owned(),
        [only] => only.clone(),
        several => format!("{{{}}}", several.join(",")),
    };
    Some(Turbo { allowed: !on.is_empty(), path: format!("{CPU}/cpufreq/policy{which}/boost"), off: "0" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::fake;

    #[track_caller]
    fn check(texts: &[(&str, &str)], expected: Option<(bool, &str, &str)>) {
        let (_folder, files) = fake(texts);
        let found = turbo(&files).map(|turbo| (turbo.allowed, turbo.path, turbo.off));
        assert_eq!(found, expected.map(|(allowed, path, off)| (allowed, path.to_owned(), off)));
    }

    #[test]
    fn turbo_has_three_switches() {
        const ALL: &str = "sys/devices/system/cpu/cpufreq/boost";
        const INTEL: &str = "sys/devices/system/cpu/intel_pstate/no_turbo";
        check(&[], None);
        check(&[(ALL, "1\n")], Some((true, ALL, "0")));
        check(&[(ALL, "0\n")], Some((false, ALL, "0")));
        check(&[(INTEL, "1\n")], Some((false, INTEL, "1")));
        check(&[(ALL, "odd\n"), (INTEL, "0\n")], Some((true, INTEL, "1")));
        let policies = "sys/devices/system/cpu/cpufreq/policy*/boost";
        let one = |first, second| {
            [
                ("sys/devices/system/cpu/cpufreq/policy0/boost", first),
                ("sys/devices/system/cpu/cpufreq/policy1/boost", second),
            ]
        };
        check(&one("1\n", "1\n"), Some((true, policies, "0")));
        check(&one("0\n", "1\n"), Some((true, "sys/devices/system/cpu/cpufreq/policy1/boost", "0")));
        check(&one("0\n", "0\n"), Some((false, policies, "0")));
        let third = [
            ("sys/devices/system/cpu/cpufreq/policy0/boost", "1\n"),
            ("sys/devices/system/cpu/cpufreq/policy2/boost", "0\n"),
            ("sys/devices/system/cpu/cpufreq/policy10/boost", "1\n"),
        ];
        check(&third, Some((true, "sys/devices/system/cpu/cpufreq/policy{0,10}/boost", "0")));
        check(&[("sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "x")], None);
    }
}
