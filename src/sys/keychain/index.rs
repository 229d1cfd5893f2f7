//! The file of the index: `keychain.json` in the state directory.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::keychain::Index;
use crate::sys::{fs, private};

/// How long to wait for another awsenv that writes, which is done in a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the index; one that is absent is empty.
///
/// # Errors
/// What the system says, or that it is damaged; with the path.
pub(super) fn load(path: &Path) -> io::Result<Index> {
    let bytes = fs::read_regular(path).map_err(|error| at(path, &error.to_string()))?;
    Index::parse(&bytes.unwrap_or_default()).map_err(|why| at(path, &format!("is damaged: {why}")))
}

/// Changes the index under a lock, so that many at once lose nothing. Writes only a difference.
///
/// # Errors
/// As [`load`], and what the system says on writing.
pub(super) fn change(path: &Path, change: impl FnOnce(&mut Index)) -> io::Result<()> {
    let within = |error: io::Error| at(path, &error.to_string());
    private::make_dir(path.parent().unwrap_or(Path::new("."))).map_err(within)?;
    let _lock = private::lock(&path.with_extension("lock"), PATIENCE).map_err(within)?;
    let mut index = load(path)?;
    let before = index.clone();
    change(&mut index);
    if index == before {
        return Ok(());
    }
    private::replace(path, index.to_json().as_bytes()).map_err(within)
}

/// Where the index is, below the directory of awsenv's state.
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
