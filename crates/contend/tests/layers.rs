//! The arrows between the packages: one side measures and cannot judge, the other judges and cannot measure.
//!
//! What counts is what `cargo metadata` says of normal and build dependencies. Dev-dependencies are free, but for the
//! bench executables, which have no others.

use cargo_metadata::semver::{Comparator, Op, VersionReq};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::path::Path;

/// Whom each package may use of the others.
const ARROWS: &[(&str, &[&str])] = &[
    ("contend", &["contend-protocol", "contend-record", "contend-report", "contend-stats"]),
    (BENCHES, &[]),
    ("contend-allocations", &[]),
    ("contend-buffer-pools", &["contend-harness", "contend-structures"]),
    (
        "contend-driver",
        &["contend-allocations", "contend-harness", "contend-protocol", "contend-record", "contend-stats"],
    ),
    ("contend-fan-out", &["contend-harness"]),
    ("contend-harness", &["contend-allocations", "contend-protocol"]),
    ("contend-lock-contention", &["contend-harness", "contend-structures"]),
    ("contend-map-contention", &["contend-harness", "contend-structures"]),
    ("contend-protocol", &[]),
    ("contend-record", &["contend-protocol"]),
    ("contend-report", &["contend-protocol", "contend-record", "contend-stats"]),
    ("contend-stats", &[]),
    ("contend-structures", &[]),
];

const SUITES: &[&str] =
    &["contend-buffer-pools", "contend-fan-out", "contend-lock-contention", "contend-map-contention"];

/// The package at the root. All its dependencies are dev-dependencies: [`DRIVER`] and [`SUITES`].
const BENCHES: &str = "contend-benches";

const DRIVER: &str = "contend-driver";

/// Packages of others that belong in one room: who may use them, and why nobody else.
const ROOMS: &[(&str, &[&str], &str)] = &[
    ("criterion", &[DRIVER], "it is the front, and must never judge"),
    ("serde", SERIALIZERS, "contend-protocol owns what crosses a process or reaches the disk"),
    ("serde_json", SERIALIZERS, "contend-protocol owns what crosses a process or reaches the disk"),
];

/// The second measures serde_json.
const SERIALIZERS: &[&str] = &["contend-protocol", "contend-buffer-pools"];

/// One dependency, as a manifest states it.
#[derive(Clone, Debug)]
struct Link {
    from: String,
    to: String,
    kind: DependencyKind,
    requirement: VersionReq,
    /// `to` is a package of this workspace.
    ours: bool,
}

impl Link {
    /// Whether it reaches those who use `from`, or builds it.
    fn lasts(&self) -> bool {
        self.kind != DependencyKind::Development
    }
}

#[test]
fn every_arrow_was_decided() {
    none(links().iter().filter_map(undecided));
}

#[test]
fn every_package_has_its_place() {
    none(packages().iter().filter_map(|package| unplaced(&package.name)));
    let exists = |name: &str| packages().iter().any(|package| package.name.as_str() == name);
    none(ARROWS.iter().filter(|(name, _)| !exists(name)).map(|(name, _)| format!("{name} is gone")));
}

#[test]
fn the_benches_link_only_the_driver_and_the_suites() {
    none(links().iter().filter_map(foreign_to_benches));
}

#[test]
fn rooms_are_not_shared() {
    none(links().iter().filter_map(out_of_its_room));
}

#[test]
fn contenders_are_pinned() {
    none(links().iter().filter_map(unpinned));
}

fn undecided(link: &Link) -> Option<String> {
    let Link { from, to, .. } = link;
    let decided = ARROWS.iter().any(|(name, others)| name == from && others.contains(&to.as_str()));
    (link.ours && link.lasts() && !decided).then(|| {
        format!(
            "{from} -> {to} is a new arrow, which is a decision, not an accident: write in ARCHITECTURE.md what it \
             is for, then add it to ARROWS in crates/contend/tests/layers.rs"
        )
    })
}

fn unplaced(package: &str) -> Option<String> {
    (!ARROWS.iter().any(|(name, _)| *name == package)).then(|| {
        format!("{package} is new: write in ARCHITECTURE.md what it must not know, then add it to ARROWS")
    })
}

fn foreign_to_benches(link: &Link) -> Option<String> {
    let Link { from, to, .. } = link;
    let meant = !link.lasts() && (to == DRIVER || SUITES.contains(&to.as_str()));
    (from == BENCHES && !meant).then(|| {
        format!("{from} -> {to}: the root has dev-dependencies on {DRIVER} and suites, and no others")
    })
}

