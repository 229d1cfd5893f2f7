//! `exec` gives a program what `use` gives a shell, and its status is the program's.

use std::collections::BTreeMap;

use crate::stories::teller::{Mode, Story, sandbox, shells, snap};
use crate::support::{Output, Sandbox};

fn env(output: &Output) -> BTreeMap<String, String> {
    let text = output.success();
    let pairs = text.split_terminator('\0').filter_map(|entry| entry.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn only_ours(mut env: BTreeMap<String, String>) -> BTreeMap<String, String> {
    env.retain(|name, _| name.starts_with("AWS") || name.starts_with("GRANTED"));
    // Only what `exec` runs is inside of `exec`.
    env.remove("AWSENV_DEPTH");
    env
}

#[test]
fn the_environment_is_that_of_use() {
    let shell = shells().into_iter().next().expect("a shell");
    for args in [
        "a",
        "b",
        "b --keys",
        "a --keys",
        "far --keys --region xx",
        "box",
        "'my prod'",
    ] {
        let sandbox = sandbox();
        let mut story = Story::new(&shell, Mode::Plain);
        for name in [
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_VAULT",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_PAGER",
        ] {
            story.export(name, "http://127.0.0.1/mine");
        }
        story.line(format!("awsenv exec {args} -- /usr/bin/env -0 > exec.env"));
        story
            .awsenv(&format!("use {args}"))
            .snap("used")
            .line("awsenv exec -- /usr/bin/env -0 > again.env");
        story
            .awsenv("use far")
            .line(format!("awsenv exec {args} -- /usr/bin/env -0 > over.env"));
        story.told(&sandbox);
        let read = |file: &str| {
            let cat = sandbox.program("/bin/cat").args([file]).output();
            only_ours(env(&cat))
        };
        let used = only_ours(snap(&sandbox, "used").env);
        assert!(used.contains_key("AWSENV_STATE"));
        assert_eq!(read("exec.env"), used, "exec {args}");
        let again = read("again.env");
        assert_eq!(again["AWSENV_PROFILE"], used["AWSENV_PROFILE"], "exec without a name");
        assert!(
            args.contains("--") || again == used,
            "exec without a name, in a shell that uses {args}"
        );
        let mut over = read("over.env");
        let mut wanted = used.clone();
        over.remove("AWSENV_STATE");
        wanted.remove("AWSENV_STATE");
        assert_eq!(over, wanted, "exec {args} over another profile");
    }
}

fn status(sandbox: &Sandbox, words: &[&str]) -> Output {
    sandbox.awsenv(words).output()
}

#[test]
fn the_status_is_the_programs() {
    let sandbox = sandbox();
    for (words, expected) in [
        (vec!["exec", "a", "--", "true"], 0),
        (vec!["exec", "a", "--", "sh", "-c", "exit 42"], 42),
        (vec!["exec", "a", "--", "sh", "-c", "kill -TERM $$"], 128 + 15),
        (vec!["exec", "a", "--", "sh", "-c", "kill -KILL $$"], 128 + 9),
        (vec!["exec", "a", "--", "no-such-program"], 127),
        (vec!["exec", "a", "--", "./no-such-program"], 127),
        (vec!["exec", "a", "--", "/"], 126),
        (vec!["exec", "a", "--", "./.aws/config"], 126),
        (vec!["exec", "nosuch", "--", "true"], 1),
        (vec!["exec", "a", "--"], 2),
        (vec!["exec", "a"], 2),
        (vec!["exec"], 2),
        (vec!["exec", "--keys", "--region", "xx", "a", "--", "true"], 0),
    ] {
        let output = status(&sandbox, &words);
        assert_eq!(output.status, expected, "{words:?}: {}", output.all());
        assert_eq!(output.out(), "", "{words:?}");
        let silent = !matches!(expected, 1 | 2 | 126 | 127);
        assert_eq!(output.err().is_empty(), silent, "{words:?}: {}", output.all());
    }
}

#[test]
fn words_and_input_reach_the_program_as_they_are() {
    let sandbox = sandbox();
    let words = [
        "exec", "a", "--", "printf", "%s|", "--help", "-v", "", "a  b", "*", "$HOME", "--", "-q",
    ];
    assert_eq!(status(&sandbox, &words).clean(), "--help|-v||a  b|*|$HOME|--|-q|");
    assert_eq!(
        sandbox
            .awsenv(["exec", "a", "--", "cat"])
            .stdin("hello\n")
            .output()
            .clean(),
        "hello\n"
    );
}

#[test]
fn no_secret_is_in_the_arguments_of_the_program() {
    let sandbox = sandbox();
    let output = status(&sandbox, &["exec", "b", "--keys", "--", "cat", "/proc/self/cmdline"]);
    assert_eq!(output.clean(), "cat\0/proc/self/cmdline\0");
}
