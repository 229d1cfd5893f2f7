//! The documentation is true: its examples run, its links lead somewhere, its scripts are sound.

use std::path::{Path, PathBuf};

use crate::integration::terminal::Terminal;
use crate::support::{AWSENV, Family, PROJECT, RealShell, Sandbox, executable, in_ci, installed, require, say};

#[test]
fn the_tour_of_docs_try_holds() {
    let Some(bash) = require("bash") else { return };
    let mut sandbox = Sandbox::new();
    sandbox
        .set("AWSENV_TRY_BINARY", AWSENV)
        .set("AWS_PROFILE", "someone")
        .set("AWS_ACCESS_KEY_ID", "AKIACALLER");
    let output = sandbox
        .program(bash)
        .args([Path::new(PROJECT).join("docs/try")])
        .output();
    let out = output.clean();
    assert!(out.ends_with("Every step did what it says.\n"), "{}", output.all());
    assert!(
        !out.contains("WRONG") && !out.contains("someone") && !out.contains("AKIACALLER"),
        "{}",
        output.all()
    );
    let left: Vec<_> = std::fs::read_dir(sandbox.root().join("tmp")).expect("tmp").collect();
    assert!(left.is_empty(), "docs/try leaves nothing: {left:?}");
    assert_eq!(
        std::fs::read_dir(sandbox.home()).expect("home").count(),
        0,
        "the caller's HOME is not touched"
    );
}

#[test]
fn a_step_that_does_not_hold_fails_the_tour() {
    let Some(bash) = require("bash") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.write("liar", "#!/bin/sh\necho true\n");
    let _ = std::process::Command::new("chmod")
        .arg("+x")
        .arg(sandbox.path("liar"))
        .status();
    sandbox.set("AWSENV_TRY_BINARY", sandbox.path("liar"));
    let output = sandbox
        .program(bash)
        .args([Path::new(PROJECT).join("docs/try")])
        .output();
    assert!(output.status == 1 && output.out().contains("WRONG"), "{}", output.all());
}

#[test]
fn docs_try_says_in_one_line_what_it_lacks() {
    let Some(bash) = require("bash") else { return };
    let mut sandbox = Sandbox::new();
    sandbox.set("PATH", sandbox.root().join("bin"));
    for tool in ["cut", "dirname", "head", "readlink", "sed", "sort", "tail"] {
        let Some(tool) = require(tool) else { return };
        std::os::unix::fs::symlink(&tool, sandbox.bin().join(tool.file_name().expect("a name"))).expect("a link");
    }
    let script = |name: &str, text: &str| {
        let path = sandbox.bin().join(name);
        executable(&path, format!("#!{}\n{text}\n", bash.display()));
    };
    let says = |wanted: &str| {
        let output = sandbox
            .program(&bash)
            .args([Path::new(PROJECT).join("docs/try")])
            .output();
        let last = output.err().lines().last().unwrap_or_default();
        assert!(
            output.status == 1 && output.out().is_empty() && last.starts_with("docs/try: ") && last.contains(wanted),
            "{wanted}: {}",
            output.all()
        );
        output.err().lines().count()
    };
    assert_eq!(says("cargo is not installed: install Rust 1."), 1);
    script("cargo", "echo cargo 1.60.0");
    assert_eq!(says("cargo 1.60.0 is too old: install Rust 1."), 1);
    script("cargo", "echo cargo 1000.0.0; [[ $1 == --version ]] || exit 101");
    assert_eq!(says("no working C compiler"), 1);
    script("cc", "exit 1");
    assert_eq!(says("no working C compiler"), 1);
    script("cc", "exit 0");
    assert_eq!(says("the build failed"), 2, "after the line that says what it does");
}

