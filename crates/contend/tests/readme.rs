//! README's tables are what the commands above them print.
//!
//! A table stands between `<!-- $ cargo contend ... -->` and `<!-- end -->`. `CONTEND_BLESS=1 cargo test -p contend --test
//! readme` writes them anew.

use std::path::{Path, PathBuf};
use std::process::Command;

const BEGIN: &str = "<!-- $ cargo contend ";
const END: &str = "<!-- end -->";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What `contend` prints for the words of one marker.
fn print(words: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the command is what README shows")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_contend"));
    command
        .args(words.split_whitespace())
        .env("CONTEND_RESULTS", root().join("results"))
        .env("NO_COLOR", "1");
    let output = command.output().expect("contend starts");
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("tables are text")
}

/// The text with every table replaced by what its command prints, and the number of tables.
fn splice(text: &str, print: impl Fn(&str) -> String) -> (String, usize) {
    let (mut spliced, mut rest, mut tables) = (String::new(), text, 0);
    while let Some((before, behind)) = rest.split_once(BEGIN) {
        let (words, behind) = behind.split_once(" -->\n").expect("a marker ends its line");
        let (_, behind) = behind.split_once(END).expect("a table has an end");
        spliced.push_str(&format!("{before}{BEGIN}{words} -->\n\n{}\n\n{END}", print(words).trim()));
        rest = behind;
        tables += 1;
    }
    spliced.push_str(rest);
    (spliced, tables)
}

#[test]
fn tables_are_what_their_commands_print() {
    let path = root().join("README.md");
    let kept = std::fs::read_to_string(&path).expect("there is a README");
    let (spliced, tables) = splice(&kept, print);
    assert!(tables >= 3, "README has {tables} tables, and promises three");
    if std::env::var_os("CONTEND_BLESS").is_some() {
        #[expect(clippy::disallowed_methods, reason = "the maintainer asked for it")]
        std::fs::write(&path, &spliced).expect("README can be written");
        return;
    }
    assert!(
        kept == spliced,
        "a table of README is not what its command prints: CONTEND_BLESS=1 writes it anew"
    );
}

#[test]
fn an_old_table_is_replaced_and_nothing_else() {
    let text = "a\n<!-- $ cargo contend show x -->\nold\n<!-- end -->\nb\n";
    let (spliced, tables) = splice(text, |words| format!("[{words}]\n"));
    assert_eq!(spliced, "a\n<!-- $ cargo contend show x -->\n\n[show x]\n\n<!-- end -->\nb\n");
    assert_eq!(tables, 1);
}
