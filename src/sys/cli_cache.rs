//! The keys that the AWS CLI has in its cache: files named by the SHA-1 of the request that they answer, as Python writes
//! it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::aws::json::{object, quoted};
use crate::awscli::{self, moment};
use crate::config::locate::expand;
use crate::config::settings::CacheUse;
use crate::credentials::{Credentials, Timestamp};
use crate::env::Env;
use crate::provider::{CliCache, CliEntry, CliRequest};
use crate::resolve::{AssumeRole, Sso};
use crate::secret::Secret;
use crate::session::{Kind, Session};
use crate::sys::fs::{home_of, names_in, read_regular};
use crate::sys::trust::Way;
use crate::sys::{private, sessions};

/// Not moved by AWS_CONFIG_FILE.
pub(super) const FOLDER: &str = "~/.aws/cli/cache";

/// The cache of one user.
#[derive(Debug)]
pub struct Cache<'a> {
    env: &'a Env,
    wanted: CacheUse,
}

impl<'a> Cache<'a> {
    pub fn new(env: &'a Env, wanted: CacheUse) -> Self {
        Self { env, wanted }
    }

    /// Every entry that the AWS CLI may still use, whatever the settings say; awsenv itself may not use all of them.
    pub fn all(&self, now: Timestamp) -> Vec<Session> {
        let dir = expand(FOLDER, self.env, &home_of);
        let names = names_in(&dir)
            .into_iter()
            .filter(|name| Path::new(name).extension() == Some("json".as_ref()));
        let entries = names.filter_map(|name| Some(read(&dir.join(name))?.0));
        entries.filter(|session| session.ends() > now).collect()
    }
}

impl CliCache for Cache<'_> {
    fn find(&self, entry: CliEntry<'_>) -> Option<Session> {
        if self.wanted == CacheUse::Off {
            return None;
        }
        let (session, written) = read(&path(self.env, entry))?;
        // The user gave up what was there before, wherever it is.
        if sessions::cleared(self.env).is_some_and(|cleared| written <= cleared) {
            return None;
        }
        match entry {
            CliEntry::Role(request) => {
                let role_arn = Some(request.role_arn.to_owned());
                is_of(session.arn.as_deref()?, request.role_arn).then_some(Session { role_arn, ..session })
            }
            CliEntry::Sso(sso) => {
                let is_of = session.credentials.account_id.as_deref() == Some(&sso.account_id);
                Some(session).filter(|session| is_of && session.kind == Kind::Sso)
            }
        }
    }

    fn keep(&self, entry: CliEntry<'_>, session: &Session) {
        let path = path(self.env, entry);
        let text = Some(self.wanted).filter(|wanted| *wanted == CacheUse::Write);
        if let (Some(text), Some(dir)) = (text.and_then(|_| document(session)), path.parent()) {
            // The directory is the AWS CLI's; an existing one keeps its mode.
            let made = if dir.is_dir() { Ok(()) } else { private::make_dir(dir) };
            let checked = made.and_then(|()| private::check_way(dir, Way::Name));
            // The AWS CLI gets its own keys then.
            let _ = checked.and_then(|()| private::replace(&path, text.expose().as_bytes()));
        }
    }
}

/// In seconds: botocore renews keys that last no longer.
const MARGIN: i64 = 900;

/// Whether the AWS CLI still uses the keys of a role in its cache.
pub fn has_role(env: &Env, role: &AssumeRole, now: Timestamp) -> bool {
    let path = path(env, CliEntry::Role(role.into()));
    let bytes = read_regular(&path).ok().flatten().map(Zeroizing::new);
    let entry: Option<Entry> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let end = entry.and_then(|entry| moment(&entry.credentials.expiration));
    end.is_some_and(|end| end.seconds_from(now) > MARGIN)
}

