//! The role of `--role` on top of a profile, and how long keys can be asked to last.

use crate::aws::sts;
use crate::config::account_of_arn;
use crate::context::Context;
use crate::env::Env;
use crate::env::style::Style;
use crate::env::wish::Wish;
use crate::error::{Error, Kind};
use crate::provider::{Mfa, Wants};
use crate::redact::shown;
use crate::resolve::{AssumeRole, BaseSource, Caller, CredentialPlan};
use crate::text::display;

/// A profile with the role of `--role` on top, if there is one, as it is shown.
pub fn titled(profile: &str, role: Option<&str>) -> String {
    match role.and_then(parts) {
        Some((role, account)) => format!("{profile}→{role}@{account}"),
        None => profile.to_owned(),
    }
}

/// Puts the role on top of the plan of a profile.
///
/// # Errors
/// It is no ARN of a role.
pub fn on_top(plan: &mut CredentialPlan, profile: &str, arn: &str) -> Result<(), Error> {
    if parts(arn).is_none() {
        let message = format!("`{}` is not the ARN of a role", shown(arn));
        return Err(Error::new(Kind::Usage, message).hint("it has the form arn:aws:iam::123456789012:role/NAME"));
    }
    let is_first = plan.roles.is_empty();
    if is_first {
        plan.base_of = Some(profile.to_owned());
    }
    // A user who has a device uses it for what they do, and no file says otherwise of this role.
    let mfa = plan.user_device().filter(|_| is_first).cloned();
    plan.roles.push(AssumeRole {
        profile: profile.to_owned(),
        role_arn: arn.to_owned(),
        role_session_name: None,
        external_id: None,
        mfa,
        duration_seconds: None,
        place: None,
    });
    Ok(())
}

/// [`titled`] for a shell: in a locale without the arrow yash reads no script that has it, and zsh shows its bytes.
pub fn titled_in(env: &Env, profile: &str, role: Option<&str>) -> String {
    let title = titled(profile, role);
    match title.strip_prefix(profile) {
        Some(tail) if !has_utf_8(env) => profile.to_owned() + &tail.replace('→', "->"),
        _ => title,
    }
}

/// Whether the terminal shows more than ASCII.
pub(super) fn has_utf_8(env: &Env) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env.filled(name));
    let locale = locale.map_or(String::new(), str::to_ascii_lowercase);
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// The name of a role without its path, and its account.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    let account = account_of_arn(arn)?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |name: &str| name.chars().all(sts::is_in_name);
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
        mfa: Mfa {
            is_shared: context.settings().mfa.has_session,
            of_user: true,
        },
        ..Wants::default()
    }
}

/// As [`wants`], where a user's own keys are to stay what they are.
pub fn wants_as_is(context: &Context) -> Wants {
    let wants = wants(context);
    Wants {
        mfa: Mfa {
            of_user: false,
            ..wants.mfa
        },
        ..wants
    }
}

/// As AWS STS accepts it, and always the same for a user, so that logs can be searched for it.
fn session_name(user: &str) -> String {
    let user = user.chars().map(|c| if sts::is_in_name(c) { c } else { '-' });
    "awsenv-".chars().chain(user).take(*sts::NAME.end()).collect()
}

/// Checks that a style does what is asked for. SDKs that find a profile by its name know nothing of a role on top, and
/// would have the rights of the profile itself.
///
/// # Errors
/// By name, the role or the duration would not count.
pub fn check_style(wish: &Wish, profile: &str) -> Result<(), Error> {
    let what = match (wish.style, &wish.role, wish.duration) {
        (Some(Style::Name), Some(role), _) => format!("the role `{}` on top", shown(role)),
        (Some(Style::Name), None, Some(seconds)) => format!("keys that last {seconds} s"),
        _ => return Ok(()),
    };
    let name = display(profile);
    let message = format!("`{name}` cannot be used by name with {what}: SDKs would not know of it");
    Err(Error::new(Kind::Usage, message).hint(format!("leave out `--name`, or name `{name}` to use it alone")))
}

/// Checks `--duration` before anything is asked.
///
/// # Errors
/// Something else decides how long the keys last, or AWS would refuse so many seconds.
pub fn check_duration(plan: &CredentialPlan, profile: &str, seconds: u32) -> Result<(), Error> {
    let usage = |message: String| Err(Error::new(Kind::Usage, message));
    if !plan.roles.is_empty() {
        return match sts::DURATION.contains(&seconds) {
            true => Ok(()),
            false => usage("`--duration` must be at least 15m and at most 12h for a role".to_owned()),
        };
    }
    if plan.user_device().is_some() {
        return match sts::SESSION_DURATION.contains(&seconds) {
            true => Ok(()),
            false => {
                usage("`--duration` must be at least 15m and at most 36h for a user with an MFA device".to_owned())
            }
        };
    }
    let decides = match &plan.base {
        None => return Ok(()),
        Some(_) if plan.caller() == Caller::Session => "AWS decided with the session token",
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
            let message = format!("the keys of `{}` last until they are deleted", display(profile));
            let hint = "`--duration` is for a role (`--role ARN`) and for a user whose profile has an `mfa_serial`";
            return Err(Error::new(Kind::Usage, message).hint(hint));
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
    fn the_arrow_is_ascii_where_the_locale_has_no_other() {
        let shown = |vars: &[(&str, &str)]| {
            let env: Env = vars.iter().copied().collect();
            titled_in(&env, "p", Some("arn:aws:iam::123456789012:role/r"))
        };
        for utf_8 in [
            &[("LANG", "en_US.UTF-8")][..],
            &[("LANG", "C"), ("LC_CTYPE", "C.utf8")],
            &[("LC_ALL", "de_DE.UTF-8"), ("LANG", "C")],
            &[("LC_ALL", ""), ("LANG", "C.UTF-8")],
        ] {
            assert_eq!(shown(utf_8), "p→r@123456789012", "{utf_8:?}");
        }
        #[cfg(unix)]
        for other in [
            &[][..],
            &[("LANG", "C")],
            &[("LANG", "de_DE@euro")],
            &[("LC_ALL", "C"), ("LANG", "C.UTF-8")],
        ] {
            assert_eq!(shown(other), "p->r@123456789012", "{other:?}");
        }
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
            let is_shown = titled("p", Some(arn)) != "p";
            assert_eq!(is_shown, expected.is_some(), "{arn}");
        }
    }
}