fn out_of_its_room(link: &Link) -> Option<String> {
    let Link { from, to, .. } = link;
    let (_, users, why) = ROOMS.iter().find(|(name, ..)| name == to)?;
    (link.lasts() && !users.contains(&from.as_str()))
        .then(|| format!("{from} -> {to}: only {} may use it, because {why}", users.join(" and ")))
}

fn unpinned(link: &Link) -> Option<String> {
    let Link { from, to, requirement, .. } = link;
    let exact = |part: &Comparator| part.op == Op::Exact && part.patch.is_some();
    let pinned = requirement.comparators.iter().any(exact);
    (SUITES.contains(&from.as_str()) && !link.ours && link.lasts() && !pinned).then(|| {
        format!("{from} -> {to} {requirement}: pin it with `=`, because its version is part of every number")
    })
}

fn packages() -> Vec<Package> {
    // Asked while running: the executable may have been built in another checkout with the same target folder.
    let package = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    let manifest = Path::new(&package).join("../../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec();
    metadata.expect("cargo reads the workspace").packages
}

fn links() -> Vec<Link> {
    let packages = packages();
    let ours = |name: &str| packages.iter().any(|package| package.name.as_str() == name);
    let links_of = |package: &Package| {
        let from = package.name.to_string();
        let link = |to: &cargo_metadata::Dependency| Link {
            from: from.clone(),
            to: to.name.clone(),
            kind: to.kind,
            requirement: to.req.clone(),
            ours: ours(&to.name),
        };
        package.dependencies.iter().map(link).collect::<Vec<_>>()
    };
    packages.iter().flat_map(links_of).collect()
}

#[track_caller]
fn none(problems: impl Iterator<Item = String>) {
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The checks can fail.
mod checks {
    use super::*;
    use DependencyKind::{Build, Development, Normal};

    fn link(from: &str, to: &str, kind: DependencyKind, requirement: &str) -> Link {
        let requirement = VersionReq::parse(requirement).expect("a requirement");
        Link { from: from.to_owned(), to: to.to_owned(), kind, requirement, ours: to.starts_with("contend") }
    }

    #[track_caller]
    fn check(rule: fn(&Link) -> Option<String>, link: &Link, expected: Option<&str>) {
        match (rule(link), expected) {
            (None, None) => {}
            (Some(problem), Some(part)) => assert!(problem.contains(part), "{problem}"),
            (found, _) => panic!("found {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn of_arrows() {
        let arrow = |from, to, kind, expected| check(undecided, &link(from, to, kind, "*"), expected);
        arrow("contend-report", "contend-stats", Normal, None);
        arrow("contend-report", "contend-harness", Normal, Some("write in ARCHITECTURE.md"));
        arrow("contend-report", "contend-harness", Build, Some("is a new arrow"));
        arrow("contend-report", "contend-harness", Development, None);
        arrow("contend-new", "contend-stats", Normal, Some("contend-new -> contend-stats"));
        arrow("contend-report", "regex", Normal, None);
        assert_eq!(unplaced("contend-stats"), None);
        assert!(unplaced("contend-new").is_some_and(|problem| problem.contains("add it to ARROWS")));
    }

    #[test]
    fn of_the_benches() {
        let bench = |to, kind, expected| check(foreign_to_benches, &link(BENCHES, to, kind, "*"), expected);
        bench(DRIVER, Development, None);
        bench("contend-fan-out", Development, None);
        bench(DRIVER, Normal, Some("no others"));
        bench("contend-harness", Development, Some("no others"));
        bench("criterion", Development, Some("no others"));
    }

    #[test]
    fn of_rooms() {
        let room = |from, to, kind, expected| check(out_of_its_room, &link(from, to, kind, "*"), expected);
        room(DRIVER, "criterion", Normal, None);
        room("contend-harness", "criterion", Normal, Some("only contend-driver may use it"));
        room("contend-harness", "criterion", Development, None);
        room("contend-record", "serde", Build, Some("only contend-protocol and contend-buffer-pools"));
        room("contend", "serde_json", Normal, Some("contend -> serde_json"));
        room("contend-buffer-pools", "serde_json", Normal, None);
        room("contend", "regex", Normal, None);
    }

    #[test]
    fn of_pins() {
        let pin = |to, kind, requirement, expected| {
            check(unpinned, &link("contend-fan-out", to, kind, requirement), expected);
        };
        pin("flume", Normal, "=0.12.0", None);
        pin("flume", Normal, "=0.12", Some("pin it with `=`"));
        pin("flume", Normal, "^0.12.0", Some("contend-fan-out -> flume ^0.12.0"));
        pin("flume", Normal, "*", Some("pin it with `=`"));
        pin("proptest", Development, "^1.0.0", None);
        pin("contend-harness", Normal, "*", None);
        check(unpinned, &link("contend-record", "toml", Normal, "^1.0.0"), None);
    }
}
