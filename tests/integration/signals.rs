//! A signal that arrives while awsenv waits for something makes the eval fail, in every shell, with and without the
//! integration.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Family, Output, RealShell, Run, Sandbox, executable, installed, require};

/// Says who waits for it, then prints keys after a while.
const SLOW: &str = "#!/bin/sh\n/bin/echo $PPID >\"$HOME/waits\"\nwhile test ! -e \"$HOME/go\" && kill -0 $PPID; do sleep 0.05; done 2>/dev/null\n\
                    echo '{\"Version\":1,\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":\"hush\"}'\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let slow = sandbox.bin().join("slow");
    executable(&slow, SLOW);
    sandbox.write(
        ".aws/config",
        format!("[profile slow]\ncredential_process = {}\n", slow.display()),
    );
    sandbox
}

fn shells() -> impl Iterator<Item = RealShell> {
    installed()
        .into_iter()
        .filter(|shell| shell.family != Family::PowerShell)
}

/// The output of `run`, to whose awsenv the signal is sent while it waits for the process.
fn interrupted(sandbox: &Sandbox, run: Run, signal: &str) -> Output {
    thread::scope(|scope| {
        let output = scope.spawn(|| run.limit(Duration::from_secs(60)).output());
        let start = Instant::now();
        let waits = sandbox.path("waits");
        let read = || std::fs::read_to_string(&waits).unwrap_or_default();
        while !read().ends_with('\n') {
            assert!(start.elapsed() < Duration::from_secs(30), "awsenv does not wait");
            thread::sleep(Duration::from_millis(5));
        }
        let process = read();
        let killed = Command::new("kill")
            .args([&format!("-{signal}"), process.trim()])
            .status();
        assert!(killed.is_ok_and(|status| status.success()), "{process} is gone");
        // The process ends only when awsenv has, or has had long enough for it.
        let start = Instant::now();
        let is_alive = || Path::new("/proc").join(process.trim()).exists();
        while is_alive() && start.elapsed() < Duration::from_secs(3) {
            thread::sleep(Duration::from_millis(5));
        }
        std::fs::write(sandbox.path("go"), "").expect("a file");
        output.join().expect("a run")
    })
}

fn call(shell: &RealShell, is_eval: bool) -> String {
    let use_slow = "awsenv use slow --keys";
    match (shell.family, is_eval) {
        (Family::Fish, true) => format!("eval ({use_slow}); and echo lied; or echo failed $status\n"),
        (Family::Fish, false) => format!("{use_slow}; and echo lied; or echo failed $status\n"),
        (_, true) => format!("eval \"$({use_slow})\" && echo lied || echo failed $?\n"),
        (_, false) => format!("{use_slow} && echo lied || echo failed $?\n"),
    }
}

#[test]
fn an_eval_fails_in_every_shell() {
    thread::scope(|scope| {
        for shell in shells() {
            scope.spawn(move || assert_fails(&shell));
        }
    });
}

fn assert_fails(shell: &RealShell) {
    let integration = shell.integration();
    for (is_loaded, is_eval) in [(false, true), (true, true), (true, false)] {
        if is_loaded && !shell.has_function() {
            continue;
        }
        for (signal, number) in [("TERM", 15), ("INT", 2)] {
            let sandbox = sandbox();
            let before = if is_loaded { integration.as_str() } else { "" };
            let run = sandbox.script(shell, format!("{before}{}", call(shell, is_eval)));
            let output = interrupted(&sandbox, run, signal);
            let expected = format!("failed {}\n", 128 + number);
            let at = format!("{}, {signal}, {is_loaded}, {is_eval}", shell.name);
            // A shell may take an interrupt for its own, and then runs nothing more.
            let is_over = (signal, output.status, output.out()) == ("INT", 130, "");
            assert!(is_over || output.out() == expected, "{at}: {}", output.all());
        }
    }
}

