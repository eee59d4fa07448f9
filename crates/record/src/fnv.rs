//! FNV-1a, 64 bits: a hash that is the same on every machine and in every version.
//!
//! Source: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>, §2 and §5.

/// Hash of `bytes` as 16 hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
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
