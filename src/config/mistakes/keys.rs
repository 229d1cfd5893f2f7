//! Keys that no program reads, and that resemble one which programs read.

use super::known;
use super::{Keys, MAX_KEYS, Mistake, MistakeCode, Owned};
use crate::config::profiles::SectionKind;
use crate::config::value::Value;
use crate::near;
use crate::text::display;

/// Shorter keys resemble too much.
const SHORTEST: usize = 4;

/// Names of other programs' variables, and of boto's settings, that are too far from the right ones.
const SLIPS: [(&str, &str); 6] = [
    ("aws_access_key", "aws_access_key_id"),
    ("aws_key", "aws_access_key_id"),
    ("aws_key_id", "aws_access_key_id"),
    ("aws_secret", "aws_secret_access_key"),
    ("aws_secret_key", "aws_secret_access_key"),
    ("aws_token", "aws_session_token"),
];

pub(super) fn mistakes<'a>(owned: &Owned<'a>, seen: &mut Keys<'a>, found: &mut Vec<Mistake>) {
    for value in owned.section.entries() {
        match owned.kind {
            SectionKind::Services => nested(value, &known::SERVICE, seen, found),
            // A profile's key there is no slip.
            SectionKind::SsoSession => {
                if let Some(right) = once(value.key(), &known::SSO_SESSION, seen) {
                    found.push(mistake(value, value.key(), right));
                }
            }
            SectionKind::Profile => {
                let key = value.key();
                if let Some(right) = of_powershell(value).or_else(|| once(key, &known::PROFILE, seen)) {
                    found.push(mistake(value, key, right));
                }
                if key == "s3" {
                    nested(value, &known::S3, seen, found);
                }
            }
        }
    }
}

/// `$env:AWS_REGION = x`, where the colon ends the key.
fn of_powershell(value: Value<'_>) -> Option<&'static str> {
    if !["$env", "${env"].contains(&value.key()) || value.is_nested() {
        return None;
    }
    let name = value.text().split('=').next().unwrap_or_default();
    let name = name.trim().trim_end_matches('}').to_lowercase();
    let exact = known::PROFILE.iter().copied().find(|known| *known == name);
    exact.or_else(|| meant(&name, &known::PROFILE))
}

fn nested<'a>(block: Value<'a>, known: &[&'static str], seen: &mut Keys<'a>, found: &mut Vec<Mistake>) {
    for entry in block.nested() {
        if let Some(right) = once(entry.key(), known, seen) {
            found.push(Mistake {
                place: entry.place(),
                ..mistake(block, entry.key(), right)
            });
        }
    }
}

fn mistake(value: Value<'_>, key: &str, right: &str) -> Mistake {
    Mistake {
        code: MistakeCode::Key,
        place: value.place(),
        profile: None,
        what: format!("no AWS program reads the key `{}`", display(key)),
        instead: format!("did you mean `{right}`?"),
        is_certain: false,
    }
}

/// [`meant`], for the first [`MAX_KEYS`] keys.
fn once<'a>(key: &'a str, known: &[&'static str], seen: &mut Keys<'a>) -> Option<&'static str> {
    let place = (known[0], key);
    match seen.get(&place) {
        Some(right) => *right,
        None if seen.len() >= MAX_KEYS => None,
        None => *seen.entry(place).or_insert(meant(key, known)),
    }
}

/// The key that `key` was meant to be; `None` for one that a program reads or that resembles none.
fn meant(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let lists = [known, &known::PROFILE, &known::OWN, &known::OF_OTHERS];
    let is_known = |key: &str| lists.iter().any(|list| list.contains(&key));
    if is_known(key) {
        return None;
    }
    let plain = without_command(key);
    if let Some((_, right)) = SLIPS
        .iter()
        .find(|(slip, right)| *slip == plain && known.contains(right))
    {
        return Some(right);
    }
    let exact = |word: &str| known.iter().copied().find(|right| *right == word);
    let letters = |word: &str| -> String { word.chars().filter(char::is_ascii_alphanumeric).collect() };
    let squeezed = letters(plain);
    // Names of variables, and `accessKeyId` as in JSON.
    let forms = [
        Some(plain.to_owned()),
        plain.strip_prefix("aws_default_").map(str::to_owned),
        plain.strip_prefix("aws_").map(str::to_owned),
        ["access_key_id", "secret_access_key", "session_token"]
            .contains(&plain)
            .then(|| format!("aws_{plain}")),
        // `role_arn arn:aws:iam::…`, where the colon ends the key.
        plain.split_once(' ').map(|(first, _)| first.to_owned()),
    ];
    let named = forms.into_iter().flatten().find_map(|form| exact(&form));
    let spelled = || {
        let aws = format!("aws{squeezed}");
        let pair = ["awsaccesskeyid", "awssecretaccesskey", "awssessiontoken"];
        let is_same = |right: &&&str| {
            let right = letters(right);
            right == squeezed || right == aws && pair.contains(&right.as_str())
        };
        known.iter().find(is_same).copied()
    };
    let near = || {
        let long = known.iter().chain(&known::OWN).chain(&known::OF_OTHERS).copied();
        let right = near::meant(plain, long.filter(|right| right.len() > SHORTEST))?;
        let is_read = known.contains(&right) || known::OWN.contains(&right);
        (plain.len() >= SHORTEST && is_read && is_slip(plain, right)).then_some(right)
    };
    named.or_else(spelled).or_else(near)
}

