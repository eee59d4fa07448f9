//! Whether a run can be gone on with. Numbers of one run stand beside each other, so all of them have to come from the same code, on
//! the same machine, and in the same way.

use super::Arguments;
use crate::compare;
use crate::error::CommandError;
use crate::executables::Executable;
use contend_protocol::manifest::{Build, Machine, Manifest, Source};
use contend_protocol::version::MethodVersion;
use contend_record::Run;
use contend_record::environment::source;

/// What is here, and would be measured.
struct Now {
    seed: u64,
    set: &'static str,
    source: Source,
    machine: Machine,
    build: Build,
}

/// Refuses a run whose numbers would not be comparable with those that are added.
pub(super) fn check(
    run: &Run,
    executables: &[Executable],
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let refused = |what: String| {
        let name = &run.name;
        CommandError::Usage(format!("go on with run {name}: {what}; start another run without --resume"))
    };
    // Nobody is asked about a run that is none of ours.
    if let Some(what) = foreign(&run.manifest) {
        return Err(refused(what));
    }
    let here = std::env::current_dir().map_err(anyhow::Error::from)?;
    let now = Now {
        seed: arguments.variables.seed(),
        set: if arguments.variables.full_set() { "full" } else { "curated" },
        source: source(&here),
        machine: compare::machine(executables)?,
        build: compare::build(executables)?,
    };
    difference(&run.manifest, &now).map_or(Ok(()), |what| Err(refused(what)))
}

/// What keeps anything from being added to such a run.
fn foreign(run: &Manifest) -> Option<String> {
    if run.launches.iter().any(|launch| !launch.takes_turns()) {
        let what = if run.is_imported() { "it was imported" } else { "`cargo bench` measured it" };
        return Some(format!("{what}, so its contenders took no turns"));
    }
    let other_method = run.method != MethodVersion::CURRENT;
    other_method.then(|| "this build of contend measures in another way".to_owned())
}

/// What is another here than it was for the run.
fn difference(run: &Manifest, now: &Now) -> Option<String> {
    let (source, machine, build) = (&run.source, &run.machine, &run.build);
    let quota = |machine: &Machine| match machine.cgroup_cpu_permille {
        Some(permille) => format!("{:.2} processors", f64::from(permille) / 1000.0),
        None => "no quota".to_owned(),
    };
    let flags = |build: &Build| match build.rustflags.as_str() {
        "" => "no flags".to_owned(),
        flags => format!("`{flags}`"),
    };
    let changes = source.dirty == Some(true) || now.source.dirty == Some(true);
    let differences = [
        (run.invocation.seed != now.seed, format!("its seed is {}", run.invocation.seed)),
        (run.invocation.set != now.set, format!("it is of the {} set", run.invocation.set)),
        (
            (&source.commit, &source.lock_file) != (&now.source.commit, &now.source.lock_file),
            "it is of another commit, or of other dependencies".to_owned(),
        ),
        (
            changes,
            "the working tree has changes, or had some then, and whether they are the same nobody knows"
                .to_owned(),
        ),
        (machine.id != now.machine.id, "it is of another machine".to_owned()),
        (
            machine.allowed_cpus != now.machine.allowed_cpus,
            format!(
                "it had {} processors, and now {} are allowed",
                machine.allowed_cpus, now.machine.allowed_cpus
            ),
        ),
        (
            machine.cgroup_cpu_permille != now.machine.cgroup_cpu_permille,
            format!("its control group had {}, and now has {}", quota(machine), quota(&now.machine)),
        ),
        (
            build.rustc != now.build.rustc,
            format!("it was built by {}, and now by {}", build.rustc, now.build.rustc),
        ),
        (
            build.rustflags != now.build.rustflags,
            format!("it was built with {}, and now with {}", flags(build), flags(&now.build)),
        ),
        (*build != now.build, "it was built for another target, or with another [profile.bench]".to_owned()),
    ];
    differences.into_iter().find(|(differs, _)| *differs).map(|(_, what)| what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::decode;

    fn manifest() -> Manifest {
        let text = include_str!("../../../../protocol/tests/formats/v1/run.json");
        let mut manifest: Manifest = decode("a manifest", text).expect("the fixture is one");
        for launch in &mut manifest.launches {
            launch.arguments = ["--contend", "launch", "--of", "6"].map(str::to_owned).to_vec();
        }
        manifest
    }

    /// What was measured, measured again.
    fn same(run: &Manifest) -> Now {
        Now {
            seed: run.invocation.seed,
            set: "curated",
            source: run.source.clone(),
            machine: run.machine.clone(),
            build: run.build.clone(),
        }
    }

    #[track_caller]
    fn check_now(change: impl FnOnce(&mut Now), expected: &str) {
        let run = manifest();
        let mut now = same(&run);
        assert_eq!((foreign(&run), difference(&run, &now)), (None, None));
        change(&mut now);
        let what = difference(&run, &now).expect("it is refused");
        assert!(what.contains(expected), "{what}");
    }

    #[test]
    fn what_is_another_now_is_named() {
        check_now(|now| now.seed = 1, "its seed is 20260101");
        check_now(|now| now.set = "full", "it is of the curated set");
        check_now(|now| now.source.commit = None, "another commit");
        check_now(|now| now.source.lock_file = None, "other dependencies");
        check_now(|now| now.source.dirty = Some(true), "the working tree has changes");
        check_now(|now| now.machine.id = "00".to_owned(), "another machine");
        check_now(|now| now.machine.allowed_cpus = 1, "it had 2 processors, and now 1 are allowed");
        check_now(
            |now| now.machine.cgroup_cpu_permille = Some(1500),
            "had no quota, and now has 1.50 processors",
        );
        check_now(
            |now| now.build.rustc = "rustc 2.0".to_owned(),
            "(f2d3ce0bd 2026-03-21), and now by rustc 2.0",
        );
        check_now(
            |now| now.build.rustflags = "-Ctarget-cpu=native".to_owned(),
            "built with no flags, and now with `-Ctarget-cpu=native`",
        );
        check_now(|now| now.build.profile_bench.clear(), "another [profile.bench]");
        check_now(|now| now.build.opt_level = "2".to_owned(), "another [profile.bench]");
    }

    #[test]
    fn changes_that_were_measured_are_named() {
        let mut run = manifest();
        run.source.dirty = Some(true);
        let mut now = same(&run);
        now.source.dirty = Some(false);
        let what = difference(&run, &now).expect("it is refused");
        assert!(what.contains("or had some then"), "{what}");
    }

    #[track_caller]
    fn check_run(change: impl FnOnce(&mut Manifest), expected: &str) {
        let mut run = manifest();
        change(&mut run);
        let what = foreign(&run).expect("it is refused");
        assert!(what.contains(expected), "{what}");
    }

    #[test]
    fn runs_of_others_are_named() {
        check_run(|run| run.launches[1].arguments = vec!["--bench".to_owned()], "`cargo bench` measured it");
        check_run(
            |run| {
                run.launches[0].arguments.clear();
                run.invocation.set = "imported".to_owned();
            },
            "it was imported",
        );
        check_run(|run| run.method = MethodVersion::FOREIGN, "measures in another way");
    }
}
