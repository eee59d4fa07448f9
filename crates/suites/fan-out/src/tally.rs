//! Messages that can be accounted for: each says who sent it, and which of the sender's it is.

use contend_harness::WrongResult;

/// Bits of a message that hold its number; the others hold its sender.
const NUMBER_BITS: u32 = 48;

/// Message `number`, from 1, of sender `sender`.
#[inline(always)]
pub(crate) fn message(sender: usize, number: u64) -> u64 {
    (sender as u64) << NUMBER_BITS | number
}

/// Whether one sender sent both.
#[cfg(test)]
pub(crate) fn same_sender(a: u64, b: u64) -> bool {
    a >> NUMBER_BITS == b >> NUMBER_BITS
}

/// What came from one sender.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct FromOne {
    count: u64,
    sum: u64,
    xor: u64,
    last: u64,
    overtaken: u64,
}

/// What one receiver took, or all of them together.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    senders: Vec<FromOne>,
    /// Messages of senders that do not exist.
    strange: u64,
}

impl Tally {
    pub(crate) fn new(senders: usize) -> Self {
        Self { senders: vec![FromOne::default(); senders], strange: 0 }
    }

    /// Counts a message. One receiver sees the messages of one sender in the order in which they were sent.
    #[inline(always)]
    pub(crate) fn add(&mut self, message: u64) {
        let number = message % (1 << NUMBER_BITS);
        let Some(from) = self.senders.get_mut((message >> NUMBER_BITS) as usize) else {
            self.strange += 1;
            return;
        };
        from.count += 1;
        from.sum = from.sum.wrapping_add(number);
        from.xor ^= number;
        from.overtaken += u64::from(number <= from.last);
        from.last = number;
    }

    /// Adds what another receiver took.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.strange += other.strange;
        for (own, other) in self.senders.iter_mut().zip(&other.senders) {
            own.count += other.count;
            own.sum = own.sum.wrapping_add(other.sum);
            own.xor ^= other.xor;
            own.overtaken += other.overtaken;
        }
    }

    /// An error unless sender `n` sent the messages from 1 to `sent[n]`, and each came once and in order.
    pub(crate) fn compare(&self, sent: &[u64]) -> Result<(), WrongResult> {
        WrongResult::unless_equal("messages of nobody", 0, self.strange)?;
        for (sender, (from, sent)) in self.senders.iter().zip(sent).enumerate() {
            let figure = |what: &str| format!("{what} of sender {sender}");
            WrongResult::unless_equal(&figure("messages received"), *sent, from.count)?;
            WrongResult::unless_equal(&figure("sum of all messages"), sum_to(*sent), from.sum)?;
            WrongResult::unless_equal(&figure("xor of all messages"), xor_to(*sent), from.xor)?;
            WrongResult::unless_equal(&figure("messages out of order"), 0, from.overtaken)?;
        }
        Ok(())
    }
}

/// 1 + 2 + ... + `last`, modulo 2⁶⁴.
fn sum_to(last: u64) -> u64 {
    let (even, odd) = if last.is_multiple_of(2) { (last, last + 1) } else { (last + 1, last) };
    (even / 2).wrapping_mul(odd)
}

/// 1 ^ 2 ^ ... ^ `last`. Four numbers from a multiple of four on cancel each other.
fn xor_to(last: u64) -> u64 {
    (last - last % 4..=last).fold(0, |xor, number| xor ^ number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up() {
        for last in 0..100 {
            assert_eq!(sum_to(last), (1..=last).sum::<u64>());
            assert_eq!(xor_to(last), (1..=last).fold(0, |xor, number| xor ^ number));
        }
    }

    #[track_caller]
    fn check(received: &[u64], correct: bool) {
        let mut tally = Tally::new(2);
        received.iter().for_each(|number| tally.add(message(1, *number)));
        assert_eq!(tally.compare(&[0, 4]).is_ok(), correct, "{received:?}");
    }

    #[test]
    fn every_message_counts() {
        check(&[1, 2, 3, 4], true);
        check(&[1, 2, 4], false);
        check(&[1, 2, 3, 3, 4], false);
        check(&[1, 2, 2, 4], false);
        check(&[1, 3, 2, 4], false);
        check(&[1, 2, 3, 4, 1 << 47], false);
        let mut strange = Tally::new(2);
        strange.add(message(2, 1));
        assert!(strange.compare(&[0, 0]).is_err());
    }

    #[test]
    fn receivers_add_up() {
        let [mut first, mut second] = [Tally::new(1), Tally::new(1)];
        [1, 4].iter().for_each(|number| first.add(message(0, *number)));
        [2, 3].iter().for_each(|number| second.add(message(0, *number)));
        first.merge(&second);
        assert_eq!(first.compare(&[4]), Ok(()));
    }
}
