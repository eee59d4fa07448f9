//! `contend baseline`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use crate::sides::{SideWords, Variants, Workspace};
use contend_protocol::baseline::SavedBuild;
use contend_protocol::exit;
use contend_protocol::{Value, json};
use contend_record::utc_text;
use contend_record::work::{BaselineEntry, BaselineState, IfTaken};

/// Keep bench executables under a name, to compare with later
///
/// A baseline is a set of executables with all that is known of their build. They are measured again whenever they are
/// compared with; no number is kept.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand, Debug)]
enum Verb {
    Save(Save),
    List(List),
    Rm(Remove),
}

/// Build the working tree, or a revision, and keep its executables under a name
///
/// With --format json: {"schema": "contend-baseline-save/1", "baseline": the baseline's baseline.json}.
#[derive(clap::Args, Debug)]
struct Save {
    /// The baseline's name: 1 to 64 letters, digits, `.`, `_` and `-`.
    name: String,

    /// What is built: a revision, or `.` for the working tree with all that is not committed.
    #[arg(default_value = ".", value_name = "REV")]
    revision: String,

    /// Replace the baseline of that name.
    #[arg(long)]
    replace: bool,

    #[command(flatten, next_help_heading = "Build otherwise than the source says")]
    variants: Variants,

    #[command(flatten)]
    format: FormatFlag,
}

/// List the baselines
///
/// One that is damaged is named with the reason and hides no other. With --format json:
///
/// {"schema": "contend-baselines/1", "folder": PATH, "baselines": [BASELINE, ...]}, where BASELINE has "name", "state"
/// ("usable", "not-comparable" or "unreadable"), "reason" (null where it is usable) and "baseline" (its baseline.json;
/// null where it is unreadable).
#[derive(clap::Args, Debug)]
struct List {
    #[command(flatten)]
    format: FormatFlag,
}

/// Remove a baseline
///
/// With --format json: {"schema": "contend-baseline-rm/1", "removed": NAME}.
#[derive(clap::Args, Debug)]
struct Remove {
    /// The baseline's name.
    name: String,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let workspace = Workspace::locate()?;
    match &arguments.verb {
        Verb::Save(arguments) => save(&workspace, arguments),
        Verb::List(arguments) => list(&workspace, arguments.format.format),
        Verb::Rm(arguments) => remove(&workspace, arguments),
    }?;
    Ok(exit::OK)
}

fn save(workspace: &Workspace, arguments: &Save) -> Result<(), CommandError> {
    let Save { name, revision, replace, variants, format } = arguments;
    let if_taken = if *replace { IfTaken::Replace } else { IfTaken::Refuse };
    workspace.folder().may_save_baseline(name, if_taken)?;
    let side = workspace.side(&SideWords::parse(Some(revision))?, variants)?;
    let locked = workspace.lock()?;
    let saved = locked.save_baseline(name, &side.kept, if_taken)?;
    match format.format {
        Format::Text => print(&format!("saved baseline {}\n", line(name, &saved))),
        Format::Json => print_json(&json!({ "schema": "contend-baseline-save/1", "baseline": saved })),
    }
}

fn list(workspace: &Workspace, format: Format) -> Result<(), CommandError> {
    let entries = workspace.folder().baselines()?;
    match format {
        Format::Text if entries.is_empty() => {
            print("No baseline is saved yet. `contend baseline save NAME` makes one.\n")
        }
        Format::Text => print(&entries.iter().map(text).collect::<String>()),
        Format::Json => print_json(&json!({
            "schema": "contend-baselines/1",
            "folder": workspace.folder().root().join("baselines").to_string_lossy(),
            "baselines": entries.iter().map(object).collect::<Vec<_>>(),
        })),
    }
}

fn remove(workspace: &Workspace, arguments: &Remove) -> Result<(), CommandError> {
    let name = &arguments.name;
    workspace.lock()?.remove_baseline(name)?;
    match arguments.format.format {
        Format::Text => print(&format!("removed baseline {name}\n")),
        Format::Json => print_json(&json!({ "schema": "contend-baseline-rm/1", "removed": name })),
    }
}

fn text(entry: &BaselineEntry) -> String {
    let name = &entry.name;
    match &entry.state {
        BaselineState::Usable(build) => format!("{}\n", line(name, build)),
        BaselineState::NotComparable { build, reason } => {
            format!("{}\n    not comparable: {reason}\n", line(name, build))
        }
        BaselineState::Unreadable { reason } => format!("{name}\n    unreadable: {reason}\n"),
    }
}

/// The baseline in one line.
fn line(name: &str, build: &SavedBuild) -> String {
    let side = &build.side;
    let commit = side.commit.as_deref().and_then(|commit| commit.get(..10)).unwrap_or("no commit");
    let changed = if side.dirty { " with changes" } else { "" };
    let count = side.executables.len();
    let executables = if count == 1 { "executable" } else { "executables" };
    let variants: String = side.variants.iter().map(|variant| format!(", {variant}")).collect();
    let when = utc_text(build.created_unix_ms);
    format!("{name}  {when}  {commit}{changed}, {count} {executables}{variants}")
}

fn object(entry: &BaselineEntry) -> Value {
    let (state, reason, build) = match &entry.state {
        BaselineState::Usable(build) => ("usable", None, Some(build)),
        BaselineState::NotComparable { build, reason } => ("not-comparable", Some(reason), Some(build)),
        BaselineState::Unreadable { reason } => ("unreadable", Some(reason), None),
    };
    json!({ "name": entry.name, "state": state, "reason": reason, "baseline": build.map(|build| &**build) })
}
