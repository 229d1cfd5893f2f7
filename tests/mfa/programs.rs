//! Programs that print codes.

use std::time::{Duration, Instant};

use serde_json::json as value;

use super::{start, start_with_program};
use crate::integration::terminal::Terminal;
use crate::roles::sh;
use crate::support::aws::SERIAL;
use crate::support::{Sandbox, executable};

/// Has the device of `guarded` ask this program, which does what the text says.
fn with_program(sandbox: &Sandbox, text: &str) {
    executable(&sandbox.bin().join("otp"), format!("#!/bin/sh\n{text}\n"));
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("a file");
    let line = "[profile guarded]\n";
    let named = format!("{line}awsenv_mfa_process = otp 'of me' {{serial}}\n");
    sandbox.write(".aws/config", config.replacen(line, &named, 1));
}

#[test]
fn the_program_of_a_profile_gives_the_code() {
    let Some((aws, mut sandbox)) = start() else { return };
    sandbox.set("AWSENV_CONFIG", sandbox.write("settings", "[mfa]\nprocess = false\n"));
    let code = aws.code(0);
    let printed = format!("{} {}", &code[..3], &code[3..]);
    let text =
        format!("printf '%s|' \"$@\" >~/words; cat >~/input; echo 'touch it' >&2; echo ' {printed} '; echo more");
    with_program(&sandbox, &text);
    let output = sandbox.awsenv(["credential-process", "guarded"]).stdin("in").output();
    assert!(output.success().contains("ASIA"), "{}", output.all());
    assert!(output.err().contains("touch it"), "{}", output.err());
    assert!(!output.all().contains(&code) && !output.all().contains(&printed));
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).expect("a file");
    assert_eq!(
        (read("words").as_str(), read("input").as_str()),
        ("of me|arn:aws:iam::123456789012:mfa/base|", "")
    );
    assert_eq!(aws.count("GetSessionToken"), 1);
}

#[test]
fn the_program_of_the_settings_gets_the_serial() {
    let Some((aws, mut sandbox)) = start() else { return };
    let settings = "[mfa]\nprocess = sh -c 'test \"$1\" = \"$2\" && cat code' sh {serial} ";
    sandbox.set(
        "AWSENV_CONFIG",
        sandbox.write("settings", format!("{settings}{SERIAL}\n")),
    );
    sandbox.write("code", aws.code(0));
    sandbox.awsenv(["exec", "guarded", "--", "true"]).output().success();
    assert_eq!(aws.count("GetSessionToken"), 1);
}

#[test]
fn a_program_that_has_no_code_is_named_with_its_line_and_nothing_of_what_it_prints() {
    for (text, why) in [
        ("echo 654321; exit 3", "`otp` failed (exit status: 3)"),
        ("echo hunter2", "the first line that `otp` printed is not six digits"),
        (
            "echo; echo 654321",
            "the first line that `otp` printed is not six digits",
        ),
    ] {
        let Some((aws, sandbox)) = start() else { return };
        with_program(&sandbox, text);
        let output = sandbox.awsenv(["credential-process", "guarded"]).output();
        assert_eq!((output.status, output.out()), (1, ""), "{text}");
        let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("a file");
        let line = config
            .lines()
            .position(|line| line.starts_with("awsenv_mfa"))
            .expect("a line")
            + 1;
        let place = format!("config:{line}: a code of the MFA device `{SERIAL}` is needed, and {why}");
        assert!(output.err().contains(&place), "{}", output.err());
        assert!(!output.err().contains("hunter") && !output.err().contains("654321"));
        assert!(aws.requests().is_empty());
    }
    let Some((_aws, mut sandbox)) = start() else { return };
    for (command, why) in [
        ("nowhere-otp", "`nowhere-otp` cannot be run: No such file"),
        ("otp 'a", "the command for it cannot be split into words"),
    ] {
        let settings = sandbox.write("settings", format!("[mfa]\nprocess = {command}\n"));
        sandbox.set("AWSENV_CONFIG", settings);
        let output = sandbox.awsenv(["credential-process", "guarded"]).output();
        let err = output.err();
        assert!(
            err.contains("settings:2: a code of the MFA device") && err.contains(why),
            "{err}"
        );
    }
}

#[test]
fn a_program_has_the_terminal() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let code = aws.code(0);
    with_program(
        &sandbox,
        &format!("test -t 0 && test -t 2 || exit 9; printf 'PIN: ' >&2; read pin; test \"$pin\" = 42 && echo {code}"),
    );
    terminal.line("clear; awsenv whoami guarded </dev/null 2>err >out; echo status $?");
    terminal.wait("the program's question", |screen| screen.trim_end().ends_with("PIN:"));
    terminal.line("42");
    terminal.wait("the status", |screen| screen.contains("status 0"));
    assert_eq!(aws.count("GetSessionToken"), 1);
}

