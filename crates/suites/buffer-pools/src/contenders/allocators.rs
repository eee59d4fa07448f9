//! The allocator of the executable, whichever that is.

use crate::{Allocator, Allocators};
use contend_harness::Contender;

pub(super) const SYSTEM: Contender<Allocators> =
    executables("system").from_std().note("what an executable has that names no other allocator");

/// The row for the allocator that this executable has, under the name `id`.
pub(crate) const fn executables(id: &'static str) -> Contender<Allocators> {
    Contender::of::<OfExecutable>(id).blocks()
}

/// What `Vec` and `Box` use.
enum OfExecutable {}

impl Allocator for OfExecutable {
    #[inline(always)]
    fn allocate(bytes: usize) -> Vec<u8> {
        Vec::with_capacity(bytes)
    }
}
