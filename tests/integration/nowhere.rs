//! Keys where no shell runs the script: refused in a log, and printed to whatever may run it.

use std::ffi::OsString;
use std::fs::File;

use crate::support::{Family, Output, RealShell, Sandbox, installed, require, say};

const SECRET: &str = "hush-hush";

/// Without a `|| …`, the status of a pipeline is not that of awsenv.
const LOGS: [&str; 14] = [
    "awsenv use p --keys || echo \"$?\"",
    "awsenv use p --keys 2>/dev/null || echo \"$?\"",
    "awsenv use p --keys --shell sh || echo \"$?\"",
    "awsenv use p --keys 2>&1 || echo \"$?\"",
    "awsenv use p --keys >log 2>&1 || echo \"$?\"; cat log",
    "awsenv use p --keys >log 2>>log || echo \"$?\"; cat log",
    "awsenv use p --keys 2>&1 | cat",
    "(awsenv use p --keys) || echo \"$?\"",
    "f() { awsenv use p --keys; }; f || echo \"$?\"",
    "env A=b timeout 60 awsenv use p --keys || echo \"$?\"",
    "sh -c 'awsenv use p --keys || echo \"$?\"'",
    "sh -c 'awsenv use p --keys || echo \"$?\"' | tee log",
    "sh -c '(awsenv use p --keys; echo \"$?\") & wait'",
    "echo 'awsenv use p --keys || echo \"$?\"' >step; . ./step",
];

const LOGS_OF_FISH: [&str; 4] = [
    "awsenv use p --keys; or echo $status",
    "awsenv use p --keys >log 2>&1; or echo $status; cat log",
    "awsenv use p --keys 2>&1 | cat",
    "begin; awsenv use p --keys; end; or echo $status",
];

/// The shell has the key afterwards, with and without the integration.
const EVALS: [&str; 17] = [
    "eval \"$(awsenv use p --keys)\"",
    "eval \"$(awsenv use p --keys 2>&1)\"",
    "eval \"$(awsenv use p --keys 2>/dev/null)\"",
    "eval \"`awsenv use p --keys`\"",
    "out=$(awsenv use p --keys); eval \"$out\"",
    "out=$( (cd .; awsenv use p --keys) ); eval \"$out\"",
    "eval \"$(cd .; awsenv use p --keys; :)\"",
    "eval \"$(env A=b timeout 60 awsenv use p --keys)\"",
    "eval \"$(sh -c 'cd .; awsenv use p --keys --shell sh; :')\"",
    "eval \"$(sh -c 'cd .; awsenv use p --keys --shell sh 2>&1; :')\"",
    "printf 'all:\\n\\t@awsenv use p --keys --shell sh\\n' >Makefile; eval \"$(make -s)\"",
    "command awsenv use p --keys >file; . ./file",
    "{ command awsenv use p --keys; } >file; . ./file",
    "command awsenv use p --keys | tee file >/dev/null; . ./file",
    "(command awsenv use p --keys) | cat >file; . ./file",
    "mkfifo ff; command awsenv use p --keys >ff & . ./ff",
    "command awsenv use p --keys >/dev/null 2>&1; eval \"$(awsenv use p --keys)\"",
];

const EVALS_OF_FISH: [&str; 5] = [
    "eval (awsenv use p --keys)",
    "awsenv use p --keys | source",
    "awsenv use p --keys 2>&1 | source",
    "command awsenv use p --keys >file; source file",
    "command awsenv use p --keys | tee file >/dev/null; source file",
];

/// Of a program that runs a command and shows what it printed.
const RUNNER: &str = "import subprocess, sys\n\
                      ran = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)\n\
                      print(ran.returncode, ran.stdout, ran.stderr)\n";

fn sandbox() -> Sandbox {
    let config = format!("[profile p]\naws_access_key_id = AKIAPPPPPPPPPPPPPPPP\naws_secret_access_key = {SECRET}\n");
    let sandbox = Sandbox::with_config(&config);
    sandbox.write("run.py", RUNNER);
    sandbox
}

fn shells() -> impl Iterator<Item = RealShell> {
    installed()
        .into_iter()
        .filter(|shell| shell.family != Family::PowerShell)
}

fn rows<'a>(shell: &RealShell, posix: &'a [&str], fish: &'a [&str]) -> Vec<&'a str> {
    if shell.family == Family::Fish { fish } else { posix }.to_vec()
}

