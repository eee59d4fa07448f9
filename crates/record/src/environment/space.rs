//! Room on a disk.

use std::path::Path;

/// What a folder's disk has left for this user.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Space {
    /// Bytes.
    pub free_bytes: u64,
    /// The folder, or the one it would be made in, can be written to.
    pub writable: bool,
}

/// Room where `folder` is or would be made; `None` where the system does not tell.
#[cfg(unix)]
pub fn space(folder: &Path) -> Option<Space> {
    use nix::sys::statvfs::statvfs;
    use nix::unistd::{AccessFlags, access};
    let there = folder.ancestors().find(|ancestor| ancestor.exists())?;
    let disk = statvfs(there).ok()?;
    // Their widths differ between platforms.
    #[expect(clippy::useless_conversion, reason = "these are 32 bits wide on some platforms")]
    let (blocks, size) = (u64::from(disk.blocks_available()), u64::from(disk.fragment_size()));
    let writable = access(there, AccessFlags::W_OK | AccessFlags::X_OK).is_ok();
    Some(Space { free_bytes: blocks.saturating_mul(size), writable })
}

/// Elsewhere nobody is asked.
#[cfg(not(unix))]
pub fn space(_folder: &Path) -> Option<Space> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_that_is_not_there_has_the_room_of_the_one_above() {
        let folder = tempfile::tempdir().expect("a folder");
        let above = space(folder.path()).expect("it is there");
        let below = space(&folder.path().join("a/b")).expect("it would be made there");
        assert!(above.writable && below.writable);
        assert!(above.free_bytes > 0);
    }
}
