//! What docs/beside.md says about other tools, with the tools themselves or their parts that matter.

use std::path::Path;

use crate::support::{Sandbox, require};

const PAGE: &str = include_str!("../../docs/beside.md");

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config("[profile dev]\nregion = eu-west-1\n[profile other]\nregion = us-east-1\n");
    let key = |id: &str| format!("aws_access_key_id = {id}\naws_secret_access_key = hunter2\n");
    let keys = format!(
        "[dev]\n{}[other]\n{}",
        key("AKIAIOSFODNN7EXAMPLE"),
        key("AKIAI44QH8DHBEXAMPLE")
    );
    sandbox.write(".aws/credentials", keys);
    sandbox
}

fn blocks() -> Vec<&'static str> {
    let blocks = PAGE.split("```sh\n").skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

/// A bash with the integration and direnv's hook; `told` prints what the shell has.
fn told(sandbox: &Sandbox, direnv: &Path, script: &str) -> Vec<String> {
    let bash = require("bash").expect("a shell");
    let direnv = direnv.display();
    let text = format!(
        "eval \"$(awsenv init bash)\"\neval \"$({direnv} hook bash)\"\n{direnv} allow project/.envrc\n\
         told() {{ echo \"$1 ${{AWS_PROFILE-none}} $(awsenv prompt --format '{{profile}}')\"; }}\n\
         go() {{ cd \"$1\" && _direnv_hook; }}\n{script}\n"
    );
    let output = sandbox
        .program(bash)
        .args(["--norc", "-c", &text])
        .directory(sandbox.home())
        .output();
    let lines: Vec<String> = output.out().lines().map(|line| line.trim_end().to_owned()).collect();
    assert_eq!(output.status, 0, "{}", output.all());
    lines
}

#[test]
fn direnv_sets_the_profile_of_a_directory() {
    let Some(direnv) = require("direnv") else { return };
    let [by_name, by_use] = blocks()[..] else {
        panic!("two files: {:?}", blocks());
    };
    let sandbox = sandbox();
    sandbox.write("project/.envrc", by_name);
    let script = "go project; told in; go ..; told out; awsenv use other; go project; told used\n\
                  go ..; told left; awsenv unset; told unset";
    let expected = [
        "in dev dev",
        "out none",
        "used dev dev?",
        "left other other",
        "unset none",
    ];
    assert_eq!(told(&sandbox, &direnv, script), expected);
    sandbox.write("project/.envrc", by_use);
    let script = "go project; told in; awsenv use other; told other; go ..; told out; awsenv use other; go project\n\
                  told used; go ..; told left; awsenv unset; told unset";
    let expected = [
        "in dev dev",
        "other other other",
        "out none",
        "used dev dev",
        "left other other",
        "unset none",
    ];
    assert_eq!(told(&sandbox, &direnv, script), expected);
}

/// The plugin exports three variables.
#[test]
fn another_switcher_and_use_take_turns() {
    let Some(zsh) = require("zsh") else { return };
    assert!(PAGE.contains("exports `AWS_PROFILE`, `AWS_DEFAULT_PROFILE` and `AWS_EB_PROFILE`"));
    let text = "eval \"$(awsenv init zsh)\" 2>/dev/null\n\
                asp() { export AWS_DEFAULT_PROFILE=$1 AWS_PROFILE=$1 AWS_EB_PROFILE=$1 }\n\
                told() { echo \"$1 $AWS_PROFILE $AWS_EB_PROFILE $(awsenv prompt --format '{profile}')\" }\n\
                awsenv use dev; asp other; told asp; awsenv use dev; told use; awsenv unset; told unset";
    let output = sandbox().program(zsh).args(["-f", "-c", text]).output();
    let expected = "asp other other other?\nuse dev other dev\nunset other other other\n";
    assert_eq!(output.out(), expected, "{}", output.all());
}
