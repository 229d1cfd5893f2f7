//! Which settings a call takes, from what files and variables.

use std::cell::Cell;
use std::path::Path;

use super::*;
use crate::config::{Document, ProfileSet};
use crate::resolve::{BaseSource, Choice, CredentialPlan, Keys, Legacy, LoginCache, RegionSource, resolve};

struct NoLegacy;

impl Legacy for NoLegacy {
    fn profile(&self, _: &str) -> Result<Option<BaseSource>, Error> {
        Ok(None)
    }

    fn ec2_file(&self) -> Result<Option<Keys>, Error> {
        Ok(None)
    }

    fn credentials(&self) -> Result<Option<Keys>, Error> {
        Ok(None)
    }
}

const ROLE: &str = "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n\
    [profile keys]\naws_access_key_id = AKIA1\naws_secret_access_key = s\n";

/// The plan of the profile `p`, a role, with more lines in its section, and sections below it.
fn plan(lines: &str, below: &str, env: &[(&str, &str)]) -> CredentialPlan {
    let config = ROLE.replace("source_profile = keys\n", &format!("source_profile = keys\n{lines}")) + below;
    let document = Document::parse(Path::new("config"), config.into_bytes());
    let profiles = ProfileSet::new(Some(document), None).unwrap();
    let env = env.iter().copied().collect();
    let inputs = Inputs {
        profiles: &profiles,
        searched: "config",
        env: &env,
        legacy: &NoLegacy,
        login: &|_| LoginCache::Missing,
        guesses: Cell::new(0),
    };
    resolve(&inputs, &Choice::explicit("p"), None).unwrap()
}

fn endpoint(plan: &CredentialPlan) -> Result<Endpoint, Error> {
    plan.calls.endpoint(Service::Sts, &plan.call_region())
}

/// What STS is called by, and where that is said.
fn called(lines: &str, below: &str, env: &[(&str, &str)]) -> String {
    let found = endpoint(&plan(&format!("region = eu-west-1\n{lines}"), below, env)).unwrap();
    match found.because {
        UrlReason::Own { .. } => found.url,
        UrlReason::Set(source) => format!("{} {source}", found.url),
    }
}

const OWN: &str = "https://sts.eu-west-1.amazonaws.com/";

#[test]
fn the_first_url_that_is_set_counts() {
    let section = "[services s]\nsts =\n  endpoint_url = http://section\ns3 =\n  endpoint_url = http://s3\n";
    let lines = "services = s\nendpoint_url = http://profile\n";
    let vars = [
        ("AWS_ENDPOINT_URL", "http://all"),
        ("AWS_ENDPOINT_URL_STS", "http://sts"),
    ];
    assert_eq!(called(lines, section, &vars), "http://sts/ AWS_ENDPOINT_URL_STS");
    assert_eq!(called(lines, section, &vars[..1]), "http://all/ AWS_ENDPOINT_URL");
    assert_eq!(called(lines, section, &[]), "http://section/ config:12");
    let empty = section.replacen("http://section", "", 1);
    assert_eq!(called(lines, &empty, &[]), "http://profile/ config:6");
    let other = section.replacen("sts", "ec2", 1);
    assert_eq!(called(lines, &other, &[]), "http://profile/ config:6");
    assert_eq!(called("services = s\n", &other, &[]), OWN);
    let unset = [("AWS_ENDPOINT_URL", ""), ("AWS_ENDPOINT_URL_STS", "")];
    assert_eq!(called(lines, section, &unset), "http://section/ config:12");
    assert_eq!(called("", "", &unset), OWN);
    assert_eq!(called("", "", &[("AWS_ENDPOINT_URL_S3", "http://s3")]), OWN);
}

#[test]
fn urls_can_be_ignored() {
    let ignores = "endpoint_url = http://profile\nignore_configured_endpoint_urls = True\n";
    let name = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    assert_eq!(called(ignores, "", &[("AWS_ENDPOINT_URL", "http://all")]), OWN);
    assert_eq!(called("endpoint_url = x\n", "", &[(name, "true")]), OWN);
    for no in ["false", "", "1"] {
        assert_eq!(called(ignores, "", &[(name, no)]), "http://profile/ config:5", "{no:?}");
    }
}

#[test]
fn a_section_that_is_missing_stops_only_the_call_that_needs_it() {
    let missing = plan(
        "services = near\n",
        "[services nears]\nsts =\n  endpoint_url = http://x\n",
        &[],
    );
    assert_eq!(missing.roles.len(), 1);
    let Err(Error::ServicesMissing {
        services, place, near, ..
    }) = endpoint(&missing)
    else {
        panic!();
    };
    assert_eq!(
        (services.as_str(), place.line, near),
        ("near", 4, vec!["nears".to_owned()])
    );
    let is_missing =
        |lines: &str, below: &str| matches!(endpoint(&plan(lines, below, &[])), Err(Error::ServicesMissing { .. }));
    assert!(is_missing("services = s\n", "[services s]\n"));
    assert!(is_missing("services =\n", ""));
    assert_eq!(
        called("services = s\n", "", &[("AWS_ENDPOINT_URL", "http://all")]),
        "http://all/ AWS_ENDPOINT_URL"
    );
    assert_eq!(
        called("services = s\nignore_configured_endpoint_urls = true\n", "", &[]),
        OWN
    );
}