/// The process that a program has noted in the file `pid`.
fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn wait_for_end(pid: &str) {
    let start = Instant::now();
    while is_running(pid) {
        assert!(start.elapsed() < Duration::from_secs(20), "{pid} still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_program_too() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    with_program(
        &sandbox,
        "sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec sleep 600'; exit 1",
    );
    for line in [
        "awsenv use guarded 2>err; echo status $?",
        "x=$(awsenv credential-process guarded 2>err); echo status $?",
    ] {
        terminal.at_prompt();
        terminal.line(&format!("clear; {line}"));
        let pid = terminal.file("pid");
        assert!(is_running(&pid));
        terminal.key("C-c");
        terminal.at_prompt();
        wait_for_end(&pid);
    }
    assert!(aws.requests().is_empty());
}

/// Who gives up at the question does not want the program to run with the keys of before.
#[test]
fn ctrl_c_starts_no_program_with_keys_that_end_soon() {
    let Some((aws, sandbox, _)) = start_with_program() else {
        return;
    };
    aws.scenario(&value!({"lifetime": 600}));
    let gives_up = "printf '#!/bin/sh\\nkill -INT $$\\n' >\"$(command -v code)\"";
    let lines = format!(
        "eval \"$(awsenv use guarded --shell posix)\" || exit 9\n\
         awsenv sessions clear --all; {gives_up}\n\
         awsenv exec -- echo it runs; echo $?",
    );
    let output = sh(&sandbox, &lines);
    assert_eq!(output.success(), "130\n", "{}", output.all());
}

/// With it, anybody could make codes for ever.
#[test]
fn the_seed_of_a_device_is_shown_nowhere() {
    let Some((_aws, sandbox)) = start() else { return };
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config");
    for seed in ["QWERTYUIOPASDFGHJKLZXCVBNMQWERTY", "MEQH2GZLDOJSX7IIDPMYQHIZLTORZSAM"] {
        for lines in [
            format!("mfa_serial = {SERIAL}\nmfa_process = oathtool --totp -b {seed}"),
            format!("mfa_serial = {SERIAL}\nmfa_process = \"oathtool --totp -b {seed}\""),
            format!("mfa_serial = {SERIAL}\nmfa_process = oathtool --totp -b {seed} # mine"),
            format!("mfa_serial = {SERIAL}\n  mfa_process = oathtool --totp -b {seed}"),
            format!("mfa_serial = {seed}"),
        ] {
            let guarded = "arn:aws:iam::123456789012:role/Guarded";
            let section = format!("[profile own]\nrole_arn = {guarded}\nsource_profile = base\n{lines}\n");
            sandbox.write(".aws/config", format!("{config}\n{section}"));
            for words in [
                &["explain", "own"][..],
                &["explain", "own", "--json"],
                &["doctor", "-v"],
                &["doctor", "--json"],
                &["whoami", "own", "--json"],
                &["use", "own", "--shell", "posix"],
            ] {
                let output = sandbox.awsenv(words).output();
                assert!(!output.all().contains(seed), "{words:?}: {}", output.all());
            }
        }
    }
}

/// It has a minute, at a terminal and without one; what it has started ends with it.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_never_ends_is_ended() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    with_program(
        &sandbox,
        "sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec sleep 600'; exit 1",
    );
    terminal.line("clear; awsenv credential-process guarded 2>err | cat; echo done ${PIPESTATUS[0]}");
    let pid = terminal.file("pid");
    std::thread::sleep(Duration::from_secs(45));
    assert!(is_running(&pid));
    terminal.wait("the end", |screen| screen.contains("done 1"));
    wait_for_end(&pid);
    let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
    assert!(err.contains("`otp` printed none within 5"), "{err}");
    assert_eq!(terminal.answer("echo alive"), "alive\n");
    assert!(aws.requests().is_empty());
}

/// The next run of the program is in the next step of the device.
#[test]
fn a_program_whose_code_was_sent_is_run_again_later() {
    let Some((aws, sandbox)) = start() else { return };
    let stop = std::sync::atomic::AtomicBool::new(false);
    let show = || {
        sandbox.write("code.new", aws.code(0));
        std::fs::rename(sandbox.path("code.new"), sandbox.path("code")).expect("a code");
    };
    show();
    with_program(&sandbox, "echo run >>~/runs; cat ~/code");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                show();
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        sandbox.awsenv(["whoami", "guarded"]).output().success();
        // A session of the same second counts as one of the same run.
        std::thread::sleep(Duration::from_millis(1_100));
        let again = sandbox
            .awsenv(["exec", "guarded", "--refresh=all", "--", "true"])
            .output();
        stop.store(true, std::sync::atomic::Ordering::SeqCst);
        again.success();
    });
    assert_eq!(aws.count("GetSessionToken"), 2);
    assert!(aws.requests().iter().all(|seen| seen.status == 200));
}
