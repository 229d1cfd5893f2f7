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