#[test]
fn docs_try_opens_the_callers_shell_on_a_terminal() {
    let Some(tmux) = require("tmux") else { return };
    for shell in ["bash", "zsh", "fish"].iter().filter_map(|name| require(name)) {
        let mut sandbox = Sandbox::new();
        sandbox
            .set("AWSENV_TRY_BINARY", AWSENV)
            .set("SHELL", &shell)
            .set("TERM", "xterm");
        let socket = sandbox.root().join("tmux");
        let tmux = |words: &[&str]| {
            sandbox
                .program(&tmux)
                .args(["-f", "/dev/null", "-S"])
                .args([&socket])
                .args(words)
                .output()
        };
        let command = format!("'{}'; exec cat", Path::new(PROJECT).join("docs/try").display());
        tmux(&["new-session", "-d", "-x", "120", "-y", "60", &command]).clean();
        let seen = |wanted: &str| {
            for _ in 0..600 {
                let screen = tmux(&["capture-pane", "-p"]).clean().to_owned();
                if screen.contains(wanted) {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            let screen = tmux(&["capture-pane", "-p"]).out().to_owned();
            tmux(&["kill-server"]);
            panic!("{}: `{wanted}` never came\n{screen}", shell.display());
        };
        seen("throws all this away");
        tmux(&["send-keys", "awsenv use jekyl; awsenv current", "Enter"]);
        seen("jekyl (by name, eu-west-1)");
        seen("[jekyl]");
        tmux(&["send-keys", "exit", "Enter"]);
        for _ in 0..200 {
            if std::fs::read_dir(sandbox.root().join("tmp")).expect("tmp").count() == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        tmux(&["kill-server"]);
        let left: Vec<_> = std::fs::read_dir(sandbox.root().join("tmp")).expect("tmp").collect();
        assert!(left.is_empty(), "docs/try leaves nothing: {left:?}");
    }
}

/// docs/picture plays its scenes again, with the binary under test.
#[test]
fn the_picture_shows_what_a_terminal_shows() {
    let tools = ["python3", "bash", "tmux"].map(require);
    let [Some(python), Some(_), Some(_)] = tools else {
        return;
    };
    let sandbox = Sandbox::new();
    let check = |script: &Path| {
        let args = [script, Path::new("--check"), Path::new("--binary"), Path::new(AWSENV)];
        sandbox.program(&python).args(args).output()
    };
    check(&Path::new(PROJECT).join("docs/picture")).clean();

    sandbox.copy(Path::new(PROJECT).join("docs/example-home"), "docs/example-home");
    let script = sandbox.write("docs/picture", read("docs/picture"));
    let stale = read("docs/picture.svg").replace("no longer using", "not using");
    sandbox.write("docs/picture.svg", stale);
    let output = check(&script);
    assert_eq!(
        (output.status, output.err()),
        (
            1,
            "docs/picture.svg is out of date: run docs/picture, and look at the picture\n"
        )
    );
    let left: Vec<_> = std::fs::read_dir(sandbox.root().join("tmp")).expect("tmp").collect();
    assert!(left.is_empty(), "docs/picture leaves nothing: {left:?}");
}

/// Every ```console block: the `$ ` lines are typed into a bash with the integration and the example profiles, and the
/// lines below each are the expected output.
#[test]
fn console_examples_print_what_they_say() {
    let Some(bash) = require("bash") else { return };
    let mut examples = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "console") {
            let steps = steps(&block);
            let sandbox = Sandbox::new();
            sandbox.copy(Path::new(PROJECT).join("docs/example-home"), "");
            let mut script = String::from("exec 2>&1\neval \"$(awsenv init bash)\"\n");
            for (command, _) in &steps {
                script += &format!("echo '@@@'\n{command}\n");
            }
            let file = sandbox.root().join("tmp/console");
            std::fs::write(&file, script).expect("a script");
            let output = sandbox
                .program(&bash)
                .args(["--norc", "--noprofile"])
                .args([file])
                .output();
            let answers: Vec<&str> = output.out().split("@@@\n").skip(1).collect();
            assert_eq!(answers.len(), steps.len(), "{page}: {}", output.all());
            for ((command, expected), answer) in steps.iter().zip(answers) {
                let answer = answer.replace(&*sandbox.home().to_string_lossy(), "/home/me");
                assert_eq!(answer.trim_end(), expected.trim_end(), "{page}: $ {command}");
                examples += 1;
            }
        }
    }
    assert!(examples > 0, "a page has an example");
}

/// Every ```terminal block: its commands are typed at a bash with the integration, and the example profiles.
#[test]
fn terminal_examples_show_what_a_person_sees() {
    let mut commands = 0;
    for (page, text) in pages() {
        for block in blocks(&text, "terminal") {
            let sandbox = Sandbox::new();
            sandbox.copy(Path::new(PROJECT).join("docs/example-home"), "");
            let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
                return;
            };
            let is_prompt = |before: &str| before.is_empty() || before.starts_with('[');
            let lines = block.lines().filter_map(|line| line.split_once("$ "));
            for (number, (_, command)) in lines.filter(|(before, _)| is_prompt(before)).enumerate() {
                terminal.at_prompt().line(command);
                terminal.wait("an answer", |screen| screen.matches("ready$").count() == number + 2);
                commands += 1;
            }
            terminal.at_prompt();
            let seen = terminal.rows().replace("ready$", "$");
            let seen = seen.trim_end().trim_end_matches('$').trim_end();
            assert_eq!(seen, block, "{page}");
        }
    }
    assert!(commands >= 5, "the README shows the main job");
}