/// Nothing in what was printed is secret, and the shell saw the status.
#[track_caller]
fn assert_refused(typed: &str, output: &Output) {
    let out = output.out();
    assert!(!output.all().contains(SECRET), "{typed}\n{}", output.all());
    if typed.contains("echo") {
        assert!(out.lines().any(|line| line == "2"), "{typed}\n{}", output.all());
    } else {
        assert!(out.contains("awsenv exec p --keys"), "{typed}\n{}", output.all());
    }
}

#[test]
fn a_log_gets_no_keys() {
    for shell in shells() {
        for typed in rows(&shell, &LOGS, &LOGS_OF_FISH) {
            let sandbox = sandbox();
            let output = sandbox.script(&shell, format!("{typed}\n")).output();
            assert_refused(&format!("{}: {typed}", shell.name), &output);
        }
    }
}

#[test]
fn an_eval_gets_its_keys() {
    for shell in shells() {
        let show = "\necho \"[$AWS_ACCESS_KEY_ID]\"\n";
        let only = if matches!(shell.word, "bash" | "zsh") {
            &[". <(awsenv use p --keys)", ". /dev/stdin <<<\"$(awsenv use p --keys)\""][..]
        } else {
            &[]
        };
        for typed in rows(&shell, &EVALS, &EVALS_OF_FISH).iter().chain(only) {
            for integration in [String::new(), shell.integration()] {
                let sandbox = sandbox();
                let output = sandbox.script(&shell, integration + typed + show).output();
                let expected = "[AKIAPPPPPPPPPPPPPPPP]\n";
                assert_eq!(output.out(), expected, "{}: {typed}\n{}", shell.name, output.all());
            }
        }
    }
}

/// make runs a simple line without a shell.
#[test]
fn a_recipe_gets_no_keys() {
    let Some(make) = require("make") else { return };
    let recipes = [
        "awsenv use p --keys",
        "@awsenv use p --keys --shell bash",
        "-awsenv use p --keys",
        "awsenv use p --keys && env",
        "cd . && awsenv use p --keys",
        "$(MAKE) -f again",
    ];
    for recipe in recipes {
        let sandbox = sandbox();
        sandbox.write("again", "all:\n\tawsenv use p --keys\n");
        sandbox.write("Makefile", format!("all:\n\t{recipe}\n"));
        let calls: [&[&str]; 4] = [
            &[],
            &["sh", "-c", "make; echo done"],
            &["sh", "-c", "make | tee log"],
            &["sh", "-c", "make >log 2>&1; cat log"],
        ];
        for call in calls {
            let output = match call {
                [] => sandbox.program(&make).output(),
                [program, args @ ..] => sandbox.program(program).args(args).output(),
            };
            assert!(!output.all().contains(SECRET), "{recipe}: {call:?}\n{}", output.all());
            let is_said = output.all().contains("awsenv exec p --keys");
            assert!(is_said, "{recipe}: {call:?}\n{}", output.all());
        }
    }
}

/// A CI runner reads stdout and stderr of the shell that runs a step.
#[test]
fn the_step_of_a_runner_gets_no_keys() {
    let Some(python) = require("python3") else { return };
    let steps = [
        "bash -lc 'awsenv use p --keys'",
        "bash -c 'awsenv use p --keys; terraform apply'",
        "zsh -fc 'awsenv use p --keys'",
        "ksh93 -c 'awsenv use p --keys'",
        "dash -c 'awsenv use p --keys; :'",
        "fish --no-config -c 'awsenv use p --keys; true'",
        "bash -e step",
        "make",
    ];
    for step in steps {
        let sandbox = sandbox();
        sandbox.write("step", "awsenv use p --keys\n");
        // A login shell sets PATH.
        sandbox.write(".bash_profile", format!("PATH={}:$PATH\n", sandbox.bin().display()));
        sandbox.write("Makefile", "all:\n\tawsenv use p --keys --shell bash\n");
        let line = format!("{} run.py {step}; true", python.display());
        let output = sandbox.program("bash").args(["-c", &line]).output();
        assert!(!output.all().contains(SECRET), "{step}\n{}", output.all());
        assert!(
            output.out().contains("awsenv exec p --keys"),
            "{step}\n{}",
            output.all()
        );
    }
}

