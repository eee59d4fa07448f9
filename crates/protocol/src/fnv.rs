//! FNV-1a, 64 bits: a hash that is the same on every machine and in every version. Documents hold it.
//!
//! Source: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>, §2 and §5.

/// The hash of what was added so far.
#[derive(Clone, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self::new()
    }
}

impl Fnv {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds what comes next.
    pub fn add(&mut self, bytes: &[u8]) {
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = bytes.iter().fold(self.0, mix);
    }

    /// As 16 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// FNV-1a hash of `bytes` as 16 hexadecimal digits: no proof against malice, but the same on every machine.
pub fn hex(bytes: &[u8]) -> String {
    let mut hash = Fnv::new();
    hash.add(bytes);
    hash.hex()
}

#[cfg(test)]
mod tests {
    use super::hex;

    /// Values of the draft's appendix.
    #[test]
    fn known_hashes() {
        assert_eq!(hex(b""), "cbf29ce484222325");
        assert_eq!(hex(b"a"), "af63dc4c8601ec8c");
        assert_eq!(hex(b"foobar"), "85944171f73967e8");
    }
}
