//! Names of files and folders that are the same everywhere, and never two things under one.

use contend_protocol::fnv;

/// Longest name that stays as it is, in bytes.
///
/// Chosen here because with `suite.` and a suite's 40 before it a path stays well within 255, and our own names have 34.
const LONGEST: usize = 80;

/// Bytes that are kept of a name that does not.
const KEPT: usize = 40;

/// A name as a file or folder can have it: itself where it is short and plain, else what is plain of it and a hash of all.
pub(super) fn slug(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let short = !name.is_empty() && name.len() <= LONGEST && !name.starts_with(['.', '-']);
    if short && name.chars().all(plain) {
        return name.to_owned();
    }
    let mut readable = String::new();
    for letter in name.chars().take(KEPT) {
        let letter = if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        if letter != '-' || !readable.ends_with('-') {
            readable.push(letter);
        }
    }
    let readable = readable.trim_matches('-');
    let readable = if readable.is_empty() { "unnamed" } else { readable };
    format!("{readable}-{}", hash8(name))
}

/// The lower half of the hash of an id, as eight hexadecimal digits.
pub(super) fn hash8(id: &str) -> String {
    fnv::hex(id.as_bytes())[8..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let found = slug(name);
        let found = found.strip_suffix(&format!("-{}", hash8(name))).map_or(found.clone(), str::to_owned);
        assert_eq!(found, expected);
    }

    #[test]
    fn plain_names_stay_and_others_say_what_they_were() {
        check("20260318T091502Z-4f2c9ae-7d10", "20260318T091502Z-4f2c9ae-7d10");
        check("20260318T091502Z-4f2c9ae-7d10-2", "20260318T091502Z-4f2c9ae-7d10-2");
        check("My <Run> & \"more\"%", "my-run-more");
        check("../../etc", "etc");
        check(".hidden", "hidden");
        check("אבג 👩‍🚀", "unnamed");
        check("", "unnamed");
        check(&"x".repeat(200), &"x".repeat(40));
    }

    #[test]
    fn names_that_look_alike_differ() {
        assert_ne!(slug("a b"), slug("a-b"));
        assert_ne!(slug("a b"), slug("a/b"));
        assert_ne!(slug(&"x".repeat(200)), slug(&"x".repeat(201)));
    }

    proptest! {
        #[test]
        fn every_name_is_a_file_of_its_own(name in any::<String>(), other in any::<String>()) {
            let found = slug(&name);
            prop_assert!(found.len() <= LONGEST && !found.is_empty() && !found.starts_with('.'));
            prop_assert!(found.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
            prop_assert!(name == other || found != slug(&other));
        }
    }
}
