//! Where sessions are kept: encrypted files, and locks that let one process at a time get what many want.
//!
//! A session that cannot be read counts as missing. Nothing here stops a run: it goes on without what it cannot keep.

mod folder;
mod identity;
mod keeper;
mod notes;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use crate::config::settings::Settings;
use crate::env::Env;
use crate::keychain::NO_HOME;
use crate::provider::{NoTurn, Sessions, Turn};
use crate::session::{Key, Kind, Session};
use crate::sys::fs::state_dir;
use crate::sys::trust::Way;
use crate::sys::{clock, lock, private};
use folder::{Folder, at};
use identity::Search;
use keeper::Keepers;

pub(super) use notes::{Notes, job_lock};

/// The sessions of this user on this machine. Opens nothing until it is asked.
pub struct Store<'a> {
    env: &'a Env,
    settings: &'a Settings,
    say: &'a dyn Fn(&str),
    opened: RefCell<Opened>,
    /// Whether a place for the sessions' key may be asked that may ask the user.
    may_wait: bool,
    /// Whether the user knows that nothing is kept.
    is_told: Cell<bool>,
}

/// What is known of the sessions' key.
#[derive(Clone, Default)]
enum Opened {
    #[default]
    Unknown,
    /// There is none yet.
    Missing,
    /// None can be kept.
    Barred(Why),
    Found(Rc<Folder>),
    /// As `Found`, and its directory can be written.
    Ready(Rc<Folder>),
}

/// Why sessions cannot be kept.
#[derive(Clone)]
enum Why {
    /// There is no place for their key.
    Key,
    /// What is wrong with their directory.
    Directory(String),
}

/// Whether sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The settings say that they are not.
    Off,
    /// The key that opens them is in this place, as part of a sentence.
    Kept(String),
    /// Each reason is the end of a sentence.
    NotKept(Vec<String>),
}

/// Which sessions to remove.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// All, also those that cannot be opened here, and their key.
    All,
    Expired,
    Kind(Kind),
    /// Those that were got for any of these profiles.
    Profiles(&'a [&'a str]),
}

impl fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl<'a> Store<'a> {
    /// `say` tells the user what awsenv waits for, and that nothing can be kept.
    pub fn new(env: &'a Env, settings: &'a Settings, say: &'a dyn Fn(&str)) -> Self {
        Self {
            env,
            settings,
            say,
            opened: RefCell::default(),
            may_wait: true,
            is_told: Cell::new(false),
        }
    }

    /// The same for a look that never waits: what only a keychain opens stays unseen.
    pub fn without_waiting(self) -> Self {
        Self {
            may_wait: false,
            ..self
        }
    }

    /// Whether sessions may be kept that stay unseen because this never waits.
    pub fn is_blind(&self) -> bool {
        let Some(root) = root(self.env).filter(|_| self.settings.sessions && !self.may_wait) else {
            return false;
        };
        let is_barred = self.folder().is_none() && matches!(&*self.opened.borrow(), Opened::Barred(Why::Key));
        is_barred && self.all_keepers(&root).slow.iter().any(|keeper| keeper.may_wait())
    }

    /// Every session that can be opened here.
    pub fn all(&self) -> Vec<Session> {
        let folder = self.folder();
        let all = folder.map(|folder| folder.all()).unwrap_or_default();
        all.into_iter().map(|(_, session)| session).collect()
    }

    /// How many were removed.
    ///
    /// # Errors
    /// What the system says; there is no HOME.
    pub fn clear(&self, which: Which<'_>) -> io::Result<usize> {
        let root = root(self.env).ok_or_else(|| io::Error::other(NO_HOME))?;
        if let Which::Expired = which {
            notes::expire(&root);
            return folder::folders(&root)
                .map(|dir| folder::sweep(&dir, clock::now()))
                .sum();
        }
        folder::create_root(&root)?;
        let _lock = folder::lock_key(&root)?;
        let mark = root.join(CLEARED);
        private::replace(&mark, b"").map_err(|error| at(&mark, &error))?;
        notes::clear(&root);
        match which {
            Which::All => {
                let removed = folder::folders(&root).map(|dir| folder::empty(&dir)).sum();
                if let Some(keepers) = self.keepers() {
                    keepers.forget();
                }
                self.opened.take();
                removed
            }
            Which::Kind(kind) => self.remove(|session| session.kind == kind),
            Which::Profiles(profiles) => self.remove(|session| profiles.contains(&session.profile.as_str())),
            Which::Expired => Ok(0),
        }
    }

    fn remove(&self, is_wanted: impl Fn(&Session) -> bool) -> io::Result<usize> {
        let Some(folder) = self.folder() else { return Ok(0) };
        let all = folder.all().into_iter();
        let keys = all.filter(|(_, session)| is_wanted(session));
        keys.map(|(key, _)| folder.remove(&key).map(|()| 1)).sum()
    }

