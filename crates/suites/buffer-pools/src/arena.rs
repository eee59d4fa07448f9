//! Where the fields of a response live until it has been sent: arenas, frames, or a vector for each.

use contend_harness::tape::mix;
use contend_harness::{Account, Admits, Contract, Setting, Trial, Worker, Workload, WrongResult, stride};
use std::array;
use std::hint::black_box;
use std::marker::PhantomData;
use std::ops::Range;

/// Fields of a response.
const FIELDS: usize = 20;

/// The shortest and the longest that each field may be, in bytes.
///
/// Chosen here because it is an answer with its headers: names and numbers, then paths and tokens, then texts, then a body;
/// some 4 KB on average.
const LENGTHS: [(usize, usize); FIELDS] = [
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (4, 32),
    (32, 128),
    (32, 128),
    (32, 128),
    (32, 128),
    (32, 128),
    (32, 128),
    (128, 512),
    (128, 512),
    (128, 512),
    (512, 4096),
];

/// Different responses of each worker, made in turn.
///
/// Chosen here because no allocator foresees 1,280 sizes, and their text stays in a second-level cache.
const RESPONSES: usize = 64;

/// Responses per look at the stop flag.
const STRIDE: u64 = stride(2);

/// Memory for the fields of one response after the other.
pub trait Arena: 'static {
    /// What one thread keeps from response to response; made outside the clock.
    type Handle;

    /// Access for one response.
    type Response<'a>;

    /// A field that has been kept.
    type Field<'a>;

    /// Memory for responses of up to `bytes` bytes. Called on the worker's own thread.
    fn handle(bytes: usize) -> Self::Handle;

    /// Begins a response. No field of the one before it is left. This is what is measured.
    fn begin(handle: &mut Self::Handle) -> Self::Response<'_>;

    /// Keeps a copy of `field` until the response ends. This is what is measured.
    fn keep<'a>(response: &mut Self::Response<'a>, field: &'a [u8]) -> Self::Field<'a>;

    /// A field as it was kept. This is what is measured.
    fn read<'f>(response: &'f Self::Response<'_>, field: &'f Self::Field<'_>) -> &'f [u8];
}

/// Each thread puts responses together, field by field, reads all fields of each, and frees them.
#[derive(Clone, Debug)]
pub struct RequestArena {
    fields: [(usize, usize); FIELDS],
    responses: usize,
}

impl RequestArena {
    /// The one workload.
    pub fn all() -> Vec<Self> {
        vec![Self { fields: LENGTHS, responses: RESPONSES }]
    }
}

impl Workload for RequestArena {
    fn id(&self) -> String {
        "request-arena".to_owned()
    }

    fn question(&self) -> String {
        format!("Where should the {FIELDS} fields of a response live until it has been sent?")
    }

    fn curated(&self) -> bool {
        false
    }
}

/// The contract of types with [`Arena`].
#[derive(Debug)]
pub enum Arenas {}

impl Contract for Arenas {
    type Workload = RequestArena;
    const NAME: &'static str = "arenas for the fields of a response";
    const GUARANTEES: &'static str = "every field is read as it was kept";
    const PLACED: bool = true;
}

impl<T: Arena> Admits<T> for Arenas {
    fn trial(workload: &RequestArena, setting: &Setting) -> impl Trial {
        let inputs = |worker| Inputs::draw(workload, mix(setting.seed, worker));
        ArenaTrial::<T> { inputs: (0..setting.threads as u64).map(inputs).collect(), arena: PhantomData }
    }
}

/// What one worker puts together, drawn before any clock starts.
struct Inputs {
    text: Vec<u8>,
    /// Where in the text the fields of each response are.
    responses: Vec<[Range<usize>; FIELDS]>,
    /// The longest response, in bytes.
    most_bytes: usize,
}

impl Inputs {
    fn draw(workload: &RequestArena, seed: u64) -> Self {
        let mut end = 0;
        let mut field = |number: usize, (shortest, longest): (usize, usize)| {
            let draw = mix(seed, number as u64) as usize;
            let start = end;
            end = start + shortest + draw % (longest - shortest + 1);
            start..end
        };
        let responses: Vec<[_; FIELDS]> = (0..workload.responses)
            .map(|response| array::from_fn(|index| field(response * FIELDS + index, workload.fields[index])))
            .collect();
        let bytes = |fields: &[Range<usize>; FIELDS]| fields.iter().map(Range::len).sum();
        Self {
            text: (0..end as u64).map(|index| mix(!seed, index) as u8).collect(),
            most_bytes: responses.iter().map(bytes).max().unwrap_or(0),
            responses,
        }
    }

