//! What the other tests rely on: the sandbox hides the user's files and environment, the real shells are strict.

use crate::support::{Family, Sandbox};

#[test]
fn nothing_of_the_caller_is_inherited() {
    let sandbox = Sandbox::new();
    let Some(env) = crate::support::require("env") else {
        return;
    };
    let output = sandbox.program(env).output();
    let mut names: Vec<_> = output
        .clean()
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    names.sort_unstable();
    let known = [
        "AWS_EC2_METADATA_DISABLED",
        "DBUS_SESSION_BUS_ADDRESS",
        "HOME",
        "LANG",
        "PATH",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
    ];
    assert_eq!(names, known);
    let bus = output
        .out()
        .lines()
        .find(|line| line.starts_with("DBUS_SESSION_BUS_ADDRESS="));
    assert!(
        bus.is_some_and(|bus| bus.contains(&*sandbox.root().to_string_lossy())),
        "{bus:?}"
    );
}

#[test]
fn nothing_is_left_behind() {
    let sandbox = Sandbox::with_config("[profile a]\n");
    let root = sandbox.root().to_owned();
    assert!(sandbox.path(".aws/config").is_file());
    drop(sandbox);
    assert!(!root.exists());
}

#[test]
fn every_shell_is_strict_and_finds_awsenv_first() {
    for shell in crate::support::installed() {
        let sandbox = Sandbox::new();
        let found = match shell.family {
            Family::PowerShell => "(Get-Command awsenv).Source",
            Family::Posix | Family::Fish => "command -v awsenv",
        };
        let output = sandbox.script(&shell, found).output();
        assert_eq!(
            output.clean().trim_end(),
            sandbox.bin().join("awsenv").to_string_lossy(),
            "{}",
            shell.name
        );
        let fails = match shell.family {
            Family::Posix => Some("false"),
            Family::PowerShell => Some("Write-Error no"),
            Family::Fish => None,
        };
        if let Some(fails) = fails {
            let failing = sandbox.script(&shell, format!("{fails}\necho unreached")).output();
            assert_eq!(
                (failing.status, failing.out()),
                (1, ""),
                "{}: a failing command ends the script",
                shell.name
            );
            let unset = sandbox.script(&shell, "echo \"$NOT_SET\"\necho unreached").output();
            assert!(
                unset.status != 0 && unset.out().is_empty(),
                "{}: {}",
                shell.name,
                unset.all()
            );
        }
    }
}

#[test]
fn a_program_that_does_not_end_is_a_failure() {
    let sandbox = Sandbox::new();
    let Some(sleep) = crate::support::require("sleep") else {
        return;
    };
    let run = sandbox
        .program(sleep)
        .args(["600"])
        .limit(std::time::Duration::from_millis(50));
    assert!(std::panic::catch_unwind(|| run.output()).is_err());
}
