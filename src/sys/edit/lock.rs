//! What the file of the lock says: which process holds it, and which files are beside others while these are
//! replaced: a kill right then must not cost another program its text.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::swap;
use crate::journal::fingerprint;
use crate::sys::fs::read_regular;

/// In bytes; two paths and two fingerprints take far less.
const MOST: u64 = 64 * 1024;

/// A file that is taking the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Handover {
    pub(super) target: PathBuf,
    /// Where the new file is before, and the old one after.
    pub(super) beside: PathBuf,
    /// Of the text that was read, and of the new one.
    pub(super) known: [String; 2],
}

/// What a lock's file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) process: Option<u32>,
    pub(super) handovers: Vec<Handover>,
}

/// `None` if it is not awsenv's own file: that one would be lost.
pub(super) fn read(file: &File) -> Option<Entry> {
    let mut bytes = Vec::new();
    let mut file = file;
    file.rewind()
        .and_then(|()| file.take(MOST).read_to_end(&mut bytes))
        .ok()?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Entry> {
    let fields: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    let number = fields[0];
    if number.len() > 20 || !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (handovers, rest) = fields[1..].as_chunks();
    if !rest.is_empty() {
        return None;
    }
    let handover = |[target, beside, was, now]: &[&[u8]; 4]| {
        Some(Handover {
            target: path(target)?,
            beside: path(beside)?,
            known: [text(was)?, text(now)?],
        })
    };
    let handovers = handovers.iter().map(handover).collect::<Option<_>>()?;
    let process = text(number).and_then(|number| number.parse().ok());
    Some(Entry { process, handovers })
}

/// # Errors
/// What the system says.
pub(super) fn write(mut file: &File, handovers: &[Handover]) -> io::Result<()> {
    let mut bytes = std::process::id().to_string().into_bytes();
    for Handover { target, beside, known } in handovers {
        let paths = [target, beside].map(|path| path.as_os_str().as_encoded_bytes());
        for field in paths.into_iter().chain(known.iter().map(String::as_bytes)) {
            bytes.push(0);
            bytes.extend_from_slice(field);
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&bytes)
}

impl Handover {
    pub(super) fn new(target: &Path, beside: &Path, was: &[u8], now: &[u8]) -> Self {
        Self {
            target: target.to_owned(),
            beside: beside.to_owned(),
            known: [was, now].map(fingerprint),
        }
    }

    /// After a kill: removes the file beside, unless another program wrote it. That one gets its place back, if it is
    /// free or still has what awsenv wrote; otherwise the file is kept under a name that says so.
    pub(super) fn clear(&self) {
        let is_at = |path: &Path, known: &[String]| {
            let is_file = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
            let bytes = read_regular(path).ok().flatten().map(Zeroizing::new);
            is_file && bytes.is_some_and(|bytes| known.contains(&fingerprint(&bytes)))
        };
        if fs::symlink_metadata(&self.beside).is_err() {
            return;
        }
        if is_at(&self.beside, &self.known) {
            let _ = fs::remove_file(&self.beside);
            return;
        }
        let back = if fs::symlink_metadata(&self.target).is_err() {
            let linked = || fs::hard_link(&self.beside, &self.target).and_then(|()| fs::remove_file(&self.beside));
            swap::rename_to_free(&self.beside, &self.target).or_else(|_| linked())
        } else if is_at(&self.target, &self.known[1..]) {
            swap::exchange(&self.beside, &self.target)
        } else {
            Err(io::ErrorKind::AlreadyExists.into())
        };
        // What came out instead may be yet another text.
        if back.is_ok() && is_at(&self.beside, &self.known) {
            let _ = fs::remove_file(&self.beside);
        } else if fs::symlink_metadata(&self.beside).is_ok() {
            let mut name = OsString::from(self.beside.as_os_str());
            name.push("-of-another-program");
            let _ = fs::rename(&self.beside, name);
        }
    }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(OsStr::new(str::from_utf8(bytes).ok()?)))
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let mut file = tempfile::tempfile().unwrap();
        let handover = Handover::new(Path::new("/a\n b/config"), Path::new("/a\n b/.x"), b"was", b"now");
        for handovers in [vec![], vec![handover.clone()], vec![handover.clone(), handover]] {
            write(&file, &handovers).unwrap();
            let process = Some(std::process::id());
            assert_eq!(read(&file), Some(Entry { process, handovers }));
        }
        for (text, is_ours) in [
            ("", true),
            ("12", true),
            ("12\n", false),
            ("x", false),
            ("12\0/a", false),
        ] {
            file.set_len(0).unwrap();
            file.rewind().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert_eq!(read(&file).is_some(), is_ours, "{text:?}");
        }
    }

    #[test]
    fn what_another_program_wrote_is_never_lost() {
        let dir = tempfile::tempdir().unwrap();
        let [target, beside] = ["config", ".config.awsenv-1"].map(|name| dir.path().join(name));
        let handover = Handover::new(&target, &beside, b"was", b"now");
        let says = |path: &Path| fs::read_to_string(path).ok();
        let kept = dir.path().join(".config.awsenv-1-of-another-program");
        for (at_target, at_beside, then, keeps) in [
            (Some("was"), Some("now"), Some("was"), None),
            (Some("now"), Some("was"), Some("now"), None),
            (Some("now"), Some("theirs"), Some("theirs"), None),
            (None, Some("theirs"), Some("theirs"), None),
            (None, Some("was"), None, None),
            (Some("later"), Some("was"), Some("later"), None),
            (Some("later"), Some("theirs"), Some("later"), Some("theirs")),
            (Some("now"), None, Some("now"), None),
        ] {
            for (path, text) in [(&target, at_target), (&beside, at_beside), (&kept, None)] {
                match text {
                    Some(text) => fs::write(path, text).unwrap(),
                    None => drop(fs::remove_file(path)),
                }
            }
            handover.clear();
            let found = [says(&target), says(&beside), says(&kept)];
            assert_eq!(
                found.each_ref().map(Option::as_deref),
                [then, None, keeps],
                "{at_target:?} {at_beside:?}"
            );
        }
    }
}
