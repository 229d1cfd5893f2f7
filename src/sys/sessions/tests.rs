//! What is kept and found again, what is swept, and who has the turn.

use std::sync::mpsc;
use std::time::{Duration, UNIX_EPOCH};

use age::x25519::Identity;

use super::*;
use crate::credentials::{Credentials, Timestamp};
use crate::secret::Secret;
use crate::session::Kind;
use std::path::Path;

fn key(digit: char) -> Key {
    Key::parse(&digit.to_string().repeat(64)).unwrap()
}

/// Lasts for `left` seconds from now.
fn session(profile: &str, left: i64) -> Session {
    let obtained = Timestamp(clock::now().0 - 10);
    Session {
        kind: Kind::Role,
        profile: profile.to_owned(),
        role_arn: Some("arn:aws:iam::123456789012:role/Ops".to_owned()),
        arn: None,
        credentials: Credentials {
            access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("hunter2".to_owned()),
            session_token: Some(Secret::new("hunter3".to_owned())),
            expires: Some(Timestamp(obtained.0 + 10 + left)),
            account_id: None,
        },
        obtained,
        lifetime: left + 10,
    }
}

/// A HOME of its own, whose key is given up at the end.
struct Home {
    dir: tempfile::TempDir,
    env: Env,
    settings: Settings,
    said: RefCell<Vec<String>>,
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(keepers) = self.store(&|_| {}).keepers() {
            keepers.forget();
        }
    }
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).into_os_string();
        let env = [
            ("HOME", at("")),
            ("XDG_STATE_HOME", at("state")),
            // Where nothing else can keep the key, a plain key file does, and no keychain is asked.
            ("AWSENV_KEYCHAIN", "file".into()),
        ];
        let env: Env = env.into_iter().collect();
        let settings = Settings::default();
        let home = Self {
            dir,
            env,
            settings,
            said: RefCell::default(),
        };
        home.keychain().create_key_file(None).unwrap();
        home
    }

    fn keychain(&self) -> crate::sys::keychain::Keychain<'_> {
        crate::sys::keychain::Keychain::new(&self.env, &self.settings.keychain, &|_| {})
    }

    fn store<'a>(&'a self, say: &'a dyn Fn(&str)) -> Store<'a> {
        Store::new(&self.env, &self.settings, say)
    }

    /// As another process, with what the user is told.
    fn with<T>(&self, act: impl FnOnce(&Store<'_>) -> T) -> T {
        let say = |text: &str| self.said.borrow_mut().push(text.to_owned());
        act(&self.store(&say))
    }

    fn keep(&self, digit: char, session: &Session) {
        self.with(|store| {
            let _turn = store.turn(&key(digit)).unwrap();
            store.keep(&key(digit), session);
        });
    }

    fn find(&self, digit: char) -> Option<Session> {
        self.with(|store| store.find(&key(digit)))
    }

    fn root(&self) -> PathBuf {
        root(&self.env).unwrap()
    }

    /// The only file with this ending.
    fn file(&self, ending: &str) -> PathBuf {
        let dir = folder::folders(&self.root()).next().unwrap();
        let names = crate::sys::fs::names_in(&dir).into_iter();
        let mut paths = names
            .map(|name| dir.join(name))
            .filter(|path| path.to_string_lossy().ends_with(ending));
        let path = paths.next().unwrap();
        assert_eq!(paths.next(), None);
        path
    }
}

#[test]
fn a_session_is_found_by_the_next_process() {
    let home = Home::new();
    assert!(home.find('a').is_none());
    assert!(!home.root().exists(), "a look leaves nothing behind");
    let kept = session("dev", 3_600);
    home.keep('a', &kept);
    let found = home.find('a').unwrap();
    assert_eq!(format!("{found:?}"), format!("{kept:?}"));
    assert_eq!(found.credentials.session_token, kept.credentials.session_token);
    assert!(home.find('b').is_none());
    let newer = session("prod", 60);
    home.keep('a', &newer);
    assert_eq!(home.find('a').unwrap().profile, "prod");
    assert!(home.said.borrow().is_empty(), "{:?}", home.said);
}

#[test]
fn its_file_is_private_shows_nothing_and_says_when_it_ends() {
    let home = Home::new();
    let kept = session("dev", 3_600);
    home.keep('a', &kept);
    let path = home.file(".age");
    assert!(path.ends_with(format!("{}.age", "a".repeat(32))));
    let meta = fs::metadata(&path).unwrap();
    assert_eq!(
        meta.modified().unwrap(),
        UNIX_EPOCH + Duration::from_secs(kept.ends().0.unsigned_abs())
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!((mode(&home.file(".lock")), mode(&home.root())), (0o600, 0o700));
    }
    for path in [path, home.file(".lock")] {
        let bytes = fs::read(path).unwrap();
        for part in ["hunter", "ASIA", "dev"] {
            assert!(
                !bytes.windows(part.len()).any(|found| found == part.as_bytes()),
                "{part}"
            );
        }
    }
}