    /// Opens a keychain only if `may_wait`, because that may ask the user.
    pub fn state(&self, may_wait: bool) -> State {
        if !self.settings.sessions {
            return State::Off;
        }
        let (Some(root), Some(mut keepers)) = (root(self.env), self.keepers()) else {
            return State::NotKept(vec![NO_HOME.to_owned()]);
        };
        if let Err(error) = private::check_way(&root, Way::Name) {
            return State::NotKept(vec![at(&root, &error).to_string()]);
        }
        let is_left_out = |waits: bool| waits && !may_wait;
        let left_out = keepers.slow.iter().find(|keeper| is_left_out(keeper.may_wait()));
        let left_out = left_out.map(|keeper| keeper.described());
        keepers.slow.retain(|keeper| !is_left_out(keeper.may_wait()));
        let (dir, kept_in) = match (identity::find(&keepers), left_out) {
            (Ok(Search::Found(found)), _) => (Folder::new(&root, found.identity).into_path(), found.kept_in),
            (Ok(Search::Free(kept_in)), _) | (Err(_), Some(kept_in)) => (root, kept_in),
            (Err(whys), None) => return State::NotKept(whys),
        };
        match folder::check_change(&dir) {
            Ok(()) => State::Kept(kept_in),
            Err(error) => State::NotKept(vec![error.to_string()]),
        }
    }

    fn keepers(&self) -> Option<Keepers<'a>> {
        let mut keepers = self.all_keepers(&root(self.env)?);
        keepers.slow.retain(|keeper| self.may_wait || !keeper.may_wait());
        Some(keepers)
    }

    fn all_keepers(&self, root: &Path) -> Keepers<'a> {
        Keepers::of(root, self.env, &self.settings.keychain, self.say)
    }

    /// The sessions, if there is a key for them.
    fn folder(&self) -> Option<Rc<Folder>> {
        if matches!(&*self.opened.borrow(), Opened::Unknown) {
            self.opened.replace(self.look());
        }
        match &*self.opened.borrow() {
            Opened::Found(folder) | Opened::Ready(folder) => Some(Rc::clone(folder)),
            _ => None,
        }
    }

    fn look(&self) -> Opened {
        let (Some(root), Some(keepers)) = (root(self.env), self.keepers()) else {
            return Opened::Barred(Why::Directory(NO_HOME.to_owned()));
        };
        match identity::find(&keepers) {
            Ok(Search::Found(found)) => Opened::Found(Rc::new(Folder::new(&root, found.identity))),
            Ok(Search::Free(_)) => Opened::Missing,
            Err(_) => Opened::Barred(Why::Key),
        }
    }

    /// The sessions, where they can be written.
    fn ready(&self) -> Result<Rc<Folder>, Why> {
        let found = self.folder();
        match &*self.opened.borrow() {
            Opened::Ready(folder) => return Ok(Rc::clone(folder)),
            Opened::Barred(why) => return Err(why.clone()),
            _ => {}
        }
        let ready = self.prepare(found);
        self.opened.replace(match &ready {
            Ok(folder) => Opened::Ready(Rc::clone(folder)),
            Err(why) => Opened::Barred(why.clone()),
        });
        ready
    }

    fn prepare(&self, found: Option<Rc<Folder>>) -> Result<Rc<Folder>, Why> {
        let failed = |error: io::Error| Why::Directory(error.to_string());
        let root = root(self.env).unwrap_or_default();
        folder::create_root(&root).map_err(failed)?;
        let folder = match (found, self.keepers()) {
            (Some(folder), _) => folder,
            (None, None) => return Err(Why::Directory(NO_HOME.to_owned())),
            (None, Some(keepers)) => {
                let _lock = folder::lock_key(&root).map_err(failed)?;
                let found = identity::make(&keepers).map_err(|_| Why::Key)?;
                Rc::new(Folder::new(&root, found.identity))
            }
        };
        folder.create().map_err(failed)?;
        Ok(folder)
    }

    fn tell(&self, why: &str) {
        if !self.is_told.replace(true) {
            (self.say)(&format!("sessions are not kept for the next run: {why}"));
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory(why) => why,
            Self::Key => "there is no safe place for the key that encrypts them; `awsenv doctor` says why",
        })
    }
}

/// The directory of all sessions; `None` without a HOME.
fn root(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/sessions"))
}

/// [`root`], made if need be; `None` where it cannot be used.
pub(super) fn usable_root(env: &Env) -> Option<PathBuf> {
    root(env).filter(|root| folder::create_root(root).is_ok())
}

const CLEARED: &str = "cleared";

/// When the user last gave up sessions of any profile: what another program has from before is not taken either.
pub(super) fn cleared(env: &Env) -> Option<SystemTime> {
    let mark = root(env)?.join(CLEARED);
    fs::symlink_metadata(mark).and_then(|meta| meta.modified()).ok()
}

