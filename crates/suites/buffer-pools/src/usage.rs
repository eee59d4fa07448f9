//! What is done with a buffer between acquiring and releasing it. Pools and the floor run the same code.

use crate::response::Response;
use crate::workload::{Buffers, LINE};
use std::hint::black_box;

/// One use of a buffer.
pub(crate) trait Use {
    /// Bytes to ask for.
    fn bytes(&self) -> usize;

    /// Whether they must be zero.
    fn zeroed(&self) -> bool {
        false
    }

    /// Uses `buffer`, which is empty or zeroed. Returns 0 if it holds afterwards what was written, and `stamp`, which
    /// nobody else writes.
    fn run(&self, buffer: &mut Vec<u8>, stamp: u64) -> u64;
}

/// Every use there is. It is picked once per slice, not per operation.
pub(crate) enum Usage {
    Touch(Touch),
    Request(Fill),
    ReleaseElsewhere(Touch),
    JsonResponse(Box<Encode>),
    /// Many at once, so many.
    Burst(Touch, usize),
}

impl Usage {
    pub(crate) fn of(workload: &Buffers) -> Self {
        match *workload {
            Buffers::Touch { bytes, touched, zeroed } => Self::Touch(Touch { bytes, touched, zeroed }),
            Buffers::Poisoned { bytes, touched, .. } => Self::Touch(Touch { bytes, touched, zeroed: false }),
            Buffers::Burst { bytes, touched, held } => {
                Self::Burst(Touch { bytes, touched, zeroed: false }, held)
            }
            Buffers::ReleaseElsewhere { bytes, touched, .. } => {
                Self::ReleaseElsewhere(Touch { bytes, touched, zeroed: false })
            }
            Buffers::Request { bytes } => Self::Request(Fill::new(bytes)),
            Buffers::JsonResponse { items, asked } => Self::JsonResponse(Box::new(Encode::new(items, asked))),
        }
    }
}

/// The stamp of operation `number` of worker `worker`.
#[inline(always)]
pub(crate) fn stamp(worker: usize, number: u64) -> u64 {
    (worker as u64 + 1) << 48 | number
}

