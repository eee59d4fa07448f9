//! Arenas with a fault.

use super::fault_in;
use contend_buffer_pools::{Arena, Arenas, RequestArena};
use std::ops::Range;

const NONE: u8 = 0;
const OVERWRITES: u8 = 1;
const CUTS: u8 = 2;
const SWAPS: u8 = 3;

/// One vector for all fields, with one of the faults above.
enum Faulty<const FAULT: u8> {}

impl<const FAULT: u8> Arena for Faulty<FAULT> {
    type Handle = Vec<u8>;
    type Response<'a> = &'a mut Vec<u8>;
    type Field<'a> = Range<usize>;

    fn handle(_bytes: usize) -> Vec<u8> {
        Vec::new()
    }

    fn begin(frame: &mut Vec<u8>) -> &mut Vec<u8> {
        frame.clear();
        frame
    }

    fn keep<'a>(frame: &mut &'a mut Vec<u8>, field: &'a [u8]) -> Range<usize> {
        if FAULT == OVERWRITES && frame.len() >= 512 {
            frame.clear();
        }
        let start = frame.len();
        frame.extend_from_slice(field);
        match FAULT {
            CUTS if field.len() > 512 => start..frame.len() - 1,
            OVERWRITES => start..start + field.len(),
            _ => start..frame.len(),
        }
    }

    fn read<'f>(frame: &'f &mut Vec<u8>, field: &'f Range<usize>) -> &'f [u8] {
        match FAULT {
            SWAPS if field.start == 0 => &frame[1..],
            OVERWRITES => &frame[field.start.min(frame.len())..field.end.min(frame.len())],
            _ => &frame[field.clone()],
        }
    }
}

fn fault<const FAULT: u8>(threads: usize) -> Option<String> {
    fault_in::<Arenas, Faulty<FAULT>>(RequestArena::all(), "request-arena", threads)
}

#[test]
fn an_arena_without_a_fault_passes() {
    assert_eq!(fault::<NONE>(2), None);
}

#[test]
fn a_field_that_is_not_kept_whole_is_found() {
    for found in [fault::<OVERWRITES>(1), fault::<CUTS>(2), fault::<SWAPS>(1)] {
        let found = found.expect("the fault is found");
        assert!(found.contains("sum of checksums"), "{found}");
    }
}