impl Sessions for Store<'_> {
    fn find(&self, key: &Key) -> Option<Session> {
        if !self.settings.sessions {
            return None;
        }
        self.folder()?.read(key)
    }

    fn turn(&self, key: &Key, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        if !self.settings.sessions {
            return Ok(lock::alone());
        }
        // What keeps sessions from being kept is said when there is one.
        let Ok(folder) = self.ready() else {
            return Ok(lock::alone());
        };
        lock::turn(&folder.lock_path(key), limit, self.say)
    }

    fn keep(&self, key: &Key, session: &Session) {
        if !self.settings.sessions {
            return;
        }
        let kept = self.ready().map_err(|why| why.to_string()).and_then(|folder| {
            // What has ended makes room first.
            folder.sweep(clock::now());
            root(self.env).iter().for_each(|root| notes::sweep(root));
            folder.write(key, session).map_err(|error| error.to_string())
        });
        if let Err(why) = kept {
            self.tell(&why);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Instant, UNIX_EPOCH};

    use age::x25519::Identity;

    use super::*;
    use crate::credentials::{Credentials, Timestamp};
    use crate::secret::Secret;

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
        _dir: tempfile::TempDir,
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
                _dir: dir,
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
                let _turn = store.turn(&key(digit), None).unwrap();
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
        assert_eq!(clear(Which::Profiles(&["dev"])), 2);
        assert_eq!(clear(Which::Profiles(&["dev"])), 0);
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
    fn notes_of_codes_are_given_up_with_sessions() {
        let home = Home::new();
        home.keep('a', &session("dev", 3_600));
        let root = home.root();
        let note = || Notes::of(&root, "device").add(&Secret::new("123456".to_owned()));
        let is_known = || Notes::of(&root, "device").has(&Secret::new("123456".to_owned()));
        note();
        for (which, stays) in [
            (Which::Expired, true),
            (Which::Profiles(&[]), false),
            (Which::Kind(Kind::Role), false),
            (Which::All, false),
        ] {
            home.with(|store| store.clear(which).unwrap());
            assert_eq!(is_known(), stays, "{which:?}");
            note();
        }
        let path = root.join("mfa-old");
        let day = UNIX_EPOCH + Duration::from_secs(clock::now().0.unsigned_abs() - 25 * 3_600);
        fs::File::create(&path).unwrap().set_modified(day).unwrap();
        home.keep('b', &session("dev", 3_600));
        assert!(!path.exists() && is_known());
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
                    let _turn = store.turn(&key(digit), None).unwrap();
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
    fn a_directory_that_cannot_be_written_keeps_nothing() {
        let home = Home::new();
        assert!(matches!(home.with(|store| store.state(false)), State::Kept(_)));
        let root = home.root();
        let not_kept = |path: &Path| match home.with(|store| store.state(false)) {
            State::NotKept(whys) => assert!(
                whys.concat().starts_with(&format!("`{}`: ", path.display())),
                "{whys:?}"
            ),
            state => panic!("{state:?}"),
        };
        private::make_dir(root.parent().unwrap()).unwrap();
        fs::write(&root, "").unwrap();
        not_kept(&root);
        fs::remove_file(&root).unwrap();
        home.keep('a', &session("dev", 3_600));
        let own = home.file(".age").parent().unwrap().to_owned();
        fs::remove_dir_all(&own).unwrap();
        fs::write(&own, "").unwrap();
        not_kept(&own);
    }

    #[test]
    fn without_a_home_nothing_is_kept_and_the_run_goes_on() {
        let (env, settings) = (Env::default(), Settings::default());
        let said = RefCell::new(Vec::new());
        let say = |text: &str| said.borrow_mut().push(text.to_owned());
        let store = Store::new(&env, &settings, &say);
        assert!(store.find(&key('a')).is_none());
        let turn = store.turn(&key('a'), None);
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
                    let _turn = store.turn(&key('a'), None).unwrap();
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
            let turn = store.turn(&key('a'), None).unwrap();
            assert!(home.with(|other| other.turn(&key('b'), None).is_ok()));
            let start = Instant::now();
            let limit = Some(Duration::from_millis(1_200));
            let say = |text: &str| home.said.borrow_mut().push(text.to_owned());
            let late = home.store(&say).turn(&key('a'), limit).err();
            assert_eq!(late, Some(NoTurn::Late(1)));
            assert!(start.elapsed() < Duration::from_secs(20));
            let pid = std::process::id();
            assert_eq!(home.said.take(), [format!("waiting for another awsenv (pid {pid})")]);
            drop(turn);
            assert!(
                home.store(&say).turn(&key('a'), Some(Duration::ZERO)).is_ok(),
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
                drop(store.turn(&key('a'), None).unwrap());
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
}
