//! The workloads: how large a buffer is, what is done with it, and who gives it back.

use crate::pool::Stock;
use crate::response::Response;
use contend_harness::{Workload, stride};

const MIB: usize = 1024 * 1024;

/// Bytes that a touch of a buffer's beginning writes: a cache line.
pub(crate) const LINE: usize = 64;

/// Buffers for a thread: one in use, and one more that the check holds beside it.
const PER_THREAD: usize = 2;

/// The most buffers that one thread holds at once.
pub(crate) const MOST_HELD: usize = 64;

/// What is done with a buffer, again and again.
#[derive(Clone, Debug)]
pub enum Buffers {
    /// Acquire, write the first `touched` bytes, release.
    Touch {
        /// Size of the buffer.
        bytes: usize,
        /// Bytes that are written.
        touched: usize,
        /// Whether all must be zero before.
        zeroed: bool,
    },
    /// Acquire, fill from a prepared slice, checksum, release: what a server does with a request's body.
    Request {
        /// Size of the body.
        bytes: usize,
    },
    /// One half of the threads acquires, writes and passes on; the other half releases.
    ReleaseElsewhere {
        /// Size of the buffer.
        bytes: usize,
        /// Bytes that are written.
        touched: usize,
        /// Buffers that may wait between the threads.
        waiting: usize,
    },
    /// Acquire, encode a prepared answer as JSON, release.
    JsonResponse {
        /// Items of the answer.
        items: usize,
        /// Bytes to ask for. The encoded size is not known before.
        asked: usize,
    },
    /// Acquire many and write each, then release all: more than the pool was made for.
    Burst {
        /// Size of each buffer.
        bytes: usize,
        /// Bytes that are written in each.
        touched: usize,
        /// Buffers that one thread holds at once, at most 64.
        held: usize,
    },
    /// As [`Buffers::Touch`], behind one holder who grew a buffer and gave it back.
    Poisoned {
        /// Size of the buffers.
        bytes: usize,
        /// Bytes that are written.
        touched: usize,
        /// What the one buffer has grown to.
        grown: usize,
    },
}

impl Buffers {
    /// {1, 16, 256} KiB by {64 bytes, whole} by {uninit, zeroed}, the three scenarios, and what is too much for a pool.
    pub fn all() -> Vec<Self> {
        let touches = [1024, 16 * 1024, 256 * 1024].into_iter().flat_map(|bytes| {
            [(LINE, false), (LINE, true), (bytes, false), (bytes, true)]
                .map(|(touched, zeroed)| Self::Touch { bytes, touched, zeroed })
        });
        touches
            .chain([
                Self::Request { bytes: 12 * 1024 },
                Self::ReleaseElsewhere { bytes: 16 * 1024, touched: LINE, waiting: 64 },
                // What `serde_json::to_vec` begins with.
                Self::JsonResponse { items: 40, asked: 128 },
                Self::Burst { bytes: 16 * 1024, touched: LINE, held: 8 },
                Self::Burst { bytes: 16 * 1024, touched: LINE, held: MOST_HELD },
                Self::Poisoned { bytes: 16 * 1024, touched: LINE, grown: 64 * MIB },
            ])
            .collect()
    }

    /// What a pool for `threads` threads has to hold, so that it is never empty, unless threads hold many at once.
    pub(crate) fn stock(&self, threads: usize) -> Stock {
        let (bytes, waiting) = match *self {
            Self::Touch { bytes, .. } | Self::Request { bytes } | Self::Poisoned { bytes, .. } => (bytes, 0),
            Self::Burst { bytes, held, .. } => {
                return Stock::new(PER_THREAD * threads, bytes, threads).for_bursts(held);
            }
            Self::ReleaseElsewhere { bytes, waiting, .. } => (bytes, waiting),
            // A pooled buffer has grown long ago.
            Self::JsonResponse { items, .. } => (Response::of(items).encoded().len(), 0),
        };
        Stock::new(PER_THREAD * threads + waiting, bytes, threads)
    }

    /// Operations per look at the stop flag: fewer where they are long.
    pub(crate) fn stride(&self) -> u64 {
        stride(match *self {
            Self::Touch { bytes, touched, zeroed } => {
                let written = if zeroed { bytes } else { touched };
                (4096 / written as u64).clamp(1, 16)
            }
            Self::ReleaseElsewhere { .. } => 8,
            Self::Poisoned { .. } => 16,
            Self::Burst { held, .. } => (16 / held as u64).max(1),
            Self::Request { .. } | Self::JsonResponse { .. } => 1,
        })
    }

    /// Buffers that one thread holds at once where memory is looked at, and what is written in each.
    pub(crate) fn at_most(&self) -> Option<(usize, usize)> {
        match *self {
            Self::Burst { bytes, held, .. } => Some((held, bytes)),
            Self::Poisoned { grown, .. } => Some((1, grown)),
            _ => None,
        }
    }
}

impl Workload for Buffers {
    fn id(&self) -> String {
        match *self {
            Self::Touch { bytes, touched, zeroed } => {
                let part = if touched == bytes { "whole".to_owned() } else { format!("{touched}b") };
                let content = if zeroed { "zeroed" } else { "uninit" };
                format!("buffer-{}k-{part}-{content}", bytes / 1024)
            }
            Self::Request { bytes } => format!("request-{}k", bytes / 1024),
            Self::ReleaseElsewhere { bytes, .. } => format!("release-elsewhere-{}k", bytes / 1024),
            Self::JsonResponse { .. } => "json-response".to_owned(),
            Self::Burst { bytes, held, .. } => format!("burst-of-{held}-{}k", bytes / 1024),
            Self::Poisoned { grown, .. } => format!("poisoned-by-{}-mib", grown / MIB),
        }
    }

