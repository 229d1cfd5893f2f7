//! The line `eval "$(awsenv use x)"` with the integration loaded, and everything else that can be typed around the
//! function: each row is what a shell prints for it.

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::stories::teller::{sandbox, shells};
use crate::support::{Family, RealShell, Sandbox, require, say};

/// What is typed, and the output. `[…]` encloses the profile that the shell, or a child of it, works as.
type Row = (&'static str, &'static str);

/// Prints the profile that this shell works as.
const SHOW: &str = "show() { echo \"[${AWS_PROFILE-${AWS_ACCESS_KEY_ID-nobody}}]\"; }\n";

/// The shell is switched, or its eval fails.
const EVALS: [Row; 32] = [
    ("eval \"$(awsenv use a)\"; show", "[a]\n"),
    (
        "eval \"$(awsenv use a)\"; /usr/bin/env | grep '^AWS_PROFILE'",
        "AWS_PROFILE=a\n",
    ),
    ("eval \"`awsenv use a`\"; show", "[a]\n"),
    ("eval \"$(awsenv -q use a)\"; show", "[a]\n"),
    ("eval \"$(awsenv use b --keys)\"; show", "[ASIABBBBBBBBBBBBBBBB]\n"),
    (
        "eval \"$(awsenv use --keys b -q)\"; eval \"$(awsenv use a)\"; show",
        "[a]\n",
    ),
    (
        "eval \"$(awsenv use a)\"; eval \"$(awsenv use 'my prod')\"; eval \"$(awsenv use -)\"; show",
        "[a]\n",
    ),
    ("eval \"$(awsenv use a)\"; eval \"$(awsenv unset)\"; show", "[nobody]\n"),
    ("awsenv use a; eval \"$(awsenv unset)\"; show", "[nobody]\n"),
    ("eval \"$(awsenv use a)\"; awsenv unset; show", "[nobody]\n"),
    ("f() { eval \"$(awsenv use a)\"; }; f; show", "[a]\n"),
    ("echo 'eval \"$(awsenv use a)\"' >sourced; . ./sourced; show", "[a]\n"),
    ("(eval \"$(awsenv use a)\"; show); show", "[a]\n[nobody]\n"),
    (
        "y=$(eval \"$(awsenv use a)\"; show); echo \"$y\"; show",
        "[a]\n[nobody]\n",
    ),
    ("y=$( (eval \"$(awsenv use a)\"; show) | cat); echo \"$y\"", "[a]\n"),
    ("(eval \"$(awsenv use a)\"; show) | cat; show", "[a]\n[nobody]\n"),
    ("(eval \"$(awsenv use a)\"; show) >out; cat out", "[a]\n"),
    ("(eval \"$(awsenv use a)\"; show) >out & wait; cat out", "[a]\n"),
    (
        "while read -r l; do eval \"$(awsenv use a)\"; done <sourced; show",
        "[a]\n",
    ),
    ("awsenv use b; (eval \"$(awsenv use a)\"; show); show", "[a]\n[b]\n"),
    (
        "exec 3>three; eval \"$(awsenv use a)\"; echo three >&3; show; cat three",
        "[a]\nthree\n",
    ),
    ("exec 3>&-; eval \"$(awsenv use a)\"; show", "[a]\n"),
    ("exec </dev/null 0<&-; eval \"$(awsenv use a)\"; show", "[a]\n"),
    ("exec 2>&-; eval \"$(awsenv use a)\"; show", "[a]\n"),
    ("eval \"$(awsenv use a 2>&1)\"; show", "[a]\n"),
    ("y=$(awsenv use a); eval \"$y\"; show", "[a]\n"),
    (
        "y=$(awsenv use nosuch) || echo \"$?\"; eval \"$y\" || echo \"$?\"; show",
        "1\n1\n[nobody]\n",
    ),
    ("eval \"$(awsenv use nosuch)\" || echo \"$?\"; show", "1\n[nobody]\n"),
    (
        "eval \"$(awsenv use nosuch || echo false)\" || echo \"$?\"; show",
        "1\n[nobody]\n",
    ),
    (
        "eval \"$(awsenv use a b)\" || echo \"$?\"; eval \"$(awsenv -q ues a)\" || echo \"$?\"; show",
        "2\n2\n[nobody]\n",
    ),
    ("eval \"$(awsenv use --help)\" && echo \"$?\"; show", "0\n[nobody]\n"),
    ("eval \"$(awsenv use nosuch)\"; echo lied", ""),
];

