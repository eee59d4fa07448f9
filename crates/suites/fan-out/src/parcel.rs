//! Messages that are more than a number, and still say which number they have.

use crate::payload::Message;

/// Bytes of a text.
pub(crate) const TEXT_BYTES: usize = 64;

/// What a text says after its number.
const FILLING: &str = "a line of a log, or a key of a user, as services pass it";

/// Bytes of a text that hold its number, seven bits each: a number of up to 56 bits, as characters.
const NUMBER_BYTES: usize = TEXT_BYTES - FILLING.len();

/// A message that holds a number, at both of its ends where it has some.
pub(crate) trait Parcel: Message {
    fn pack(number: u64) -> Self;

    /// Puts another number into the same memory.
    fn pack_again(&mut self, number: u64) {
        *self = Self::pack(number);
    }

    /// The number that was packed; any other where the parcel was altered. `expected` where there is no room for one.
    fn number(&self, expected: u64) -> u64;
}

impl Parcel for () {
    #[inline(always)]
    fn pack(_number: u64) -> Self {}

    #[inline(always)]
    fn number(&self, expected: u64) -> u64 {
        expected
    }
}

impl<const WORDS: usize> Parcel for [u64; WORDS] {
    #[inline(always)]
    fn pack(number: u64) -> Self {
        [number; WORDS]
    }

    #[inline(always)]
    fn number(&self, _expected: u64) -> u64 {
        self[0] & self[WORDS - 1]
    }
}

impl Parcel for Box<[u8; 64]> {
    #[inline(always)]
    fn pack(number: u64) -> Self {
        let mut bytes = Self::new([0; 64]);
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        bytes[56..].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    #[inline(always)]
    fn number(&self, _expected: u64) -> u64 {
        let word = |first: usize| self[first..first + 8].first_chunk().copied().map(u64::from_le_bytes);
        word(0).unwrap_or(0) & word(56).unwrap_or(0)
    }
}

impl Parcel for String {
    #[inline(always)]
    fn pack(number: u64) -> Self {
        let mut text = Self::with_capacity(TEXT_BYTES);
        text.pack_again(number);
        text
    }

    #[inline(always)]
    fn pack_again(&mut self, number: u64) {
        let digits: [u8; NUMBER_BYTES] = std::array::from_fn(|place| (number >> (7 * place)) as u8 & 0x7F);
        self.clear();
        self.push_str(str::from_utf8(&digits).expect("seven bits are a character"));
        self.push_str(FILLING);
    }

    #[inline(always)]
    fn number(&self, _expected: u64) -> u64 {
        let digits = self.bytes().take(NUMBER_BYTES).enumerate();
        let number = digits.fold(0, |number, (place, digit)| number | u64::from(digit) << (7 * place));
        number + TEXT_BYTES.abs_diff(self.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<P: Parcel>(bytes: usize) {
        assert_eq!(size_of::<P>(), bytes);
        let mut parcel = P::pack(1);
        for number in [1, 2, 127, 128, 0x1234_5678_9ABC, (1 << 48) - 1] {
            assert_eq!(P::pack(number).number(number), number);
            parcel.pack_again(number);
            assert_eq!(parcel.number(number), number);
        }
    }

    #[test]
    fn parcels_hold_their_number() {
        check::<()>(0);
        check::<[u64; 4]>(32);
        check::<[u64; 8]>(64);
        check::<[u64; 33]>(264);
        check::<Box<[u8; 64]>>(size_of::<usize>());
        check::<String>(3 * size_of::<usize>());
        assert_eq!(String::pack(1 << 47).len(), TEXT_BYTES);
    }

    #[test]
    fn a_parcel_that_was_altered_shows() {
        let mut words = <[u64; 4]>::pack(5);
        words[3] = 6;
        assert_ne!(words.number(5), 5);
        let mut bytes = <Box<[u8; 64]>>::pack(5);
        bytes[56] = 6;
        assert_ne!(bytes.number(5), 5);
        let mut text = String::pack(5);
        text.pop();
        assert_ne!(text.number(5), 5);
    }
}
