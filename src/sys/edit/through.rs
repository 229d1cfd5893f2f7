//! Writing into a file that cannot be replaced. It may be left torn by a kill or a power cut, so it is done only where
//! the user has allowed it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::sys::private;

/// Returns whether the file still held `was`; otherwise it is unchanged.
///
/// # Errors
/// What the system says; the old text is there then, unless it cannot be written either.
pub(super) fn write(target: &Path, was: &[u8], now: &[u8]) -> io::Result<bool> {
    let mut file = open(target)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(was.len() + 1));
    (&file).take(was.len() as u64 + 1).read_to_end(&mut bytes)?;
    if *bytes != was {
        return Ok(false);
    }
    let written = overwrite(&mut file, was.len(), now);
    if written.is_err() {
        overwrite(&mut file, was.len(), was)?;
    }
    written.map(|()| true)
}

/// # Errors
/// What keeps the file from being written.
pub(super) fn open(target: &Path) -> io::Result<File> {
    private::open(OpenOptions::new().read(true).write(true), target)
}

/// What is longer than the old text is written first, because a full disk fails there, while the old text is complete.
fn overwrite(file: &mut File, old: usize, new: &[u8]) -> io::Result<()> {
    let (start, rest) = new.split_at(old.min(new.len()));
    file.seek(SeekFrom::Start(start.len() as u64))?;
    file.write_all(rest)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(start)?;
    file.set_len(new.len() as u64)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gets_its_new_text_where_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for (was, now) in [
            ("", "x"),
            ("one", "three"),
            ("three", "one"),
            ("one", ""),
            ("one", "two"),
        ] {
            std::fs::write(&path, was).unwrap();
            assert!(!write(&path, b"other", now.as_bytes()).unwrap());
            assert!(!write(&path, format!("{was}.").as_bytes(), now.as_bytes()).unwrap());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), was);
            assert!(write(&path, was.as_bytes(), now.as_bytes()).unwrap());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), now);
        }
    }
}
