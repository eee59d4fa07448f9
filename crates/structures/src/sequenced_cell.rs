//! A sequence lock made of atomics: readers write nothing, and read again what changed meanwhile.

use crate::sync::{AtomicU64, Mutex, Ordering, fence, spin_loop, yield_now};
use std::fmt;

/// Failed attempts after which a reader offers its core, again and again.
///
/// Chosen here because so many attempts outlast a write of a running writer, so mostly readers that wait for a writer without
/// a core reach it.
const TURNS_BEFORE_YIELD: u32 = 64;

/// A few words that belong together, read without writing to shared memory.
///
/// Good for a small value that is read far more often than it changes. Readers retry while writers are at work, so writers
/// that never pause can starve them; writers take turns under a lock and wait for no reader.
///
/// It has no data race: the words are atomics, and fences order them. See Boehm, "Can seqlocks get along with programming
/// language memory models?", MSPC 2012.
///
/// ```
/// use contend_structures::SequencedCell;
///
/// let extent = SequencedCell::new([0, 0]);
/// extent.store([3, 4]);
/// let area = extent.update(|[width, height]| {
///     *width += 1;
///     *width * *height
/// });
/// assert_eq!((extent.load(), area), ([4, 4], 16));
/// ```
pub struct SequencedCell<const WORDS: usize> {
    /// Odd while the words change, and larger after each change.
    sequence: AtomicU64,
    words: [AtomicU64; WORDS],
    /// What the last writer left in `sequence`: an even number.
    writer: Mutex<u64>,
}

impl<const WORDS: usize> SequencedCell<WORDS> {
    /// A cell that holds `words`.
    pub fn new(words: [u64; WORDS]) -> Self {
        Self { sequence: AtomicU64::new(0), words: words.map(AtomicU64::new), writer: Mutex::new(0) }
    }

    /// The words of one store, of the latest that happened before this call or of one beside it.
    ///
    /// Spins, and yields now and then, as long as writers change them.
    #[inline(always)]
    pub fn load(&self) -> [u64; WORDS] {
        match self.try_load() {
            Some(words) => words,
            None => self.load_again(),
        }
    }

    /// As [`SequencedCell::load`], but `None` if a writer was at work: a single attempt, which never waits.
    #[inline(always)]
    pub fn try_load(&self) -> Option<[u64; WORDS]> {
        // Acquire: pairs with the even store of the write that is read, so that none of its words is missed.
        let before = self.sequence.load(Ordering::Acquire);
        if before % 2 == 1 {
            return None;
        }
        let words = self.copy();
        // Acquire: if a word was of a later write, this fence pairs with that write's, and the load below sees its odd
        // number or a later one.
        fence(Ordering::Acquire);
        // Relaxed: the fence keeps it behind the words.
        let after = self.sequence.load(Ordering::Relaxed);
        (before == after).then_some(words)
    }

    /// Replaces the words.
    #[inline(always)]
    pub fn store(&self, words: [u64; WORDS]) {
        self.publish(&mut self.writer.lock(), words);
    }

    /// Changes the words by `change`, while no other writer can, and returns what it returns. Readers see all of the change
    /// or nothing, and meanwhile the old words.
    ///
    /// # Panics
    /// Where `change` does; the words stay as they were.
    #[inline(always)]
    pub fn update<R>(&self, change: impl FnOnce(&mut [u64; WORDS]) -> R) -> R {
        let mut sequence = self.writer.lock();
        let mut words = self.copy();
        let result = change(&mut words);
        self.publish(&mut sequence, words);
        result
    }

    #[cold]
    fn load_again(&self) -> [u64; WORDS] {
        let mut turns = 0_u32;
        loop {
            turns = turns.wrapping_add(1);
            if turns.is_multiple_of(TURNS_BEFORE_YIELD) || cfg!(loom) {
                yield_now();
            } else {
                spin_loop();
            }
            if let Some(words) = self.try_load() {
                return words;
            }
        }
    }

    #[inline(always)]
    fn copy(&self) -> [u64; WORDS] {
        // Relaxed: readers order them by the sequence, and writers by their lock.
        self.words.each_ref().map(|word| word.load(Ordering::Relaxed))
    }

    /// Makes `words` the value. `sequence` is what the writers' lock guards, so only one can be here.
    #[inline(always)]
    fn publish(&self, sequence: &mut u64, words: [u64; WORDS]) {
        // Relaxed: the fence keeps it before the words.
        self.sequence.store(sequence.wrapping_add(1), Ordering::Relaxed);
        // Release: whoever reads one of the words below, then fences, sees the odd number above.
        fence(Ordering::Release);
        for (word, new) in self.words.iter().zip(words) {
            // Relaxed: the fence and the store below order them.
            word.store(new, Ordering::Relaxed);
        }
        *sequence = sequence.wrapping_add(2);
        // Release: whoever reads this number sees all the words.
        self.sequence.store(*sequence, Ordering::Release);
    }
}

