//! The shell that a plain `awsenv use` writes for: the nearest one above it, whatever it is called and whatever stands
//! in between.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use awsenv::shell::program::Program;

use crate::support::{Sandbox, executable, find, require, say};

fn sandbox() -> Sandbox {
    Sandbox::with_config("[profile a]\nregion = eu-west-1\n")
}

/// A program of this machine under another name.
fn copy(sandbox: &Sandbox, program: &Path, name: &str) -> PathBuf {
    script(sandbox, name, std::fs::read(program).expect("a program"))
}

fn script(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = sandbox.bin().join(name);
    executable(&path, text);
    path
}

/// The interpreter itself: what is on the PATH may be a script that looks for it.
fn python() -> Option<String> {
    let print = ["-c", "import os, sys; print(os.path.realpath(sys.executable))"];
    let output = std::process::Command::new(require("python3")?).args(print).output();
    let path = String::from_utf8(output.ok()?.stdout).ok()?.trim().to_owned();
    (!path.is_empty()).then_some(path)
}

/// The second command keeps the shell from being replaced by the first.
const USE: &str = "awsenv -v use a; true";

/// What `awsenv -v use` says below `words`.
#[track_caller]
fn assert_writes_for(sandbox: &Sandbox, words: &[&str], shell: &str) {
    let output = sandbox.program(words[0]).args(&words[1..]).output();
    let said = format!("writing for {shell}, ");
    assert!(output.err().contains(&said), "{words:?}: {}", output.all());
}

#[track_caller]
fn assert_stops_at(sandbox: &Sandbox, words: &[&str], shell: &str) {
    let output = sandbox.program(words[0]).args(&words[1..]).output();
    let said = format!("awsenv does not write scripts for {shell}\n");
    assert!(output.err().contains(&said), "{words:?}: {}", output.all());
    assert!(output.err().contains("awsenv exec a -- PROGRAM"), "{}", output.all());
    assert_eq!(output.out(), "false\n", "{words:?}");
}

#[test]
fn a_shell_is_known_under_its_packages_names() {
    let sandbox = sandbox();
    let zsh = require("zsh");
    for (tool, names, shell) in [
        (
            "bash",
            &["bash", "bash5", "bash-5.2", "bash.real", ".bash-wrapped", "rbash"][..],
            "bash",
        ),
        (
            "zsh",
            &["zsh-5.9", "zsh5-static", "zsh-beta", ".zsh-wrapped", "rzsh"],
            "zsh",
        ),
        ("fish", &["fish4", ".fish-wrapped", ".fish-real"], "fish"),
        ("dash", &["dash.orig", "sh.distrib", "ash"], "posix"),
        ("mksh", &["mksh-static", "lksh", "oksh", "pdksh"], "posix"),
        ("ksh93", &["ksh93u+m", "ksh2020"], "posix"),
        ("yash", &["yash-2.57"], "posix"),
    ] {
        let Some(tool) = require(tool) else { continue };
        for name in names {
            let path = copy(&sandbox, &tool, name);
            let path = path.to_str().expect("a path");
            assert_writes_for(&sandbox, &[path, "-c", USE], shell);
            // A shell of another kind further up does not count.
            if let Some(zsh) = zsh.as_ref().and_then(|zsh| zsh.to_str()) {
                let line = format!("{path} -c '{USE}'; true");
                assert_writes_for(&sandbox, &[zsh, "-fc", &line], shell);
            }
            std::fs::remove_file(path).expect("a copy");
        }
    }
}

#[test]
fn a_bundle_is_a_shell_only_where_it_runs_one() {
    let (Some(busybox), Some(fish)) = (require("busybox"), require("fish")) else {
        return;
    };
    let (busybox, fish) = (busybox.to_str().expect("a path"), fish.to_str().expect("a path"));
    let sandbox = sandbox();
    for name in ["sh", "ash"] {
        symlink(busybox, sandbox.bin().join(name)).expect("a link");
    }
    let script = script(&sandbox, "release", format!("#!{busybox} sh\n{USE}\n"));
    let inner = sandbox.bin();
    for line in [
        format!("{busybox} sh -c '{USE}'; true"),
        format!("{busybox} ash -c '{USE}'; true"),
        format!("{}/sh -c '{USE}'; true", inner.display()),
        format!("{}/ash -c '{USE}'; true", inner.display()),
        format!("{}; true", script.display()),
    ] {
        assert_writes_for(&sandbox, &[fish, "--no-config", "-c", &line], "posix");
    }
    for line in [
        format!("{busybox} env awsenv -v use a; true"),
        format!("echo a | {busybox} xargs awsenv -v use; true"),
        format!("{busybox} timeout 60 awsenv -v use a; true"),
        format!("{busybox} setsid awsenv -v use a; true"),
    ] {
        assert_writes_for(&sandbox, &[fish, "--no-config", "-c", &line], "fish");
    }
}