#[test]
fn what_does_not_open_or_is_another_session_is_removed() {
    let home = Home::new();
    let damaged = |change: &dyn Fn(&Path)| {
        home.keep('a', &session("dev", 3_600));
        let path = home.file(".age");
        change(&path);
        assert!(home.find('a').is_none());
        assert!(!path.exists());
    };
    damaged(&|path| fs::write(path, "age-encryption.org/v1\nrubbish").unwrap());
    damaged(&|path| {
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
    });
    damaged(&|path| {
        let other = Folder::new(&home.root(), Identity::generate());
        other.create().unwrap();
        other.write(&key('a'), &session("dev", 3_600)).unwrap();
        let dir = folder::folders(&home.root())
            .find(|dir| *dir != path.parent().unwrap())
            .unwrap();
        fs::rename(dir.join(path.file_name().unwrap()), path).unwrap();
        fs::remove_dir(dir).unwrap();
    });
    damaged(&|path| {
        home.keep('b', &session("dev", 3_600));
        fs::rename(path.with_file_name(format!("{}.age", "b".repeat(32))), path).unwrap();
    });
}

#[test]
fn a_write_sweeps_what_has_ended_and_spares_the_sessions_of_other_machines() {
    let home = Home::new();
    home.keep('a', &session("dev", -1));
    home.keep('b', &session("dev", 3_600));
    assert!(home.find('a').is_none());
    let other = Folder::new(&home.root(), Identity::generate());
    other.create().unwrap();
    for (digit, left) in [('c', -25 * 3_600), ('d', -23 * 3_600), ('e', 3_600)] {
        other.write(&key(digit), &session("dev", left)).unwrap();
    }
    home.keep('f', &session("dev", 3_600));
    let mut left: Vec<Key> = other.all().into_iter().map(|(key, _)| key).collect();
    left.sort();
    assert_eq!(left, [key('d'), key('e')]);
    assert!(home.find('b').is_some() && home.find('f').is_some());
    for digit in ['d', 'e'] {
        other.write(&key(digit), &session("dev", -25 * 3_600)).unwrap();
    }
    home.keep('f', &session("dev", 3_600));
    assert_eq!(
        folder::folders(&home.root()).count(),
        1,
        "an empty directory is removed"
    );
}

#[cfg(unix)]
#[test]
fn old_locks_and_unfinished_files_are_swept_unless_they_are_held() {
    let home = Home::new();
    home.keep('b', &session("dev", 3_600));
    let at = |name: &str| home.file(".age").with_file_name(name);
    let day = fs::File::create(at("old.lock")).unwrap();
    let held = fs::File::create(at("held.lock")).unwrap();
    let hour = fs::File::create(at("old.age.new")).unwrap();
    fs::write(at("young.age.new"), "").unwrap();
    held.try_lock().unwrap();
    let before = |hours: u64| UNIX_EPOCH + Duration::from_secs(clock::now().0.unsigned_abs() - hours * 3_600);
    for (file, hours) in [(&day, 25), (&held, 25), (&hour, 2)] {
        file.set_modified(before(hours)).unwrap();
    }
    home.keep('b', &session("dev", 3_600));
    let is_there = ["old.lock", "held.lock", "old.age.new", "young.age.new"].map(|name| at(name).exists());
    assert_eq!(is_there, [false, true, false, true]);
}

#[test]
fn they_are_given_up_by_profile_by_time_or_all() {
    let home = Home::new();
    for (digit, profile) in [('a', "dev"), ('b', "dev"), ('c', "prod")] {
        home.keep(digit, &session(profile, 3_600));
    }
    let clear = |which: Which<'_>| home.with(|store| store.clear(which).unwrap());
    assert_eq!(clear(Which::Profile("dev")), 2);
    assert_eq!(clear(Which::Profile("dev")), 0);
    assert!(home.find('a').is_none() && home.find('c').is_some());
    home.keep('d', &session("dev", -5));
    assert_eq!(clear(Which::Expired), 1);
    let other = Folder::new(&home.root(), Identity::generate());
    other.create().unwrap();
    other.write(&key('e'), &session("dev", 3_600)).unwrap();
    assert_eq!(clear(Which::All), 2);
    assert_eq!(folder::folders(&home.root()).count(), 0);
    assert!(home.with(|store| store.all()).is_empty());
    home.keep('a', &session("dev", 3_600));
    assert_eq!(home.with(|store| store.all().len()), 1);
}