/// What the entry of a role is named by.
fn name(request: &CliRequest<'_>) -> String {
    let text = |name, value: Option<&str>| Some((name, quoted(value?)));
    let parts = [
        request.duration.map(|seconds| ("DurationSeconds", seconds.to_string())),
        text("ExternalId", request.external_id),
        text("RoleArn", Some(request.role_arn)),
        text("RoleSessionName", request.session_name),
        text("SerialNumber", request.serial),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    object(", ", ": ", &parts)
}

/// The same for a role of IAM Identity Center.
fn sso_name(sso: &Sso) -> String {
    let (key, value) = match &sso.session.name {
        Some(session) => ("sessionName", session),
        None => ("startUrl", &sso.session.start_url),
    };
    let parts = [
        ("accountId", quoted(&sso.account_id)),
        ("roleName", quoted(&sso.role_name)),
        (key, quoted(value)),
    ];
    object(",", ":", &parts)
}

/// The file of an entry.
pub(super) fn path(env: &Env, entry: CliEntry<'_>) -> PathBuf {
    let name = match entry {
        CliEntry::Role(request) => name(&request),
        CliEntry::Sso(sso) => sso_name(sso),
    };
    expand(FOLDER, env, &home_of).join(awscli::file_name(&name))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    provider_type: Option<String>,
    credentials: Keys,
    assumed_role_user: Option<User>,
    response_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: Secret<String>,
    session_token: Secret<String>,
    expiration: String,
    account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct User {
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    #[serde(rename = "HTTPHeaders")]
    headers: Option<Headers>,
}

#[derive(Deserialize)]
struct Headers {
    date: Option<String>,
}

/// What the AWS CLI marks keys of IAM Identity Center with.
const SSO: &str = "sso";

/// The entry, and when it was written; `None` if other users could have written it.
fn read(path: &Path) -> Option<(Session, SystemTime)> {
    let bytes = private::read(path).ok().flatten().map(Zeroizing::new)?;
    let written = fs::symlink_metadata(path).and_then(|meta| meta.modified()).ok()?;
    let entry: Entry = serde_json::from_slice(&bytes).ok()?;
    let expires = moment(&entry.credentials.expiration)?;
    let obtained = written.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let obtained = Timestamp(i64::try_from(obtained).ok()?);
    let headers = entry.response_metadata.and_then(|metadata| metadata.headers);
    let date = headers.and_then(|headers| Timestamp::parse_http(&headers.date?));
    let arn = entry.assumed_role_user.map(|user| user.arn);
    let keys = entry.credentials;
    let account = || arn.as_deref()?.split(':').nth(4).map(str::to_owned);
    let session = Session {
        kind: match entry.provider_type.as_deref() {
            Some(SSO) => Kind::Sso,
            _ => Kind::Role,
        },
        profile: String::new(),
        role_arn: None,
        credentials: Credentials {
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: Some(keys.session_token),
            expires: Some(expires),
            account_id: keys.account_id.or_else(account),
        },
        obtained,
        // AWS's clock may not be this machine's. A copy of the file is newer than the keys in it, so they never last for
        // longer than their own end says; the AWS CLI goes by that too.
        lifetime: expires.seconds_from(date.map_or(obtained, |date| date.max(obtained))),
        arn,
    };
    Some((session, written))
}

/// Whether keys of `arn`, which AWS says they are, are of this role; its path is not part of that.
fn is_of(arn: &str, role_arn: &str) -> bool {
    let is_role = |role: &str, user: &str| {
        let name = role.strip_prefix("role/").and_then(|path| path.rsplit('/').next());
        let user = user.strip_prefix("assumed-role/").and_then(|user| user.split_once('/'));
        name.is_some() && name == user.map(|(name, _)| name)
    };
    let parts = |arn: &str| -> Option<[String; 6]> {
        let parts: Vec<String> = arn.splitn(6, ':').map(str::to_owned).collect();
        parts.try_into().ok()
    };
    let (Some(user), Some(role)) = (parts(arn), parts(role_arn)) else {
        return false;
    };
    user[1] == role[1] && user[4] == role[4] && user[2] == "sts" && is_role(&role[5], &user[5])
}

/// What the AWS CLI reads; `None` for keys that do not expire.
fn document(session: &Session) -> Option<Secret<String>> {
    let keys = &session.credentials;
    let is_sso = session.kind == Kind::Sso;
    let expires = keys.expires?.to_rfc3339()?;
    let expires = if is_sso {
        expires
    } else {
        expires.replace('Z', "+00:00")
    };
    let secret = Zeroizing::new(quoted(keys.secret_access_key.expose()));
    let token = Zeroizing::new(quoted(keys.session_token.as_ref()?.expose()));
    let (id, expires) = (quoted(&keys.access_key_id), quoted(&expires));
    let named = |name: &str, text: &Option<String>| text.as_ref().map(|text| format!(", \"{name}\": {}", quoted(text)));
    let account = named("AccountId", &keys.account_id).unwrap_or_default();
    let arn = session
        .arn
        .as_ref()
        .map(|arn| object(", ", ": ", &[("Arn", quoted(arn))]));
    let user = arn.map(|arn| format!(", \"AssumedRoleUser\": {arn}"));
    let user = user.unwrap_or_default();
    let provider = if is_sso { "\"ProviderType\": \"sso\", " } else { "" };
    let parts = [
        "{",
        provider,
        "\"Credentials\": {\"AccessKeyId\": ",
        &id,
        ", \"SecretAccessKey\": ",
        &secret,
        ", \"SessionToken\": ",
        &token,
        ", \"Expiration\": ",
        &expires,
        &account,
        "}",
        &user,
        "}",
    ];
    // Large enough for all of it, because growing would leave copies behind.
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    text.extend(parts);
    Some(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/team/r";

    fn request(role_arn: &str) -> CliRequest<'_> {
        CliRequest {
            role_arn,
            session_name: None,
            external_id: None,
            serial: None,
            duration: None,
        }
    }

    fn hashed(request: &CliRequest<'_>) -> String {
        let path = path(&Env::default(), CliEntry::Role(*request));
        path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    #[test]
    fn entries_are_named_as_the_aws_cli_names_them() {
        let ops = CliRequest {
            duration: Some(1_800),
            external_id: Some("ext 1"),
            ..request("arn:aws:iam::123456789012:role/Ops")
        };
        assert_eq!(hashed(&ops), "ea2bf230927f113d91263ef9922db7591d6b1908");
        let mfa = CliRequest {
            serial: Some("arn:aws:iam::123456789012:mfa/me"),
            ..request("arn:aws:iam::123456789012:role/Mfa")
        };
        assert_eq!(hashed(&mfa), "6a961e461a0d67aebf7302b41fcf98cf17d56e04");
        let hop = CliRequest {
            session_name: Some("sess"),
            ..request("arn:aws:iam::123456789012:role/Two")
        };
        assert_eq!(hashed(&hop), "592a8d6cd3ccecd2283b3e8f6034bc59d1301759");
    }

    #[test]
    fn keys_are_taken_only_if_they_are_of_the_role() {
        let of = |arn: &str| is_of(arn, ROLE);
        assert!(of("arn:aws:sts::123456789012:assumed-role/r/me"));
        assert!(is_of(
            "arn:aws:sts::123456789012:assumed-role/r/me",
            "arn:aws:iam::123456789012:role/r"
        ));
        for other in [
            "arn:aws:sts::123456789012:assumed-role/R/me",
            "arn:aws:sts::123456789012:assumed-role/team/r",
            "arn:aws:sts::123456789012:assumed-role/r",
            "arn:aws:sts::123456789011:assumed-role/r/me",
            "arn:aws-cn:sts::123456789012:assumed-role/r/me",
            "arn:aws:iam::123456789012:role/team/r",
            "arn:aws:sts::123456789012:federated-user/r/me",
            "",
        ] {
            assert!(!of(other), "{other}");
        }
        assert!(!is_of(
            "arn:aws:sts::123456789012:assumed-role//me",
            "arn:aws:iam::123456789012:user/r"
        ));
    }

    /// As the AWS CLI 2 writes it.
    fn entry(date: &str) -> String {
        format!(
            r#"{{"Credentials": {{"AccessKeyId": "ASIA6", "SecretAccessKey": "secret6", "SessionToken": "token6", "Expiration": "2026-11-21T03:37:09+00:00", "AccountId": "123456789012"}}, "AssumedRoleUser": {{"AssumedRoleId": "AROAEXAMPLE:me", "Arn": "arn:aws:sts::123456789012:assumed-role/r/me"}}, "ResponseMetadata": {{"RequestId": "c6", "HTTPStatusCode": 200, "HTTPHeaders": {{"server": "x"{date}}}, "RetryAttempts": 0}}}}"#
        )
    }

    const END: Timestamp = Timestamp(1_795_232_229);

    struct Home {
        _dir: tempfile::TempDir,
        env: Env,
    }

    impl Home {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let env = [("HOME", dir.path())].into_iter().collect();
            Self { _dir: dir, env }
        }

        fn path(&self) -> PathBuf {
            path(&self.env, CliEntry::Role(request(ROLE)))
        }

        /// Written so long before the end of the keys.
        fn write(&self, text: &str, before: i64) {
            let path = self.path();
            private::make_dir(path.parent().unwrap()).unwrap();
            private::replace(&path, text.as_bytes()).unwrap();
            let at = UNIX_EPOCH + Duration::from_secs((END.0 - before).unsigned_abs());
            File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(at)
                .unwrap();
        }

        fn find(&self, wanted: CacheUse) -> Option<Session> {
            Cache::new(&self.env, wanted).find(CliEntry::Role(request(ROLE)))
        }
    }

    #[test]
    fn an_entry_is_a_session() {
        let home = Home::new();
        assert!(home.find(CacheUse::Read).is_none());
        // This machine's clock is an hour behind AWS's.
        home.write(&entry(", \"date\": \"Sat, 21 Nov 2026 02:37:09 GMT\""), 7_200);
        let found = home.find(CacheUse::Read).unwrap();
        let keys = &found.credentials;
        assert_eq!(keys.access_key_id, "ASIA6");
        assert_eq!(keys.secret_access_key.expose(), "secret6");
        assert_eq!(keys.session_token.as_ref().unwrap().expose(), "token6");
        assert_eq!(
            (keys.expires, keys.account_id.as_deref()),
            (Some(END), Some("123456789012"))
        );
        assert_eq!(found.role_arn.as_deref(), Some(ROLE));
        assert_eq!((found.obtained, found.lifetime), (Timestamp(END.0 - 7_200), 3_600));
        // Restored from a backup when half an hour was left.
        home.write(&entry(", \"date\": \"Sat, 21 Nov 2026 02:37:09 GMT\""), 1_800);
        let found = home.find(CacheUse::Read).unwrap();
        assert_eq!((found.obtained, found.lifetime), (Timestamp(END.0 - 1_800), 1_800));
        assert!(home.find(CacheUse::Off).is_none());
        home.write(&entry(""), 1_800);
        assert_eq!(home.find(CacheUse::Write).unwrap().lifetime, 1_800);
        let all = |now| Cache::new(&home.env, CacheUse::Off).all(now).len();
        assert_eq!((all(Timestamp(END.0 - 1)), all(END)), (1, 0));
    }

    #[test]
    fn what_is_damaged_or_of_another_role_is_a_miss() {
        let home = Home::new();
        let good = entry("");
        for bad in [
            good[..good.len() / 2].to_owned(),
            good.replace("assumed-role/r/", "assumed-role/s/"),
            good.replace("\"Arn\"", "\"arn\""),
            good.replace("SessionToken", "Token"),
            good.replace("+00:00", ""),
        ] {
            home.write(&bad, 3_600);
            assert!(home.find(CacheUse::Read).is_none(), "{bad}");
        }
        home.write(&good.replace("+00:00", "UTC"), 3_600);
        assert!(home.find(CacheUse::Read).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn what_others_could_have_written_is_a_miss() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = Home::new();
        home.write(&entry(""), 3_600);
        for (mode, is_taken) in [(0o602, false), (0o644, true)] {
            fs::set_permissions(home.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(home.find(CacheUse::Read).is_some(), is_taken, "{mode:o}");
        }
    }

    #[test]
    fn what_was_given_up_is_a_miss() {
        let home = Home::new();
        home.write(&entry(""), 3_600);
        let settings = crate::config::settings::Settings::default();
        let store = sessions::Store::new(&home.env, &settings, &|_| {});
        store.clear(sessions::Which::Expired).unwrap();
        assert!(home.find(CacheUse::Read).is_some());
        store.clear(sessions::Which::Profiles(&["other"])).unwrap();
        assert!(home.find(CacheUse::Read).is_none());
        assert!(home.path().exists(), "it is the AWS CLI's");
        // In the far future of this machine's clock.
        home.write(&entry(""), -1_000_000_000);
        assert!(home.find(CacheUse::Read).is_some());
    }

    fn sso(session: Option<&str>) -> Sso {
        let place = || crate::config::Place {
            file: Path::new("config").into(),
            line: 1,
        };
        Sso {
            profile: "p".to_owned(),
            session: crate::resolve::SsoSession {
                name: session.map(str::to_owned),
                start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
                region: "us-east-1".to_owned(),
                region_place: place(),
                scopes: None,
            },
            account_id: "123456789011".to_owned(),
            role_name: "readOnly".to_owned(),
            place: place(),
        }
    }

    /// The files that the AWS CLI 2.36 wrote.
    #[test]
    fn keys_of_iam_identity_center_are_shared_too() {
        const WRITTEN: &str = r#"{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIASSO", "SecretAccessKey": "ssosecret", "SessionToken": "ssotoken", "Expiration": "2099-01-01T00:00:00Z", "AccountId": "123456789011"}}"#;
        for (session, name) in [
            (Some("my-sso"), "6a8f0fab0cd09b123b2c5687c0b9da5841584626.json"),
            (None, "34423b77d5c09d2165dbaebce17fee355186d51a.json"),
        ] {
            let home = Home::new();
            let sso = sso(session);
            let entry = CliEntry::Sso(&sso);
            let path = path(&home.env, entry);
            assert_eq!(path.file_name(), Some(name.as_ref()));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, WRITTEN).unwrap();
            let cache = Cache::new(&home.env, CacheUse::Write);
            let found = cache.find(entry).unwrap();
            assert_eq!(
                (found.kind, found.arn.as_ref(), found.role_arn.as_ref()),
                (Kind::Sso, None, None)
            );
            assert_eq!(found.credentials.access_key_id, "ASIASSO");
            fs::remove_file(&path).unwrap();
            cache.keep(entry, &found);
            assert_eq!(fs::read_to_string(&path).unwrap(), WRITTEN);
            for other in [
                WRITTEN.replace("123456789011", "123456789012"),
                WRITTEN.replace("\"ProviderType\": \"sso\", ", ""),
                WRITTEN.replace(", \"AccountId\": \"123456789011\"", ""),
            ] {
                fs::write(&path, &other).unwrap();
                assert!(cache.find(entry).is_none(), "{other}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_written_is_read_by_the_aws_cli_and_by_awsenv() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = Home::new();
        home.write(&entry(""), 3_600);
        let session = home.find(CacheUse::Read).unwrap();
        let text = fs::read_to_string(home.path()).unwrap();
        fs::remove_file(home.path()).unwrap();
        for unwanted in [CacheUse::Off, CacheUse::Read] {
            Cache::new(&home.env, unwanted).keep(CliEntry::Role(request(ROLE)), &session);
            assert!(!home.path().exists());
        }
        let dir = home.path().parent().unwrap().to_owned();
        for mode in [0o700, 0o755] {
            fs::set_permissions(&dir, fs::Permissions::from_mode(mode)).unwrap();
            Cache::new(&home.env, CacheUse::Write).keep(CliEntry::Role(request(ROLE)), &session);
            let mode_of = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode_of(&home.path()), mode_of(&dir)), (0o600, mode));
        }
        let written = fs::read_to_string(home.path()).unwrap();
        let keys = |text: &str| text[..text.find('}').unwrap()].to_owned();
        assert_eq!(keys(&written), keys(&text));
        serde_json::from_str::<serde_json::Value>(&written).unwrap();
        let back = home.find(CacheUse::Read).unwrap();
        assert_eq!(back.credentials.session_token, session.credentials.session_token);
        assert_eq!((&back.arn, back.credentials.expires), (&session.arn, Some(END)));
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).unwrap();
        fs::remove_file(home.path()).unwrap();
        Cache::new(&home.env, CacheUse::Write).keep(CliEntry::Role(request(ROLE)), &session);
        assert!(!home.path().exists(), "other users could replace it");
    }

    #[test]
    fn a_role_of_the_aws_cli_lasts_for_more_than_its_margin() {
        let home = Home::new();
        home.write(&entry(""), 3_600);
        let role = AssumeRole {
            profile: "p".to_owned(),
            role_arn: ROLE.to_owned(),
            role_session_name: None,
            external_id: None,
            mfa: None,
            duration_seconds: None,
            place: None,
        };
        assert!(has_role(&home.env, &role, Timestamp(END.0 - 901)));
        assert!(!has_role(&home.env, &role, Timestamp(END.0 - 900)));
        let other = AssumeRole {
            duration_seconds: Some(900),
            ..role
        };
        assert!(!has_role(&home.env, &other, Timestamp(END.0 - 901)));
    }
}
