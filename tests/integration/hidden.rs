//! A secret typed at a real terminal: it is never shown, the terminal's mode is restored in every case, and what was
//! typed is what arrives. `key unlock` asks for one.

use std::time::Duration;

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Sandbox, require};

const QUESTION: &str = "Passphrase for the key file:";

/// A sandbox with a locked key file and this passphrase. `None` if the kernel cannot hold a key.
fn locked(passphrase: &str) -> Option<Sandbox> {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.set(
        "AWSENV_CONFIG",
        sandbox.write("settings", "[keychain]\nunlock_for = 1s\n"),
    );
    let output = sandbox
        .awsenv(["key", "unlock", "--stdin"])
        .stdin(format!("{passphrase}\n"))
        .output();
    if !output.err().contains("is unlocked") {
        require("the kernel's keyring");
        return None;
    }
    Some(sandbox)
}

/// Runs the line, and waits for its question.
fn asked(terminal: &Terminal<'_>, line: &str) {
    terminal.line(&format!("clear; {line}"));
    terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
}

#[track_caller]
fn unlocks(terminal: &Terminal<'_>) {
    let screen = terminal.wait("an end", |screen| {
        screen.contains("is unlocked") || screen.contains("not open")
    });
    assert!(screen.contains("is unlocked"), "{screen}");
}

#[test]
fn what_is_typed_arrives_and_is_not_seen() {
    let Some(sandbox) = locked("correct h\u{f6}rse") else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    asked(&terminal, "awsenv key unlock");
    terminal.text("correct h\u{f6}");
    let before = terminal.screen();
    terminal.text("rse");
    // When this answer comes, what was typed after it has been read.
    assert_eq!(before, terminal.screen());
    assert!(before.trim_end().ends_with(QUESTION), "{before}");
    terminal.key("Enter");
    unlocks(&terminal);

    asked(&terminal, "awsenv key unlock");
    terminal.text("wrong").key("C-u");
    terminal.text("correct horse").key("C-w");
    terminal.text("h\u{f6}\u{e4}").key("BSpace").key("Left").key("Up");
    terminal.line("rse");
    unlocks(&terminal);

    // Whatever stdin and stdout are.
    asked(
        &terminal,
        "said=$(awsenv key unlock </dev/null); echo \"status $? <$said>\"",
    );
    terminal.line("correct h\u{f6}rse");
    terminal.wait("the status", |screen| screen.contains("status 0 <>"));

    asked(&terminal, "awsenv key unlock");
    terminal.line("correct horse");
    let screen = terminal.wait("a refusal", |screen| screen.contains("does not open"));
    assert!(!screen.contains("horse"), "{screen}");
    assert!(!terminal.screen().contains('*'), "not even its length");
}

#[test]
fn a_long_secret_is_pasted_whole_and_what_follows_it_is_no_command() {
    let long: String = (0..2000).map(|n| char::from(b'a' + (n % 26) as u8)).collect();
    let Some(sandbox) = locked(&long) else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    asked(&terminal, "awsenv key unlock");
    terminal.paste(&format!("{long}\n"));
    unlocks(&terminal);
    asked(&terminal, "awsenv key unlock");
    terminal.paste(&format!("{long}\n#{long}\ntouch canary\n"));
    unlocks(&terminal);
    assert_eq!(terminal.answer("echo alive"), "alive\n");
    assert!(!sandbox.path("canary").exists());
}

