//! A sequence lock of our own, made of atomics.

use crate::{Record, Shared, SharedValues, Value};
use contend_harness::Contender;
use contend_structures::SequencedCell;

pub(super) const SHARED_WORDS: &[Contender<SharedValues<u64>>] = &[row::<u64, 1>()];

pub(super) const SHARED_RECORDS: &[Contender<SharedValues<Record>>] = &[row::<Record, 4>()];

const fn row<V: Words<COUNT>, const COUNT: usize>() -> Contender<SharedValues<V>> {
    Contender::of::<OfAtomics<COUNT>>("seqlock-atomic")
        .blocks()
        .can(&["values that can be copied", "readers try again"])
        .note("as seqlock, but formally sound: its words are atomics, and fences order them")
}

/// A value in words.
trait Words<const COUNT: usize>: Value {
    fn words(self) -> [u64; COUNT];
    fn of_words(words: [u64; COUNT]) -> Self;
}

impl Words<1> for u64 {
    #[inline(always)]
    fn words(self) -> [Self; 1] {
        [self]
    }

    #[inline(always)]
    fn of_words([word]: [Self; 1]) -> Self {
        word
    }
}

impl Words<4> for Record {
    #[inline(always)]
    fn words(self) -> [u64; 4] {
        self.0
    }

    #[inline(always)]
    fn of_words(words: [u64; 4]) -> Self {
        Self(words)
    }
}

struct OfAtomics<const COUNT: usize>(SequencedCell<COUNT>);

impl<V: Words<COUNT>, const COUNT: usize> Shared<V> for OfAtomics<COUNT> {
    type Handle<'a> = &'a SequencedCell<COUNT>;

    fn new(initial: V, _threads: usize) -> Self {
        Self(SequencedCell::new(initial.words()))
    }

    fn handle(&self, _worker: usize) -> &SequencedCell<COUNT> {
        &self.0
    }

    #[inline(always)]
    fn read(handle: &mut &SequencedCell<COUNT>) -> V {
        V::of_words(handle.load())
    }

    #[inline(always)]
    fn write(handle: &mut &SequencedCell<COUNT>, value: V) {
        handle.store(value.words());
    }
}