/// What the setting must be, and where it is set.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::BadSetting { key, needs, source }) => format!("{key} must be {needs} ({source})"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_url_that_is_none_is_named() {
    for (text, needs) in [
        ("localhost:4566", "begins with"),
        ("ftp://x", "of http or https"),
        ("http://", "name of a host"),
        ("http://x:99999", "port"),
        ("http://x/?a=b", "query"),
        ("http://x/a b", "%20"),
        ("http://x/ü", "%20"),
    ] {
        let by_env = refused(endpoint(&plan("", "", &[("AWS_ENDPOINT_URL_STS", text)])));
        assert!(
            by_env.contains(needs) && by_env.ends_with("(AWS_ENDPOINT_URL_STS)"),
            "{by_env}"
        );
        let by_file = refused(endpoint(&plan(&format!("endpoint_url = {text}\n"), "", &[])));
        assert!(by_file.contains(needs) && by_file.ends_with("(config:4)"), "{by_file}");
    }
    for (lines, below) in [
        ("endpoint_url =\n  a = b\n", ""),
        ("services =\n  a = b\n", ""),
        ("services = s\n", "[services s]\nsts = http://x\n"),
        ("services = s\n", "[services s]\nsts =\n"),
    ] {
        let why = refused(endpoint(&plan(lines, below, &[])));
        assert!(why.contains("block"), "{why}");
    }
}

#[test]
fn a_url_has_one_form() {
    for (text, url) in [
        ("http://localhost:4566", "http://localhost:4566/"),
        ("HTTP://LocalHost:4566/Some/Path/", "http://localhost:4566/Some/Path/"),
        ("https://u:p@a.b:443/x", "https://a.b/x"),
        ("http://a.b:80", "http://a.b/"),
        ("http://a.b:443", "http://a.b:443/"),
        ("http://a.b:", "http://a.b/"),
        (" http://a.b", "http://a.b/"),
        ("//a.b/x", "http://a.b/x"),
        ("http://[::1]:9/", "http://[::1]:9/"),
    ] {
        let found = endpoint(&plan("region = eu-west-1\n", "", &[("AWS_ENDPOINT_URL", text)])).unwrap();
        assert_eq!((found.url.as_str(), found.is_own()), (url, false), "{text}");
    }
}

#[test]
fn keys_in_the_open_are_warned_about() {
    let warned = |text: &str| {
        endpoint(&plan("", "", &[("AWS_ENDPOINT_URL", text)]))
            .unwrap()
            .warning()
    };
    let warning = warned("http://me:hunter2@emulator:4566").unwrap();
    assert!(
        warning.contains("http://emulator:4566/") && warning.contains("AWS_ENDPOINT_URL"),
        "{warning}"
    );
    for silent in [
        "https://emulator",
        "http://localhost:1",
        "http://127.0.0.1",
        "http://[::1]:1",
        "http://a.localhost",
    ] {
        assert_eq!(warned(silent), None, "{silent}");
    }
    assert_eq!(endpoint(&plan("", "", &[])).unwrap().warning(), None);
}

#[test]
fn what_kind_of_host_is_asked_for() {
    let url = |lines: &str, env: &[(&str, &str)]| {
        endpoint(&plan(&format!("region = eu-west-1\n{lines}"), "", env))
            .unwrap()
            .url
    };
    let fips = "use_fips_endpoint = true\n";
    assert_eq!(url(fips, &[]), "https://sts-fips.eu-west-1.amazonaws.com/");
    assert_eq!(url(fips, &[("AWS_USE_FIPS_ENDPOINT", "")]), OWN);
    assert_eq!(
        url("", &[("AWS_USE_DUALSTACK_ENDPOINT", "True")]),
        "https://sts.eu-west-1.api.aws/"
    );
    assert_eq!(url("use_dualstack_endpoint = 1\n", &[]), OWN);
    assert_eq!(url(fips, &[("AWS_ENDPOINT_URL", "http://x")]), "http://x/");
    assert_eq!(
        url("", &[("AWS_REGION", "fips-us-east-1")]),
        "https://sts-fips.us-east-1.amazonaws.com/"
    );
}