/// This shell is switched, and what follows in it works as the profile; no script on stdout.
const CALLS: [Row; 20] = [
    ("awsenv use a; show", "[a]\n"),
    ("awsenv use b --keys; awsenv unset; show", "[nobody]\n"),
    ("awsenv use a >/dev/null; show", "[a]\n"),
    ("awsenv use a >&-; show", "[a]\n"),
    ("awsenv use nosuch >&- || echo \"$?\"; show", "1\n[nobody]\n"),
    ("awsenv use a >out; show; cat out", "[a]\n"),
    ("awsenv use a 2>&1; show", "[a]\n"),
    ("{ awsenv use a; } >out; show; cat out", "[a]\n"),
    ("awsenv use nosuch >out || echo \"$?\"; cat out; show", "1\n[nobody]\n"),
    ("(awsenv use a; show); show", "[a]\n[nobody]\n"),
    ("(awsenv use a; show) >out; cat out", "[a]\n"),
    ("(awsenv -q use a; show) 2>&1; show", "[a]\n[nobody]\n"),
    ("(awsenv -q use a; show) 2>&1 | cat; show", "[a]\n[nobody]\n"),
    ("(awsenv use a; show) | tee out; cat out", "[a]\n[a]\n"),
    ("{ awsenv use a; show; } | cat; show", "[a]\n[nobody]\n"),
    ("(awsenv use nosuch || echo \"$?\") | cat", "1\n"),
    ("(awsenv use a; show) >out & wait; cat out", "[a]\n"),
    ("(awsenv use a; (awsenv use b; show) | cat; show) | cat", "[b]\n[a]\n"),
    ("awsenv use a | cat; show", "[nobody]\n"),
    ("y=$(awsenv use a >out; show); echo \"$y\"; cat out", "[a]\n"),
];

/// Only the last line counts here, because the script comes before it.
const VALUES: [Row; 2] = [
    ("y=$(awsenv use a; show); echo \"$y\"; show", "[a]\n[nobody]\n"),
    ("y=$( (awsenv use a; show) ); echo \"$y\"; show", "[a]\n[nobody]\n"),
];

/// Only in bash and zsh.
const SUBSTITUTED: [Row; 2] = [
    (". <(awsenv use a); show", "[a]\n"),
    ("source /dev/stdin <<<\"$(awsenv use a)\"; show", "[a]\n"),
];

/// Only in zsh.
const ZSH: [Row; 5] = [
    ("f() { cat; }; (awsenv -q use a; show) | f", "[a]\n"),
    ("(awsenv -q use a; show) | cat $(sleep 0.3)", "[a]\n"),
    (". =(awsenv use a); show", "[a]\n"),
    (
        "(awsenv -q use a; show) | while read -r l; do echo \"got $l\"; done",
        "got [a]\n",
    ),
    ("(awsenv use a; show) >out; y==(cat out); cat out", "[a]\n"),
];

/// Only in bash: exported functions, traps that run in the middle of a pipeline.
const BASH: [Row; 6] = [
    ("trap 'sleep 0.3' DEBUG; (awsenv -q use a; show) | cat", "[a]\n"),
    (
        "set -E; trap 'echo trapped >&2' ERR; eval \"$(awsenv use a)\"; show",
        "[a]\n",
    ),
    ("diff <(awsenv -q use a; show) <(echo '[a]'); show", "[nobody]\n"),
    ("cat <(awsenv -q use a; show); show", "[a]\n[nobody]\n"),
    (
        "export -f awsenv show; bash -uec 'eval \"$(awsenv use a)\"; show'; show",
        "[a]\n[nobody]\n",
    ),
    (
        "export -f awsenv show; bash -uec '(awsenv use a; show) | cat'; show",
        "[a]\n[nobody]\n",
    ),
];

const FISH: [Row; 14] = [
    ("eval (awsenv use a); show", "[a]\n"),
    ("eval (awsenv use b --keys); show", "[ASIABBBBBBBBBBBBBBBB]\n"),
    ("awsenv use a | source; show", "[a]\n"),
    ("eval (awsenv use a); eval (awsenv unset); show", "[nobody]\n"),
    ("eval (awsenv use nosuch); or echo $status; show", "1\n[nobody]\n"),
    ("awsenv use nosuch | source; or echo $status; show", "1\n[nobody]\n"),
    (
        "eval (awsenv use a b); or echo $status; eval (awsenv ues a); or echo $status",
        "2\n2\n",
    ),
    ("eval (awsenv use --help); and echo $status; show", "0\n[nobody]\n"),
    ("function f; eval (awsenv use a); end; f; show", "[a]\n"),
    ("awsenv use a >&-; show", "[a]\n"),
    ("awsenv use a >out; show; cat out", "[a]\n"),
    ("awsenv use nosuch >out; or echo $status; cat out", "1\n"),
    ("awsenv use a | cat; show", "[a]\n"),
    ("begin; awsenv use a; show; end | cat", "[a]\n"),
];