impl<const WORDS: usize> fmt::Debug for SequencedCell<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SequencedCell").field("words", &self.try_load()).finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    proptest! {
        #[test]
        fn it_is_a_value_to_one_thread(writes in prop::collection::vec((any::<bool>(), any::<[u64; 3]>()), 0..50)) {
            let cell = SequencedCell::new([7; 3]);
            let mut expected = [7; 3];
            for (replaces, words) in writes {
                if replaces {
                    cell.store(words);
                    expected = words;
                } else {
                    let combined: [u64; 3] = std::array::from_fn(|at| expected[at] ^ words[at].rotate_left(1));
                    let before = cell.update(|old| std::mem::replace(old, combined));
                    prop_assert_eq!(before, expected);
                    expected = combined;
                }
                prop_assert_eq!(cell.load(), expected);
                prop_assert_eq!(cell.try_load(), Some(expected));
            }
        }
    }

    #[test]
    fn a_reader_meets_the_old_words_within_an_update() {
        let cell = SequencedCell::new([1, 2]);
        cell.update(|words| {
            *words = [3, 4];
            assert_eq!(cell.load(), [1, 2]);
        });
        assert_eq!(cell.load(), [3, 4]);
    }

    #[test]
    fn a_reader_goes_without_while_the_number_is_odd() {
        let cell = SequencedCell::new([1]);
        cell.sequence.store(1, Ordering::Relaxed);
        assert_eq!(cell.try_load(), None);
        assert_eq!(format!("{cell:?}"), "SequencedCell { words: None }");
    }

    #[test]
    fn a_change_that_panics_changes_nothing_and_opens_the_lock() {
        let cell = SequencedCell::new([1, 2]);
        let failing = AssertUnwindSafe(|| {
            cell.update(|words| {
                words[0] = 3;
                panic!("half done");
            })
        });
        assert!(catch_unwind(failing).is_err());
        assert_eq!(cell.load(), [1, 2]);
        cell.store([5, 6]);
        assert_eq!(cell.load(), [5, 6]);
    }

    #[test]
    fn it_may_hold_nothing() {
        let cell = SequencedCell::new([]);
        cell.store([]);
        assert_eq!(cell.load(), []);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    /// Runs `read` while another thread stores `values`, each with a second word that is larger by 10.
    ///
    /// A writer must not load what it stores, here and in the cell: loom remembers one access of each location, and if that is
    /// the writer's own load, leaves out the orders in which it stores before the reader's.
    fn beside_stores(values: &'static [u64], read: impl Fn(&SequencedCell<2>) + Send + Sync + 'static) {
        loom::model(move || {
            let cell = Arc::new(SequencedCell::new([0, 10]));
            let writer = {
                let cell = Arc::clone(&cell);
                thread::spawn(move || values.iter().for_each(|value| cell.store([*value, value + 10])))
            };
            read(&cell);
            writer.join().unwrap();
            assert_eq!(cell.load()[0], values[values.len() - 1]);
        });
    }

    #[track_caller]
    fn check_whole([first, second]: [u64; 2]) {
        assert_eq!(second, first + 10, "torn");
    }

    #[test]
    fn a_reader_waits_until_what_it_reads_is_whole() {
        beside_stores(&[1], |cell| check_whole(cell.load()));
    }

    /// The reader may see the odd number of the first store, and words of both.
    #[test]
    fn an_attempt_between_two_stores_is_whole() {
        beside_stores(&[1, 2], |cell| cell.try_load().into_iter().for_each(check_whole));
    }

    #[test]
    fn a_later_read_gives_no_earlier_value() {
        beside_stores(&[1], |cell| {
            let (earlier, later) = (cell.try_load(), cell.try_load());
            if let (Some([earlier, _]), Some([later, _])) = (earlier, later) {
                assert!(earlier <= later, "{earlier}, then {later}");
            }
        });
    }

    #[test]
    fn no_update_is_lost_between_two_writers() {
        loom::model(|| {
            let cell = Arc::new(SequencedCell::new([0, 10]));
            let add_one = |cell: &SequencedCell<2>| cell.update(|words| *words = words.map(|word| word + 1));
            let other = {
                let cell = Arc::clone(&cell);
                thread::spawn(move || add_one(&cell))
            };
            add_one(&cell);
            other.join().unwrap();
            assert_eq!(cell.load(), [2, 12]);
        });
    }

    /// Three such threads have more orders than loom can go through in time: these are the ones with up to three interruptions.
    #[test]
    fn an_attempt_beside_two_writers_is_whole() {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(|| {
            let cell = Arc::new(SequencedCell::new([0, 10]));
            let writers = [1, 2].map(|value| {
                let cell = Arc::clone(&cell);
                thread::spawn(move || cell.store([value, value + 10]))
            });
            cell.try_load().into_iter().for_each(check_whole);
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            check_whole(cell.load());
        });
    }

    #[test]
    fn a_store_and_an_update_come_one_after_the_other() {
        loom::model(|| {
            let cell = Arc::new(SequencedCell::new([0, 10]));
            let other = {
                let cell = Arc::clone(&cell);
                thread::spawn(move || cell.store([5, 15]))
            };
            let before = cell.update(|words| std::mem::replace(words, [1, 11]));
            other.join().unwrap();
            let outcome = (before, cell.load());
            assert!([([0, 10], [5, 15]), ([5, 15], [1, 11])].contains(&outcome), "{outcome:?}");
        });
    }

    /// Who reads a value sees what its writer did before.
    #[test]
    fn a_store_brings_what_happened_before_it() {
        loom::model(|| {
            let cell = Arc::new(SequencedCell::new([0]));
            let prepared = Arc::new(AtomicU64::new(0));
            let writer = {
                let (cell, prepared) = (Arc::clone(&cell), Arc::clone(&prepared));
                thread::spawn(move || {
                    // Relaxed: only the cell's own orderings may make it visible.
                    prepared.store(1, Ordering::Relaxed);
                    cell.store([1]);
                })
            };
            if cell.load() == [1] {
                assert_eq!(prepared.load(Ordering::Relaxed), 1);
            }
            writer.join().unwrap();
        });
    }
}