#[test]
fn every_way_out_gives_the_mode_back() {
    let Some(sandbox) = locked("correct horse") else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    // A shell at a prompt would repair the mode by itself; a shell that reads a file does not.
    sandbox.write(
        "typed.sh",
        "stty -g >before\nsh -c 'echo $$ >pid; exec awsenv key unlock'\nstatus=$?\nstty -g >after\n\
         cmp -s before after && same=same\necho $status $same >done.new\nmv done.new done\n",
    );
    type Leave = fn(&Terminal<'_>, &str);
    let ways: [(&str, Leave, &str); 10] = [
        ("Enter", |terminal, _| _ = terminal.line("correct horse"), "0 same"),
        ("a wrong one", |terminal, _| _ = terminal.line("x"), "1 same"),
        ("Ctrl-C", |terminal, _| _ = terminal.text("x").key("C-c"), "130 same"),
        ("Ctrl-\\", |terminal, _| _ = terminal.text("x").key("C-\\"), "130 same"),
        ("Ctrl-D", |terminal, _| _ = terminal.key("C-d"), "130 same"),
        ("TERM", |_, pid| kill("-TERM", pid), "130 same"),
        ("HUP", |_, pid| kill("-HUP", pid), "130 same"),
        ("INT", |_, pid| kill("-INT", pid), "130 same"),
        ("QUIT", |_, pid| kill("-QUIT", pid), "130 same"),
        ("USR1", |_, pid| kill("-USR1", pid), "130 same"),
    ];
    for (way, leave, wanted) in ways {
        asked(&terminal, "sh ./typed.sh");
        let pid = terminal.file("pid");
        leave(&terminal, pid.trim());
        assert_eq!(terminal.file("done").trim(), wanted, "{way}");
    }
}

/// A shell that takes the terminal over after a kill reads in the mode that it finds.
#[cfg(target_os = "linux")]
#[test]
fn the_mode_never_looks_like_the_end_of_input() {
    let Some(sandbox) = locked("correct horse") else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let name = terminal.answer("tty");
    asked(&terminal, "awsenv key unlock");
    let mode = sandbox.program("stty").args(["-a", "-F", name.trim()]).output();
    assert!(
        mode.out().contains("-icanon") && mode.out().contains("min = 1;"),
        "{}",
        mode.all()
    );
    terminal.key("C-c").at_prompt();
    // dash does not repair the mode, and ends if it reads nothing.
    if require("dash").is_none() {
        return;
    }
    terminal
        .line("clear; PS1='dash> ' dash -i")
        .wait("dash", |screen| screen.contains("dash>"));
    terminal.line("sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv key unlock'");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
    kill("-KILL", terminal.file("pid").trim());
    terminal.wait("the prompt of dash", |screen| screen.trim_end().ends_with("dash>"));
    std::thread::sleep(Duration::from_millis(500));
    assert!(terminal.screen().trim_end().ends_with("dash>"), "{}", terminal.screen());
}

/// A shell that runs as a job does not wait for a program that stops alone, and a terminal without a shell would wait for
/// ever.
#[cfg(unix)]
#[test]
fn only_a_job_is_stopped_by_its_key() {
    let Some(sandbox) = locked("correct horse") else { return };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    asked(&terminal, "sh -c 'awsenv key unlock; echo over'");
    terminal.text("half").key("C-z");
    terminal.at_prompt().line("clear; fg");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
    terminal.line("correct horse");
    unlocks(&terminal);
    terminal.wait("the end of the job", |screen| screen.contains("\nover"));
    // A shell that waits for the words of a program cannot continue it.
    terminal.line("clear; PS1='inner$ ' bash --norc");
    terminal.wait("the inner shell", |screen| screen.contains("inner$"));
    asked(&terminal, "x=$(awsenv key unlock)");
    terminal.text("correct ").key("C-z");
    terminal.line("horse");
    unlocks(&terminal);
    terminal.line("exit").at_prompt();
    asked(&terminal, "exec sh -c 'awsenv key unlock; sleep 60'");
    terminal.text("correct ").key("C-z");
    terminal.line("horse");
    unlocks(&terminal);
}

#[test]
fn a_new_passphrase_that_is_pasted_twice_answers_both_questions() {
    if locked("correct horse").is_none() {
        return;
    }
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let new = "Passphrase for the new key file:";
    terminal.line("clear; awsenv key unlock");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(new));
    terminal.paste(" correct horse \n wrong horse \n");
    terminal.wait("a refusal", |screen| screen.contains("the two passphrases differ"));
    terminal.line("clear; awsenv key unlock");
    terminal.wait("the question", |screen| screen.trim_end().ends_with(new));
    terminal.paste(" correct horse \n correct horse \ntouch canary\n");
    unlocks(&terminal);
    asked(&terminal, "awsenv key unlock");
    terminal.line(" correct horse ");
    unlocks(&terminal);
    assert!(!sandbox.path("canary").exists());
}

/// The shell gives the terminal its own mode meanwhile, which shows what is typed.
#[test]
fn a_program_that_was_stopped_hides_again() {
    let Some(sandbox) = locked("correct horse") else { return };
    for shell in INTERACTIVE {
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        let modes = terminal.answer("stty -a");
        for signal in ["-STOP", "-TSTP", "C-z"] {
            asked(
                &terminal,
                "sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv key unlock'",
            );
            let pid = terminal.file("pid");
            for _ in 0..2 {
                terminal.text("half a li");
                std::thread::sleep(Duration::from_millis(300));
                match signal {
                    "C-z" => _ = terminal.key(signal),
                    signal => kill(signal, pid.trim()),
                }
                let visible = terminal.answer("stty -a");
                assert!(
                    visible.contains(" icanon") && visible.contains(" echo "),
                    "{shell} {signal}: {visible}"
                );
                terminal.line("clear").at_prompt().line("fg");
                terminal.wait("the question", |screen| screen.trim_end().ends_with(QUESTION));
            }
            terminal.text("correct ho");
            let before = terminal.screen();
            terminal.text("rse");
            assert_eq!(before, terminal.screen(), "{shell} {signal}");
            assert!(before.trim_end().ends_with(QUESTION), "{shell} {signal}: {before}");
            terminal.key("Enter");
            unlocks(&terminal);
            assert_eq!(terminal.answer("stty -a"), modes, "{shell} {signal}");
        }
        // A job that ends in the background leaves the terminal alone.
        asked(
            &terminal,
            "sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv key unlock'",
        );
        let pid = terminal.file("pid");
        kill("-STOP", pid.trim());
        terminal.at_prompt();
        kill("-TERM", pid.trim());
        kill("-CONT", pid.trim());
        let gone = || !std::path::Path::new(&format!("/proc/{}/exe", pid.trim())).exists();
        let start = std::time::Instant::now();
        while !gone() {
            assert!(start.elapsed().as_secs() < 20, "{shell}: it is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
        // fish keeps a part of the mode in which a job was stopped.
        let visible = terminal.key("Enter").answer("stty -a");
        assert!(
            visible.contains(" icanon") && visible.contains(" echo "),
            "{shell}: {visible}"
        );
    }
}

fn kill(signal: &str, pid: &str) {
    let status = std::process::Command::new("kill").args([signal, pid]).status();
    assert!(status.expect("kill").success());
}

#[test]
fn without_a_terminal_it_is_said_how_else() {
    let Some(sandbox) = locked("correct horse") else { return };
    let output = sandbox.awsenv(["key", "unlock"]).output();
    assert_eq!(output.status, 1);
    assert!(
        output
            .err()
            .contains("cannot ask without a terminal: stderr is redirected"),
        "{}",
        output.all()
    );
    assert!(output.err().contains("hint: use `--stdin`"), "{}", output.all());
}
