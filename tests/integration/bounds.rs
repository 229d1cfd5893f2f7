//! Files with ten thousand profiles: what follows the chains of all of them takes seconds, whatever their shape.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::support::{Output, Sandbox};

const COUNT: usize = 10_000;

/// A quadratic walk takes minutes, also without optimization and on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// `source` names the source of each profile by its number.
fn sandbox(source: impl Fn(usize) -> String) -> Sandbox {
    let mut config = String::new();
    for at in 0..COUNT {
        let source = source(at);
        let _ = write!(
            config,
            "[profile p{at}]\nrole_arn = arn:aws:iam::123456789012:role/r{at}\nsource_profile = {source}\n"
        );
    }
    let sandbox = Sandbox::with_config(&config);
    let keys = "[base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
    sandbox.write(".aws/credentials", keys);
    sandbox
}

fn in_time(sandbox: &Sandbox, args: &[&str]) -> Output {
    let start = Instant::now();
    let output = sandbox.awsenv(args).limit(4 * LIMIT).output();
    let took = start.elapsed();
    assert!(took < LIMIT, "{args:?}: {took:?}");
    output
}

fn import(sandbox: &Sandbox) {
    let output = in_time(sandbox, &["key", "import", "--all", "--dry-run"]);
    assert!(output.out().contains("[base]"), "{}", output.all());
}

#[test]
fn chains_of_any_shape_are_linear() {
    let before = |at: usize| {
        if at == 0 {
            "base".to_owned()
        } else {
            format!("p{}", at - 1)
        }
    };
    let after = |at: usize| {
        if at + 1 == COUNT {
            "base".to_owned()
        } else {
            format!("p{}", at + 1)
        }
    };
    let comb = |at: usize| {
        if at < COUNT / 2 {
            before(at)
        } else {
            format!("p{}", at - COUNT / 2)
        }
    };
    let star = |_: usize| "base".to_owned();
    for sandbox in [sandbox(before), sandbox(after), sandbox(comb), sandbox(star)] {
        let output = in_time(&sandbox, &["doctor", "--json"]);
        assert!(!output.out().contains("\"profile\""), "{}", &output.out()[..1000]);
        import(&sandbox);
    }
}

#[test]
fn chains_that_end_nowhere_are_linear_and_so_is_what_is_said() {
    let ring = |at: usize| format!("p{}", (at + 1) % COUNT);
    let lasso = |at: usize| {
        if at == 0 {
            "p5".to_owned()
        } else {
            format!("p{}", at - 1)
        }
    };
    let cut = |at: usize| {
        if at == 0 {
            "gone".to_owned()
        } else {
            format!("p{}", at - 1)
        }
    };
    let typos = |at: usize| format!("q{at}");
    for (sandbox, why) in [
        (sandbox(ring), "more -> `p"),
        (sandbox(lasso), "more -> `p5`"),
        (sandbox(cut), "`gone`"),
        (sandbox(typos), "`q9999`"),
    ] {
        let output = in_time(&sandbox, &["doctor", "--json"]);
        assert!(output.status == 1 && output.out().contains(why), "{why}");
        assert!(output.out().len() < COUNT * 2000, "{why}: {}", output.out().len());
        import(&sandbox);
    }
}

/// The config file and the credentials file with a key for each of `count` profiles.
fn keyed(count: usize) -> Sandbox {
    let (mut config, mut credentials) = (String::new(), String::new());
    for at in 0..count {
        let _ = write!(config, "[profile p{at}]\nregion = eu-west-1\n");
        let _ = write!(
            credentials,
            "[p{at}]\naws_access_key_id = AKIAIOSF{at:012}\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEX{at:010}\n"
        );
    }
    let sandbox = Sandbox::with_config(&config);
    sandbox.write(".aws/credentials", credentials);
    sandbox
}

#[test]
fn what_an_import_of_every_key_would_do_is_said_in_seconds() {
    let sandbox = keyed(COUNT);
    let output = in_time(&sandbox, &["key", "import", "--all", "--dry-run"]);
    let lines = |start: &str| output.out().lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        (output.status, lines("+credential_process = ")),
        (0, COUNT),
        "{}",
        output.err()
    );
    assert_eq!((lines("-aws_"), lines("--- "), output.err()), (2 * COUNT, 1, ""));
}

/// Profiles that inherit a key in place of their own are refused, each by its name, and the others are not held up.
#[test]
fn many_keys_are_moved_by_one_edit_and_many_refusals_are_as_fast() {
    let count = 200;
    let mut sandbox = keyed(count);
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    in_time(&sandbox, &["key", "import", "--all", "--yes"]).success();
    let text = std::fs::read_to_string(sandbox.path(".aws/credentials")).unwrap();
    assert_eq!(text.matches(" credential-process p").count(), count);
    assert!(!text.contains("aws_"), "{text}");
    assert_eq!(sandbox.awsenv(["key", "list"]).output().out().lines().count(), count);
    let served = sandbox.awsenv(["credential-process", "p7"]).output();
    assert!(served.success().contains("AKIAIOSF000000000007"), "{}", served.all());
    let undo = sandbox.awsenv(["undo"]).output();
    assert!(
        undo.status == 1
            && undo.err().contains("import the keys of 200 profiles")
            && undo.err().contains("awsenv key restore p0\n")
            && undo.err().contains("195 more"),
        "{}",
        undo.all()
    );
    let again = sandbox.awsenv(["key", "import", "--all"]).output();
    assert_eq!((again.status, again.out()), (0, ""), "{}", again.all());

    let count = 2000;
    let sandbox = keyed(count);
    let inherited = "[DEFAULT]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
    let text = std::fs::read_to_string(sandbox.path(".aws/credentials")).unwrap();
    sandbox.write(".aws/credentials", format!("{inherited}{text}"));
    let own = "[profile own]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
    sandbox.write(".aws/config", own);
    let output = in_time(&sandbox, &["key", "import", "--all", "--dry-run"]);
    assert!(
        output.status == 1 && output.out().contains("[profile own]"),
        "{}",
        output.out()
    );
    for at in 0..count {
        assert!(
            output.err().contains(&format!("the identity of `p{at}` would change")),
            "{at}"
        );
    }
}

#[test]
fn a_long_word_costs_no_more_than_its_length() {
    let config: String = (0..4 * COUNT).map(|at| format!("[profile p{at}]\n")).collect();
    let sandbox = Sandbox::with_config(&config);
    let long = "x".repeat(120_000);
    for args in [
        &["use", &long, "--shell", "bash"][..],
        &["list", &long],
        &["explain", &long],
        &["exec", &long, "--", "true"],
        &["exec", "p1", "--", &long],
        &["history", "remove", &long],
        &[&long],
        &["use", "p1", &long],
    ] {
        let output = in_time(&sandbox, args);
        assert!(
            output.status != 0 && output.err().len() < 2000,
            "{}",
            output.err().len()
        );
    }
}

#[test]
fn a_long_block_costs_no_more_than_its_length() {
    let block: String = (0..10 * COUNT).map(|at| format!("  max_{at} = {at}\n")).collect();
    let services = format!("[profile p]\nservices = s\nregion = eu-west-1\n[services s]\ns3 =\n{block}");
    let plain = format!("[profile p]\nregion = eu-west-1\ns3 =\n{block}");
    for config in [plain, services] {
        let sandbox = Sandbox::with_config(&config);
        for args in [
            &["use", "p", "--name", "--shell", "bash"][..],
            &["explain", "p"],
            &["exec", "p", "--name", "--", "true"],
            &["doctor"],
        ] {
            in_time(&sandbox, args);
        }
    }
}
