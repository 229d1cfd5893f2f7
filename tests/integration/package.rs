//! What a package of awsenv installs beside the program: completion files that work without the integration, and manual
//! pages.

use std::collections::BTreeSet;
use std::path::Path;

use crate::integration::terminal::Terminal;
use crate::support::{Family, PROJECT, Sandbox, installed, powershell_word, require};

/// A shell, the file of its completion (below HOME here), and the line of its startup file that loads it.
const FILES: [(&str, &str, &str); 3] = [
    // What bash-completion does at the first Tab.
    ("bash", "completions/awsenv", ". ~/completions/awsenv"),
    // On fpath before compinit looks there.
    ("zsh", "functions/_awsenv", ""),
    ("fish", ".config/fish/completions/awsenv.fish", ""),
];

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with_config("[profile jekyl]\n[profile \"my prod\"]\n");
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox.write(".zshenv", "fpath=(~/functions $fpath)\n");
    sandbox
}

#[test]
fn completion_works_as_a_file_by_itself() {
    for (shell, file, settings) in FILES {
        let sandbox = sandbox();
        let output = sandbox.awsenv(["completions", shell]).output();
        sandbox.write(file, output.clean());
        let Some(terminal) = Terminal::open_bare(&sandbox, shell, settings) else {
            continue;
        };
        let is_there = match shell {
            "fish" => "functions -q awsenv; and echo yes; or echo no",
            _ => "declare -f awsenv >/dev/null && echo yes || echo no",
        };
        assert_eq!(terminal.answer(is_there), "no\n", "{shell} loaded the function");
        for (typed, wanted) in [
            ("awsenv expl", "awsenv explain "),
            ("awsenv explain --js", "awsenv explain --json "),
            ("awsenv man key imp", "awsenv man key import "),
            ("awsenv exec jek", "awsenv exec jekyl "),
        ] {
            terminal.text(typed).key("Tab");
            terminal.wait(wanted, |screen| screen.contains(wanted));
            terminal.key("C-u");
        }
        terminal.text("awsenv explain my").key("Tab");
        terminal.wait("a quoted name", |screen| {
            ["my\\ prod", "'my prod'"].iter().any(|name| screen.contains(name))
        });
    }
}

/// `init` includes the same text, so a shell with both loads it twice.
#[test]
fn completion_as_a_file_and_the_integration_get_along() {
    for (shell, file, settings) in FILES {
        let sandbox = sandbox();
        sandbox.write(file, sandbox.awsenv(["completions", shell]).output().clean());
        let Some(terminal) = Terminal::open(&sandbox, shell, settings) else {
            continue;
        };
        terminal.text("awsenv use jek").key("Tab").key("Enter");
        assert_eq!(
            terminal.answer("echo $AWS_PROFILE"),
            "jekyl\n",
            "{shell}\n{}",
            terminal.screen()
        );
    }
}

#[test]
fn completion_works_by_itself_in_powershell() {
    for shell in installed().iter().filter(|shell| shell.family == Family::PowerShell) {
        let sandbox = sandbox();
        let file = sandbox.write(
            "complete.ps1",
            sandbox.awsenv(["completions", "powershell"]).output().clean(),
        );
        let mut text = format!(". {}\n", powershell_word(&file.display().to_string()));
        for line in ["awsenv unse", "awsenv exec my", "awsenv man key imp"].map(powershell_word) {
            text += &format!("(TabExpansion2 {line} {line}.Length).CompletionMatches.CompletionText\n");
        }
        text += "Test-Path function:awsenv\n";
        let output = sandbox.script(shell, text).output();
        let shown = output.clean().replace("\r\n", "\n");
        assert_eq!(shown, "unset\n'my prod'\nimport\nFalse\n", "{}", output.all());
    }
}