#[test]
fn the_region_of_a_call() {
    let of = |plan: &CredentialPlan| {
        let found = endpoint(plan).unwrap();
        (found.url, found.region)
    };
    let pair = |url: &str, region: &str| (url.to_owned(), region.to_owned());
    let none = plan("", "", &[]);
    assert_eq!(of(&none), pair("https://sts.us-east-1.amazonaws.com/", "us-east-1"));
    assert!(none.call_region().note().is_some_and(|note| note.contains("us-east-1")));
    let named = plan("region = eu-west-1\n", "", &[("AWS_REGION", "eu-west-3")]);
    assert_eq!(of(&named), pair("https://sts.eu-west-3.amazonaws.com/", "eu-west-3"));
    assert_eq!(named.call_region().note(), None);
    let global = plan("region = aws-global\n", "", &[]);
    assert_eq!(of(&global), pair("https://sts.amazonaws.com/", "us-east-1"));
    let elsewhere = plan("region = aws-global\nendpoint_url = http://x\n", "", &[]);
    assert_eq!(of(&elsewhere), pair("http://x/", "aws-global"));
    for (region, shown) in [("", ""), ("a.b", "a.b"), ("x/y@evil.example", "x/y@evil.example")] {
        let Err(Error::BadRegion { region, source }) = endpoint(&plan("", "", &[("AWS_REGION", region)])) else {
            panic!("{region}");
        };
        assert_eq!(
            (region.as_str(), source),
            (shown, Some(RegionSource::Environment("AWS_REGION")))
        );
    }
    let mut china = plan("", "", &[]);
    china.roles[0].role_arn = "arn:aws-cn:iam::123456789012:role/r".to_owned();
    assert_eq!(
        of(&china),
        pair("https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1")
    );
    let RegionReason::Partition { id, place } = china.call_region().because else {
        panic!()
    };
    assert_eq!((id, place.map(|place| place.line)), ("aws-cn", Some(2)));
    china.roles.clear();
    assert_eq!(china.call_region().because, RegionReason::Nothing);
}

#[test]
fn certificates() {
    let of = |lines: &str, env: &[(&str, &str)]| plan(lines, "", env).calls.ca_bundle();
    let shown = |found: Option<CaBundle>| {
        found.map_or_else(String::new, |found| {
            format!("{} {}", found.path.display(), found.source)
        })
    };
    let requests = ("REQUESTS_CA_BUNDLE", "/requests");
    let lines = "ca_bundle = ~/profile\n";
    assert_eq!(
        shown(of(lines, &[("AWS_CA_BUNDLE", "/aws"), requests]).unwrap()),
        "/aws AWS_CA_BUNDLE"
    );
    assert_eq!(shown(of(lines, &[requests]).unwrap()), "~/profile config:4");
    assert_eq!(shown(of("", &[requests]).unwrap()), "/requests REQUESTS_CA_BUNDLE");
    assert_eq!(shown(of("", &[]).unwrap()), "");
    assert!(refused(of(lines, &[("AWS_CA_BUNDLE", " ")])).ends_with("the path of a file (AWS_CA_BUNDLE)"));
    assert!(refused(of("", &[("REQUESTS_CA_BUNDLE", "")])).ends_with("(REQUESTS_CA_BUNDLE)"));
    assert!(refused(of("ca_bundle =\n  a = b\n", &[])).ends_with("(config:4)"));
}

#[test]
fn tries() {
    let of = |lines: &str, env: &[(&str, &str)]| plan(lines, "", env).calls.tries();
    let var = "AWS_MAX_ATTEMPTS";
    assert_eq!(of("", &[]), Ok(3));
    assert_eq!(of("max_attempts = 2\n", &[]), Ok(2));
    assert_eq!(of("max_attempts = 2\n", &[(var, "1")]), Ok(1));
    assert_eq!(of("max_attempts = 99\n", &[]), Ok(5));
    assert_eq!(of("", &[(var, "99999999999999999999999999999999999999999")]), Ok(5));
    for bad in ["0", "-1", "five", "", "1.5"] {
        assert!(
            refused(of("max_attempts = 2\n", &[(var, bad)])).ends_with("at least 1 (AWS_MAX_ATTEMPTS)"),
            "{bad}"
        );
    }
    assert!(refused(of("max_attempts =\n  a = b\n", &[])).ends_with("(config:4)"));
}

#[test]
fn a_request_travels_by_all_of_them() {
    let env = [
        ("AWS_CA_BUNDLE", "/ca"),
        ("HTTPS_PROXY", "http://me:hunter2@proxy:3128"),
        ("NO_PROXY", "internal"),
    ];
    let calls = plan("", "", &env).calls;
    let travels = calls.travel(OWN).unwrap().transport();
    assert_eq!(travels.ca_bundle, Some(PathBuf::from("/ca")));
    assert_eq!(
        travels.proxy.as_ref().map(|proxy| proxy.expose().as_str()),
        Some("http://me:hunter2@proxy:3128")
    );
    assert_eq!(calls.travel("https://sts.internal/").unwrap().proxy, None);
    assert_eq!(calls.proxy(OWN).unwrap().unwrap().shown, "http://proxy:3128");
    assert!(!format!("{calls:?} {travels:?}").contains("hunter2"));
    let socks = plan("", "", &[("https_proxy", "socks5://h:1")]).calls;
    assert!(refused(socks.travel(OWN)).contains("SOCKS"));
    assert_eq!(socks.travel("http://127.0.0.1:1/").unwrap().proxy, None);
}
