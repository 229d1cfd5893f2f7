//! Keys in a keychain: a real gnome-keyring on a bus of its own, read back by other programs.

mod begun;
mod boto;
mod canary;
mod commands;
mod fixed;
mod fixture;
mod hostile;
mod import;
mod process;
mod story;
mod trusted;
mod walk;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::support::{Key, Output, Sandbox, botocore_identities, identities};

/// Of the profile `work`.
pub(crate) const WORK: Key<'_> = ("AKIAIOSFODNN7WORKKEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEwrk");

/// Of the profile `other`, which no test moves.
pub(crate) const OTHER: Key<'_> = ("AKIAIOSFODNN7OTHERKE", "otherrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEot");

/// A key that tests may give to a profile.
pub(crate) const NEW: Key<'_> = ("AKIAIOSFODNN7NEWKEYY", "newalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEnw");

pub(crate) const KEYS: [Key<'_>; 3] = [WORK, OTHER, NEW];

/// Files as people write them: comments, empty lines, CRLF, odd spellings, no newline at the end.
pub(crate) const CONFIG: &str = "# mine\n[default]\nregion = eu-west-1\n\n[profile work]\nregion=eu-central-1\noutput = json\n\
     s3 =\n  max_queue_size = 3\n\n[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = work\n\
     [profile bare]\nregion = us-east-1";

/// Like [`CONFIG`]; `work` is between other profiles, and both its lines are spelled oddly.
pub(crate) fn credentials() -> String {
    format!(
        "[other]\naws_access_key_id = {}\naws_secret_access_key = {}\n\n; the old one\n[work]\r\n# a comment\r\n\
         AWS_Access_Key_Id: {}\r\naws_secret_access_key={}\r\n# the end of it\r\n[empty]\n",
        OTHER.0, OTHER.1, WORK.0, WORK.1
    )
}

/// With [`CONFIG`] and [`credentials`].
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config(CONFIG);
    private(&sandbox, ".aws/credentials", credentials());
    sandbox
}

/// Writes a file that only its owner can read.
pub(crate) fn private(sandbox: &Sandbox, relative: &str, text: impl AsRef<[u8]>) {
    let path = sandbox.write(relative, text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a private file");
}

/// The content of a file under HOME.
pub(crate) fn text(sandbox: &Sandbox, relative: &str) -> String {
    std::fs::read_to_string(sandbox.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

pub(crate) fn mode(sandbox: &Sandbox, relative: &str) -> u32 {
    let metadata = std::fs::metadata(sandbox.path(relative));
    metadata.expect("a file").permissions().mode() & 0o777
}

/// Every file below a directory, with its content.
pub(crate) fn files(below: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![below.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let kind = entry.file_type().expect("a kind of file");
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                let name = path.strip_prefix(below).expect("below").to_string_lossy().into_owned();
                found.insert(name, std::fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

/// The files below a directory that contain the text.
pub(crate) fn holding(below: &Path, text: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let found = files(below).into_iter().filter(|(_, bytes)| holds(bytes));
    found.map(|(name, _)| name).collect()
}

#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{}", output.all()))
}

/// Which identity botocore, boto3 and the AWS CLI get for each profile, without how they found it: equal before and
/// after anything that must not change an identity.
#[track_caller]
pub(crate) fn everyone(sandbox: &Sandbox, profiles: &[&str]) -> Option<Value> {
    Some(without_the_way(identities(sandbox, profiles, &KEYS)?))
}

/// As [`everyone`], for botocore alone, which takes a tenth of the time.
#[track_caller]
pub(crate) fn who(sandbox: &Sandbox, profiles: &[&str]) -> Option<Value> {
    let mut answers = botocore_identities(&[sandbox], profiles, &KEYS)?;
    answers.pop().map(without_the_way)
}

/// Removes the names of the providers from an answer.
pub(crate) fn without_the_way(mut answer: Value) -> Value {
    let readers = answer
        .as_object_mut()
        .into_iter()
        .flat_map(|profiles| profiles.values_mut());
    for found in readers
        .filter_map(Value::as_object_mut)
        .flat_map(|readers| readers.values_mut())
    {
        if let Some(found) = found.as_object_mut() {
            found.remove("method");
        }
    }
    answer
}
