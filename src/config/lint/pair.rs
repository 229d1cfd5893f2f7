//! What one profile says in two files or in two ways, which readers rank differently.

use super::Reader::{SdkGoV2, SdkJsV3, SdkRust};
use super::{Lint, LintCode};
use crate::config::profile::Kind;
use crate::config::profiles::{Profile, ProfileSet};
use crate::config::value::{Section, Value};

const KEY: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

/// The lints of all profiles, in their order.
pub fn lint_profiles(set: &ProfileSet) -> Vec<Lint> {
    set.profiles().flat_map(lint_profile).collect()
}

fn lint_profile(profile: Profile<'_>) -> Vec<Lint> {
    let mut found = Vec::new();
    found.extend(keys(profile));
    found.extend(tokens(profile));
    found.extend(sources(profile));
    found.extend(role(profile));
    found.extend(single(profile));
    found
}

fn new(code: LintCode, profile: Profile<'_>, value: Value<'_>) -> Lint {
    let section = profile
        .config_section()
        .or(profile.credentials_section())
        .map(Section::header);
    let lint = Lint::new(code, value.place()).key(value.key());
    Lint {
        profile: Some(profile.name().to_owned()),
        section: section.map(str::to_owned),
        ..lint
    }
}

/// Half a pair in each file.
fn keys(profile: Profile<'_>) -> Option<Lint> {
    let (key, secret) = (profile.get(KEY)?, profile.get(SECRET)?);
    let whole = |of: fn(Profile<'_>, &str) -> bool| of(profile, KEY) && of(profile, SECRET);
    let in_credentials = |profile: Profile<'_>, key: &str| profile.in_credentials(key).is_some();
    let in_config = |profile: Profile<'_>, key: &str| profile.in_config(key).is_some();
    if whole(in_credentials) || whole(in_config) && !in_credentials(profile, KEY) && !in_credentials(profile, SECRET) {
        return None;
    }
    let reads = format!("both keys, from lines {} and {}", key.line(), secret.line());
    let because = "the two files are merged key by key";
    Some(new(LintCode::SplitKeys, profile, key).take(&[SdkGoV2, SdkJsV3, SdkRust], reads, because))
}

fn tokens(profile: Profile<'_>) -> Option<Lint> {
    let both = |old: Value<'_>, new: Value<'_>| old.text() != new.text();
    let (security, session) = (profile.get("aws_security_token"), profile.get("aws_session_token"));
    if let (Some(old), Some(session)) = (security, session)
        && both(old, session)
    {
        let because = "only botocore and boto 2 support the old name aws_security_token";
        let lint = new(LintCode::TwoTokens, profile, old);
        return Some(lint.take(&[SdkGoV2, SdkJsV3, SdkRust], "aws_session_token", because));
    }
    let (token, key) = (session?, profile.get(KEY)?);
    (token.place().file != key.place().file).then(|| {
        let reads = "the keys from one file with the session token from the other";
        let because = "the two files are merged key by key";
        new(LintCode::TokenInOtherFile, profile, token).take(&[SdkGoV2, SdkJsV3, SdkRust], reads, because)
    })
}

/// Several sources of credentials: readers try them in different orders.
fn sources(profile: Profile<'_>) -> Option<Lint> {
    let first = Kind::of(profile);
    let rust = rust_source(profile);
    let js = js_source(profile);
    let mut lint = None;
    for (reader, kind) in [(SdkRust, rust), (SdkJsV3, js)] {
        if kind == first || kind == Kind::None || first == Kind::None || role_alone(profile) {
            continue;
        }
        let value = profile.get(decisive(kind))?;
        let because = match kind {
            Kind::StaticKeys => "static keys come first",
            _ => "static keys come last",
        };
        let start = lint
            .take()
            .unwrap_or_else(|| new(LintCode::SeveralSources, profile, value));
        lint = Some(start.take(&[reader], kind_words(kind), because));
    }
    lint
}

fn rust_source(profile: Profile<'_>) -> Kind {
    let has = |key| profile.get(key).is_some();
    match () {
        () if has("role_arn") && !has("web_identity_token_file") => Kind::AssumeRole,
        () if has("web_identity_token_file") => Kind::WebIdentity,
        () if has("sso_account_id") || has("sso_role_name") => Kind::Sso,
        () if has("login_session") => Kind::Login,
        () if has("credential_process") => process(profile),
        () if has(KEY) => Kind::StaticKeys,
        () => Kind::None,
    }
}

fn js_source(profile: Profile<'_>) -> Kind {
    let has = |key| profile.get(key).is_some_and(|value| !value.text().is_empty());
    match () {
        () if has("role_arn") && (has("source_profile") || has("credential_source")) => Kind::AssumeRole,
        () if has(KEY) && has(SECRET) => Kind::StaticKeys,
        () if has("web_identity_token_file") => Kind::WebIdentity,
        () if has("credential_process") => process(profile),
        () if has("sso_account_id") || has("sso_role_name") => Kind::Sso,
        () if has("login_session") => Kind::Login,
        () => Kind::None,
    }
}

fn process(profile: Profile<'_>) -> Kind {
    match Kind::of(profile) {
        Kind::Keychain => Kind::Keychain,
        _ => Kind::CredentialProcess,
    }
}

/// The key that defines a source.
fn decisive(kind: Kind) -> &'static str {
    match kind {
        Kind::AssumeRole => "role_arn",
        Kind::WebIdentity => "web_identity_token_file",
        Kind::Sso => "sso_account_id",
        Kind::Login => "login_session",
        Kind::CredentialProcess | Kind::Keychain => "credential_process",
        Kind::Boto | Kind::None | Kind::StaticKeys => KEY,
    }
}

fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::AssumeRole => "the role through source_profile",
        Kind::WebIdentity => "the web identity token",
        Kind::Sso => "the SSO session",
        Kind::Login => "the login session",
        Kind::CredentialProcess | Kind::Keychain => "the credential_process",
        Kind::Boto | Kind::None | Kind::StaticKeys => "the static keys",
    }
}

fn role_alone(profile: Profile<'_>) -> bool {
    let has = |key| profile.get(key).is_some();
    has("role_arn") && !has("source_profile") && !has("credential_source") && !has("web_identity_token_file")
}

fn role(profile: Profile<'_>) -> Vec<Lint> {
    let Some(arn) = profile.get("role_arn") else {
        return Vec::new();
    };
    let has = |key| profile.get(key).is_some();
    let mut found = Vec::new();
    if role_alone(profile) && has(KEY) {
        let lint = new(LintCode::RoleWithoutSource, profile, arn);
        found.push(lint.take(
            &[SdkJsV3],
            "the static keys, without the role",
            "a role without a source is ignored",
        ));
    }
    let source = profile.get("source_profile");
    if let Some(source) = source.filter(|source| source.text() == profile.name())
        && !has(KEY)
        && !has(SECRET)
        && (has("credential_process") || has("sso_account_id") || has("sso_role_name"))
    {
        let lint = new(LintCode::SelfSource, profile, source);
        let reads = "the role through the profile's own credentials";
        found.push(lint.take(
            &[SdkRust],
            reads,
            "a profile may be its own source with any credentials, not only static keys",
        ));
    }
    if has("web_identity_token_file") {
        return found;
    }
    if let Some(mfa) = profile.get("mfa_serial") {
        let lint = new(LintCode::MfaRole, profile, mfa);
        let lint = lint.take(&[SdkRust], "the role without MFA", "mfa_serial is not read");
        found.push(lint.take(
            &[SdkGoV2],
            "no credentials",
            "MFA requires a program that asks for the code",
        ));
    }
    if let Some(duration) = profile.get("duration_seconds") {
        found.push(match duration.text().trim().parse::<i64>() {
            Ok(_) => new(LintCode::RoleDuration, profile, duration).take(
                &[SdkRust],
                "the default duration",
                "duration_seconds is not read",
            ),
            Err(_) => new(LintCode::DurationNotANumber, profile, duration)
                .take(&[SdkRust], "the default duration", "duration_seconds is not read")
                .take(&[SdkJsV3], "the number at its start", "it uses parseInt"),
        });
    }
    found
}

/// Lints of a single value.
fn single(profile: Profile<'_>) -> Vec<Lint> {
    let mut found = Vec::new();
    if let Some(source) = profile.get("credential_source") {
        let known = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
        let right = known.iter().find(|known| known.eq_ignore_ascii_case(source.text()));
        if let Some(right) = right.filter(|right| **right != source.text()) {
            let lint = new(LintCode::CredentialSourceCase, profile, source);
            found.push(lint.take(&[SdkRust], format!("`{right}`"), "this value is not case-sensitive"));
        }
    }
    if profile.get("sso_session").is_some() {
        let legacy = ["sso_start_url", "sso_region"]
            .into_iter()
            .find_map(|key| profile.get(key));
        found.extend(legacy.map(|value| {
            let lint = new(LintCode::SsoKeysTwice, profile, value);
            lint.take(
                &[SdkRust],
                "no credentials",
                "sso_start_url and sso_region are not allowed beside sso_session",
            )
        }));
    }
    if let Some(process) = profile
        .get("credential_process")
        .filter(|value| has_shell_syntax(value.text()))
    {
        let lint = new(LintCode::ProcessShellSyntax, profile, process);
        let reads = "a shell command line";
        found.push(lint.take(
            &[SdkGoV2, SdkJsV3, SdkRust],
            reads,
            "`sh -c` runs the text instead of only splitting it into words",
        ));
    }
    found
}

/// Whether `sh -c` would do more with the text than split it into words.
fn has_shell_syntax(text: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    let mut word_start = true;
    for c in text.chars() {
        let start = std::mem::replace(&mut word_start, matches!(c, ' ' | '\t'));
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (None | Some('"'), '\\') => escaped = true,
            (None | Some('"'), '$' | '`') => return true,
            (None, '\'' | '"') => quote = Some(c),
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '*' | '?' | '[') => return true,
            (None, '~' | '#') if start => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_syntax() {
        for text in ["~/bin/x", "a $B", "a | b", "a \"$B\"", "a #b", "a `b`", "a *"] {
            assert!(has_shell_syntax(text), "{text}");
        }
        for text in ["a b", "a '$B | c'", "a \\$b", "a b#c b~", "'a b' \"c d\""] {
            assert!(!has_shell_syntax(text), "{text}");
        }
    }
}
