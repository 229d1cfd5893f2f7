//! The role of `--role` on top of a profile, and how long keys can be asked to last.

use crate::config::account_of_arn;
use crate::context::Context;
use crate::env::style::Style;
use crate::error::{Error, Kind};
use crate::provider::Wants;
use crate::redact::shown;
use crate::resolve::{AssumeRole, BaseSource, CredentialPlan};
use crate::text::display;

/// In seconds: what AWS STS accepts for a role.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const DURATION: std::ops::RangeInclusive<u32> = 900..=43_200;

/// The plan of the same profile with the role on top, and what is shown behind the profile's name.
///
/// # Errors
/// It is no ARN of a role.
pub fn on_top(plan: &mut CredentialPlan, profile: &str, arn: &str) -> Result<String, Error> {
    let Some(tail) = tail(arn) else {
        let message = format!("`{}` is not the ARN of a role", shown(arn));
        return Err(Error::new(Kind::Usage, message).hint("it has the form arn:aws:iam::123456789012:role/NAME"));
    };
    if plan.roles.is_empty() {
        plan.base_of = Some(profile.to_owned());
    }
    plan.roles.push(AssumeRole {
        profile: profile.to_owned(),
        role_arn: arn.to_owned(),
        role_session_name: None,
        external_id: None,
        mfa_serial: None,
        duration_seconds: None,
        place: None,
    });
    Ok(tail)
}

/// What is shown of a role behind the name of the profile below it; `None` if this is no ARN of a role.
pub fn tail(arn: &str) -> Option<String> {
    parts(arn).map(|(role, account)| format!("→{role}@{account}"))
}

/// A repeated wish may have a role beside a `--name` of now.
///
/// # Errors
/// The name is asked for, by which programs would get the keys of the profile below the role.
pub fn check_style(style: Option<Style>, arn: &str) -> Result<(), Error> {
    if style != Some(Style::Name) {
        return Ok(());
    }
    let message = format!(
        "`--name` cannot export the role `{}` that `--role` named before",
        shown(arn)
    );
    Err(Error::new(Kind::Usage, message).hint("leave `--name` out, or name the profile to work without the role"))
}

/// The name of a role without its path, and its account.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    let account = account_of_arn(arn)?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c));
    (is_account && !name.is_empty() && is_name(name)).then_some((name, account))
}

/// What is asked for beside a plan, with sessions named after the user of this machine.
pub fn wants(context: &Context) -> Wants {
    let env = context.env();
    let user = ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| env.filled(name));
    Wants {
        session_name: user.map_or("awsenv".to_owned(), session_name),
        ..Wants::default()
    }
}

/// As AWS STS accepts it, and always the same for a user, so that logs can be searched for it.
fn session_name(user: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let user = user.chars().map(|c| if is_word(c) { c } else { '-' });
    "awsenv-".chars().chain(user).take(LONGEST_NAME).collect()
}

/// In characters.
const LONGEST_NAME: usize = 64;

/// Checks `--duration` before anything is asked.
///
/// # Errors
/// Something else decides how long the keys last, or AWS would refuse so many seconds.
pub fn check_duration(plan: &CredentialPlan, profile: &str, seconds: u32) -> Result<(), Error> {
    let usage = |message: String| Err(Error::new(Kind::Usage, message));
    if !plan.roles.is_empty() {
        return match DURATION.contains(&seconds) {
            true => Ok(()),
            false => usage("`--duration` must be at least 15m and at most 12h for a role".to_owned()),
        };
    }
    let decides = match &plan.base {
        None => return Ok(()),
        Some(BaseSource::CredentialProcess(process)) if process.keychain.is_none() => "the credential_process decides",
        Some(BaseSource::Sso(_)) => "the permission set in IAM Identity Center decides",
        Some(BaseSource::Login(_)) => "`aws login` decides",
        Some(BaseSource::Container { .. } | BaseSource::InstanceMetadata { .. }) => "the machine decides",
        Some(BaseSource::WebIdentity(_)) => "awsenv cannot assume a role with a token file yet, and AWS decides",
        Some(
            BaseSource::Boto(_)
            | BaseSource::BotoKeyring(_)
            | BaseSource::CredentialProcess(_)
            | BaseSource::Environment { .. }
            | BaseSource::StaticKeys(_),
        ) => {
            return usage(format!(
                "the keys of `{}` do not get a duration: only those of a role do",
                display(profile)
            ));
        }
    };
    usage(format!("{decides} how long the keys of `{}` last", display(profile)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_a_name_that_sts_accepts() {
        assert_eq!(session_name("me"), "awsenv-me");
        assert_eq!(session_name(r"DOMAIN\Jörg K."), "awsenv-DOMAIN-J-rg-K.");
        assert_eq!(session_name(&"x".repeat(99)).len(), 64);
    }

    #[test]
    fn an_arn_names_role_and_account() {
        for (arn, expected) in [
            ("arn:aws:iam::123456789012:role/Ops", Some(("Ops", "123456789012"))),
            (
                "arn:aws-cn:iam::123456789012:role/a/b/Ops",
                Some(("Ops", "123456789012")),
            ),
            ("arn:aws:iam::123456789012:user/Ops", None),
            ("arn:aws:iam::12345678901:role/Ops", None),
            ("arn:aws:iam::123456789012:role/", None),
            ("arn:aws:iam::123456789012:role/a b", None),
            ("arn:aws:iam::123456789012:role/a\nb", None),
            ("Ops", None),
            ("", None),
        ] {
            assert_eq!(parts(arn), expected, "{arn}");
        }
    }
}
