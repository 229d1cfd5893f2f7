//! An eval cannot lie: when awsenv fails, nothing changes and the shell sees a failure.

use std::fs::File;
use std::process::Stdio;

use crate::stories::teller::{Mode, assert_back, everywhere, sandbox, snap};
use crate::support::{self, AWSENV};

/// Command lines that fail, and the status that a shell sees. If awsenv cannot understand the command line, a plain
/// eval gets `false`, which is 1 everywhere; but PowerShell gets `throw`, and has the status of awsenv itself.
const FAILING: [(&str, i32, i32); 13] = [
    ("use nosuch", 1, 1),
    ("use", 2, 2),
    ("use -", 1, 1),
    ("use ''", 1, 1),
    ("use empty --keys", 1, 1),
    ("use a b", 1, 2),
    ("use a --bogus", 1, 2),
    ("use a --shell tcsh", 1, 2),
    ("use a --name --keys", 1, 2),
    ("use a --region", 1, 2),
    ("use a --color loud", 1, 2),
    ("unset now", 1, 2),
    ("bogus a", 1, 2),
];

#[test]
fn what_fails_changes_nothing_and_is_seen() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .export("AWS_SECRET_ACCESS_KEY", "hush")
            .keep("AWS_REGION", "kept");
        story.snap("before");
        for (at, (args, ..)) in FAILING.iter().enumerate() {
            story.status(&at.to_string(), args);
            let call = story.call(args);
            story.each(
                &format!("{call} && echo lied || :"),
                &format!("{call}; and echo lied"),
                &format!("try {{ {call} && 'lied' }} catch {{ }}"),
            );
        }
        story
            .snap("after")
            .awsenv("use a")
            .snap("used")
            .status("later", "use nosuch")
            .snap("still");
        let output = story.told(sandbox);
        let status = |(args, eval, wrapper): &(&str, i32, i32)| match story.mode {
            // It throws, and then the status is the program's.
            Mode::Plain if story.is_powershell() => *wrapper,
            Mode::Plain => *eval,
            // The wrapper says which shell it is, unless the command line names another.
            Mode::Loaded if args.contains("--shell") => *eval,
            Mode::Loaded | Mode::Wrapper => *wrapper,
        };
        let statuses = FAILING.iter().map(status).enumerate();
        let expected: String = statuses.map(|(at, status)| format!("{at}={status}\n")).collect();
        // The wrapper does not touch stdout if no script is requested.
        let said = output.out().lines().filter(|line| line.contains('='));
        let said: String = said.map(|line| format!("{line}\n")).collect();
        assert_eq!(said, expected + "later=1\n", "{}: {}", story.label(), output.err());
        let said = output.err().lines().filter(|line| line.starts_with("awsenv: ")).count();
        assert!(said > 2 * FAILING.len(), "{}: {}", story.label(), output.err());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
        let (used, still) = (snap(sandbox, "used"), snap(sandbox, "still"));
        assert_eq!(
            (still.shown, still.env.get("AWSENV_STATE")),
            (used.shown, used.env.get("AWSENV_STATE"))
        );
    });
}

#[test]
fn a_strict_script_stops() {
    everywhere(|sandbox, mut story| {
        // fish has no `set -e`, and in PowerShell a function that fails stops nothing, but sets `$?`.
        if story.is_fish() || story.is_powershell() && story.mode == Mode::Wrapper {
            return;
        }
        let call = story.call("use nosuch");
        story.line(call).line("echo lied");
        let output = story.run(sandbox);
        assert_eq!(
            (output.status, output.out()),
            (1, ""),
            "{}: {}",
            story.label(),
            output.all()
        );
    });
}

