//! What a map must hold after a slice: for each key, the value that somebody wrote last.

use contend_harness::WrongResult;
use contend_harness::tape::{LEN, Tape};

/// Bits of a value that name its key, its writer and the writer's operation.
const KEY_SHIFT: u32 = 44;
const WORKER_SHIFT: u32 = 32;

/// Writer of the values that a map begins with: no worker, whose numbers are below 4,096.
const NOBODY: u64 = 0xfff;

/// The value that worker `worker` gives key `key` in its operation `operation`.
#[inline(always)]
pub(crate) fn stamp(key: usize, worker: usize, operation: u64) -> u64 {
    (key as u64) << KEY_SHIFT | (worker as u64) << WORKER_SHIFT | (operation & 0xffff_ffff)
}

/// The value of key `key` in the beginning.
pub(crate) fn initial(key: usize) -> u64 {
    (key as u64) << KEY_SHIFT | NOBODY << WORKER_SHIFT
}

/// 0 if `value` belongs to key `key`.
#[inline(always)]
pub(crate) fn foreign(value: u64, key: usize) -> u64 {
    (value >> KEY_SHIFT) ^ key as u64
}

/// What one map held when it was last looked at.
#[derive(Debug)]
pub(crate) struct Contents(Vec<u64>);

impl Contents {
    pub(crate) fn new(keys: usize) -> Self {
        Self((0..keys).map(initial).collect())
    }

    /// Compares what `get` finds with what `writers` (worker, tape, operations) wrote since the last look.
    pub(crate) fn check(
        &mut self,
        writers: &[(usize, &Tape, u64)],
        mut get: impl FnMut(usize) -> Option<u64>,
    ) -> Result<(), WrongResult> {
        let last: Vec<(usize, Vec<Option<u64>>)> = writers
            .iter()
            .map(|(worker, tape, ops)| (*worker, last_writes(tape, *ops, self.0.len())))
            .collect();
        for (key, known) in self.0.iter_mut().enumerate() {
            let Some(found) = get(key) else {
                return Err(WrongResult::new(format!("key {key} is gone")));
            };
            let mut written =
                last.iter().filter_map(|(worker, last)| Some(stamp(key, *worker, last[key]?))).peekable();
            let allowed =
                if written.peek().is_some() { written.any(|value| value == found) } else { found == *known };
            if !allowed {
                return Err(WrongResult::new(format!(
                    "key {key} has {found:#x}, which is nobody's last write"
                )));
            }
            *known = found;
        }
        Ok(())
    }
}

/// For each key, the last operation in which a worker wrote it.
fn last_writes(tape: &Tape, ops: u64, keys: usize) -> Vec<Option<u64>> {
    let mut last = vec![None; keys];
    for operation in ops.saturating_sub(LEN as u64)..ops {
        let entry = tape.entries()[(operation % LEN as u64) as usize];
        if entry.writes() {
            last[entry.key()] = Some(operation);
        }
    }
    last
}

/// An insertion and a replacement each give a key its newest value, as one thread sees it.
#[cfg(test)]
pub(crate) fn gives_keys_their_newest_value<T: crate::Map<u64>>() {
    let map = T::with_capacity(16, 1);
    let mut handle = map.handle(0);
    assert_eq!(T::get(&mut handle, &1), None);
    T::insert(&mut handle, 1, 10);
    T::insert(&mut handle, 2, 20);
    assert_eq!((T::get(&mut handle, &1), T::get(&mut handle, &2)), (Some(10), Some(20)));
    T::insert(&mut handle, 1, 11);
    assert_eq!(T::get(&mut handle, &1), Some(11), "an insertion replaces");
    assert!(T::set(&mut handle, &1, 12) && !T::set(&mut handle, &3, 30));
    assert_eq!((T::get(&mut handle, &1), T::get(&mut handle, &3)), (Some(12), None));
    assert!(T::remove(&mut handle, &1));
    assert_eq!((T::get(&mut handle, &1), T::get(&mut handle, &2)), (None, Some(20)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_harness::tape::{KeyDistribution, Plan};

    const KEYS: usize = 10;

    fn tapes() -> Vec<Tape> {
        let plan = Plan { keys: KEYS, distribution: KeyDistribution::Uniform, write_permille: 500 };
        Tape::draw_all(&plan, 1, 2)
    }

    /// Plays both tapes one after the other into a plain vector, changed by `fault`, and checks it.
    fn play(ops: u64, fault: impl Fn(&mut Vec<u64>)) -> Result<(), WrongResult> {
        let tapes = tapes();
        let mut values: Vec<u64> = (0..KEYS).map(initial).collect();
        for (worker, tape) in tapes.iter().enumerate() {
            for operation in 0..ops {
                let entry = tape.entries()[(operation % LEN as u64) as usize];
                if entry.writes() {
                    values[entry.key()] = stamp(entry.key(), worker, operation);
                }
            }
        }
        fault(&mut values);
        Contents::new(KEYS).check(&[(0, &tapes[0], ops), (1, &tapes[1], ops)], |key| values.get(key).copied())
    }

    #[test]
    fn the_last_write_of_anyone_is_right() {
        for ops in [0, 1, 64, LEN as u64 + 7, 3 * LEN as u64] {
            assert_eq!(play(ops, |_| {}), Ok(()), "{ops} operations");
        }
    }

    #[test]
    fn lost_old_and_foreign_values_are_wrong() {
        assert!(play(640, |values| values[3] = initial(3)).is_err(), "a lost update");
        assert!(play(640, |values| values[3] = stamp(3, 1, 0)).is_err(), "an old value");
        assert!(play(640, |values| values.swap(3, 4)).is_err(), "another key's value");
        assert!(play(0, |values| values.truncate(9)).is_err(), "a missing key");
        assert_eq!(foreign(stamp(3, 1, 9), 3), 0);
        assert_ne!(foreign(stamp(4, 1, 9), 3), 0);
    }
}
