//! The question for a code at a real terminal: where it is asked, what is shown of the answer, and every way out.

use std::time::{Duration, Instant};

use super::start;
use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::Aws;

/// The end of the question for a session of `base`, on the way to this profile.
fn question(profile: &str) -> String {
    format!("awsenv: MFA code of `arn:aws:iam::123456789012:mfa/base`, for the profile `{profile}`:")
}

/// Runs the line, and waits for the question of `guarded`.
fn ask(terminal: &Terminal<'_>, line: &str) {
    terminal.line(&format!("clear; {line}"));
    wait(terminal);
}

fn wait(terminal: &Terminal<'_>) {
    let question = question("guarded");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(&question));
}

/// A code that no step near this one has.
fn wrong(aws: &Aws) -> String {
    let near: Vec<String> = (-3..=3).map(|step| aws.code(step)).collect();
    let mut all = (0..).map(|number| format!("{number:06}"));
    all.find(|code| !near.contains(code)).expect("a code")
}

#[test]
fn it_is_asked_at_the_terminal_whatever_the_streams_are() {
    for shell in INTERACTIVE {
        let Some((aws, sandbox)) = start() else { return };
        let Some(terminal) = Terminal::open_bare(&sandbox, shell, "") else {
            return;
        };
        let line = match shell {
            "fish" => "command awsenv use guarded </dev/null 2>err | source; echo status $status $AWS_ACCESS_KEY_ID",
            _ => {
                "eval \"$(echo in | { command awsenv use guarded 2>&3 | cat; } 3>err)\"; \
                 echo status $? $AWS_ACCESS_KEY_ID"
            }
        };
        ask(&terminal, line);
        terminal.line(&aws.code(0));
        let screen = terminal.wait("the status", |screen| screen.contains("status 0 ASIA"));
        assert_eq!(screen.matches("MFA code").count(), 1, "{shell}: {screen}");
        let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
        assert!(!err.contains("code"), "{shell}: {err}");
        assert_eq!((aws.count("GetSessionToken"), aws.count("AssumeRole")), (1, 1));
    }
}

#[test]
fn what_is_no_code_is_asked_again_without_a_call_and_not_shown() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    ask(
        &terminal,
        "awsenv use guarded; echo \"status $? ${AWS_ACCESS_KEY_ID:0:4}\"",
    );
    let question = question("guarded");
    let all = [
        ("", ""),
        ("12345", "12345"),
        ("123 4567", "123 4567"),
        ("123456789", ""),
        ("hunter2", ""),
        ("h\u{e4}", ""),
    ];
    for (count, (typed, shown)) in all.into_iter().enumerate() {
        terminal.text(typed);
        let expected = format!("{question} {shown}");
        terminal.wait("what may be shown", |screen| {
            screen.trim_end().ends_with(expected.trim_end())
        });
        terminal.key("Enter");
        let again = format!("awsenv: a code has six digits\n{question}");
        terminal.wait("the next question", |screen| {
            screen.trim_end().ends_with(&again) && screen.matches(&question).count() == count + 2
        });
    }
    assert!(!terminal.screen().contains("hunter"), "{}", terminal.screen());
    assert!(aws.requests().is_empty());
    let code = aws.code(0);
    terminal.line(&format!(" {} {}", &code[..3], &code[3..]));
    terminal.wait("the status", |screen| screen.contains("status 0 ASIA"));
    assert_eq!(aws.count("GetSessionToken"), 1);
}

/// The code that is typed ahead of the question counts; what follows a code that AWS rejects does not.
#[test]
fn only_what_is_typed_before_the_first_question_answers_it() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let (wrong, code) = (wrong(&aws), aws.code(0));
    terminal.line("clear; sleep 2; awsenv whoami guarded; echo status $?");
    terminal.line(&wrong).line("999999").line("999999");
    let asked = |screen: &str| {
        let end = format!("awsenv: AWS rejects the code\n{}", question("guarded"));
        screen.trim_end().ends_with(&end)
    };
    terminal.wait("the second question", asked);
    std::thread::sleep(Duration::from_millis(500));
    assert!(asked(&terminal.screen()), "{}", terminal.screen());
    terminal.line(&code);
    terminal.wait("the status", |screen| screen.contains("status 0"));
    assert_eq!(aws.count("GetSessionToken"), 2);
}

