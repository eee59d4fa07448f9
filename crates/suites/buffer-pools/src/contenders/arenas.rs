//! Memory that a request leaves behind for the next one, and none.

use crate::{Arena, Arenas};
use bumpalo::Bump;
use bytes::{Bytes, BytesMut};
use contend_harness::Contender;
use std::ops::Range;

pub(super) const ARENAS: &[Contender<Arenas>] = &[
    Contender::of::<Borrowed>("floor").floor().note("keeps no copy: the fields are read where they lie"),
    Contender::of::<FreshVecs>("fresh-vecs").from_std().blocks().note(
        "a vector for each field: the allocator of this executable, whose locks may put a thread to sleep",
    ),
    Contender::of::<ReusedFrame>("reused-frame")
        .from_std()
        .note("one vector, cleared for each response; a field is where it begins and ends"),
    Contender::of::<ResetBump>("bumpalo").package("bumpalo").note("reset for each response"),
    Contender::of::<SplitBytes>("bytes-mut")
        .package("bytes")
        .note("each field is split off and frozen; once all are dropped, `reserve` has the memory back"),
];

/// No copy.
enum Borrowed {}

impl Arena for Borrowed {
    type Handle = ();
    type Response<'a> = ();
    type Field<'a> = &'a [u8];

    fn handle(_bytes: usize) {}

    #[inline(always)]
    fn begin(_handle: &mut ()) {}

    #[inline(always)]
    fn keep<'a>(_response: &mut (), field: &'a [u8]) -> &'a [u8] {
        field
    }

    #[inline(always)]
    fn read<'f>(_response: &'f (), field: &'f &[u8]) -> &'f [u8] {
        field
    }
}

/// A vector for each field.
enum FreshVecs {}

impl Arena for FreshVecs {
    type Handle = ();
    type Response<'a> = ();
    type Field<'a> = Vec<u8>;

    fn handle(_bytes: usize) {}

    #[inline(always)]
    fn begin(_handle: &mut ()) {}

    #[inline(always)]
    fn keep(_response: &mut (), field: &[u8]) -> Vec<u8> {
        field.to_vec()
    }

    #[inline(always)]
    fn read<'f>(_response: &'f (), field: &'f Vec<u8>) -> &'f [u8] {
        field
    }
}

/// One vector for all fields.
enum ReusedFrame {}

impl Arena for ReusedFrame {
    type Handle = Vec<u8>;
    type Response<'a> = &'a mut Vec<u8>;
    type Field<'a> = Range<usize>;

    fn handle(bytes: usize) -> Vec<u8> {
        Vec::with_capacity(bytes)
    }

    #[inline(always)]
    fn begin(frame: &mut Vec<u8>) -> &mut Vec<u8> {
        frame.clear();
        frame
    }

    #[inline(always)]
    fn keep<'a>(frame: &mut &'a mut Vec<u8>, field: &'a [u8]) -> Range<usize> {
        let start = frame.len();
        frame.extend_from_slice(field);
        start..frame.len()
    }

    #[inline(always)]
    fn read<'f>(frame: &'f &mut Vec<u8>, field: &'f Range<usize>) -> &'f [u8] {
        &frame[field.clone()]
    }
}

/// An arena that is emptied at once.
enum ResetBump {}

impl Arena for ResetBump {
    type Handle = Bump;
    type Response<'a> = &'a Bump;
    type Field<'a> = &'a [u8];

    fn handle(bytes: usize) -> Bump {
        Bump::with_capacity(bytes)
    }

    #[inline(always)]
    fn begin(bump: &mut Bump) -> &Bump {
        bump.reset();
        bump
    }

    #[inline(always)]
    fn keep<'a>(bump: &mut &'a Bump, field: &'a [u8]) -> &'a [u8] {
        bump.alloc_slice_copy(field)
    }

    #[inline(always)]
    fn read<'f>(_bump: &'f &Bump, field: &'f &[u8]) -> &'f [u8] {
        field
    }
}

/// Parts of one buffer, counted, which comes back once all are gone.
enum SplitBytes {}

/// A buffer, and what the longest response needs.
struct Frames {
    buffer: BytesMut,
    bytes: usize,
}

impl Arena for SplitBytes {
    type Handle = Frames;
    type Response<'a> = &'a mut BytesMut;
    type Field<'a> = Bytes;

    fn handle(bytes: usize) -> Frames {
        Frames { buffer: BytesMut::with_capacity(bytes), bytes }
    }

    #[inline(always)]
    fn begin(frames: &mut Frames) -> &mut BytesMut {
        frames.buffer.reserve(frames.bytes);
        &mut frames.buffer
    }

    #[inline(always)]
    fn keep<'a>(buffer: &mut &'a mut BytesMut, field: &'a [u8]) -> Bytes {
        buffer.extend_from_slice(field);
        buffer.split().freeze()
    }

    #[inline(always)]
    fn read<'f>(_buffer: &'f &mut BytesMut, field: &'f Bytes) -> &'f [u8] {
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the first field of three responses lies.
    fn places<A: Arena>() -> [*const u8; 3] {
        let mut handle = A::handle(100);
        [(); 3].map(|()| {
            let mut response = A::begin(&mut handle);
            let fields = [&[1; 60][..], &[2; 20]].map(|field| A::keep(&mut response, field));
            assert_eq!(A::read(&response, &fields[1]), [2; 20]);
            A::read(&response, &fields[0]).as_ptr()
        })
    }

    #[test]
    fn a_response_has_the_memory_of_the_one_before_it() {
        for places in [places::<ReusedFrame>(), places::<ResetBump>(), places::<SplitBytes>()] {
            assert_eq!(places, [places[0]; 3]);
        }
    }
}