/// Whether each word of the key is near: `sts_region` is not meant as `sso_region`.
fn is_slip(key: &str, right: &str) -> bool {
    let words = |text: &str| -> Vec<String> { text.split(['_', '-', ' ', '.']).map(str::to_owned).collect() };
    let (words, rights) = (words(key), words(right));
    let mut pairs = words.iter().zip(&rights);
    words.len() != rights.len()
        || pairs.all(|(word, right)| word == right || near::meant(word, [right.as_str()]).is_some())
}

/// Without what makes it a line of a shell: `export aws_profile`, `$env:aws_profile`.
fn without_command(key: &str) -> &str {
    let words = ["export ", "setx ", "set -gx ", "set ", "declare -x ", "$env:", "$"];
    let rest = words.iter().find_map(|word| key.strip_prefix(word));
    rest.map_or(key, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_keys() {
        for (key, right) in [
            ("so_start_url", "sso_start_url"),
            ("sso-start-url", "sso_start_url"),
            ("sso_star_url", "sso_start_url"),
            ("role-arn", "role_arn"),
            ("role arn", "role_arn"),
            ("rolearn", "role_arn"),
            ("rol_arn", "role_arn"),
            ("aws_acces_key_id", "aws_access_key_id"),
            ("aws_secret_acess_key", "aws_secret_access_key"),
            ("aws_acess_secret_key", ""),
            ("export aws_access_key_id", "aws_access_key_id"),
            ("export aws_acces_key_id", "aws_access_key_id"),
            ("$env:aws_secret_access_key", "aws_secret_access_key"),
            ("access_key_id", "aws_access_key_id"),
            ("awsenv_mfa_proces", "awsenv_mfa_process"),
            ("awsenv_mfa_process", ""),
            ("accesskeyid", "aws_access_key_id"),
            ("awssecretaccesskey", "aws_secret_access_key"),
            ("sso-session", "sso_session"),
            ("source-profile", "source_profile"),
            ("soruce_profile", "source_profile"),
            ("regoin", "region"),
            ("aws_region", "region"),
            ("aws_default_region", "region"),
            ("aws_default_output", "output"),
            ("aws_role_arn", "role_arn"),
            ("ouput", "output"),
            ("credentials_process", "credential_process"),
            ("credentail_process", "credential_process"),
            ("mfa_serail", "mfa_serial"),
            ("aws_access_key", "aws_access_key_id"),
            ("aws_secret_key", "aws_secret_access_key"),
            ("export aws_secret_key", "aws_secret_access_key"),
            ("$env:aws_acces_key_id", "aws_access_key_id"),
            ("was_access_key_id", "aws_access_key_id"),
            ("sso_startt_url", "sso_start_url"),
            ("ssoregion", "sso_region"),
            ("external-id", "external_id"),
            ("sso_acount_id", "sso_account_id"),
        ] {
            assert_eq!(meant(key, &known::PROFILE).unwrap_or_default(), right, "{key}");
        }
        assert_eq!(meant("endpoint-url", &known::SERVICE), Some("endpoint_url"));
        assert_eq!(
            meant("max_concurent_requests", &known::S3),
            Some("max_concurrent_requests")
        );
        assert_eq!(
            meant("sso_registration_scope", &known::SSO_SESSION),
            Some("sso_registration_scopes")
        );
    }

    #[test]
    fn what_resembles_nothing_is_left_alone() {
        let known = known::PROFILE
            .iter()
            .chain(&known::OF_OTHERS)
            .chain(&known::S3)
            .copied();
        let others = [
            "sts_region",
            "s3_region",
            "dst_region",
            "user_arn",
            "color",
            "colour",
            "name",
            "team",
            "owner",
            "s4",
            "db",
            "note",
            "description",
            "mfa_serial_number",
            "tags",
            "azure_tenant_id",
            "azure_app_id_uri",
            "google_config.ask_role",
            "adfs_config.ssl_verification",
            "role",
            "account",
            "profile",
            "url",
            "emr",
            "cloudwatch",
            "dynamodb",
            "aws_sso_name",
            "saml_idp_arn",
            "ttl",
        ];
        for key in known.chain(others) {
            assert_eq!(meant(key, &known::PROFILE), None, "{key}");
        }
    }

    #[test]
    fn lists_have_no_word_twice() {
        let mut all: Vec<&str> = known::PROFILE.iter().chain(&known::OF_OTHERS).copied().collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