#[test]
fn nothing_is_kept_where_the_settings_say_so() {
    let mut home = Home::new();
    home.keep('a', &session("dev", 3_600));
    home.settings.sessions = false;
    assert!(home.find('a').is_none());
    home.keep('b', &session("dev", 3_600));
    assert_eq!(home.with(|store| store.state(false)), State::Off);
    home.settings.sessions = true;
    assert!(home.find('a').is_some() && home.find('b').is_none());
    assert!(matches!(home.with(|store| store.state(false)), State::Kept(_)));
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_change_is_refused_and_said_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.keep('a', &session("dev", 3_600));
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let own = home.file(".age").parent().unwrap().to_owned();
    for dir in [home.root(), home.root().parent().unwrap().to_owned(), own] {
        set_mode(&dir, 0o777);
        home.with(|store| {
            for digit in ['b', 'c'] {
                let _turn = store.turn(&key(digit)).unwrap();
                store.keep(&key(digit), &session("dev", 3_600));
            }
        });
        let said = home.said.take();
        let start = format!(
            "sessions are not kept for the next run: `{}`: other users can write",
            dir.display()
        );
        assert!(matches!(&*said, [only] if only.starts_with(&start)), "{said:?}");
        assert!(home.find('b').is_none());
        set_mode(&dir, 0o700);
    }
    set_mode(&home.root(), 0o777);
    assert!(matches!(home.with(|store| store.state(false)), State::NotKept(_)));
}

#[test]
fn without_a_home_nothing_is_kept_and_the_run_goes_on() {
    let (env, settings) = (Env::default(), Settings::default());
    let said = RefCell::new(Vec::new());
    let say = |text: &str| said.borrow_mut().push(text.to_owned());
    let store = Store::new(&env, &settings, &say);
    assert!(store.find(&key('a')).is_none());
    let turn = store.turn(&key('a'));
    store.keep(&key('a'), &session("dev", 3_600));
    store.keep(&key('a'), &session("dev", 3_600));
    assert!(turn.is_ok() && said.borrow().len() == 1, "{said:?}");
    assert!(store.clear(Which::All).is_err());
}

#[test]
fn one_at_a_time_gets_what_many_want() {
    let home = Home::new();
    let (env, settings) = (&home.env, &home.settings);
    let calls = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let store = Store::new(env, settings, &|_| {});
                let _turn = store.turn(&key('a')).unwrap();
                if store.find(&key('a')).is_none() {
                    calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(20));
                    store.keep(&key('a'), &session("dev", 3_600));
                }
                assert!(store.find(&key('a')).is_some());
            });
        }
    });
    assert_eq!(calls.into_inner(), 1);
}

#[test]
fn other_sessions_do_not_wait_and_a_limit_ends_the_wait() {
    let home = Home::new();
    home.with(|store| {
        let turn = store.turn(&key('a')).unwrap();
        assert!(home.with(|other| other.turn(&key('b')).is_ok()));
        let start = Instant::now();
        let until = start + Duration::from_millis(1_200);
        let say = |text: &str| home.said.borrow_mut().push(text.to_owned());
        let late = home.store(&say).until(until).turn(&key('a')).err();
        assert_eq!(late, Some(NoTurn::Late(1)));
        assert!(start.elapsed() < Duration::from_secs(20));
        let pid = std::process::id();
        assert_eq!(home.said.take(), [format!("waiting for another awsenv (pid {pid})")]);
        drop(turn);
        assert!(
            home.store(&say).until(start).turn(&key('a')).is_ok(),
            "a free turn has no limit"
        );
    });
}

#[test]
fn a_lock_that_is_removed_meanwhile_is_not_taken() {
    let home = Home::new();
    home.keep('a', &session("dev", 3_600));
    let path = home.file(".lock");
    let removed = fs::File::options().read(true).write(true).open(&path).unwrap();
    removed.try_lock().unwrap();
    let (waits, waiting) = mpsc::channel();
    std::thread::scope(|scope| {
        let (env, settings) = (&home.env, &home.settings);
        let waiter = scope.spawn(move || {
            let say = |_: &str| waits.send(()).unwrap();
            let store = Store::new(env, settings, &say);
            // Then it says so, and takes the new file.
            drop(store.turn(&key('a')).unwrap());
        });
        waiting.recv().unwrap();
        fs::remove_file(&path).unwrap();
        let next = fs::File::create_new(&path).unwrap();
        next.try_lock().unwrap();
        drop(removed);
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waiter.is_finished(), "the new file is locked");
        drop(next);
        waiter.join().unwrap();
    });
}
