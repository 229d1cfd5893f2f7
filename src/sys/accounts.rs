//! The accounts of keys that AWS has named once: the account of a key never changes.

use std::path::PathBuf;
use std::time::Duration;

use crate::env::Env;
use crate::sys::fs::{parent, state_dir};
use crate::sys::private;
use crate::sys::trust::Way;

/// Of what is remembered; the oldest make room.
const MOST: usize = 1000;

/// What is not remembered is asked for again, so no run waits long for it.
const PATIENCE: Duration = Duration::from_millis(100);

/// Twelve digits, if AWS has named them for the key.
pub fn of_key(env: &Env, access_key_id: &str) -> Option<String> {
    let bytes = private::read(&path(env)?).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    let account = entries(&text).find_map(|(id, account)| (id == access_key_id).then_some(account))?;
    Some(account.to_owned())
}

/// Remembers the account of a key. What cannot be written is left out.
pub fn remember(env: &Env, access_key_id: &str, account: &str) {
    let is_entry = entry(&format!("{access_key_id} {account}")).is_some();
    if !is_entry || of_key(env, access_key_id).is_some_and(|known| known == account) {
        return;
    }
    let Some(path) = path(env) else { return };
    let dir = parent(&path);
    let lock = || {
        private::make_dir(dir)?;
        private::check_way(dir, Way::Name)?;
        private::lock(&path.with_extension("lock"), PATIENCE)
    };
    let Ok(_lock) = lock() else { return };
    let before = private::read(&path).ok().flatten().unwrap_or_default();
    let before = String::from_utf8(before).unwrap_or_default();
    let others = entries(&before).filter(|(id, _)| *id != access_key_id);
    let all = std::iter::once((access_key_id, account)).chain(others).take(MOST);
    let text: String = all.map(|(id, account)| format!("{id} {account}\n")).collect();
    let _ = private::replace(&path, text.as_bytes());
}

fn path(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/accounts"))
}

fn entries(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(entry)
}

/// A key id and an account, with one blank between them.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (id, account) = line.split_once(' ')?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_account && is_id).then_some((id, account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_for_its_key_alone() {
        let home = tempfile::tempdir().unwrap();
        let env = Env::from_iter([("HOME", home.path())]);
        assert_eq!(of_key(&env, "AKIAONE"), None);
        remember(&env, "AKIAONE", "111122223333");
        remember(&env, "AKIATWO", "444455556666");
        remember(&env, "AKIAONE", "111122223334");
        assert_eq!(of_key(&env, "AKIAONE").as_deref(), Some("111122223334"));
        assert_eq!(of_key(&env, "AKIATWO").as_deref(), Some("444455556666"));
        for (id, account) in [("AKIA THREE", "111122223333"), ("AKIATHREE", "1"), ("", "111122223333")] {
            remember(&env, id, account);
            assert_eq!(of_key(&env, id), None, "{id:?} {account}");
        }
        let text = std::fs::read_to_string(path(&env).unwrap()).unwrap();
        assert_eq!(text, "AKIAONE 111122223334\nAKIATWO 444455556666\n");
    }
}
