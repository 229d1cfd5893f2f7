//! The files of IAM Identity Center that are shared with the AWS CLI: tokens and registrations.
//!
//! The AWS CLI does not lock them, so a file is only ever replaced as a whole, and read again before it is.

pub mod left;
pub mod listing;
mod outlook;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::awscli::registration::{Purpose, Registration};
use crate::awscli::{self, token::Token};
use crate::config::locate::expand;
use crate::env::Env;
use crate::keychain::NO_HOME;
use crate::provider::{NoTurn, Tokens, Turn};
use crate::resolve::SsoSession;
use crate::sys::fs::{home_of, parent, state_dir};
use crate::sys::trust::Way;
use crate::sys::{lock, private};
pub use outlook::{LoggedOut, logged_out};

/// Not moved by AWS_CONFIG_FILE.
const FOLDER: &str = "~/.aws/sso/cache";

/// The tokens of one user.
pub struct Store<'a> {
    env: &'a Env,
    say: &'a dyn Fn(&str),
    /// Whether the user knows that a file is not read.
    is_told: Cell<bool>,
}

impl fmt::Debug for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl<'a> Store<'a> {
    /// `say` tells the user what awsenv waits for, and why a file is not read.
    pub fn new(env: &'a Env, say: &'a dyn Fn(&str)) -> Self {
        Self {
            env,
            say,
            is_told: Cell::new(false),
        }
    }

    fn token_path(&self, session: &SsoSession) -> PathBuf {
        path(self.env, session.cache_name())
    }

    /// The content of a file, unless other users could have written it.
    fn read(&self, path: &Path) -> Option<Zeroizing<Vec<u8>>> {
        let read = private::read_as_root(path).map_err(|error| at(path, &error));
        let bytes = read.unwrap_or_else(|why| {
            if !self.is_told.replace(true) {
                (self.say)(&format!("not read: {why}"));
            }
            None
        });
        bytes.map(Zeroizing::new)
    }
}

/// The file that is named after a text.
fn path(env: &Env, name: &str) -> PathBuf {
    expand(FOLDER, env, &home_of).join(awscli::file_name(name))
}