/// In all POSIX shells: a pipe with an end held by a shell itself, a shell that has ended, and a program in between.
const ODD: [Row; 3] = [
    (
        "mkfifo ff; exec 5<>ff; (awsenv -q use a; show) >&5; read -r l <ff; echo \"$l\"",
        "[a]\n",
    ),
    (
        "deep() { if test \"$1\" = 0; then awsenv -q use a; show; else (deep $(($1 - 1))); fi; }; deep 70 | cat",
        "[a]\n",
    ),
    (
        "mkdir shim; printf '#!/bin/sh\\n%s \"$@\"\\n' \"${PATH%%:*}/awsenv\" >shim/awsenv; chmod +x shim/awsenv; PATH=$PWD/shim:$PATH; eval \"$(awsenv use a)\"; show",
        "[a]\n",
    ),
];

/// The shells that have a function, and what each must print.
fn table() -> impl Iterator<Item = (RealShell, Vec<Row>)> {
    shells().into_iter().filter(RealShell::has_function).map(|shell| {
        let mut rows = Vec::new();
        if shell.family == Family::Fish {
            rows.extend(FISH);
        } else {
            rows.extend(EVALS.into_iter().chain(CALLS).chain(ODD));
        }
        if matches!(shell.word, "bash" | "zsh") {
            rows.extend(SUBSTITUTED);
        }
        match shell.word {
            "zsh" => rows.extend(ZSH),
            "bash" => rows.extend(BASH),
            _ => {}
        }
        (shell, rows)
    })
}

/// The start of every script: the integration, as users load it.
fn loaded(shell: &RealShell) -> String {
    let show = match shell.family {
        Family::Fish => "function show; set -q AWS_PROFILE; and echo \"[$AWS_PROFILE]\"; or \
             begin; set -q AWS_ACCESS_KEY_ID; and echo \"[$AWS_ACCESS_KEY_ID]\"; or echo '[nobody]'; end; end\n"
            .to_owned(),
        _ => format!("{SHOW}echo one >sourced\n"),
    };
    shell.integration() + &show
}

