//! Codes that AWS has had, so that none is sent twice: a file for each MFA device, beside the directories of sessions,
//! because a device is the same whatever key they have. It has no code, only hashes with salt, for as long as a code may
//! live.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::folder::UNUSED;
use crate::credentials::Timestamp;
use crate::credentials::code::STEP;
use crate::provider::sign_in::Random as _;
use crate::secret::Secret;
use crate::sys::fs::{is_older, names_in};
use crate::sys::keychain::key_pair::{hash, hex};
use crate::sys::{clock, lock, private, random};

/// What the names of all files begin with.
const PREFIX: &str = "mfa-";

/// In steps: for longer no service takes a code, whose clock may differ from the device's.
const LIFE: i64 = 4;

/// The files of one device.
#[derive(Debug)]
pub(in crate::sys) struct Notes<'s> {
    serial: &'s str,
    path: PathBuf,
}

/// A code that was sent.
#[derive(Deserialize, Serialize)]
struct Note {
    /// When: seconds since 1970, divided by 30.
    step: i64,
    /// In hex, as the hash.
    salt: String,
    hash: String,
}

impl<'s> Notes<'s> {
    /// `root` is the directory of all sessions.
    pub(in crate::sys) fn of(root: &Path, serial: &'s str) -> Self {
        let path = root.join(format!("{PREFIX}{}", hash(serial.as_bytes())));
        Self { serial, path }
    }