/// The stamp that a buffer bears, or 0 if it is too short for one.
#[inline(always)]
pub(crate) fn stamp_in(buffer: &[u8]) -> u64 {
    buffer.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[inline(always)]
fn write_stamp(buffer: &mut [u8], stamp: u64) {
    buffer[..size_of::<u64>()].copy_from_slice(&stamp.to_le_bytes());
    // Somebody may read all of it, so all of it has to be written.
    black_box(buffer);
}

/// Writes the first bytes.
pub(crate) struct Touch {
    bytes: usize,
    touched: usize,
    zeroed: bool,
}

impl Touch {
    /// Whether `buffer` still holds what [`Use::run`] wrote with `stamp`: 0 if so.
    #[inline(always)]
    pub(crate) fn damage_to(&self, buffer: &[u8], stamp: u64) -> u64 {
        u64::from(stamp_in(buffer) != stamp) | self.damage(buffer)
    }

    /// Whether `buffer` still holds what [`Use::run`] wrote, whichever stamp it was: 0 if so.
    #[inline(always)]
    pub(crate) fn damage(&self, buffer: &[u8]) -> u64 {
        let last = buffer.get(self.touched - 1).copied();
        u64::from(last != Some(stamp_in(buffer) as u8))
    }
}

impl Use for Touch {
    fn bytes(&self) -> usize {
        self.bytes
    }

    fn zeroed(&self) -> bool {
        self.zeroed
    }

    #[inline(always)]
    fn run(&self, buffer: &mut Vec<u8>, stamp: u64) -> u64 {
        if self.zeroed {
            buffer[..self.touched].fill(stamp as u8);
        } else {
            buffer.resize(self.touched, stamp as u8);
        }
        write_stamp(buffer, stamp);
        u64::from(stamp_in(buffer) != stamp) | self.damage(buffer)
    }
}

/// Fills the buffer from a slice, and reads a part of it.
pub(crate) struct Fill {
    bytes: usize,
    /// A body, and some more of the same, so that it can begin at any line of a page.
    bodies: Vec<u8>,
    checksum: u64,
}

/// Addresses that differ by a multiple of this look alike to a core that orders loads behind stores.
const PAGE: usize = 4096;

impl Fill {
    fn new(bytes: usize) -> Self {
        let bodies: Vec<u8> = (0..bytes + PAGE).map(|index| (index % LINE) as u8 + 1).collect();
        Self { bytes, checksum: checksum(&bodies[..bytes]), bodies }
    }

    /// The body, from a place that lies half a page away from `buffer`. A copy between the same places of two pages
    /// takes twice as long, and where the allocator puts a buffer is luck.
    #[inline(always)]
    fn body_for(&self, buffer: &[u8]) -> &[u8] {
        let apart = buffer.as_ptr().addr().wrapping_sub(self.bodies.as_ptr().addr());
        let first = apart.wrapping_add(PAGE / 2) % PAGE / LINE * LINE;
        &self.bodies[first..first + self.bytes]
    }
}

impl Use for Fill {
    fn bytes(&self) -> usize {
        self.bytes
    }

    #[inline(always)]
    fn run(&self, buffer: &mut Vec<u8>, stamp: u64) -> u64 {
        buffer.extend_from_slice(self.body_for(buffer));
        write_stamp(buffer, stamp);
        u64::from(checksum(buffer) != self.checksum) | u64::from(stamp_in(buffer) != stamp)
    }
}

/// Encodes an answer into the buffer.
pub(crate) struct Encode {
    response: Response,
    asked: usize,
    length: usize,
    checksum: u64,
}

impl Encode {
    fn new(items: usize, asked: usize) -> Self {
        let response = Response::of(items);
        let encoded = response.encoded();
        Self { response, asked, length: encoded.len(), checksum: checksum(&encoded) }
    }
}

impl Use for Encode {
    fn bytes(&self) -> usize {
        self.asked
    }

    /// An answer has no place for a stamp; the audit after the slice looks for buffers that two hold.
    ///
    /// Not inlined: a copy of the encoder for each contender would be laid out by chance, which is worth 5 % and more.
    #[inline(never)]
    fn run(&self, buffer: &mut Vec<u8>, _stamp: u64) -> u64 {
        serde_json::to_writer(&mut *buffer, black_box(&self.response)).expect("a vector takes everything");
        black_box(&mut buffer[..]);
        u64::from(buffer.len() != self.length) | u64::from(checksum(buffer) != self.checksum)
    }
}

/// A sum over every 256th byte, without the first, where the stamp is.
#[inline(always)]
fn checksum(buffer: &[u8]) -> u64 {
    buffer.iter().skip(255).step_by(256).map(|byte| u64::from(*byte)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(usage: &impl Use, damage: impl Fn(&mut Vec<u8>)) {
        let mut buffer = if usage.zeroed() { vec![0; usage.bytes()] } else { Vec::new() };
        assert_eq!(usage.run(&mut buffer, stamp(1, 7)), 0);
        let mut dirty = Vec::new();
        damage(&mut dirty);
        assert_ne!(usage.run(&mut dirty, stamp(1, 7)), 0, "what was there before must show");
    }

    #[test]
    fn what_was_left_in_a_buffer_shows() {
        check(&Fill::new(12 * 1024), |buffer| buffer.push(3));
        check(&Encode::new(40, 128), |buffer| buffer.push(3));
    }

    #[test]
    fn every_body_is_the_same_and_half_a_page_away() {
        let (fill, buffer) = (Fill::new(12 * 1024), vec![0; 2 * PAGE]);
        for start in 0..PAGE {
            let body = fill.body_for(&buffer[start..]);
            assert_eq!(body, &fill.bodies[..12 * 1024]);
            let apart = buffer[start..].as_ptr().addr().wrapping_sub(body.as_ptr().addr()) % PAGE;
            assert!(apart.abs_diff(PAGE / 2) <= LINE, "{apart}");
        }
    }

    #[test]
    fn another_holders_write_shows() {
        for zeroed in [false, true] {
            let touch = Touch { bytes: 1024, touched: 64, zeroed };
            let mut buffer = if zeroed { vec![0; 1024] } else { Vec::new() };
            assert_eq!(touch.run(&mut buffer, stamp(0, 1)), 0);
            assert_eq!((touch.damage(&buffer), stamp_in(&buffer)), (0, stamp(0, 1)));
            buffer[63] ^= 1;
            assert_eq!(touch.damage(&buffer), 1);
        }
    }
}