#[test]
fn the_install_lines_of_the_readme_work() {
    let readme = read("README.md");
    for shell in installed().into_iter().filter(RealShell::has_function) {
        let line = match (shell.family, shell.name) {
            (Family::Fish, _) => "awsenv init fish | source",
            (Family::PowerShell, _) => "Invoke-Expression (& { (awsenv init powershell | Out-String) })",
            (Family::Posix, "bash") => "eval \"$(awsenv init bash)\"",
            (Family::Posix, "zsh") => "eval \"$(awsenv init zsh)\"",
            (Family::Posix, _) => "eval \"$(awsenv init posix)\"",
        };
        assert!(readme.contains(line), "the README lacks: {line}");
        let sandbox = Sandbox::with_config("[profile jekyl]\nregion = eu-west-1\n");
        sandbox.write(
            ".aws/credentials",
            "[jekyl]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n",
        );
        let show = if shell.family == Family::PowerShell {
            "$env:AWS_PROFILE"
        } else {
            "echo \"$AWS_PROFILE\""
        };
        let output = sandbox
            .script(
                &shell,
                format!("{line}\n{line}\nawsenv use jekyl\n{show}\nawsenv unset\n"),
            )
            .output();
        assert_eq!(output.clean().trim_end(), "jekyl", "{}: {}", shell.name, output.all());
    }
}

#[test]
fn the_line_for_scripts_stops_a_script() {
    let line = "eval \"$(awsenv use p || echo false)\"";
    assert!(read("README.md").contains(line));
    for shell in installed().iter().filter(|shell| shell.family == Family::Posix) {
        let sandbox = Sandbox::new();
        let output = sandbox.script(shell, format!("{line}\necho reached")).output();
        assert!(
            output.status != 0 && output.out().is_empty(),
            "{}: {}",
            shell.name,
            output.all()
        );
        let nothing = sandbox
            .script(shell, format!("PATH=/nowhere\n{line}\necho reached"))
            .output();
        assert!(
            nothing.status != 0 && nothing.out().is_empty(),
            "{}: {}",
            shell.name,
            nothing.all()
        );
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (target, heading) = link.split_once('#').unwrap_or((link, ""));
            let base = Path::new(PROJECT).join(&page);
            let path = match target {
                "" => base,
                _ => base.parent().expect("a folder").join(target),
            };
            assert!(path.exists(), "{page} links to {target}, which is not there");
            let found = heading.is_empty() || anchors(&path).iter().any(|anchor| anchor == heading);
            assert!(found, "{page} links to {link}, and there is no such heading");
        }
    }
}

/// The headings of a page, in the form that links use.
fn anchors(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).expect("a page");
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let words = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"));
    words
        .map(|word| {
            word.chars()
                .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
                .collect()
        })
        .collect()
}

