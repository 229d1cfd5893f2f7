//! Switches of environments that have no shell.

use std::ffi::OsStr;

use super::*;
use crate::env::names::{AWSENV_EXPECT, AWSENV_STATE};

fn target(profile: &str, vars: &[(&str, &str)], region: RegionChange) -> Target {
    let vars = vars
        .iter()
        .map(|(n, v)| (VarName::parse(n).unwrap(), Secret::new((*v).to_owned())))
        .collect();
    let style = Style::Name;
    Target {
        profile: profile.into(),
        wish: Wish::default(),
        shown: profile.into(),
        style,
        vars,
        region,
        container: false,
        expires: None,
    }
}

fn name(profile: &str, region: RegionChange) -> Target {
    target(profile, &[("AWS_PROFILE", profile)], region)
}

fn after(env: &Env, diff: &EnvDiff) -> Env {
    diff.apply(env).into_iter().collect()
}

fn used(env: &Env, target: &Target) -> Env {
    after(env, &enter(env, State::read(env).unwrap().as_ref(), target))
}

fn unset(env: &Env) -> (Env, Vec<String>) {
    let left = leave(env, State::read(env).unwrap().as_ref());
    (
        after(env, &left.diff),
        left.drifted.iter().map(ToString::to_string).collect(),
    )
}

fn env(vars: &[(&str, &str)]) -> Env {
    vars.iter().copied().collect()
}

fn shown(env: &Env) -> String {
    let vars = env
        .iter()
        .filter(|(name, _)| *name != AWSENV_STATE && *name != AWSENV_EXPECT);
    vars.map(|(name, value)| format!("{}={} ", name.display(), value.display()))
        .collect()
}

#[test]
fn a_nested_shell_gives_back_what_is_no_secret() {
    let user = env(&[
        ("AWS_PROFILE", "old"),
        ("AWS_REGION", ""),
        ("AWS_SSO", "x"),
        ("OTHER", "1"),
    ]);
    let a = used(&user, &name("a", RegionChange::Clear("c".into())));
    assert_eq!(shown(&a), "AWSENV_PROFILE=a AWS_PROFILE=a OTHER=1 ");
    let b = used(&a, &name("b", RegionChange::Set("r".into())));
    assert_eq!(
        shown(&b),
        "AWSENV_PROFILE=b AWS_DEFAULT_REGION=r AWS_PROFILE=b AWS_REGION=r OTHER=1 "
    );
    assert_eq!(
        State::read(&b)
            .unwrap()
            .unwrap()
            .previous
            .map(|earlier| earlier.profile)
            .as_deref(),
        Some("a")
    );
    let (back, drifted) = unset(&b);
    assert_eq!(shown(&back), shown(&user));
    assert_eq!(drifted, [""; 0]);
}

#[test]
fn a_profile_without_region_gets_the_users_own_back() {
    let user = env(&[("AWS_REGION", "mine")]);
    let a = used(&user, &name("a", RegionChange::Set("theirs".into())));
    assert_eq!(
        shown(&used(&a, &name("b", RegionChange::Own))),
        "AWSENV_PROFILE=b AWS_PROFILE=b AWS_REGION=mine "
    );
}

#[test]
fn settings_of_the_last_profile_go() {
    let with_url = target(
        "a",
        &[("AWS_PROFILE", "a"), ("AWS_ENDPOINT_URL", "u")],
        RegionChange::Own,
    );
    let a = used(&env(&[]), &with_url);
    assert_eq!(
        shown(&used(&a, &name("b", RegionChange::Own))),
        "AWSENV_PROFILE=b AWS_PROFILE=b "
    );
}

#[test]
fn what_the_user_changed_stays_and_is_named() {
    let a = used(
        &env(&[("AWS_REGION", "mine")]),
        &name("a", RegionChange::Clear("c".into())),
    );
    let mut vars: BTreeMap<_, _> = a.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    vars.insert("AWS_REGION".into(), "new".into());
    vars.insert("AWS_VAULT".into(), "v".into());
    vars.remove(OsStr::new("AWS_PROFILE"));
    let changed: Env = vars.into_iter().collect();
    let (back, drifted) = unset(&changed);
    assert_eq!(shown(&back), "AWS_REGION=new AWS_VAULT=v ");
    assert_eq!(drifted, ["AWS_PROFILE", "AWS_REGION", "AWS_VAULT"]);
}

#[test]
fn a_secret_is_never_written_down_and_takes_its_companions_along() {
    let user = env(&[("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush")]);
    let a = used(&user, &name("a", RegionChange::Own));
    let state = State::read(&a).unwrap().unwrap();
    assert!(
        state
            .marks
            .values()
            .all(|mark| !matches!(&mark.before, Before::Value(_))),
        "{state:?}"
    );
    assert_eq!(shown(&unset(&a).0), "");
    let alone = used(&env(&[("AWS_ACCOUNT_ID", "1")]), &name("a", RegionChange::Own));
    assert_eq!(shown(&unset(&alone).0), "AWS_ACCOUNT_ID=1 ");
}

