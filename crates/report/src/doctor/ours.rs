//! What is ours: the build, the results, the calibration.

use super::Examined;
use super::line::{Check, Remedy};
use crate::layout::HARD_SPACE;
use crate::units::memory;
use contend_protocol::doctor::Line;
use contend_protocol::version::MethodVersion;
use contend_record::utc_text;

/// Least room for results, in bytes.
///
/// Chosen here because a run with criterion's report takes some tens of megabytes.
const LEAST_SPACE: u64 = 100 << 20;

/// Room that is enough for building both sides of a comparison, in bytes.
///
/// Chosen here because the build of this workspace's benches takes less than 2 GiB.
const ENOUGH_SPACE: u64 = 2 << 30;

/// Days after which a calibration is taken for old.
///
/// Chosen here because kernels and hosts are changed about four times a year.
const OLD_DAYS: u64 = 90;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

pub(super) fn lines(examined: &Examined<'_>) -> Vec<Line> {
    vec![disk(examined), build_disk(examined), build(examined), calibration(examined)]
}

fn disk(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::of("disk", "a run that cannot be saved ends where the disk is full");
    let Some(space) = examined.space else {
        return CHECK.unknown("the system does not say how much room there is for results");
    };
    let finding = format!("{} free for results", room(space.free_bytes));
    let advice = "free some, or set CONTEND_RESULTS to a folder on another disk";
    if !space.writable {
        return CHECK
            .bad("the folder of results cannot be written to")
            .advice("set CONTEND_RESULTS to a folder that can be");
    }
    if space.free_bytes < LEAST_SPACE { CHECK.bad(finding).advice(advice) } else { CHECK.good(finding) }
}

fn build_disk(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::beside(
        "build-disk",
        "`contend compare` and `contend baseline` build in the folder .contend of the workspace, and end where its disk is full",
    );
    let Some(space) = examined.build_space else {
        return CHECK
            .unknown("it is not known how much room there is for builds, or there is no workspace here");
    };
    let finding = format!("{} free for builds", room(space.free_bytes));
    if !space.writable {
        return CHECK
            .wary("the workspace's folder .contend cannot be written to")
            .advice("give it to whoever builds, or copy the workspace to where it can be");
    }
    if space.free_bytes < ENOUGH_SPACE {
        CHECK.wary(finding).advice(
            "free some on the workspace's disk; what is in .contend/builds and .contend/target costs only the time to make it again",
        )
    } else {
        CHECK.good(finding)
    }
}

/// In the unit in which it is at least 1.
fn room(bytes: u64) -> String {
    if bytes < 1 << 30 { format!("{}{HARD_SPACE}MiB", bytes >> 20) } else { memory(bytes) }
}

fn build(examined: &Examined<'_>) -> Line {
    const CHECK: Check =
        Check::of("build", "checks and missing optimisation are measured too, so no number means anything");
    let Some(profile) = examined.profile else {
        return CHECK.unknown("there is no Cargo.toml here, so it is not known how benches are built");
    };
    let advice = "leave them out of [profile.bench], [profile.release] and RUSTFLAGS";
    let level = &profile.opt_level;
    if !profile.doubts.is_empty() {
        return CHECK
            .unknown(format!("how `cargo bench` builds is not known: {}", profile.doubts.join("; ")));
    }
    if profile.debug_assertions {
        return CHECK.bad("`cargo bench` compiles debug assertions in").advice(advice);
    }
    match level.as_str() {
        "0" | "1" => CHECK
            .bad(format!("`cargo bench` builds with opt-level {level}"))
            .advice("set `opt-level = 3` under [profile.bench], or leave it out"),
        "3" if profile.overflow_checks => CHECK
            .wary("`cargo bench` compiles overflow checks in")
            .advice(format!("{advice}, unless your services are built with them")),
        "3" if !profile.packages.is_empty() => CHECK
            .wary(format!("`cargo bench` builds some packages otherwise: {}", profile.packages.join(", ")))
            .advice("leave [profile.bench.package] and [profile.release.package] out, unless your services have them"),
        "3" => CHECK.good("optimised, without debug assertions and overflow checks, as files and environment say"),
        _ => CHECK
            .wary(format!("`cargo bench` builds with opt-level {level}"))
            .advice("services are built with 3; keep it only if yours is not"),
    }
}

fn calibration(examined: &Examined<'_>) -> Line {
    const CHECK: Check = Check::beside(
        "calibration",
        "a comparison's margins stay at their defaults where the noise floors of this machine are not known",
    );
    const COMMAND: &str = "contend calibrate";
    let machine = &examined.conditions.machine;
    let Some(calibrations) = examined.calibrations else {
        return CHECK.unknown("the folder of results cannot be read");
    };
    let here = |kept: &&contend_protocol::calibration::Calibration| kept.machine.id == machine.id;
    let Some(newest) = calibrations.iter().find(here) else {
        let others = calibrations.len();
        let elsewhere = if others == 0 { "" } else { "; those that are kept are of other machines" };
        return CHECK.wary(format!("none of this machine{elsewhere}")).passing_command(COMMAND);
    };
    let days = examined.now_unix_ms.saturating_sub(newest.created_unix_ms) / DAY_MS;
    let age = match days {
        0 => "today".to_owned(),
        1 => "one day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    let finding = format!("{} cells, {age} ({})", newest.cells.len(), utc_text(newest.created_unix_ms));
    let doubt = if newest.method != MethodVersion::CURRENT {
        "measured with another method, so it is not used"
    } else if newest.machine.kernel != machine.kernel {
        "measured under another kernel"
    } else if days > OLD_DAYS {
        "which is old"
    } else {
        return CHECK.good(finding);
    };
    CHECK.wary(format!("{finding}, {doubt}")).passing_command(COMMAND)
}