    #[inline(always)]
    fn response(&self, number: u64) -> &[Range<usize>; FIELDS] {
        &self.responses[(number % self.responses.len() as u64) as usize]
    }

    /// What the first `count` responses add up to.
    fn model(&self, count: u64) -> u64 {
        let sum = |response: &[Range<usize>; FIELDS]| {
            response.iter().fold(0, |sum, field| add_to(sum, &self.text[field.clone()]))
        };
        let sums: Vec<u64> = self.responses.iter().map(sum).collect();
        let total = |sums: &[u64]| sums.iter().fold(0_u64, |total, sum| total.wrapping_add(*sum));
        let (rounds, rest) = (count / sums.len() as u64, (count % sums.len() as u64) as usize);
        rounds.wrapping_mul(total(&sums)).wrapping_add(total(&sums[..rest]))
    }
}

/// Adds a field to a checksum of all its bytes, in which the order of fields counts.
#[inline(always)]
fn add_to(sum: u64, field: &[u8]) -> u64 {
    let (words, rest) = field.as_chunks::<{ size_of::<u64>() }>();
    let words =
        words.iter().fold(field.len() as u64, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)));
    let bytes = rest.iter().fold(words, |sum, byte| sum.wrapping_add(u64::from(*byte)));
    sum.rotate_left(7).wrapping_add(bytes)
}

struct ArenaTrial<T> {
    inputs: Vec<Inputs>,
    arena: PhantomData<fn() -> T>,
}

impl<T: Arena> Trial for ArenaTrial<T> {
    /// The sum of all checksums.
    type Report = u64;

    fn work(&self, worker: &mut Worker<'_>) -> u64 {
        let inputs = &self.inputs[worker.index()];
        let mut handle = T::handle(inputs.most_bytes);
        let mut total = 0_u64;
        worker.measure(STRIDE, |done| {
            for number in done..done + STRIDE {
                total = total.wrapping_add(respond::<T>(&mut handle, &inputs.text, inputs.response(number)));
            }
            STRIDE
        });
        total
    }

    fn check(&mut self, accounts: &[Account<u64>]) -> Result<(), WrongResult> {
        for (inputs, account) in self.inputs.iter().zip(accounts) {
            WrongResult::unless_equal("sum of checksums", inputs.model(account.ops), account.report)?;
        }
        Ok(())
    }
}

/// Keeps all fields of a response, and returns the checksum of what was kept.
#[inline(always)]
fn respond<T: Arena>(handle: &mut T::Handle, text: &[u8], fields: &[Range<usize>; FIELDS]) -> u64 {
    let mut response = T::begin(handle);
    let kept: [T::Field<'_>; FIELDS] =
        array::from_fn(|index| T::keep(&mut response, &text[fields[index].clone()]));
    // Somebody may read all of it, so all of it has to be written.
    kept.iter().fold(0, |sum, field| add_to(sum, black_box(T::read(&response, field))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs() -> Inputs {
        Inputs::draw(&RequestArena::all()[0], 42)
    }

    #[test]
    fn lengths_are_within_their_ranges() {
        let inputs = inputs();
        for response in &inputs.responses {
            for (field, (shortest, longest)) in response.iter().zip(LENGTHS) {
                assert!((shortest..=longest).contains(&field.len()), "{field:?}");
            }
        }
        let mean = inputs.text.len() / RESPONSES;
        assert!((3000..4500).contains(&mean), "{mean} bytes");
        assert!((mean..inputs.text.len()).contains(&inputs.most_bytes));
    }

    #[test]
    fn the_model_begins_anew_behind_the_last_response() {
        let inputs = inputs();
        let round = inputs.model(RESPONSES as u64);
        let first = inputs.model(1);
        assert_ne!(first, 0);
        assert_eq!(inputs.model(2 * RESPONSES as u64 + 1), round.wrapping_mul(2).wrapping_add(first));
    }

    #[test]
    fn a_byte_a_length_and_an_order_change_the_sum() {
        let sum = |fields: &[&[u8]]| fields.iter().fold(0, |sum, field| add_to(sum, field));
        let all = [sum(&[b"0123456789", b"ab"]), sum(&[b"0123456789", b"ac"]), sum(&[b"ab", b"0123456789"])];
        assert!(all[0] != all[1] && all[0] != all[2]);
        assert_ne!(sum(&[b"a\0"]), sum(&[b"a"]));
    }
}