#[test]
fn programs_in_between_are_passed_over() {
    let Some(fish) = require("fish").and_then(|fish| fish.into_os_string().into_string().ok()) else {
        return;
    };
    let sandbox = sandbox();
    sandbox.write("Makefile", "all:\n\t@awsenv -v use a\n");
    sandbox.write(
        "run.py",
        "import subprocess\nsubprocess.run(['awsenv', '-v', 'use', 'a'])\n",
    );
    // Near misses: their names only begin like a shell's.
    let mut lines = vec![
        "env awsenv -v use a".to_owned(),
        "timeout 60 awsenv -v use a".into(),
        "nice awsenv -v use a".into(),
        "env timeout 60 env awsenv -v use a".into(),
    ];
    if require("make").is_some() {
        lines.extend(["make -s".into(), "timeout 60 make -s".into()]);
    }
    if let Some(python) = python() {
        lines.push(format!("{python} run.py"));
        let text = format!("#!{python}\nimport subprocess\nsubprocess.run(['awsenv', '-v', 'use', 'a'])\n");
        for name in [
            "bashtop",
            "zshrc-tool",
            "ksh-helper",
            "bash-language-server",
            "bash",
            "zsh",
        ] {
            script(&sandbox, name, &text);
            lines.push(sandbox.bin().join(name).to_string_lossy().into_owned());
        }
    }
    for line in lines {
        assert_writes_for(
            &sandbox,
            &[&fish, "--no-config", "-c", &format!("{line}; true")],
            "fish",
        );
    }
}

#[test]
fn the_shell_of_a_script_counts_not_its_name() {
    let (Some(bash), Some(zsh)) = (require("bash"), require("zsh")) else {
        return;
    };
    let sandbox = sandbox();
    for name in ["fish", "tcsh", "release.sh", "nu"] {
        let script = script(&sandbox, name, format!("#!{}\n{USE}\n", bash.display()));
        let line = format!("{}; true", script.display());
        assert_writes_for(&sandbox, &[zsh.to_str().expect("a path"), "-fc", &line], "bash");
    }
}

#[test]
fn a_shell_that_is_not_ours_stops_the_search() {
    let Some(bash) = require("bash").and_then(|bash| bash.into_os_string().into_string().ok()) else {
        return;
    };
    let sandbox = sandbox();
    let below = |words: &str| format!("{words}; true");
    for (tool, names) in [
        ("tcsh", &["tcsh", "tcsh-6.24", "nu", "elvish", "murex", "ysh"][..]),
        ("csh", &["csh", "rc"]),
    ] {
        let Some(tool) = find(tool) else {
            say(&format!("skipped: {tool} is not installed"));
            continue;
        };
        for name in names {
            let path = copy(&sandbox, &tool, name);
            let line = below(&format!("{} -f -c 'awsenv use a; true'", path.display()));
            assert_stops_at(&sandbox, &[&bash, "-c", &line], name);
            let line = below(&format!("{} -f -c 'env timeout 60 awsenv use a; true'", path.display()));
            assert_stops_at(&sandbox, &[&bash, "-c", &line], name);
            // It is passed over where one of ours is nearer.
            let line = below(&format!("{} -f -c \"sh -c '{USE}'\"", path.display()));
            assert_writes_for(&sandbox, &[&bash, "-c", &line], "posix");
        }
    }
    if let Some(python) = python() {
        let text = "import subprocess\nsubprocess.run(['awsenv', 'use', 'a'])\n";
        let script = script(&sandbox, "xonsh", text);
        for first in [format!("#!/usr/bin/env {python}"), format!("#!{python}")] {
            std::fs::write(&script, format!("{first}\n{text}")).expect("a script");
            assert_stops_at(&sandbox, &[&bash, "-c", &below(&script.to_string_lossy())], "xonsh");
        }
    }
}

#[test]
fn a_login_shell_that_nobody_knows_stops_the_search() {
    let shells = std::fs::read_to_string("/etc/shells").unwrap_or_default();
    let unknown = shells.lines().filter(|line| line.starts_with('/')).find_map(|line| {
        let name = line.rsplit('/').next()?;
        (Program::of(name) == Program::Other).then(|| name.to_owned())
    });
    let (Some(name), Some(dash), Some(bash)) = (unknown, require("dash"), require("bash")) else {
        return say("skipped: /etc/shells lists no other program");
    };
    let sandbox = sandbox();
    let path = copy(&sandbox, &dash, &name);
    let line = format!("{} -c 'awsenv use a; true'; true", path.display());
    assert_stops_at(&sandbox, &[bash.to_str().expect("a path"), "-c", &line], &name);
}

#[test]
fn doctor_names_the_shell() {
    let (Some(tcsh), Some(bash)) = (find("tcsh"), require("bash")) else {
        return say("skipped: tcsh is not installed");
    };
    let sandbox = sandbox();
    let line = format!("{} -f -c 'awsenv doctor; true'; true", tcsh.display());
    let output = sandbox.program(bash).args(["-c", &line]).output();
    assert!(output.out().contains("no integration for tcsh"), "{}", output.all());
    assert!(
        output.out().contains("awsenv exec PROFILE -- PROGRAM"),
        "{}",
        output.all()
    );
}