    /// The lock of the device.
    pub(in crate::sys) fn lock_path(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    pub(in crate::sys) fn has(&self, code: &Secret<String>) -> bool {
        let notes = live(&self.path, clock::now());
        notes.iter().any(|note| self.is_of(note, code))
    }

    /// The caller has the turn for this device, if there are locks. What cannot be written is left out.
    pub(in crate::sys) fn add(&self, code: &Secret<String>) {
        let mut salt = [0; 16];
        // Without chance the salt is no secret, and the note as good.
        let _ = random::System.fill(&mut salt);
        let salt = hex(&salt);
        let now = clock::now();
        let mut notes = live(&self.path, now);
        notes.push(Note {
            step: step(now),
            hash: self.hashed(&salt, code),
            salt,
        });
        self.write(&notes);
    }

    /// As [`Notes::add`].
    pub(in crate::sys) fn remove(&self, code: &Secret<String>) {
        let mut notes = live(&self.path, clock::now());
        notes.retain(|note| !self.is_of(note, code));
        self.write(&notes);
    }

    fn write(&self, notes: &[Note]) {
        if let Ok(text) = serde_json::to_vec(notes) {
            let _ = private::replace(&self.path, &text);
        }
    }

    fn is_of(&self, note: &Note, code: &Secret<String>) -> bool {
        note.hash == self.hashed(&note.salt, code)
    }

    /// The length keeps a salt from taking over the beginning of a serial number.
    fn hashed(&self, salt: &str, code: &Secret<String>) -> String {
        let mut sum = Sha256::new();
        sum.update(format!("{} {salt} {} ", salt.len(), self.serial));
        sum.update(code.expose());
        hex(&sum.finalize())
    }
}

/// The lock of a job whose processes ask for codes at one terminal.
pub(in crate::sys) fn job_lock(root: &Path, job: u32) -> PathBuf {
    root.join(format!("{PREFIX}job-{job}.lock"))
}

fn step(now: Timestamp) -> i64 {
    now.0.div_euclid(STEP)
}

/// The notes of codes that may still live. One from the future is of a clock that was wrong.
fn live(path: &Path, now: Timestamp) -> Vec<Note> {
    let bytes = private::read(path).ok().flatten().unwrap_or_default();
    let mut notes: Vec<Note> = serde_json::from_slice(&bytes).unwrap_or_default();
    notes.retain(|note| (0..=LIFE).contains(&step(now).saturating_sub(note.step)));
    notes
}

/// Removes the files of devices that were not used for a day.
pub(super) fn sweep(root: &Path) {
    remove(root, |path| is_older(path, UNUSED));
}

/// Removes notes of codes that live no longer.
pub(super) fn expire(root: &Path) {
    let now = clock::now();
    sweep(root);
    remove(root, |path| path.extension().is_none() && live(path, now).is_empty());
}

/// Removes all notes, and the locks that no process holds.
pub(super) fn clear(root: &Path) {
    remove(root, |_| true);
}

fn remove(root: &Path, is_wanted: impl Fn(&Path) -> bool) {
    let names = names_in(root).into_iter();
    let ours = names.filter(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()));
    let paths = ours.map(|name| root.join(name));
    for path in paths.filter(|path| is_wanted(path)) {
        match path.extension() {
            Some(ending) if ending == "lock" => lock::remove(&path),
            _ => drop(fs::remove_file(&path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const SERIAL: &str = "arn:aws:iam::123456789012:mfa/me";

    fn code(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_code_is_known_by_its_device_for_as_long_as_it_may_live() {
        let root = tempfile::tempdir().unwrap();
        let notes = Notes::of(root.path(), SERIAL);
        assert!(
            !notes.has(&code("123456")) && !notes.path.exists(),
            "a look leaves nothing"
        );
        notes.add(&code("123456"));
        notes.add(&code("654321"));
        assert!(notes.has(&code("123456")) && notes.has(&code("654321")));
        assert!(!notes.has(&code("123457")));
        let other = format!("{SERIAL}2");
        assert!(!Notes::of(root.path(), &other).has(&code("123456")));
        notes.remove(&code("123456"));
        assert!(!notes.has(&code("123456")) && notes.has(&code("654321")));

        let text = fs::read_to_string(&notes.path).unwrap();
        assert!(!text.contains("654321") && !text.contains("iam"), "{text}");
        let now = step(clock::now());
        for (age, is_known) in [(-1, false), (0, true), (LIFE, true), (LIFE + 1, false)] {
            let mut old: Vec<Note> = serde_json::from_str(&text).unwrap();
            old[0].step = now - age;
            notes.write(&old);
            // The step may end meanwhile.
            let is_same = step(clock::now()) == now;
            assert!(notes.has(&code("654321")) == is_known || !is_same, "{age}");
        }
        fs::write(&notes.path, "rubbish").unwrap();
        assert!(!notes.has(&code("654321")));
        notes.add(&code("654321"));
        assert!(notes.has(&code("654321")));
    }

    #[test]
    fn each_note_has_a_salt_of_its_own_and_is_private() {
        let root = tempfile::tempdir().unwrap();
        let notes = Notes::of(root.path(), SERIAL);
        notes.add(&code("123456"));
        notes.add(&code("123456"));
        let both = live(&notes.path, clock::now());
        assert!(both.len() == 2 && both[0].hash != both[1].hash && both[0].salt != both[1].salt);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&notes.path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn old_files_are_swept_and_those_of_others_stay() {
        let root = tempfile::tempdir().unwrap();
        let notes = Notes::of(root.path(), SERIAL);
        let there = |path: &Path| (notes.path.exists(), path.exists(), notes.lock_path().exists());
        let lock = root.path().join("lock");
        let make = || {
            notes.add(&code("123456"));
            fs::write(notes.lock_path(), "").unwrap();
            fs::write(&lock, "").unwrap();
        };
        make();
        expire(root.path());
        assert_eq!(there(&lock), (true, true, true));
        notes.write(&[]);
        expire(root.path());
        assert_eq!(there(&lock), (false, true, true));
        make();
        let day = UNIX_EPOCH + Duration::from_secs(clock::now().0.unsigned_abs()) - UNUSED - Duration::from_secs(60);
        for path in [&notes.path, &notes.lock_path(), &lock] {
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(day)
                .unwrap();
        }
        sweep(root.path());
        assert_eq!(there(&lock), (false, true, cfg!(not(unix))));
        make();
        clear(root.path());
        assert_eq!(there(&lock), (false, true, cfg!(not(unix))));
    }
}
