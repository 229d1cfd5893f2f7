//! Messages for edits that failed, each with its remedy.

use super::{Error, Kind, NO_MODES};
use crate::advice::{Advice, Command};
use crate::config::EditError;
use crate::sys;
use crate::sys::edit::FileError;

impl From<EditError> for Error {
    fn from(error: EditError) -> Self {
        let words = error.to_string();
        match error {
            EditError::Document(error) => (*error).into(),
            EditError::IsBlock(key) => {
                Error::new(Kind::Failed, words).hint(format!("name a key in the block: `{key}.NAME`"))
            }
            EditError::Ambiguous(_) => {
                Error::new(Kind::Failed, words).hint("give the lines around it the same indentation, then try again")
            }
            _ => Error::new(Kind::Failed, words),
        }
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        let failed = |message: String| Error::new(Kind::Failed, message);
        match error {
            FileError::Barred { dir, why, is_own } => {
                let error = failed(format!("awsenv cannot put a new file into `{}`: {why}", dir.display()));
                match is_own {
                    true => error.hint(Command::new("chmod u+wx").file(&dir)),
                    false => error.hint("give yourself write permission there; `write_through = on` in the settings allows awsenv to overwrite a file there instead"),
                }
            }
            FileError::Busy { by, after } => {
                let who = by.map_or("another awsenv".to_owned(), |by| {
                    format!("another awsenv (process {by})")
                });
                let after = after.as_secs();
                failed(format!(
                    "{who} has been editing files for {after} s, so awsenv gave up waiting"
                ))
                .hint("try again when it has finished; an edit takes only a moment, so end that process if it hangs")
            }
            FileError::Changed(path) => failed(format!(
                "`{}` was changed by another program in the meantime, so it was not written",
                path.display()
            ))
            .hint("try again"),
            FileError::Foreign(path) => failed(format!(
                "`{}` belongs to another user, so nothing was written there",
                path.display()
            ))
            .hint("edit it as that user, or let a variable such as AWS_CONFIG_FILE name a file of your own"),
            FileError::ForeignState(dir) => failed(format!(
                "the state directory `{}` belongs to another user, so awsenv writes nothing there",
                dir.display()
            ))
            .hint("set XDG_STATE_HOME to a directory of your own, or run awsenv as that user"),
            FileError::Immutable(path) => {
                failed(format!(
                    "`{}` is immutable or append-only, so nothing can take its place",
                    path.display()
                ))
                .hint(Advice::from("as root: ").command(Command::new(sys::edit::UNFIX).file(&path)))
            }
            FileError::Mounted(path) => failed(format!(
                "`{}` is a mount of this one file, so no new file can take its place",
                path.display()
            ))
            .hint("mount its directory instead; or set `write_through = on` in the settings: awsenv then overwrites the file, and a crash in the middle leaves it torn"),
            FileError::MountedReadOnly(path) => failed(format!(
                "`{}` is mounted read-only, so nothing was written there",
                path.display()
            ))
            .hint("mount it writable"),
            FileError::NoModes(path) => failed(format!(
                "`{}` cannot be private: its file system keeps no modes",
                path.display()
            ))
            .hint(NO_MODES),
            FileError::NoState => failed("awsenv has no directory for its state, so it edits no files".to_owned())
                .hint("set HOME to an absolute path"),
            FileError::NotRegular(path) => failed(format!("`{}` is not a regular file", path.display())),
            FileError::ReadOnly(path) => failed(format!("`{}` is read-only, so it was not written", path.display()))
                .hint(Command::new("chmod u+w").file(&path)),
            FileError::Shared(path) => failed(format!(
                "other users can write to `{}`, so nothing was written there",
                path.display()
            ))
            .hint(Command::new("chmod go-w").file(&path)),
            FileError::System { path, what, why } => failed(format!("cannot {what} `{}`: {why}", path.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_remedy_is_for_what_is_in_the_way() {
        let hint = |error: FileError| format!("{:?}", Error::from(error).hints);
        let dir = || PathBuf::from("/state/awsenv");
        assert!(hint(FileError::Foreign(dir())).contains("a variable such as"));
        let of_state = hint(FileError::ForeignState(dir()));
        assert!(of_state.contains("XDG_STATE_HOME") && !of_state.contains("a variable such as"));
        // The run with the lock has asked everything before.
        let busy = FileError::Busy {
            by: Some(1),
            after: Duration::from_secs(5),
        };
        assert!(!hint(busy).contains("answer"));
    }
}