#[test]
fn every_way_out_ends_with_130_and_gives_the_mode_back() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    sandbox.write(
        "typed.sh",
        "stty -g >before\nsh -c 'echo $$ >pid; exec awsenv use guarded --shell bash' >out\nstatus=$?\nstty -g >after\n\
         cmp -s before after && same=same\necho $status $same >done.new\nmv done.new done\n",
    );
    type Leave = fn(&Terminal<'_>, &str);
    let ways: [(&str, Leave); 6] = [
        ("Ctrl-C", |terminal, _| _ = terminal.text("1").key("C-c")),
        ("Ctrl-\\", |terminal, _| _ = terminal.text("1").key("C-\\")),
        ("Ctrl-D", |terminal, _| _ = terminal.key("C-d")),
        ("TERM", |_, pid| kill("-TERM", pid)),
        ("HUP", |_, pid| kill("-HUP", pid)),
        ("INT", |_, pid| kill("-INT", pid)),
    ];
    for (way, leave) in ways {
        ask(&terminal, "sh ./typed.sh");
        let pid = terminal.file("pid");
        leave(&terminal, pid.trim());
        assert_eq!(terminal.file("done").trim(), "130 same", "{way}");
        // An eval of this fails.
        let out = std::fs::read_to_string(sandbox.path("out")).expect("a file");
        assert!(out.contains("130"), "{way}: {out}");
    }
    assert!(aws.requests().is_empty());
}

fn kill(signal: &str, pid: &str) {
    let status = std::process::Command::new("kill").args([signal, pid]).status();
    assert!(status.is_ok_and(|status| status.success()), "{signal} {pid}");
}

#[test]
fn a_stopped_question_is_asked_again() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    ask(&terminal, "awsenv whoami guarded");
    terminal.text("12").key("C-z");
    terminal.wait("a stopped job", |screen| screen.contains("Stopped"));
    terminal.at_prompt();
    ask(&terminal, "fg; echo status $?");
    terminal.line(&aws.code(0));
    terminal.wait("the status", |screen| screen.contains("status 0"));
    assert_eq!(aws.count("GetSessionToken"), 1);
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let Some((aws, sandbox)) = start() else { return };
    let refused = |err: &str, why: &str| {
        let needed = "a code of the MFA device `arn:aws:iam::123456789012:mfa/base` is needed, and nobody can be asked";
        assert!(err.contains(&format!("{needed}: {why}")), "{err}");
        assert!(err.contains("hint: awsenv use guarded"), "{err}");
    };
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    refused(output.err(), "this process has no terminal");
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let all = [
        (
            "awsenv whoami guarded 2>err & wait $!",
            "this process runs in the background",
        ),
        ("awsenv whoami guarded --no-input 2>err", "`--no-input` is given"),
        ("CI=true awsenv whoami guarded 2>err", "CI is set"),
        ("TERM=dumb awsenv whoami guarded 2>err", "TERM is `dumb`"),
        (
            "stty -icanon; awsenv whoami guarded 2>err; status=$?; stty icanon; (exit $status)",
            "another program has the terminal",
        ),
    ];
    for (number, (line, why)) in all.into_iter().enumerate() {
        terminal.at_prompt();
        terminal.line(&format!("clear; {line}; echo status $? of $(({number}))"));
        let status = format!("status 1 of {number}");
        terminal.wait("the status", |screen| screen.contains(&status));
        let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
        refused(&err, why);
        assert!(!terminal.screen().contains("MFA code of"), "{}", terminal.screen());
    }
    assert!(aws.requests().is_empty());
}

/// An SDK does not wait for longer.
#[test]
fn nobody_is_waited_for_beyond_the_deadline_of_a_credential_process() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let start = Instant::now();
    ask(
        &terminal,
        "awsenv credential-process guarded 2>err | wc -c; echo done ${PIPESTATUS[0]}",
    );
    std::thread::sleep(Duration::from_secs(50).saturating_sub(start.elapsed()));
    assert!(!terminal.screen().contains("done 1"), "{}", terminal.screen());
    terminal.wait("the end", |screen| screen.contains("done 1"));
    assert!(start.elapsed() < Duration::from_secs(70));
    let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
    assert!(err.contains("none was typed within "), "{err}");
    assert_eq!(terminal.answer("echo alive"), "alive\n");
    assert!(aws.requests().is_empty());
}

/// A signal of another program says nothing of what the person wants.
#[test]
fn who_gives_up_does_so_for_those_that_wait_and_who_is_ended_does_not() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    type Leave = fn(&Terminal<'_>, &str);
    let ways: [(Leave, Option<i32>, &str); 3] = [
        (|terminal, _| _ = terminal.key("C-c"), Some(130), "cancelled"),
        (|_, pid| kill("-HUP", pid), Some(130), "cancelled"),
        (|_, pid| kill("-TERM", pid), Some(1), "this process has no terminal"),
    ];
    for (leave, status, why) in ways {
        ask(
            &terminal,
            "sh -c 'echo $$ >pid.new; mv pid.new pid; exec awsenv whoami guarded'",
        );
        let pid = terminal.file("pid");
        let mut command = sandbox.awsenv(["exec", "guarded", "--", "true"]).command();
        // Without a terminal.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped());
        let waiter = command.spawn().expect("awsenv");
        std::thread::sleep(Duration::from_millis(1_500));
        leave(&terminal, pid.trim());
        let output = waiter.wait_with_output().expect("an end");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), status, "{err}");
        assert!(
            err.contains("waiting for another awsenv (pid ") && err.contains(why),
            "{err}"
        );
        terminal.at_prompt();
    }
    assert!(aws.requests().is_empty());
}