/// Whatever appears in backticks or code blocks as `awsenv WORD` is a command.
#[test]
fn commands_named_in_the_documentation_exist() {
    let help = Sandbox::new().awsenv(["--help"]).output();
    let commands: Vec<&str> = help
        .clean()
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    for (page, text) in pages().into_iter().filter(|(page, _)| page != "CHANGELOG.md") {
        for (at, _) in text.match_indices("`awsenv ").chain(text.match_indices("(awsenv ")) {
            let word: String = text[at + 8..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
                .collect();
            let known = word.is_empty() || word.starts_with('-') || commands.contains(&word.as_str());
            assert!(known, "{page} names `awsenv {word}`, which is no command");
        }
    }
}

/// Each line in a shell block that calls awsenv names a command, and options, from docs/help.md.
#[test]
fn lines_of_shell_blocks_can_be_typed() {
    let help = read("docs/help.md");
    let of = |name: &str| {
        let heading = format!("awsenv {name}\n");
        help.split("\n## ").find(|section| section.starts_with(&heading))
    };
    let mut lines = 0;
    for (page, text) in pages() {
        for line in blocks(&text, "sh").iter().flat_map(|block| block.lines()) {
            let called = line.split_once("awsenv ");
            let Some((_, words)) = called.filter(|(before, _)| before.is_empty() || before.ends_with('(')) else {
                continue;
            };
            let typed = words.split(['#', '|', ')']).next().unwrap_or_default();
            let typed = typed.split(" -- ").next().unwrap_or_default();
            let (options, names): (Vec<_>, Vec<_>) = typed.split_whitespace().partition(|word| word.starts_with("--"));
            let nested = names.get(1).and_then(|action| of(&format!("{} {action}", names[0])));
            let known = nested.or_else(|| of(names.first()?));
            let known = known.unwrap_or_else(|| panic!("{page}: {line}: no such command"));
            for option in options {
                assert!(known.contains(option), "{page}: {line}: `{option}` is unknown");
            }
            lines += 1;
        }
    }
    assert!(lines >= 10, "the README shows what one types");
}

/// Each example of awsenv's own settings is free of mistakes.
#[test]
fn settings_can_be_written_as_shown() {
    let of_aws = ["[profile ", "[sso-session ", "credential_process", "mfa_serial"];
    let mut examples = 0;
    for (page, text) in pages() {
        let blocks = blocks(&text, "ini").into_iter();
        for block in blocks.filter(|block| !of_aws.iter().any(|words| block.contains(words))) {
            let mut sandbox = Sandbox::new();
            let settings = sandbox.write("settings", &block);
            sandbox.set("AWSENV_CONFIG", settings);
            let output = sandbox.awsenv(["history"]).output();
            assert_eq!(output.err(), "", "{page}:\n{block}");
            examples += 1;
        }
    }
    assert!(examples >= 5, "the pages show the settings");
}

#[test]
fn scripts_pass_shellcheck() {
    let Some(shellcheck) = require("shellcheck") else {
        return;
    };
    let scripts: Vec<PathBuf> = [".ci/run", "docs/try", "tests/run"]
        .map(|path| Path::new(PROJECT).join(path))
        .into();
    Sandbox::new().program(shellcheck).args(scripts).output().clean();
}

#[test]
fn the_steps_of_a_package_make_one() {
    let Some(dash) = require("dash") else { return };
    let page = read("docs/contributing.md");
    let (_, section) = page.split_once("\n## How a package is made\n").expect("the section");
    let steps = blocks(section, "sh").remove(0);
    let steps = steps.replace("cargo build --release --locked\nawsenv=target/release/awsenv\n", "");
    assert!(!steps.contains("cargo"), "{steps}");
    let sandbox = Sandbox::new();
    for name in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "LICENSE-THIRD-PARTY",
        "README.md",
        "CHANGELOG.md",
    ] {
        sandbox.write(name, read(name));
    }
    let script = format!("set -eu\nawsenv='{AWSENV}'\n{steps}\n");
    let output = sandbox.program(dash).args(["-c", &script]).output();
    assert_eq!(output.success(), "", "{}", output.all());
    for (file, start) in [
        ("doc/awsenv/LICENSE-THIRD-PARTY", "awsenv itself is licensed"),
        ("man/man1/awsenv-key-add.1", ".ie"),
        ("bash-completion/completions/awsenv", "# shellcheck shell=bash\n"),
        ("zsh/site-functions/_awsenv", "#compdef awsenv\n"),
        (
            "fish/vendor_completions.d/awsenv.fish",
            "# Completion of awsenv for fish",
        ),
    ] {
        let text = std::fs::read_to_string(sandbox.path("build/usr/share").join(file)).expect(file);
        assert!(text.starts_with(start), "{file}: {text}");
    }
}

