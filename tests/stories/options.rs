//! Odd environments: automatic export, tracing, read-only names, truncated text, hijacked builtins, unquoted evals.

use crate::stories::teller::{Mode, Story, assert_back, everywhere, powershell, sandbox, shells, snap};
use crate::support::{Family, RealShell, Sandbox};

/// What a trace could show of the secret of profile `a`, literally or in a shell's quotes.
const TRACES: [&str; 4] = ["cret ", "cret\\040", "cret\\X20", "cret'\\X20'"];

fn posix(tell: impl Fn(&Sandbox, Story)) {
    everywhere(|sandbox, story| {
        if story.shell.family == Family::Posix {
            tell(sandbox, story);
        }
    });
}

#[test]
fn nothing_that_is_saved_is_exported_although_everything_is() {
    posix(|sandbox, mut story| {
        story
            .keep("AWS_REGION", "kept")
            .export("AWS_PROFILE", "mine")
            .snap("before")
            .line("set -a");
        story.awsenv("use a --keys").line("AWS_SSO=later").snap("used");
        story.remove("AWS_SSO").awsenv("use b").awsenv("unset");
        story
            .line("case $- in *a*) echo on;; esac")
            .line("set +a")
            .snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "on\n", "{}", story.label());
        let used = snap(sandbox, "used");
        assert_eq!(used.exported_ours(), [""; 0], "{}", story.label());
        assert!(
            used.shown.contains("AWS_SSO=later"),
            "{}: still on after use",
            story.label()
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn tracing_is_on_again_and_the_wrapper_keeps_the_secret_out_of_it() {
    posix(|sandbox, mut story| {
        story
            .export("AWS_SECRET_ACCESS_KEY", "the user's own secret")
            .snap("before")
            .line("set -x");
        story.awsenv("use a --keys").line("case $- in *x*) echo on;; esac");
        story
            .awsenv("use b --keys")
            .awsenv("unset")
            .line("case $- in *x*) echo on;; esac")
            .line("set +x")
            .snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "on\non\n", "{}", story.label());
        if story.mode == Mode::Wrapper {
            for trace in TRACES.into_iter().chain(["secretofb", "tokenofb", "own secret"]) {
                assert!(
                    !output.err().contains(trace),
                    "{}: {trace}: {}",
                    story.label(),
                    output.err()
                );
            }
        }
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn other_options_and_an_odd_ifs_change_nothing() {
    posix(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "it's A_mine")
            .keep("AWS_REGION", "a_A b")
            .snap("before");
        story.line("IFS='_A= x'; set -C -f");
        // With this option, assignments anywhere on a line belong to the command's environment.
        if ["bash", "bash --posix", "ksh93"].contains(&story.shell.name) {
            story.line("set -k");
        }
        let calls = ["use a --keys", "use b --keys", "unset"].map(|args| story.call(args));
        story
            .line(&calls[0])
            .line(&calls[1])
            .line("/usr/bin/env -0 >| used")
            .line(&calls[2]);
        story.line("echo \"$-\"; IFS=' '; set +C +f");
        if ["bash", "bash --posix", "ksh93"].contains(&story.shell.name) {
            story.line("set +k");
        }
        story.snap("after");
        let output = story.told(sandbox);
        assert!(
            output.out().contains('C') && output.out().contains('f'),
            "{}: {}",
            story.label(),
            output.out()
        );
        assert_eq!(output.err(), "", "{}", story.label());
        let used = std::fs::read_to_string(sandbox.path("used")).expect("an environment");
        assert!(
            used.contains("AWS_SECRET_ACCESS_KEY=secretofb\0"),
            "{}: {used:?}",
            story.label()
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn strict_options_stay_on() {
    posix(|sandbox, mut story| {
        story
            .awsenv("use a")
            .awsenv("unset")
            .line("case $- in *e*) echo e;; esac; case $- in *u*) echo u;; esac");
        assert_eq!(story.told(sandbox).out(), "e\nu\n", "{}", story.label());
    });
}

#[test]
fn a_read_only_name_stops_everything() {
    posix(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .line("readonly AWS_PROFILE")
            .export("AWS_REGION", "r")
            .snap("before");
        story.status("use", "use a").snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "use=1\n", "{}: {}", story.label(), output.all());
        let said = output
            .err()
            .lines()
            .filter(|line| line.contains("AWS_PROFILE is read-only"))
            .count();
        assert_eq!(said, 1, "{}: {}", story.label(), output.err());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn a_name_that_became_read_only_stops_unset() {
    posix(|sandbox, mut story| {
        story
            .awsenv("use a")
            .line("readonly AWS_PROFILE")
            .snap("before")
            .status("unset", "unset")
            .snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "unset=1\n", "{}: {}", story.label(), output.all());
        assert!(
            output.err().contains("AWS_PROFILE is read-only"),
            "{}: {}",
            story.label(),
            output.err()
        );
        let (before, after) = (snap(sandbox, "before"), snap(sandbox, "after"));
        assert_eq!(after.shown, before.shown, "{}", story.label());
    });
}

/// Evaluates truncated output of `args`; if broken text ends the shell, a subshell keeps the rest going.
fn cut(shell: &RealShell, prepare: &str, args: [&str; 3]) {
    let sandbox = sandbox();
    let mut story = Story::new(shell, Mode::Plain);
    story
        .export("AWS_PROFILE", "mine")
        .export("AWS_SECRET_ACCESS_KEY", "hush")
        .keep("AWS_REGION", "kept");
    if !prepare.is_empty() {
        story.awsenv(prepare);
    }
    story.snap("before").line(format!("awsenv {} > whole", args.join(" ")));
    story.each(
        "size=$(/usr/bin/wc -c < whole); at=0; step=$((size / 60 + 1)); was=$(/usr/bin/env | /usr/bin/grep '^AWS')",
        "set size (/usr/bin/wc -c < whole | string trim); set at 0; set step (math -s0 $size / 60 + 1)",
        "$whole = Get-Content -Raw whole; $was = /usr/bin/env | Out-String; $step = [int]($whole.Length / 60 + 1)",
    );
    // The last two bytes are the end of the block and of the line.
    story.each(
        "while [ \"$at\" -lt \"$((size - 1))\" ]; do\n( set +eu; eval \"$(/usr/bin/head -c \"$at\" whole)\"; \
         [ \"$(/usr/bin/env | /usr/bin/grep '^AWS')\" = \"$was\" ] || echo \"changed at $at\" ) 2>/dev/null || :\n\
         at=$((at + step)); done; unset was size at step",
        "while test $at -lt (math $size - 1); /usr/bin/head -c $at whole > cut; eval (/bin/cat cut) 2>/dev/null; \
         source cut 2>/dev/null; set at (math $at + $step); end; set -e size at step",
        "for ($at = 0; $at -lt $whole.Length - 2; $at += $step) { try { Invoke-Expression $whole.Substring(0, $at) } catch { }\n\
         if ((/usr/bin/env | Out-String) -cne $was) { \"changed at $at\" } }",
    );
    story.snap("after");
    let output = story.run(&sandbox);
    let label = format!("{}: {prepare:?}: {args:?}", shell.name);
    assert!(
        output.status == 0 && output.out().is_empty(),
        "{label}: {}",
        output.all()
    );
    let (before, after) = (snap(&sandbox, "before"), snap(&sandbox, "after"));
    assert_eq!((after.shown, after.ours), (before.shown, before.ours), "{label}");
}

#[test]
fn cut_text_changes_nothing() {
    for shell in shells().into_iter().chain(powershell()) {
        cut(&shell, "", ["use", "a", "--keys"]);
        cut(&shell, "use a", ["use", "b", "--keys"]);
        cut(&shell, "use a", ["unset", "", ""]);
    }
}

/// In POSIX shells a function takes precedence over `test`, and many people have one that runs their tests.
#[test]
fn a_function_called_test_is_not_run() {
    posix(|sandbox, mut story| {
        if story.mode != Mode::Plain || story.shell.word != "posix" {
            return;
        }
        story.export("AWS_PROFILE", "mine").snap("before");
        story
            .line("test() { echo hijacked; }")
            .awsenv("use a -q")
            .line("echo \"$AWS_PROFILE\"");
        story.awsenv("use b --keys -q").awsenv("unset -q").snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "a\n", "{}", story.label());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn the_users_aliases_and_functions_are_not_run() {
    posix(|sandbox, mut story| {
        let name = story.shell.name;
        if !name.starts_with("bash") && !name.starts_with("zsh") {
            return;
        }
        story
            .export("AWS_PROFILE", "mine")
            .keep("AWS_REGION", "kept")
            .snap("before");
        if name.starts_with("bash") {
            story.line("shopt -s expand_aliases");
        }
        for word in ["export", "unset", "test", "echo", "set", "typeset", "exit", "printf"] {
            story.line(format!("alias {word}='echo hijacked; \\false'"));
        }
        // bash in POSIX mode rejects functions named like special builtins.
        if name != "bash --posix" {
            for word in ["test", "echo", "typeset", "printf"] {
                story.line(format!(
                    "function {word} {{ \\builtin echo hijacked; \\builtin false; }}"
                ));
            }
            if name == "bash" {
                for word in ["export", "unset", "set"] {
                    story.line(format!(
                        "function {word} {{ \\builtin echo hijacked; \\builtin false; }}"
                    ));
                }
            }
        }
        story.awsenv("use a --keys").awsenv("use b").awsenv("unset");
        story.line("\\unalias -a");
        for word in ["test", "echo", "typeset", "printf", "export", "unset", "set"] {
            story.line(format!("\\builtin unset -f {word} 2>/dev/null || \\builtin :"));
        }
        story.snap("after");
        let output = story.told(sandbox);
        assert_eq!((output.out(), output.err()), ("", ""), "{}", story.label());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn an_unquoted_eval_does_the_same() {
    for shell in shells() {
        // With GLOB_SUBST zsh treats all unquoted text as a pattern; then it fails, and changes nothing.
        if !["bash", "bash --posix", "zsh"].contains(&shell.name) {
            continue;
        }
        let sandbox = sandbox();
        let mut story = Story::new(&shell, Mode::Plain);
        story
            .keep("AWS_REGION", "  two  blanks * ")
            .export("AWS_SSO", "a  b")
            .snap("before");
        story
            .line("eval $(awsenv use a --keys)")
            .snap("used")
            .line("eval $(awsenv use b)")
            .line("eval $(awsenv unset)");
        story
            .line("if eval $(awsenv use nosuch 2>/dev/null); then echo lied; fi")
            .snap("after");
        assert_eq!(story.told(&sandbox).out(), "", "{}", shell.name);
        let used = snap(&sandbox, "used");
        assert_eq!(
            used.env["AWS_SECRET_ACCESS_KEY"], "se'cret\"a\"$(>pwned)\\n*",
            "{}",
            shell.name
        );
        assert!(!sandbox.path("pwned").exists());
        assert_back(&story, &snap(&sandbox, "before"), &snap(&sandbox, "after"));
    }
}

#[test]
fn functions_switch_their_callers_shell() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .keep("AWS_REGION", "kept")
            .snap("before");
        let (switch, back) = (story.call("use a"), story.call("unset"));
        story.each(
            &format!("tell() {{ {switch}; }}\nback() {{ {back}; }}"),
            &format!("function tell; {switch}; end; function back; {back}; end"),
            &format!("function tell {{ {switch} }}; function back {{ {back} }}"),
        );
        story.line("tell").snap("used").line("back").snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        assert_eq!(
            snap(sandbox, "used").shown,
            "AWSENV_PROFILE=a AWS_PROFILE=a",
            "{}",
            story.label()
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}