#[test]
fn whatever_is_typed_around_the_function_is_right() {
    let mut wrong = Vec::new();
    for (shell, rows) in table() {
        for (typed, expected) in rows {
            let sandbox = sandbox();
            let output = sandbox.script(&shell, loaded(&shell) + typed).output();
            if output.out() != expected {
                wrong.push(format!("{}: {typed}\n{}", shell.name, output.all()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows\n{}", wrong.len(), wrong.join("\n"));
}

/// `y=$(awsenv use x; cmd)` gets the script too, so docs/shells.md recommends `awsenv exec`.
#[test]
fn a_command_behind_the_function_in_a_substitution_works_as_the_profile() {
    for (shell, _) in table().filter(|(shell, _)| shell.family == Family::Posix) {
        for (typed, expected) in VALUES {
            let sandbox = sandbox();
            let output = sandbox.script(&shell, loaded(&shell) + typed).output();
            assert!(
                output.clean().ends_with(expected),
                "{}: {typed}\n{}",
                shell.name,
                output.all()
            );
            assert!(
                output.out().contains("AWSENV_STATE"),
                "{}: the text is there",
                shell.name
            );
        }
    }
}

/// Each row whose answer depends on who holds a pipe, many times, in all shells at once on a busy machine.
#[test]
fn a_busy_machine_changes_no_answer() {
    const TIMES: usize = 50;
    const ROWS: [Row; 5] = [
        ("eval \"$(awsenv use a)\"; show; eval \"$(awsenv unset)\"", "[a]\n"),
        ("(awsenv -q use a; show) | cat", "[a]\n"),
        ("(awsenv -q use a; show) | tee out", "[a]\n"),
        ("y=$( (awsenv -q use a; show) | cat); echo \"$y\"", "[a]\n"),
        ("eval \"$(awsenv use nosuch 2>/dev/null)\" || echo no", "no\n"),
    ];
    let busy = AtomicBool::new(true);
    let wrong = thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..cores {
            scope.spawn(|| {
                while busy.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let runs: Vec<_> = table()
            .filter(|(shell, _)| shell.family == Family::Posix)
            .map(|(shell, _)| scope.spawn(move || wrong_answers(&shell, &ROWS, TIMES)))
            .collect();
        let wrong: Vec<String> = runs.into_iter().filter_map(|run| run.join().expect("a run")).collect();
        busy.store(false, Ordering::Relaxed);
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs each row this many times in one shell, and returns what was wrong.
fn wrong_answers(shell: &RealShell, rows: &[Row], times: usize) -> Option<String> {
    let sandbox = sandbox();
    let repeated: String = rows
        .iter()
        .map(|(typed, _)| format!("n=0\nwhile test $n -lt {times}; do n=$((n+1)); {typed}; done\n"))
        .collect();
    let limit = Duration::from_secs(600);
    let output = sandbox.script(shell, loaded(shell) + &repeated).limit(limit).output();
    let expected: String = rows.iter().map(|(_, expected)| expected.repeat(times)).collect();
    (output.out() != expected).then(|| {
        let lines = output.out().lines().zip(expected.lines());
        let differ = lines.filter(|(line, wanted)| line != wanted).count();
        format!("{}: {differ} lines differ\n{}", shell.name, output.all())
    })
}

/// A program started by awsenv keeps nothing open that the shell waits for.
#[test]
fn a_daemon_of_a_credential_process_keeps_no_eval_waiting() {
    let program = "sleep 60 >/dev/null 2>&1 </dev/null &\necho $! >\"$HOME/daemon\"\n\
                   echo '{\"Version\": 1, \"AccessKeyId\": \"AKIADAEMON\", \"SecretAccessKey\": \"s\"}'\n";
    for (shell, _) in table() {
        let sandbox = Sandbox::new();
        let path = sandbox.write("keys", program);
        let config = format!("[profile d]\ncredential_process = sh {}\n", path.display());
        sandbox.write(".aws/config", config);
        let typed = if shell.family == Family::Fish {
            "eval (awsenv use d --keys); show; kill (cat daemon)"
        } else {
            "eval \"$(awsenv use d --keys)\"; show; kill \"$(cat daemon)\""
        };
        let run = sandbox.script(&shell, loaded(&shell) + typed);
        let output = run.limit(Duration::from_secs(30)).output();
        assert_eq!(output.clean(), "[AKIADAEMON]\n", "{}", shell.name);
    }
}

/// Only one of the two shells that run a script prints its messages.
#[test]
fn nothing_is_said_twice() {
    for (shell, _) in table() {
        let sandbox = sandbox();
        let (typed, expected) = if shell.family == Family::Fish {
            (
                "eval (awsenv use a); fish --no-config -c 'awsenv init fish --no-prompt | source; eval (awsenv unset)'",
                "",
            )
        } else {
            ("readonly AWS_VAULT; eval \"$(awsenv use a)\" || echo \"$?\"", "1\n")
        };
        let output = sandbox.script(&shell, loaded(&shell) + typed).output();
        assert_eq!(output.out(), expected, "{}: {}", shell.name, output.all());
        let lines = output.err().lines().count();
        assert!(lines <= 1, "{}: {}", shell.name, output.err());
    }
}

/// A subshell whose shell has ended, like that of a background job whose terminal is gone.
#[test]
fn no_shell_reads_once_it_has_ended() {
    for (shell, _) in table().filter(|(shell, _)| shell.family == Family::Posix) {
        let sandbox = sandbox();
        let typed = "(while kill -0 $$ 2>/dev/null; do sleep 0.1; done; awsenv -q use a; show) | cat >out &\nexit 0";
        sandbox.script(&shell, loaded(&shell) + typed).output().clean();
        let out = std::fs::read_to_string(sandbox.path("out")).expect("what it said");
        assert_eq!(out, "[a]\n", "{}", shell.name);
    }
}

/// Without /proc the processes cannot be seen, and a script in a pipeline is better than an eval that lies.
#[test]
fn an_eval_holds_where_processes_cannot_be_seen() {
    let Some(unshare) = require("unshare") else { return };
    let hide = ["-Urm", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"].map(OsString::from);
    let probe = sandbox().program("true").under(&unshare, hide.clone()).output();
    if probe.status != 0 {
        say("skipped: this machine bars user namespaces");
        return;
    }
    for (shell, _) in table().filter(|(shell, _)| shell.family == Family::Posix) {
        let sandbox = sandbox();
        let typed = "eval \"$(awsenv use a)\"; show; awsenv use b >out; show; eval \"$(awsenv -q use nosuch 2>&3)\" || echo \"$?\"";
        let run = sandbox.script(&shell, loaded(&shell) + "exec 3>/dev/null\n" + typed);
        let output = run.under(&unshare, hide.clone()).output();
        assert_eq!(output.clean(), "[a]\n[b]\n1\n", "{}", shell.name);
    }
}

/// ksh93 substitutes without a separate process, so its function could not tell who reads.
#[test]
fn ksh93_gets_no_function_and_is_told_so() {
    let Some(shell) = shells().into_iter().find(|shell| !shell.has_function()) else {
        return;
    };
    let sandbox = sandbox();
    let text = loaded(&shell)
        + "eval \"$(awsenv use a)\"; show; eval \"$(awsenv use nosuch)\" || echo \"$?\"\ncommand -v awsenv";
    let output = sandbox.script(&shell, text).output();
    let program = sandbox.bin().join("awsenv");
    assert_eq!(
        output.out(),
        format!("[a]\n1\n{}\n", program.display()),
        "{}",
        output.all()
    );
    assert!(
        output.err().contains("eval \"$(awsenv use PROFILE)\""),
        "{}",
        output.all()
    );
}
