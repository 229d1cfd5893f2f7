//! The index's file: `keychain.json` in the state directory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::keychain::Index;
use crate::sys::trust::Way;
use crate::sys::{fs, private};

/// How long to wait for another awsenv that is writing, which takes only a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// A missing file is an empty index.
///
/// # Errors
/// What the system says, or that the file is damaged; with its path.
pub(super) fn load(path: &Path) -> io::Result<Index> {
    let bytes = private::read_as_root(path).map_err(|error| at(path, &error.to_string()))?;
    let damaged = |why| io::Error::other(format!("`{}` is damaged: {why}", path.display()));
    Index::parse(&bytes.unwrap_or_default()).map_err(damaged)
}

/// Checks what can be known before [`change`].
///
/// # Errors
/// As [`change`].
pub(super) fn check(path: &Path) -> io::Result<()> {
    let _lock = lock(path)?;
    load(path)?;
    private::check_replaceable(path).map_err(|error| at(path, &error.to_string()))
}

/// Locks the index, so that concurrent changes are not lost. Writes only if something changed.
///
/// # Errors
/// As [`load`], and what the system says about writing.
pub(super) fn change(path: &Path, change: impl FnOnce(&mut Index)) -> io::Result<()> {
    let _lock = lock(path)?;
    let mut index = load(path)?;
    let before = index.clone();
    change(&mut index);
    if index == before {
        return Ok(());
    }
    private::replace(path, index.to_json().as_bytes()).map_err(|error| at(path, &error.to_string()))
}

fn lock(path: &Path) -> io::Result<File> {
    let within = |path| move |error: io::Error| at(path, &error.to_string());
    let dir = fs::parent(path);
    private::make_dir(dir)
        .and_then(|()| private::check_way(dir, Way::Name))
        .map_err(within(dir))?;
    let lock = path.with_extension("lock");
    private::lock(&lock, PATIENCE).map_err(within(&lock))
}

/// `dir` is awsenv's state directory.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("keychain.json")
}

fn at(path: &Path, why: &str) -> io::Error {
    io::Error::other(format!("`{}`: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Timestamp;
    use crate::keychain::{Record, StoreKind};

    fn record(item: &str) -> Record {
        Record {
            profile: item.into(),
            item: item.into(),
            last_four: "MPLE".into(),
            account_id: None,
            since: Timestamp(0),
            store: StoreKind::Os,
        }
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(&dir.path().join("state/awsenv"));
        assert_eq!(load(&path).unwrap(), Index::default());
        std::thread::scope(|scope| {
            for number in 0..8 {
                let path = &path;
                scope.spawn(move || change(path, |index| index.put(record(&number.to_string()))).unwrap());
            }
        });
        assert_eq!(load(&path).unwrap().records().count(), 8);
        change(&path, |index| drop(index.remove("3"))).unwrap();
        assert_eq!(load(&path).unwrap().find("3"), None);
        let mut names = crate::sys::fs::names_in(path.parent().unwrap());
        names.sort();
        assert_eq!(names, ["keychain.json", "keychain.lock"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_at_fault_is_named() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("awsenv");
        let path = path(&state);
        change(&path, |index| index.put(record("a"))).unwrap();
        let refused = |what: &Path| {
            let error = change(&path, |index| index.put(record("b"))).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{}`: ", what.display())), "{error}");
        };
        let set_mode = |mode| std::fs::set_permissions(&state, std::fs::Permissions::from_mode(mode)).unwrap();
        set_mode(0o777);
        refused(&state);
        set_mode(0o700);
        let lock = state.join("keychain.lock");
        std::fs::remove_file(&lock).unwrap();
        symlink("/dev/null", &lock).unwrap();
        refused(&lock);
        std::fs::remove_file(&lock).unwrap();
        std::fs::rename(&path, state.join("away")).unwrap();
        symlink(state.join("away"), &path).unwrap();
        refused(&path);
        assert!(load(&path).unwrap_err().to_string().contains("symbolic link"));
    }

    #[test]
    fn a_damaged_one_is_named_and_left() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        std::fs::write(&path, "{").unwrap();
        let error = change(&path, |index| index.put(record("a"))).unwrap_err().to_string();
        assert!(
            error.contains("keychain.json") && error.contains("is damaged"),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"{");
    }
}