    fn analysis(&self) -> &'static str {
        match *self {
            Self::Touch { bytes: 1024, touched: 1024, zeroed: false } => {
                "Small buffers that are written in full: the allocator has such sizes at hand, and a pool has to be cheaper than that. \
                 `local-reused` keeps one for each thread and shares nothing."
            }
            Self::Touch { bytes: 16_384, touched: LINE, zeroed: false } => {
                "A read buffer of which a request uses a line. A pool saves the allocation, which costs the same however little is used, and \
                 asks for a push and a pop that threads may meet in."
            }
            Self::Touch { bytes: 262_144, touched: 262_144, zeroed: true } => {
                "Large buffers that have to be zero. Fresh ones may come from the kernel as zero pages, at a page fault for each; those of a \
                 pool have to be cleared. Which is cheaper depends on the machine more than on the pool."
            }
            Self::Request { .. } => {
                "A request's body is taken in, in full, and thrown away: fresh memory for each, a buffer of the thread's own, or a pool. \
                 Copying the body is in all rows, so the rest is what the choice saves."
            }
            Self::ReleaseElsewhere { .. } => {
                "One half of the threads takes buffers and the other gives them back, as where readers hand requests to workers. Pools of each \
                 thread cannot do it, and to an allocator it is what it was least made for."
            }
            Self::JsonResponse { .. } => {
                "An answer of forty items is encoded into a buffer that grows from small, or one that has grown long ago. It says what is left of \
                 a pool's advantage beside the work of a request."
            }
            Self::Touch { .. } | Self::Burst { .. } | Self::Poisoned { .. } => "",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let of = |bytes: usize, used: usize, content: &str, held: usize, back: &str| {
            vec![
                ("bytes", bytes.to_string()),
                ("used", used.to_string()),
                ("content", content.to_owned()),
                ("held", held.to_string()),
                ("back", back.to_owned()),
            ]
        };
        match *self {
            Self::Touch { bytes, touched, zeroed } => {
                of(bytes, touched, if zeroed { "zeroed" } else { "any" }, 1, "same thread")
            }
            Self::Request { bytes } => of(bytes, bytes, "any", 1, "same thread"),
            Self::ReleaseElsewhere { bytes, touched, .. } => of(bytes, touched, "any", 1, "other thread"),
            Self::Burst { bytes, touched, held } => of(bytes, touched, "any", held, "same thread"),
            // How large an answer is, or what a buffer has grown to, is no size that is asked for.
            Self::JsonResponse { .. } | Self::Poisoned { .. } => Vec::new(),
        }
    }

    fn question(&self) -> String {
        match *self {
            Self::Touch { bytes, touched, zeroed } => {
                let part = if touched == bytes {
                    "fully used".to_owned()
                } else {
                    format!("barely used ({touched} bytes)")
                };
                let content = if zeroed { "must be zeroed" } else { "may hold anything" };
                format!("Does it pay to pool buffers of {} KiB that are {part} and {content}?", bytes / 1024)
            }
            Self::Request { bytes } => {
                format!("Does a pool make it cheaper to take in a request's body of {} KiB?", bytes / 1024)
            }
            Self::ReleaseElsewhere { bytes, .. } => {
                format!("Which pool if buffers of {} KiB come back on another thread?", bytes / 1024)
            }
            Self::JsonResponse { items, .. } => {
                format!("What does a pooled buffer save when an answer of {items} items is encoded as JSON?")
            }
            Self::Burst { bytes, held, .. } => {
                let kib = bytes / 1024;
                format!(
                    "What if each thread holds {held} buffers of {kib} KiB at once, of which the pool has {PER_THREAD}?"
                )
            }
            Self::Poisoned { bytes, grown, .. } => {
                let (kib, mib) = (bytes / 1024, grown / MIB);
                format!(
                    "Does one buffer of {kib} KiB that grew to {mib} MiB slow the others down, and what is left of it?"
                )
            }
        }
    }

    /// Where malloc is nearly free and where it has to clear memory, a small buffer, and the three scenarios.
    fn curated(&self) -> bool {
        match *self {
            Self::Touch { bytes, touched, zeroed } => matches!(
                (bytes / 1024, touched == bytes, zeroed),
                (1, true, false) | (16, false, false) | (256, true, true)
            ),
            Self::Burst { .. } | Self::Poisoned { .. } => false,
            Self::Request { .. } | Self::ReleaseElsewhere { .. } | Self::JsonResponse { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_size_use_and_content() {
        let ids: Vec<String> = Buffers::all().iter().map(Workload::id).collect();
        assert_eq!(ids.len(), 18);
        assert_eq!(ids[4..6], ["buffer-16k-64b-uninit", "buffer-16k-64b-zeroed"]);
        assert_eq!(ids[10..12], ["buffer-256k-whole-uninit", "buffer-256k-whole-zeroed"]);
        assert_eq!(ids[12..15], ["request-12k", "release-elsewhere-16k", "json-response"]);
        assert_eq!(ids[15..], ["burst-of-8-16k", "burst-of-64-16k", "poisoned-by-64-mib"]);
    }

    #[test]
    fn six_workloads_are_curated() {
        assert_eq!(Buffers::all().iter().filter(|workload| workload.curated()).count(), 6);
    }
}