#[test]
fn what_may_be_a_secret_is_not_written_down_under_any_name() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let url = "https://me:hunter2@example.com";
    let names = [
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_SESSION_EXPIRATION",
        "AWS_VAULT",
        "AWSUME_PROFILE",
    ];
    for value in [SECRET, url] {
        let user = env(&names.map(|name| (name, value)));
        let a = used(&user, &name("a", RegionChange::Set("r".into())));
        let again = used(&a, &name("b", RegionChange::Set("r".into())));
        for env in [a, again] {
            let state = State::read(&env).unwrap().unwrap();
            for name in names {
                let mark = &state.marks[&VarName::of(name)];
                assert_eq!(mark.before, Before::Secret, "{name}");
            }
        }
    }
}

#[test]
fn the_users_environment_is_seen_through_the_switch() {
    let user = env(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost"),
        ("AWS_REGION", "mine"),
    ]);
    let keys = target("a", &[("AWS_ACCESS_KEY_ID", "ours")], RegionChange::Set("r".into()));
    let a = used(&user, &keys);
    let state = State::read(&a).unwrap();
    assert_eq!(
        shown(&user_env(&a, state.as_ref())),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://localhost "
    );
}

/// What `unset` leaves, and that it names nothing as changed.
fn given_back(env: &Env) -> String {
    let (env, drifted) = unset(env);
    assert_eq!(drifted, [""; 0]);
    shown(&env)
}

fn with(env: &Env, name: &str, value: &str) -> Env {
    env.clone().with(name, value.as_ref())
}

#[test]
fn what_changed_between_two_uses_comes_back() {
    let user = env(&[("AWS_PROFILE", "old")]);
    let a = used(&user, &name("a", RegionChange::Own));
    let changed = used(&with(&a, "AWS_PROFILE", "other"), &name("b", RegionChange::Own));
    assert_eq!(shown(&unset(&changed).0), "AWS_PROFILE=other ");
    let removed = used(&a.clone().without("AWS_PROFILE"), &name("b", RegionChange::Own));
    assert_eq!(shown(&unset(&removed).0), "");
    let added = used(&with(&a, "AWS_ROLE_ARN", "r"), &name("b", RegionChange::Own));
    assert_eq!(shown(&added), "AWSENV_PROFILE=b AWS_PROFILE=b ");
    assert_eq!(shown(&unset(&added).0), "AWS_PROFILE=old AWS_ROLE_ARN=r ");
    let thrice = used(&added, &name("c", RegionChange::Own));
    assert_eq!(shown(&unset(&thrice).0), "AWS_PROFILE=old AWS_ROLE_ARN=r ");
}

#[test]
fn what_an_earlier_use_set_is_never_the_users() {
    let user = env(&[("AWS_PROFILE", "old")]);
    let a = used(&user, &name("a", RegionChange::Own));
    // direnv enters a directory, `use` follows, and direnv leaves it again.
    let b = used(&with(&a, "AWS_PROFILE", "d"), &name("b", RegionChange::Own));
    let left = with(&b, "AWS_PROFILE", "a");
    assert_eq!(given_back(&left), shown(&user));
    let c = used(&left, &name("c", RegionChange::Own));
    assert_eq!(given_back(&c), shown(&user));
    let d = used(&with(&c, "AWS_PROFILE", "b"), &name("d", RegionChange::Own));
    assert_eq!(given_back(&d), shown(&user));
}

#[test]
fn a_value_that_comes_back_after_its_name_was_given_back_is_ours() {
    let with_url = target(
        "a",
        &[("AWS_PROFILE", "a"), ("AWS_ACCESS_KEY_ID", "k")],
        RegionChange::Own,
    );
    let a = used(&env(&[]), &with_url);
    let b = used(&a, &name("b", RegionChange::Own));
    let back = with(&b, "AWS_ACCESS_KEY_ID", "k");
    assert_eq!(given_back(&back), shown(&env(&[])));
    let c = used(&back, &name("c", RegionChange::Own));
    assert_eq!(given_back(&c), shown(&env(&[])));
}

#[test]
fn a_name_that_a_shell_cannot_remove_may_say_the_same() {
    let user = env(&[("AWS_REGION", "mine"), ("AWS_DEFAULT_PROFILE", "x")]);
    let to = name("a", RegionChange::Clear("eu-west-1".into()));
    let diff = enter(&user, None, &to);
    let instead = |name: &str| {
        diff.iter().find_map(|(found, change)| match change {
            Change::Unset(_, instead) if found.as_str() == name => instead.clone(),
            _ => None,
        })
    };
    assert_eq!(instead("AWS_REGION").as_deref(), Some("eu-west-1"));
    assert_eq!(instead("AWS_DEFAULT_PROFILE").as_deref(), Some("a"));
    assert_eq!(instead("AWS_DEFAULT_REGION"), None, "nothing stands in the way");
    let fish = with(
        &with(&after(&user, &diff), "AWS_REGION", "eu-west-1"),
        "AWS_DEFAULT_PROFILE",
        "a",
    );
    assert_eq!(given_back(&fish), shown(&user));
}

#[test]
fn shell_variables_that_were_inherited_go_first() {
    let diff = enter(
        &env(&[("__awsenv_AWS_PROFILE", "d;code")]),
        None,
        &name("a", RegionChange::Own),
    );
    let stray = VarName::parse("__awsenv_AWS_PROFILE").unwrap();
    assert!(diff.iter().any(|change| change == (&stray, &Change::Drop)));
}