/// A program that runs awsenv itself asked for the script.
#[test]
fn a_program_gets_the_keys_that_it_asks_for() {
    let Some(python) = require("python3") else { return };
    let calls = [
        "awsenv use p --keys",
        "awsenv use p --keys --shell bash",
        "timeout 60 awsenv use p --keys --shell fish",
        "bash -c 'awsenv use p --keys --shell bash'",
        "sh -c 'awsenv use p --keys --shell bash | cat'",
        "bash -c 'awsenv use p --keys | cat'",
        "zsh -fc 'awsenv use p --keys | cat'",
        "zsh -fc '(awsenv use p --keys; :) | cat'",
        "ksh93 -c 'awsenv use p --keys | cat'",
        "ksh93 -c '(awsenv use p --keys; :) | cat'",
        "yash -c '(awsenv use p --keys; :) | cat'",
    ];
    for call in calls {
        let sandbox = sandbox();
        let line = format!("{} run.py {call}; true", python.display());
        let output = sandbox.program("bash").args(["-c", &line]).output();
        assert!(output.success().contains(SECRET), "{call}\n{}", output.all());
    }
}

/// Like the children of Node.js. A socket has no end that only reads.
#[test]
fn a_socket_is_a_pipe() {
    let Some(python) = require("python3") else { return };
    let program = "import socket, subprocess\nours, theirs = socket.socketpair()\n\
                   subprocess.run(['sh', '-c', 'awsenv use p --keys; :'], stdout=theirs.fileno())\n\
                   theirs.close()\nprint(ours.recv(100000))\n";
    let sandbox = sandbox();
    let output = sandbox.program(python).args(["-c", program]).output();
    assert!(!output.all().contains(SECRET), "{}", output.all());
    assert!(output.err().contains("awsenv exec p --keys"), "{}", output.all());
}

/// Both streams in a file, without a shell anywhere.
#[test]
fn a_log_file_gets_no_keys_from_a_program() {
    let sandbox = sandbox();
    let path = sandbox.path("log");
    let log = File::create(&path).expect("a log");
    let mut command = sandbox.awsenv(["use", "p", "--keys", "--shell", "bash"]).command();
    command.stdout(log.try_clone().expect("a log")).stderr(log);
    assert_eq!(command.status().expect("a run").code(), Some(2));
    let log = std::fs::read_to_string(path).expect("a log");
    assert!(!log.contains(SECRET) && log.contains("awsenv exec p --keys"), "{log}");
}

/// The keychain stays closed, and nobody is asked for a code.
#[test]
fn keys_that_are_refused_are_not_fetched() {
    let sandbox = Sandbox::new();
    let program = sandbox.write(
        "keys",
        ": >\"$HOME/ran\"\necho '{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": \"s\"}'\n",
    );
    let config = format!("[profile p]\ncredential_process = sh {}\n", program.display());
    sandbox.write(".aws/config", config);
    let line = "awsenv use p --keys || echo \"$?\"; test -e ran || echo not run";
    let output = sandbox.program("sh").args(["-c", line]).output();
    assert!(output.out().ends_with("2\nnot run\n"), "{}", output.all());
}

#[test]
fn a_name_is_no_secret() {
    for shell in shells() {
        let sandbox = sandbox();
        let output = sandbox.script(&shell, "awsenv use p --name 2>&1\n").output();
        assert!(output.success().contains("AWS_PROFILE"), "{}", output.all());
    }
}

/// Without /proc, only streams that go to the same place say that this is a log.
#[test]
fn what_cannot_be_seen_is_judged_by_its_streams() {
    let Some(unshare) = require("unshare") else { return };
    let hide = ["-Urm", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"].map(OsString::from);
    if sandbox().program("true").under(&unshare, hide.clone()).output().status != 0 {
        say("skipped: this machine bars user namespaces");
        return;
    }
    for shell in shells().filter(|shell| shell.family == Family::Posix) {
        let integration = shell.integration();
        let refused = "awsenv use p --keys --shell sh 2>&1 | cat".to_owned();
        let in_a_subshell = integration.clone() + "(awsenv use p --keys || echo \"$?\") 2>&1 | cat";
        let evals = "eval \"$(awsenv use p --keys --shell sh)\"; echo \"[$AWS_ACCESS_KEY_ID]\"".to_owned();
        let run = |text: String| {
            let sandbox = sandbox();
            let run = sandbox.script(&shell, text + "\n").under(&unshare, hide.clone());
            run.output()
        };
        assert_refused(&refused, &run(refused.clone()));
        if shell.has_function() {
            let output = run(in_a_subshell.clone());
            assert!(!output.all().contains(SECRET), "{}: {}", shell.name, output.all());
            assert_eq!(
                run(integration + &evals).out(),
                "[AKIAPPPPPPPPPPPPPPPP]\n",
                "{}",
                shell.name
            );
        }
        assert_eq!(run(evals).out(), "[AKIAPPPPPPPPPPPPPPPP]\n", "{}", shell.name);
    }
}