/// Where a file is to be written. The directory is the AWS CLI's too, so an existing one keeps its mode.
fn prepare(path: &Path) -> io::Result<()> {
    if !path.is_absolute() {
        return Err(io::Error::other(NO_HOME));
    }
    let dir = parent(path);
    let made = if dir.is_dir() { Ok(()) } else { private::make_dir(dir) };
    made.and_then(|()| private::check_way(dir, Way::Name))
        .map_err(|error| at(dir, &error))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    prepare(path)?;
    private::replace(path, text.as_bytes()).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

impl Tokens for Store<'_> {
    fn find(&self, session: &SsoSession) -> Option<Token> {
        Token::parse(&self.read(&self.token_path(session))?)
    }

    fn turn(&self, session: &SsoSession, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        let Some(state) = state_dir(self.env) else {
            return Ok(lock::alone());
        };
        let dir = state.join("awsenv/sso");
        if private::make_dir(&dir).is_err() {
            return Ok(lock::alone());
        }
        let name = awscli::file_name(session.cache_name());
        lock::turn(&dir.join(name).with_extension("lock"), limit, self.say)
    }

    fn check(&self, session: &SsoSession) -> io::Result<()> {
        let path = self.token_path(session);
        prepare(&path)?;
        private::check_replaceable(&path).map_err(|error| at(&path, &error))
    }

    fn keep(&self, session: &SsoSession, token: &Token) -> io::Result<()> {
        write(&self.token_path(session), token.render().expose())
    }

    fn remove(&self, session: &SsoSession) -> io::Result<bool> {
        let path = self.token_path(session);
        match private::remove(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(at(&path, &error)),
        }
    }

    fn registration(&self, purpose: &Purpose<'_>) -> Option<Registration> {
        Registration::parse(&self.read(&path(self.env, &purpose.name()))?)
    }

    fn keep_registration(&self, purpose: &Purpose<'_>, registration: &Registration) -> io::Result<()> {
        write(&path(self.env, &purpose.name()), registration.render().expose())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::awscli::Client;
    use crate::config::Place;
    use crate::credentials::Timestamp;
    use crate::secret::Secret;

    struct Home {
        dir: tempfile::TempDir,
        env: Env,
        said: RefCell<Vec<String>>,
    }

    /// Named by the SHA-1 of the session.
    const NAME: &str = "0ad374308c5a4e22f723adf10145eafad7c4031c.json";

    impl Home {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            Self {
                env: [("HOME", dir.path())].into_iter().collect(),
                dir,
                said: RefCell::default(),
            }
        }

        fn with<T>(&self, work: impl FnOnce(&Store<'_>) -> T) -> T {
            let say = |text: &str| self.said.borrow_mut().push(text.to_owned());
            work(&Store::new(&self.env, &say))
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join(".aws/sso/cache").join(NAME)
        }

        fn find(&self) -> Option<Token> {
            self.with(|store| store.find(&session()))
        }
    }

    fn session() -> SsoSession {
        SsoSession {
            name: Some("my-sso".to_owned()),
            start_url: "https://my-sso.awsapps.com/start".to_owned(),
            region: "us-east-1".to_owned(),
            region_place: Place {
                file: Path::new("config").into(),
                line: 1,
            },
            scopes: None,
        }
    }

    fn token(access: &str) -> Token {
        Token {
            start_url: Some("https://my-sso.awsapps.com/start".to_owned()),
            region: Some("us-east-1".to_owned()),
            access_token: Secret::new(access.to_owned()),
            expires: Timestamp(1_795_232_233),
            client: None,
            refresh_token: None,
            others: Vec::new(),
        }
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_token_is_kept_where_the_aws_cli_looks() {
        let home = Home::new();
        assert_eq!(home.find(), None);
        home.with(|store| store.check(&session())).unwrap();
        home.with(|store| store.keep(&session(), &token("AT1"))).unwrap();
        let text = r#"{"startUrl": "https://my-sso.awsapps.com/start", "region": "us-east-1", "accessToken": "AT1", "expiresAt": "2026-11-21T03:37:13Z"}"#;
        assert_eq!(fs::read_to_string(home.path()).unwrap(), text);
        assert_eq!(home.find(), Some(token("AT1")));
        home.with(|store| store.keep(&session(), &token("AT2"))).unwrap();
        assert_eq!(home.find(), Some(token("AT2")));
        let names = crate::sys::fs::names_in(home.path().parent().unwrap());
        assert_eq!(names, [NAME], "nothing is left beside it");
        assert!(home.with(|store| store.remove(&session())).unwrap());
        assert!(!home.with(|store| store.remove(&session())).unwrap());
        assert!(home.said.take().is_empty());
    }

    #[test]
    fn a_registration_is_kept_beside_it() {
        let home = Home::new();
        let scopes = ["sso:account:access".to_owned()];
        let purpose = Purpose {
            session: Some("my-sso"),
            start_url: "https://my-sso.awsapps.com/start",
            region: "us-east-1",
            scopes: Some(&scopes),
        };
        let registration = Registration {
            client: Client {
                id: "CID".to_owned(),
                secret: Secret::new("CSECRET".to_owned()),
                expires: Timestamp(4_070_908_800),
            },
            scopes: Some(scopes.to_vec()),
            grants: None,
        };
        home.with(|store| {
            assert_eq!(store.registration(&purpose), None);
            store.keep_registration(&purpose, &registration).unwrap();
            assert_eq!(store.registration(&purpose), Some(registration));
        });
        let path = home
            .path()
            .with_file_name("64cef7a979e6a09d90c6ca3e025f0f20c8aa20d9.json");
        assert!(path.exists());
        #[cfg(unix)]
        assert_eq!(mode(&path), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private_and_a_directory_keeps_its_mode() {
        let home = Home::new();
        home.with(|store| store.keep(&session(), &token("AT1"))).unwrap();
        let dir = home.path().parent().unwrap().to_owned();
        assert_eq!((mode(&home.path()), mode(&dir)), (0o600, 0o700));
        set_mode(&dir, 0o755);
        set_mode(&home.path(), 0o644);
        home.with(|store| store.keep(&session(), &token("AT2"))).unwrap();
        assert_eq!((mode(&home.path()), mode(&dir)), (0o600, 0o755));
    }

    #[cfg(unix)]
    #[test]
    fn what_others_could_have_written_is_not_read_and_not_written_to() {
        let home = Home::new();
        home.with(|store| store.keep(&session(), &token("AT1"))).unwrap();
        set_mode(&home.path(), 0o602);
        assert_eq!(home.find(), None);
        let said = home.said.take();
        assert!(said.len() == 1 && said[0].contains("chmod 600"), "{said:?}");
        set_mode(&home.path(), 0o600);
        let dir = home.path().parent().unwrap().to_owned();
        set_mode(&dir, 0o777);
        home.with(|store| {
            assert!(store.check(&session()).is_err());
            let error = store.keep(&session(), &token("AT2")).unwrap_err();
            assert!(error.to_string().contains("chmod go-w"), "{error}");
        });
        set_mode(&dir, 0o700);
        assert_eq!(home.find(), Some(token("AT1")));
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_written_is_known_before() {
        if crate::sys::fs::is_root() {
            return;
        }
        let home = Home::new();
        home.with(|store| store.keep(&session(), &token("AT1"))).unwrap();
        let dir = home.path().parent().unwrap().to_owned();
        set_mode(&dir, 0o500);
        home.with(|store| {
            assert!(store.check(&session()).is_err());
            assert!(store.keep(&session(), &token("AT2")).is_err());
        });
        set_mode(&dir, 0o700);
        assert_eq!(home.find(), Some(token("AT1")));
    }

    #[test]
    fn a_directory_is_not_replaced() {
        let home = Home::new();
        fs::create_dir_all(home.path()).unwrap();
        let error = home.with(|store| store.check(&session())).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }

    #[test]
    fn a_home_that_is_no_path_is_no_place() {
        let env: Env = [("HOME", "nowhere")].into_iter().collect();
        let store = Store::new(&env, &|_| {});
        assert!(store.check(&session()).is_err());
        assert!(store.keep(&session(), &token("AT1")).is_err());
        assert!(store.turn(&session(), None).is_ok());
    }

    #[test]
    fn one_at_a_time_changes_a_token() {
        let home = Home::new();
        home.with(|store| store.keep(&session(), &token("old"))).unwrap();
        let (env, renewed) = (&home.env, AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let store = Store::new(env, &|_| {});
                    let _turn = store.turn(&session(), None).unwrap();
                    if store.find(&session()) == Some(token("old")) {
                        renewed.fetch_add(1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(20));
                        store.keep(&session(), &token("new")).unwrap();
                    }
                });
            }
        });
        assert_eq!((renewed.into_inner(), home.find()), (1, Some(token("new"))));
        home.with(|store| {
            let turn = store.turn(&session(), None).unwrap();
            let limit = Some(Duration::from_millis(100));
            let late = home.with(|other| other.turn(&session(), limit).err());
            assert_eq!(late, Some(NoTurn::Late(0)));
            let other = SsoSession {
                name: Some("other".to_owned()),
                ..session()
            };
            assert!(home.with(|store| store.turn(&other, limit).is_ok()));
            drop(turn);
        });
    }
}