#[test]
fn the_version_has_an_entry_in_the_changelog() {
    assert!(read("CHANGELOG.md").contains(concat!("## [", env!("CARGO_PKG_VERSION"), "]")));
}

/// What `cargo publish` and `cargo install` use: what a build needs, the documentation, and no test data.
#[test]
fn the_crate_stays_small() {
    let mut command = std::process::Command::new(env!("CARGO"));
    command.args(["package", "--list", "--allow-dirty", "--offline", "--quiet"]);
    let output = command.current_dir(PROJECT).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list = String::from_utf8(output.stdout).expect("names");
    let has = |wanted: &str| list.lines().any(|name| name == wanted);
    for wanted in [
        "Cargo.lock",
        "LICENSE-THIRD-PARTY",
        "README.md",
        "SECURITY.md",
        "docs/cli.md",
        "shell/awsenv.bash",
    ] {
        assert!(has(wanted), "the crate lacks {wanted}");
    }
    let tests: Vec<_> = list.lines().filter(|name| name.starts_with("tests/")).collect();
    assert!(tests.is_empty(), "the crate carries {tests:?}");
    // Cargo adds some files of its own to the list.
    let files = list
        .lines()
        .filter_map(|name| Path::new(PROJECT).join(name).metadata().ok());
    let size: u64 = files.map(|file| file.len()).sum();
    assert!(size < CRATE_LIMIT, "the crate carries {size} bytes");
}

/// In bytes, uncompressed; most of it is source.
const CRATE_LIMIT: u64 = 3_700_000;

/// Not in a sandbox, because cargo looks for the crates in the HOME of the user who runs the tests.
#[test]
fn the_licences_of_what_is_linked_are_those_that_are_shipped() {
    let Some(python) = require("python3") else { return };
    let mut command = std::process::Command::new(python);
    command.args([&*format!("{PROJECT}/tests/licenses"), "--check"]);
    let output = command.env("CARGO_NET_OFFLINE", "true").output().expect("python3");
    let error = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(2) && !in_ci() {
        say("skipped: the crates of other systems are not downloaded; `cargo fetch` does that");
    } else {
        assert!(output.status.success(), "{error}");
    }
}

/// The pages at the top and in docs, each with its path in the project.
fn pages() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for folder in ["", "docs/"] {
        for entry in std::fs::read_dir(Path::new(PROJECT).join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                paths.push(format!("{folder}{name}"));
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

/// Fenced blocks in one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    text.split(&start)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()))
        .collect()
}

/// The commands of a console block, each with the text below it.
fn steps(block: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push((command.to_owned(), String::new())),
            (None, Some((_, expected))) => {
                expected.push_str(line);
                expected.push('\n');
            }
            (None, None) => panic!("a console block starts with `$ `: {block}"),
        }
    }
    steps
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(PROJECT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `docs/doctor.md` has a row for each kind of finding, in the order of the alphabet, and none else.
#[test]
fn every_kind_of_finding_has_a_row() {
    let page = read("docs/doctor.md");
    let table = page.split("| kind |").nth(1).expect("a table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let rows: Vec<&str> = rows.map(|row| row.split('`').nth(1).expect("a name")).collect();
    let mut kinds: Vec<&str> = awsenv::cmd::doctor::Check::all().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(rows, kinds);
}