#[test]
fn completions_are_refused_where_there_are_none() {
    let sandbox = Sandbox::new();
    for (shell, statement) in [("posix", "(exit 2)\n"), ("dash", "(exit 2)\n"), ("tcsh", "false\n")] {
        let output = sandbox.awsenv(["completions", shell]).output();
        assert_eq!((output.status, output.out()), (2, statement), "{}", output.all());
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let sandbox = Sandbox::new();
    let dir = sandbox.path("share/man1");
    let output = sandbox.awsenv(["man", "--dir", &dir.display().to_string()]).output();
    assert_eq!((output.status, output.out()), (0, ""), "{}", output.all());
    let pages = names_in(&dir);
    assert_eq!(
        pages,
        expected_pages(),
        "every command has a page, and no page is of another"
    );
    assert_eq!(
        output.err(),
        format!("awsenv: wrote {} pages to `~/share/man1`\n", pages.len())
    );

    let main = std::fs::read_to_string(dir.join("awsenv.1")).expect("the main page");
    assert_eq!(sandbox.awsenv(["man"]).output().clean(), main);
    for page in &pages {
        let text = std::fs::read_to_string(dir.join(page)).expect("a page");
        let name = page.strip_suffix(".1").expect("a page of section 1");
        assert!(text.contains(&format!(".TH {name} 1 ")), "{page}: {text}");
        if let Some(command) = name.strip_prefix("awsenv-").filter(|name| !name.contains('-')) {
            assert!(
                main.contains(&format!("awsenv\\-{command}(1)")),
                "the main page lacks {command}"
            );
            assert_eq!(sandbox.awsenv(["man", command]).output().clean(), text);
        }
    }
    let nested = sandbox.awsenv(["man", "key", "add"]).output();
    assert!(nested.clean().contains("\\fBawsenv key add\\fR [OPTIONS] <PROFILE>"));
}

#[test]
fn groff_has_nothing_to_say_about_the_manual() {
    let Some(groff) = require("groff") else { return };
    let sandbox = Sandbox::new();
    let dir = sandbox.path("man1");
    sandbox
        .awsenv(["man", "--dir", &dir.display().to_string(), "--quiet"])
        .output()
        .clean();
    for page in names_in(&dir) {
        let run = sandbox.program(&groff).args(["-man", "-Tutf8", "-ww", "-P-cbou"]);
        let output = run.args([dir.join(&page)]).output();
        let shown = output.clean();
        for wanted in ["NAME\n", "SYNOPSIS\n", "OPTIONS\n", "awsenv manual"] {
            assert!(shown.contains(wanted), "{page} lacks {wanted}\n{shown}");
        }
    }
}

#[test]
fn pages_that_do_not_exist_and_directories_that_cannot_be_written() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    let dir = sandbox.path("file/man1").display().to_string();
    for (args, status, said) in [
        (&["man", "frobnicate"][..], 2, "awsenv: unknown command `frobnicate`\n"),
        (&["man", "key", "frob"], 2, "awsenv: unknown command `key frob`\n"),
        (&["man", "complete"], 2, "awsenv: unknown command `complete`\n"),
        (&["man", "use", "--dir", "x"], 2, "awsenv: the argument"),
        (
            &["man", "--dir", &dir],
            1,
            "awsenv: cannot write `~/file/man1/awsenv.1`: ",
        ),
    ] {
        let output = sandbox.awsenv(args).output();
        assert_eq!((output.status, output.out()), (status, ""), "{}", output.all());
        assert!(output.err().starts_with(said), "{}", output.all());
    }
}

fn names_in(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    names.collect()
}

/// Every command with a heading in docs/help.md, which is compared with the program elsewhere.
fn expected_pages() -> BTreeSet<String> {
    let help = std::fs::read_to_string(Path::new(PROJECT).join("docs/help.md")).expect("the help");
    let headings = help.lines().filter_map(|line| line.strip_prefix("## "));
    headings.map(|heading| heading.replace(' ', "-") + ".1").collect()
}
