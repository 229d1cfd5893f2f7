//! The table of legacy boto: what boto 2 and botocore took from the same HOME.

mod sources;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::*;
use crate::env::Env;

/// Files by path; a `None` cannot be read.
struct Disk(BTreeMap<PathBuf, Option<&'static str>>);

impl Disk {
    fn new(files: &[(&str, &'static str)]) -> Self {
        Self(
            files
                .iter()
                .map(|(path, text)| (PathBuf::from(path), Some(*text)))
                .collect(),
        )
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match self.0.get(path) {
            Some(Some(text)) => Ok(Some(text.as_bytes().to_vec())),
            Some(None) => Err(io::ErrorKind::PermissionDenied.into()),
            None => Ok(None),
        }
    }

    fn list(&self, dir: &Path) -> Vec<OsString> {
        let names = self.0.keys().filter(|path| path.parent() == Some(dir));
        names.filter_map(|path| Some(path.file_name()?.to_owned())).collect()
    }

    fn ask<T>(&self, vars: &[(&str, &str)], question: impl FnOnce(BotoFiles<'_>) -> T) -> T {
        let env: Env = [("HOME", "/h")].iter().chain(vars).copied().collect();
        let (read, list) = (|path: &Path| self.read(path), |dir: &Path| self.list(dir));
        question(BotoFiles {
            env: &env,
            read: &read,
            home_of: &|_| None,
            list: &list,
        })
    }

    fn profile(&self, name: &str) -> Result<Option<String>, String> {
        self.ask(&[], |boto| source(boto.profile(name)))
    }

    fn anonymous(&self, vars: &[(&str, &str)]) -> Result<Option<String>, String> {
        self.ask(vars, |boto| shown(boto.anonymous()))
    }
}

fn source(found: Result<Option<BotoSource>, Error>) -> Result<Option<String>, String> {
    match found {
        Ok(Some(BotoSource::Keyring(keyring))) => Ok(Some(format!(
            "{} in {} {}",
            keyring.access_key_id, keyring.service, keyring.place
        ))),
        Ok(Some(BotoSource::Keys(keys))) => shown(Ok(Some(keys))),
        Ok(None) => Ok(None),
        Err(error) => shown(Err(error)),
    }
}

fn shown(keys: Result<Option<BotoKeys>, Error>) -> Result<Option<String>, String> {
    let shown = |keys: BotoKeys| {
        let token = keys
            .session_token
            .map(|token| format!("/{}", token.expose()))
            .unwrap_or_default();
        format!(
            "{}/{}{token} {}",
            keys.access_key_id,
            keys.secret_access_key.expose(),
            keys.place
        )
    };
    keys.map(|keys| keys.map(shown)).map_err(|error| error.to_string())
}

fn found(text: &str) -> Result<Option<String>, String> {
    Ok(Some(text.to_owned()))
}

const BOTO: &str = "[Credentials]\naws_access_key_id = AK\naws_secret_access_key = SK\n";
const PROFILE_X: &str = "[profile x]\naws_access_key_id: AX\naws_secret_access_key: SX\naws_security_token: T\n";

#[test]
fn profiles_of_boto_files() {
    let disk = Disk::new(&[
        ("/h/.boto", PROFILE_X),
        ("/h/.boto_xyz", BOTO),
        ("/h/.boto_none", "[Boto]\ndebug = 1\n"),
    ]);
    assert_eq!(disk.profile("x"), found("AX/SX/T /h/.boto:2"));
    assert_eq!(disk.profile("xyz"), found("AK/SK /h/.boto_xyz:2"));
    for name in ["none", "nosuch", "", "/../.boto_xyz", "../h/.boto_xyz"] {
        assert_eq!(disk.profile(name), Ok(None), "{name}");
    }
    let names = disk.ask(&[], |boto| boto.names());
    let names: Vec<_> = names.iter().map(|(name, place)| format!("{name} {place}")).collect();
    assert_eq!(names, ["x /h/.boto:2", "xyz /h/.boto_xyz:2"]);
}

#[test]
fn copies_of_a_file_are_no_profiles() {
    let disk = Disk::new(&[
        ("/h/.boto_a", BOTO),
        ("/h/.boto_a~", BOTO),
        ("/h/.boto_a.bak", BOTO),
        ("/h/.boto_", BOTO),
    ]);
    let names: Vec<_> = disk
        .ask(&[], |boto| boto.names())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn later_files_win_option_by_option() {
    let disk = Disk::new(&[
        ("/a", PROFILE_X),
        ("/b", "[profile x]\naws_access_key_id = AB\n"),
        (
            "/etc/boto.cfg",
            "[profile x]\naws_access_key_id = AE\naws_secret_access_key = SE\n",
        ),
        ("/h/.boto", "[profile x]\naws_secret_access_key = SU\n"),
    ]);
    let ask = |vars: &[(&str, &str)]| disk.ask(vars, |boto| source(boto.profile("x")));
    assert_eq!(ask(&[("BOTO_PATH", "/a:/b:/none")]), found("AB/SX/T /b:2"));
    assert_eq!(
        ask(&[("BOTO_PATH", "/b"), ("BOTO_CONFIG", "/a")]),
        found("AX/SX/T /a:2")
    );
    assert_eq!(ask(&[]), found("AE/SU /etc/boto.cfg:2"));
}

#[test]
fn botocore_takes_the_first_file_and_the_system_first() {
    let system = "[Credentials]\naws_access_key_id = AE\naws_secret_access_key = S%E\n";
    let disk = Disk::new(&[
        ("/etc/boto.cfg", system),
        ("/h/.boto", BOTO),
        ("/alt", "[credentials]\naws_access_key_id=x\n"),
    ]);
    assert_eq!(disk.anonymous(&[]), found("AE/S%E /etc/boto.cfg:2"));
    assert_eq!(
        disk.anonymous(&[("BOTO_CONFIG", "$HOME/.boto")]),
        found("AK/SK /h/.boto:2")
    );
    assert_eq!(disk.anonymous(&[("BOTO_CONFIG", "/alt")]), Ok(None));
    assert_eq!(disk.anonymous(&[("BOTO_CONFIG", "")]), Ok(None));
    assert_eq!(disk.anonymous(&[("BOTO_CONFIG", "/none")]), Ok(None));
    let inherited = Disk::new(&[(
        "/h/.boto",
        "[DEFAULT]\naws_secret_access_key = SD\n[Credentials]\naws_access_key_id = AD\n",
    )]);
    assert_eq!(inherited.anonymous(&[]), found("AD/SD /h/.boto:4"));
}

#[test]
fn a_keyring_leaves_half_a_pair() {
    let disk = Disk::new(&[("/h/.boto", "[Credentials]\naws_access_key_id = AK\nkeyring = mykeys\n")]);
    let error =
        "/h/.boto:2: `aws_secret_access_key` is missing for this access key id; boto 2 looked in the keyring `mykeys`";
    assert_eq!(disk.anonymous(&[]), Err(error.to_owned()));
    assert_eq!(disk.ask(&[], |boto| boto.problems()), []);
}

#[test]
fn a_keyring_is_asked_for_the_secret_that_is_nowhere() {
    let disk = Disk::new(&[
        (
            "/h/.boto",
            "[profile x]\naws_access_key_id = AX\nkeyring = k\n[profile y]\nkeyring=k\naws_access_key_id=AY\naws_secret_access_key=SY\n",
        ),
        (
            "/h/.boto_a",
            "[Credentials]\naws_access_key_id = AK\nkeyring = my%%keys\n",
        ),
        (
            "/h/.boto_both",
            "[Credentials]\naws_access_key_id = AK\nkeyring = k\naws_secret_access_key = SK\n",
        ),
        (
            "/h/.boto_empty",
            "[Credentials]\naws_access_key_id = AK\nkeyring = k\naws_secret_access_key =\n",
        ),
        ("/h/.boto_none", "[Credentials]\naws_access_key_id = AK\nkeyring =\n"),
        ("/h/.boto_nokey", "[Credentials]\nkeyring = k\n"),
    ]);
    assert_eq!(disk.profile("a"), found("AK in my%keys /h/.boto_a:3"));
    assert_eq!(disk.profile("both"), found("AK/SK /h/.boto_both:2"));
    assert_eq!(disk.profile("nokey"), Ok(None));
    // It never worked in a profile, and an empty secret counts as a secret.
    let half = |place: &str| {
        Err(format!(
            "{place}: `aws_secret_access_key` is missing for this access key id"
        ))
    };
    assert_eq!(disk.profile("x"), half("/h/.boto:2"));
    assert_eq!(disk.profile("y"), found("AY/SY /h/.boto:6"));
    assert_eq!(disk.profile("empty"), half("/h/.boto_empty:2"));
    assert_eq!(disk.profile("none"), half("/h/.boto_none:2"));
    let unasked = disk.ask(&[], |boto| boto.problems());
    let unasked: Vec<String> = unasked
        .iter()
        .map(|problem| match problem {
            Problem::Keyring { place, .. } => place.to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        unasked,
        [
            "/h/.boto:3",
            "/h/.boto:5",
            "/h/.boto_both:3",
            "/h/.boto_empty:3",
            "/h/.boto_none:3"
        ]
    );
}

#[test]
fn percent_signs() {
    let keys = |secret| format!("[Credentials]\nname = v\naws_access_key_id = A\naws_secret_access_key = {secret}\n");
    for (secret, ours) in [("a%b", "a%b"), ("a%%b", "a%b"), ("x%(name)s", "xv")] {
        let disk = Disk::new(&[("/h/.boto_x", Box::leak(keys(secret).into_boxed_str()))]);
        assert_eq!(disk.profile("x"), found(&format!("A/{ours} /h/.boto_x:3")));
        assert_eq!(
            disk.ask(&[], |boto| boto.problems().len()),
            usize::from(secret == "a%b")
        );
    }
}

#[test]
fn a_broken_file_is_an_error_only_where_the_answer_would_come_from_it() {
    let broken = "[profile x]\naws_access_key_id = A\n[profile x]\n";
    let mut disk = Disk::new(&[("/h/.boto", broken), ("/h/.boto_y", BOTO), ("/h/.boto_z", "nonsense")]);
    disk.0.insert("/h/.boto_locked".into(), None);
    let twice = "/h/.boto:3: section `[profile x]` is defined twice, first on line 1";
    assert_eq!(disk.profile("x"), Err(twice.to_owned()));
    assert_eq!(disk.profile("y"), found("AK/SK /h/.boto_y:2"));
    assert_eq!(disk.profile("nosuch"), Ok(None));
    assert_eq!(
        disk.profile("z"),
        Err("/h/.boto_z:1: the line is before the first section header".to_owned())
    );
    assert_eq!(
        disk.profile("locked"),
        Err("cannot read `/h/.boto_locked`: permission denied".to_owned())
    );
    assert_eq!(disk.anonymous(&[]), Err(twice.to_owned()));
    let problems = disk.ask(&[], |boto| boto.problems());
    assert_eq!(
        problems
            .iter()
            .filter(|problem| matches!(problem, Problem::Broken(_)))
            .count(),
        3
    );
    assert_eq!(disk.ask(&[], |boto| boto.names().len()), 1);
}

#[test]
fn the_file_of_aws_credential_file() {
    let disk = Disk::new(&[
        ("/h/cf", "# x\nAWSAccessKeyId = AC \nAWSSecretKey=S=C\n"),
        ("/h/half", "AWSAccessKeyId=AC\n"),
        ("/h/other", "what\n"),
    ]);
    let ask = |path| disk.ask(&[("AWS_CREDENTIAL_FILE", path)], |boto| shown(boto.credential_file()));
    assert_eq!(ask("~/cf"), found("AC/S=C /h/cf:2"));
    assert_eq!(
        ask("/h/half"),
        Err("/h/half:1: `AWSSecretKey` is missing for this access key id".to_owned())
    );
    assert_eq!(ask("/h/other"), Ok(None));
    assert_eq!(
        ask("/none"),
        Err("cannot read `/none`: there is no such file".to_owned())
    );
    assert_eq!(disk.ask(&[], |boto| shown(boto.credential_file())), Ok(None));
}

#[test]
fn every_file_that_botocore_reads_is_named_in_its_order() {
    let disk = Disk::new(&[
        ("/h/.boto", BOTO),
        ("/etc/boto.cfg", "[Boto]\ndebug = 1\n"),
        ("/h/cf", "AWSAccessKeyId=AC\nAWSSecretKey=SC\n"),
        ("/h/half", "[Credentials]\naws_access_key_id = AH\nkeyring = k\n"),
    ]);
    let ask = |vars: &[(&str, &str)]| -> Vec<String> {
        let found = disk.ask(vars, |boto| boto.fallbacks());
        let word = |fallback: &Fallback| {
            let key = match &fallback.found {
                Ok(keys) => keys.as_ref().map_or("-", |keys| keys.access_key_id.as_str()),
                Err(_) => "error",
            };
            let variable = fallback.variable.unwrap_or_default();
            format!("{} {variable} {} {key}", fallback.path.display(), fallback.is_there)
        };
        found.iter().map(word).collect()
    };
    assert_eq!(ask(&[]), ["/etc/boto.cfg  true -", "/h/.boto  true AK"]);
    assert_eq!(
        ask(&[("AWS_CREDENTIAL_FILE", "~/cf"), ("BOTO_CONFIG", "~/half")]),
        ["/h/cf AWS_CREDENTIAL_FILE true AC", "/h/half BOTO_CONFIG true error"]
    );
    assert_eq!(
        ask(&[("AWS_CREDENTIAL_FILE", "/none"), ("BOTO_CONFIG", "/none")]),
        ["/none AWS_CREDENTIAL_FILE false error", "/none BOTO_CONFIG false -"]
    );
    assert_eq!(ask(&[("BOTO_CONFIG", "")]), [""; 0]);
}