/// Files that cannot be read properly, by the variable that names them.
#[test]
fn broken_files_change_nothing() {
    everywhere(|sandbox, mut story| {
        let broken = [
            ("no-delimiter", "[profile a]\nregion\n"),
            ("twice", "[profile a]\n[profile a]\n"),
            ("no-section", "region = x\n"),
        ];
        let mut paths: Vec<String> = broken
            .iter()
            .map(|(file, text)| sandbox.write(file, text).to_string_lossy().into_owned())
            .collect();
        paths.push(sandbox.home().to_string_lossy().into_owned());
        paths.push(
            sandbox
                .write("bytes", b"[profile a]\nregion = \xff\n")
                .to_string_lossy()
                .into_owned(),
        );
        story.export("AWS_PROFILE", "mine").snap("before");
        for (at, path) in paths.iter().enumerate() {
            story.export("AWS_CONFIG_FILE", path).status(&at.to_string(), "use a");
        }
        story.remove("AWS_CONFIG_FILE").snap("after");
        let output = story.told(sandbox);
        assert_eq!(
            output.out(),
            "0=1\n1=1\n2=1\n3=1\n4=1\n",
            "{}: {}",
            story.label(),
            output.err()
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn help_in_an_eval_is_harmless() {
    everywhere(|sandbox, mut story| {
        story.export("AWS_PROFILE", "mine").snap("before");
        for args in ["use --help", "use -h", "unset --help", "use a --help", "use --version"] {
            story.line(format!("echo {}", story.quote(args)));
            let known = if args.contains("version") { "version" } else { "help" };
            story.status(known, args);
        }
        story.snap("after");
        let output = story.told(sandbox);
        let statuses: Vec<_> = output.out().lines().filter(|line| line.starts_with("help=")).collect();
        assert_eq!(statuses, ["help=0"; 4], "{}: {}", story.label(), output.all());
        assert!(output.err().contains("--region"), "{}: {}", story.label(), output.err());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let sandbox = sandbox();
    for args in [
        ["use", "a", "--shell=bash"],
        ["unset", "-q", "--shell=bash"],
        ["use", "nosuch", "--shell=bash"],
    ] {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = sandbox
            .awsenv(args)
            .command()
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .expect("awsenv");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.contains("stdout"), "{args:?}: {said}");

        let closed = sandbox
            .program("/bin/sh")
            .args(["-c", "exec \"$@\" >&-", "sh", AWSENV])
            .args(args)
            .output();
        assert_eq!(closed.status, 1, "{args:?}: {}", closed.all());
        assert!(closed.err().contains("stdout"), "{args:?}: {}", closed.all());
    }
}

#[test]
fn nothing_is_printed_on_a_terminal() {
    // `script` gives a program a terminal; its own input is not one.
    let Some(script) = support::require("script") else {
        return;
    };
    let sandbox = sandbox();
    for (args, line) in [
        ("use a --keys", "eval \"$(awsenv use a --keys)\""),
        ("use b --keys --shell fish", "awsenv use b --keys --shell fish | source"),
        ("unset", "eval \"$(awsenv unset)\""),
        ("unset --shell bash", "eval \"$(awsenv unset --shell bash)\""),
    ] {
        let output = sandbox
            .program(&script)
            .args(["-qec", &format!("awsenv {args} 2>said"), "/dev/null"])
            .output();
        assert_eq!((output.status, output.out()), (2, ""), "{args}: {}", output.all());
        let said = std::fs::read_to_string(sandbox.path("said")).expect("what was said");
        assert!(said.contains(line), "{args}: {said}");
    }
}

#[test]
fn the_exact_status_is_the_processs() {
    let sandbox = sandbox();
    for (args, _, status) in FAILING {
        let words = args.replace("''", "");
        let words = words
            .split(' ')
            .chain((!args.contains("--shell")).then_some("--shell=bash"));
        let words: Vec<_> = words.filter(|word| !word.is_empty() || args.contains("''")).collect();
        if words.first() == Some(&"bogus") || args == "use a --region" {
            continue;
        }
        let output = sandbox.awsenv(&words).output();
        assert_eq!(output.status, status, "{words:?}: {}", output.all());
        let expected = if args.contains("tcsh") {
            "false\n".to_owned()
        } else {
            format!("(exit {status})\n")
        };
        assert_eq!(output.out(), expected, "{words:?}");
    }
}

#[test]
fn a_missing_program_is_seen_by_the_documented_idiom() {
    everywhere(|sandbox, mut story| {
        if story.is_fish() || story.mode == Mode::Wrapper {
            return;
        }
        // PowerShell needs no idiom: a missing program is an error.
        let call = story.call("use a");
        story.each("PATH=/nonexistent", "", "$env:PATH = '/nonexistent'").each(
            "if eval \"$(awsenv use a 2>/dev/null || echo false)\"; then echo lied; fi",
            "",
            &format!("try {{ {call}; 'lied' }} catch {{ }}"),
        );
        assert_eq!(story.told(sandbox).out(), "", "{}", story.label());
    });
}

#[test]
fn a_script_that_nobody_reads_is_a_failure() {
    let sandbox = sandbox();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = sandbox.awsenv(["use", "a", "--keys", "--shell=bash"]).command();
    let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("awsenv");
    assert_eq!(output.status.code(), Some(1));
}
