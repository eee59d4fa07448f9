//! Which commit made a cell slower: halving what lies between a good and a bad one, around those that cannot be judged.

/// What is known of one commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    /// As fast as the good one.
    Good,
    /// As slow as the bad one.
    Bad,
    /// It does not build, or cannot be measured.
    Skipped,
}

/// What a bisection found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Found {
    /// The commits among which the first bad one is, oldest first: one, if none beside it was skipped.
    pub(crate) candidates: Vec<String>,
    /// Commits that were judged or skipped.
    pub(crate) steps: usize,
}

/// Looks for the first bad one of `commits`, oldest first, whose last is known to be bad and before whose first there is a good
/// one. `judge` is asked at most once for each, and may end the search.
///
/// # Errors
/// What `judge` returns.
pub(crate) fn search<E>(
    commits: &[String],
    mut judge: impl FnMut(&str) -> Result<Standing, E>,
) -> Result<Found, E> {
    let mut skipped = vec![false; commits.len()];
    // The first bad one is at `first..=last`.
    let (mut first, mut last) = (0, commits.len().saturating_sub(1));
    let mut steps = 0;
    while let Some(middle) = middle(first, last, &skipped) {
        steps += 1;
        match judge(&commits[middle])? {
            Standing::Good => first = middle + 1,
            Standing::Bad => last = middle,
            Standing::Skipped => skipped[middle] = true,
        }
    }
    Ok(Found { candidates: commits.get(first..=last).unwrap_or_default().to_vec(), steps })
}

/// The commit nearest to the middle that can still be judged; the last one is known.
fn middle(first: usize, last: usize, skipped: &[bool]) -> Option<usize> {
    let middle = usize::midpoint(first, last);
    (first..last).filter(|index| !skipped[*index]).min_by_key(|index| index.abs_diff(middle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::convert::Infallible;

    fn searched(count: usize, first_bad: usize, broken: &BTreeSet<usize>) -> Found {
        let commits: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let mut asked = BTreeSet::new();
        let found = search(&commits, |commit| {
            let number: usize = commit.parse().expect("a number");
            assert!(asked.insert(number), "{number} is asked for twice");
            Ok::<_, Infallible>(match number {
                _ if broken.contains(&number) => Standing::Skipped,
                _ if number >= first_bad => Standing::Bad,
                _ => Standing::Good,
            })
        });
        found.unwrap_or_else(|never| match never {})
    }

    #[track_caller]
    fn check(count: usize, first_bad: usize, broken: &[usize], candidates: &[&str], steps: usize) {
        let found = searched(count, first_bad, &broken.iter().copied().collect());
        assert_eq!(
            (found.candidates, found.steps),
            (candidates.iter().map(|&name| name.into()).collect(), steps)
        );
    }

    #[test]
    fn the_first_bad_commit_is_found_around_broken_ones() {
        check(1, 0, &[], &["0"], 0);
        check(16, 11, &[], &["11"], 4);
        check(16, 11, &[7, 3], &["11"], 5);
        check(16, 11, &[10], &["10", "11"], 4);
        check(16, 15, &[14], &["14", "15"], 4);
        check(3, 0, &[0, 1], &["0", "1", "2"], 2);
    }

    proptest! {
        #[test]
        fn the_first_bad_one_is_among_the_candidates(
            count in 1_usize..60,
            bad in 0_usize..60,
            broken in prop::collection::btree_set(0_usize..60, 0..20),
        ) {
            let bad = bad.min(count - 1);
            let found = searched(count, bad, &broken);
            prop_assert!(found.candidates.contains(&bad.to_string()));
            // Whoever else is among them was skipped, but the last.
            let (_, others) = found.candidates.split_last().expect("there is one");
            prop_assert!(others.iter().all(|name| broken.contains(&name.parse().expect("a number"))));
        }
    }
}