#[test]
fn every_signal_that_ends_a_program_is_answered() {
    for (signal, number) in [
        ("HUP", 1),
        ("QUIT", 3),
        ("USR1", 10),
        ("USR2", 12),
        ("ALRM", 14),
        ("VTALRM", 26),
        ("XCPU", 24),
        ("XFSZ", 25),
    ] {
        let sandbox = sandbox();
        let run = sandbox.awsenv(["use", "slow", "--keys", "--shell", "zsh"]);
        let output = interrupted(&sandbox, run, signal);
        let status = 128 + number;
        assert_eq!(
            (output.status, output.out()),
            (status, &*format!("(exit {status})\n")),
            "{signal}"
        );
        assert_eq!(output.err(), "", "{signal}");
    }
}

#[test]
fn a_signal_that_is_ignored_stays_so() {
    let Some(bash) = require("bash") else { return };
    for signal in ["HUP", "INT", "TERM"] {
        let sandbox = sandbox();
        let text = format!("trap '' {signal}; eval \"$(awsenv use slow --keys)\" && echo $AWS_ACCESS_KEY_ID");
        let run = sandbox.program(&bash).args(["-c", &text]);
        let output = interrupted(&sandbox, run, signal);
        assert_eq!(output.out(), "AKIA1\n", "{signal}: {}", output.all());
    }
}

/// No shell runs what these print.
#[test]
fn other_commands_end_as_always() {
    for args in [
        &["exec", "slow", "--keys", "--", "echo", "lied"][..],
        &["credential-process", "slow"],
    ] {
        let sandbox = sandbox();
        let output = interrupted(&sandbox, sandbox.awsenv(args), "TERM");
        assert_eq!((output.status, output.out(), output.err()), (143, "", ""), "{args:?}");
    }
}

/// Below these limits the system cannot even start the program; above them each run says what happened.
#[test]
fn without_memory_the_eval_fails() {
    let (Some(bash), sandbox) = (require("bash"), sandbox()) else {
        return;
    };
    let many: String = (0..60_000).map(|at| format!("[profile p{at}]\nregion = x\n")).collect();
    let big = sandbox.write("big", many);
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    for (limits, file) in [("-v", "/dev/null"), ("-v", big.to_str().expect("a path"))] {
        let text = format!(
            "for at in $(seq 20000 7000 90000); do (ulimit {limits} $at; out=$(awsenv use p1 --shell bash) || \
             echo \"$at $? ${{out%% *}}\"); done"
        );
        let run = sandbox.program(&bash).args(["-c", &text]).env("AWS_CONFIG_FILE", file);
        let output = run.output();
        let mut is_born = false;
        for line in lines(output.out()) {
            let fails = line.ends_with(" 1 false") || line.ends_with(" 1 (exit");
            is_born |= fails;
            // Not started (127), killed by the kernel or the loader before it ran (139, 137), or without the memory for
            // its arguments (134).
            let unborn = [" 127 ", " 134 ", " 137 ", " 139 "];
            let is_unborn = !is_born && unborn.iter().any(|status| line.ends_with(status));
            assert!(fails || is_unborn, "{limits}, {file}: {line}: {}", output.all());
        }
    }
    let small_stack = "ulimit -s 64; eval \"$(awsenv use slow)\" && echo lied";
    let output = sandbox.program(&bash).args(["-c", small_stack]).output();
    assert!(
        output.out().is_empty() && output.err().contains("not enough memory"),
        "{}",
        output.all()
    );
}

#[test]
fn a_file_that_cannot_be_real_is_not_read() {
    let sandbox = sandbox();
    for (name, variable) in [("huge", "AWS_CONFIG_FILE"), ("huger", "AWSENV_CONFIG")] {
        let path = sandbox.path(name);
        let file = std::fs::File::create(&path).expect("a file");
        if file.set_len(1 << 40).is_err() {
            continue;
        }
        let run = sandbox.awsenv(["use", "slow", "--shell", "bash"]).env(variable, &path);
        let output = run.output();
        // The settings stop no run.
        let expected = i32::from(variable == "AWS_CONFIG_FILE");
        assert_eq!(output.status, expected, "{variable}: {}", output.all());
        assert!(output.err().contains("too large"), "{variable}: {}", output.all());
    }
}
