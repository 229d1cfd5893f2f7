//! What the segment says of the environment: the same in every shell, in every state, and nothing that a value brought.

use crate::support::{RealShell, Sandbox, installed};

/// AWSENV_PROFILE, AWS_PROFILE, AWS_ACCESS_KEY_ID, AWSENV_EXPECT and AWS_DEFAULT_PROFILE; and what is shown.
pub(super) type State = ([Option<&'static str>; 5], &'static str);

const fn state(values: [Option<&'static str>; 5], shown: &'static str) -> State {
    (values, shown)
}

/// By hand, in the order of the rules.
pub(super) const STATES: [State; 41] = [
    state([None, None, None, None, None], ""),
    state([None, None, Some("K"), None, Some("a")], ""),
    state([Some(""), Some(""), Some("K"), Some(":K"), None], ""),
    // In *name* style.
    state([Some("a"), Some("a"), None, Some("a:"), None], "[a] "),
    state([Some("a"), Some("b"), None, Some("a:"), None], "[b?] "),
    state([Some("a"), Some(""), None, Some("a:"), None], "[a?] "),
    state([Some("a"), None, None, Some("a:"), None], "[a?] "),
    state([Some("a"), Some("a"), None, Some("a:"), Some("b")], "[a?] "),
    state([Some("a"), Some("a"), None, Some("a:"), Some("a")], "[a] "),
    state([Some("a"), Some("a"), None, Some("a:"), Some("")], "[a?] "),
    state([Some("a"), Some("a"), Some("K"), Some("a:"), None], "[a?] "),
    state([Some("a"), Some("a"), Some(""), Some("a:"), None], "[a] "),
    // In *keys* style; the blank marks a production profile.
    state([Some("a"), None, Some("K"), Some(":K"), None], "[a] "),
    state([Some("a "), None, Some("K"), Some(":K"), None], "[a] "),
    state([Some("a "), Some("b"), Some("K"), Some(":K"), None], "[b?] "),
    state([Some("a"), None, Some("KK"), Some(":K"), None], "[a?] "),
    state([Some("a"), None, Some(""), Some(":K"), None], "[a?] "),
    state([Some("a"), None, None, Some(":K"), None], "[a?] "),
    state([Some("a"), None, Some("K"), Some(":K"), Some("")], "[a?] "),
    // Without `use`.
    state([None, Some("b"), None, None, None], "[b] "),
    state([None, Some("b"), Some("K"), None, None], "[b?] "),
    state([Some("a"), None, None, None, None], "[a?] "),
    state([Some("a"), Some("a"), None, None, None], "[a?] "),
    // Names that patterns, prefixes and separators could confuse.
    state([Some("a*b"), Some("a*b"), None, Some("a*b:"), None], "[a*b] "),
    state([Some("a*b"), Some("axb"), None, Some("a*b:"), None], "[axb?] "),
    state([Some("a:b"), Some("a:b"), None, Some("a:b:"), None], "[a:b] "),
    state([Some("[x]"), Some("x"), None, Some("[x]:"), None], "[x?] "),
    state([Some("ab"), Some("a"), None, Some("ab:"), None], "[a?] "),
    state([Some("a"), Some("ab"), None, Some("a:"), None], "[ab?] "),
    state([Some("a?b"), Some("a?b"), None, Some("a?b:"), None], "[a?b] "),
    state([Some("a:"), Some("a:"), None, Some("a::"), None], "[a:] "),
    state([Some("a b"), Some("a b"), None, Some("a b:"), Some("a*")], "[a b?] "),
    state([Some("dev"), Some("**"), None, Some("dev:"), None], "[**?] "),
    state([Some("*"), Some("*"), None, Some("*:"), None], "[*] "),
    state([Some("x[y]z"), Some("x[y]z"), None, Some("x[y]z:"), None], "[x[y]z] "),
    state([Some("a"), None, Some("*"), Some(":K"), None], "[a?] "),
    state([None, Some("b"), None, None, Some("?")], "[b?] "),
    // Cleaned or cut for display: the name in AWSENV_PROFILE is shown.
    state(
        [Some("pr\u{2026}"), Some("prod"), None, Some("prod:"), None],
        "[pr\u{2026}] ",
    ),
    state([Some("ünï"), Some("ünï"), None, Some("ünï:"), None], "[ünï] "),
    state([Some("a"), Some("ünï"), None, Some("a:"), None], "[?] "),
    state([Some("a"), Some("a\\b"), None, Some("a:"), None], "[?] "),
];

/// The interactive shells with what makes each of them one without a terminal.
fn shells() -> impl Iterator<Item = (RealShell, &'static [&'static str])> {
    installed().into_iter().filter_map(|shell| {
        let args: &[&str] = match shell.name {
            "bash" => &["--norc", "--noprofile", "--noediting", "-i"],
            "zsh" => &["-f", "-i", "+Z", "-o", "no_prompt_sp", "-o", "no_prompt_cr"],
            "dash" | "mksh" => &["-i"],
            "busybox" => &["sh", "-i"],
            "yash" => &["--norcfile", "-i"],
            _ => return None,
        };
        Some((shell, args))
    })
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Sets the variables, or unsets them.
fn become_state(values: &[Option<&str>]) -> String {
    let names = [
        "AWSENV_PROFILE",
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWSENV_EXPECT",
        "AWS_DEFAULT_PROFILE",
    ];
    let set = names.iter().zip(values).map(|(name, value)| match value {
        Some(value) => format!("{name}={}; ", quoted(value)),
        None => format!("unset {name}; "),
    });
    set.collect()
}

/// What stands before the user's own prompt after each line, in an interactive shell that has loaded the integration
/// after `before`.
fn segments(sandbox: &Sandbox, shell: &RealShell, args: &[&str], before: &str, lines: &[String]) -> Vec<String> {
    let init = format!("PS1='#ready$ '\n{before}\neval \"$(awsenv init {})\"\n", shell.word);
    let text = init + &lines.join("\n") + "\nexit\n";
    let run = sandbox
        .program(&shell.path)
        .args(args)
        .env("TERM", "dumb")
        .env("ENV", "");
    let output = run.stdin(text).output();
    let all = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let shown: Vec<String> = all
        .split("#ready$ ")
        .skip(3)
        .take(lines.len())
        .map(str::to_owned)
        .collect();
    assert_eq!(shown.len(), lines.len(), "{}:\n{all}", shell.name);
    shown
}

fn assert_states(before: impl Fn(&str) -> Option<&'static str>, locale: &str) {
    let lines: Vec<String> = STATES.iter().map(|(values, _)| become_state(values)).collect();
    for (shell, args) in shells() {
        let Some(before) = before(shell.name) else { continue };
        let mut sandbox = Sandbox::new();
        sandbox.set("LC_ALL", locale);
        let shown = segments(&sandbox, &shell, args, before, &lines);
        for ((values, wanted), shown) in STATES.iter().zip(shown) {
            // Their prompts take values for patterns, so there is no comparison to trust.
            let is_pattern = |value: &&str| value.contains(['*', '?', '[']);
            let is_vague = matches!(shell.name, "dash" | "busybox") && values[1..].iter().flatten().any(is_pattern);
            let wanted = match wanted.strip_suffix("] ") {
                Some(start) if is_vague && !start.ends_with('?') => format!("{start}?] "),
                _ => (*wanted).to_owned(),
            };
            assert_eq!(shown, wanted, "{} {before} {values:?}", shell.name);
        }
    }
}

#[test]
fn every_state_is_shown_as_what_it_is() {
    assert_states(|_| Some(""), "C.UTF-8");
}

#[test]
fn options_of_the_user_change_nothing_in_it() {
    assert_states(|_| Some("set -u; IFS=a_K:?"), "C.UTF-8");
    assert_states(|shell| (shell == "bash").then_some("set -o posix; set -a"), "C.UTF-8");
    assert_states(
        |shell| (shell == "bash").then_some("shopt -s extglob nocasematch nocaseglob nullglob; set -ETk"),
        "C.UTF-8",
    );
    assert_states(
        |shell| {
            (shell == "zsh")
                .then_some("setopt ksh_arrays sh_word_split prompt_subst prompt_bang glob_subst extended_glob")
        },
        "C.UTF-8",
    );
}

/// yash cannot hold a character beyond ASCII there, and zsh shows it escaped.
#[test]
fn the_locale_changes_nothing_in_it() {
    assert_states(|shell| (!matches!(shell, "yash" | "zsh")).then_some(""), "C");
}

#[test]
fn what_could_control_the_terminal_is_not_shown() {
    let mut lines = Vec::new();
    for hostile in [
        "\\033]0;x\\007",
        "\\\\e[2J",
        "\\\\a",
        "a\\001b",
        "a\\177b",
        "\\302\\233b",
        "a\\302\\237",
    ] {
        let value = format!("\"$(printf '{hostile}')\"");
        lines.push(format!(
            "unset AWS_PROFILE; AWSENV_EXPIRES=1; AWSENV_EXPECT=:; AWSENV_PROFILE={value}"
        ));
        lines.push(format!("AWSENV_PROFILE=a; AWSENV_EXPECT=a:; AWS_PROFILE={value}"));
        lines.push("unset AWSENV_PROFILE AWSENV_EXPECT".to_owned());
    }
    for locale in ["C", "C.UTF-8"] {
        for (shell, args) in shells() {
            // yash refuses such a value in this locale.
            if shell.name == "yash" && locale == "C" {
                continue;
            }
            let mut sandbox = Sandbox::new();
            sandbox.set("LC_ALL", locale);
            for (line, shown) in lines.iter().zip(segments(&sandbox, &shell, args, "", &lines)) {
                assert_eq!(shown, "[?] ", "{} {locale} {line}", shell.name);
            }
        }
    }
}

/// `export PS1`, and for bash PROMPT_COMMAND, then any other shell: no error, and nothing of ours is shown.
#[test]
fn an_exported_prompt_is_inert_elsewhere() {
    for (from, args) in shells().filter(|(shell, _)| shell.name != "zsh") {
        let mut sandbox = Sandbox::new();
        let text = format!(
            "PS1='#ready$ '\neval \"$(awsenv init {})\"\nprintf %s \"$PS1\" >~/PS1\n\
             printf %s \"${{PROMPT_COMMAND-}}\" >~/PROMPT_COMMAND\nexit\n",
            from.word
        );
        let run = sandbox
            .program(&from.path)
            .args(args)
            .env("ENV", "")
            .env("TERM", "xterm");
        run.stdin(text).output();
        for name in ["PS1", "PROMPT_COMMAND"] {
            sandbox.set(name, std::fs::read_to_string(sandbox.path(name)).unwrap());
        }
        sandbox.set("AWSENV_PROFILE", "a");
        let ksh = installed().into_iter().filter(|shell| shell.name == "ksh93");
        for (to, args) in shells().chain(ksh.map(|shell| (shell, &["-i"][..]))) {
            // Some shells replace a PS1 from the environment, as mksh does for root; yash always does.
            let take = if to.name == "yash" { ":" } else { "PS1=$(cat ~/PS1)" };
            let run = sandbox.program(&to.path).args(args).env("ENV", "").env("TERM", "dumb");
            let output = run.stdin(format!("{take}\ntrue\nfalse\nexit\n")).output();
            let all = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            for wrong in [
                "ubstitution",
                "not found",
                "no such",
                "error",
                "yntax",
                "unset",
                "nbound",
            ] {
                assert!(!all.contains(wrong), "{} in {}: {all}", from.name, to.name);
            }
            // zsh does not expand variables in a prompt.
            assert!(
                matches!(to.name, "zsh" | "yash") || all.contains("#ready$ #ready$ #ready$ "),
                "{} in {}: {all}",
                from.name,
                to.name
            );
            let own = segments(&sandbox, &to, args, take, &["true".to_owned()]);
            // In ksh93 `init` says why there is no function.
            assert_eq!(own[0].lines().last(), Some("[a?] "), "{} in {}", from.name, to.name);
        }
    }
}

#[test]
fn nothing_of_the_integration_is_exported_under_set_a() {
    for (shell, args) in shells() {
        let sandbox = Sandbox::with_config("[profile a]\nregion = eu-west-1\n");
        let text = format!(
            "set -a\nPS1='#ready$ '\neval \"$(awsenv init {})\"\neval \"$(awsenv use a)\"\nAWSENV_EXPIRES=99999999999\ntrue\n\
             env >~/env\nexit\n",
            shell.word
        );
        sandbox
            .program(&shell.path)
            .args(args)
            .env("ENV", "")
            // An inherited variable stays exported when it is assigned.
            .env("__awsenv_q", "x")
            .env("__awsenv_mode", "x")
            .env("__awsenv_segment", "x")
            .stdin(text)
            .output();
        let env = std::fs::read_to_string(sandbox.path("env")).unwrap();
        assert!(env.contains("AWS_PROFILE=a"), "{}", shell.name);
        for line in env.lines() {
            let ours = line.starts_with("__awsenv") || line.starts_with("BASH_FUNC_");
            assert!(!ours, "{}: {line}", shell.name);
        }
    }
}

/// Every option that a shell lets its user change, on if it was off and off if it was on: the integration loads, `use`
/// and `unset` work, and the options are as before.
#[test]
fn every_option_is_left_as_it_was() {
    for (shell, args) in shells().filter(|(shell, _)| matches!(shell.name, "bash" | "zsh" | "dash" | "mksh")) {
        let list = match shell.name {
            "bash" => "set +o; shopt -p",
            "zsh" => "\\builtin emulate -LR zsh -c 'print -l -- ${(k)options}'",
            _ => "set -o",
        };
        let sandbox = Sandbox::with_config("[profile a]\nregion = eu-west-1\n");
        let listed = sandbox.program(&shell.path).args(["-c", list]).output();
        // mksh lists several in a line.
        let words: Vec<Vec<&str>> = match shell.name {
            "mksh" => {
                let words: Vec<&str> = listed.out().split_whitespace().skip(3).collect();
                words.chunks(2).map(<[&str]>::to_vec).collect()
            }
            _ => listed
                .out()
                .lines()
                .map(|line| line.split_whitespace().collect())
                .collect(),
        };
        for words in words {
            let Some((name, toggle)) = toggled(shell.name, &words) else {
                continue;
            };
            let text = format!(
                "PS1='#ready$ '\n{toggle}\n\\eval \"$(\\command awsenv init {})\"\n{} >|~/before\n\
                 awsenv use a\n\\command printenv AWS_PROFILE >|~/profile\nawsenv unset\n{} >|~/after\nexit\n",
                shell.word,
                snapshot(shell.name),
                snapshot(shell.name),
            );
            for file in ["before", "profile", "after"] {
                sandbox.write(file, "");
            }
            let run = sandbox
                .program(&shell.path)
                .args(args)
                .env("ENV", "")
                .env("TERM", "dumb");
            let output = run.stdin(text).output();
            let read = |file: &str| std::fs::read_to_string(sandbox.path(file)).unwrap();
            let works = read("profile") == "a\n" && !read("before").is_empty() && read("before") == read("after");
            assert!(works, "{} {name}: {}", shell.name, output.all());
        }
    }
}

/// The name of an option and what changes it; `None` for one that ends the shell, or that it does not let change.
fn toggled(shell: &str, words: &[&str]) -> Option<(String, String)> {
    // Some need a terminal.
    const FATAL: &[&str] = &[
        "noexec",
        "onecmd",
        "errexit",
        "restricted",
        "restricted_shell",
        "login_shell",
        "interactive",
        "shinstdin",
        "privileged",
        "singlecommand",
        "login",
        "exec",
        "zle",
        "stdin",
        "emacs",
        "vi",
    ];
    let (name, toggle) = match (shell, words) {
        ("bash", ["set", "-o", name]) => (*name, format!("set +o {name}")),
        ("bash", ["set", "+o", name]) => (*name, format!("set -o {name}")),
        ("bash", ["shopt", "-s", name]) => (*name, format!("shopt -u {name}")),
        ("bash", ["shopt", "-u", name]) => (*name, format!("shopt -s {name}")),
        ("zsh", [name]) => (*name, format!("[[ -o {name} ]] && unsetopt {name} || setopt {name}")),
        (_, [name, "on"]) => (*name, format!("set +o {name}")),
        (_, [name, "off"]) => (*name, format!("set -o {name}")),
        _ => return None,
    };
    (!FATAL.contains(&name)).then(|| (name.to_owned(), toggle))
}

fn snapshot(shell: &str) -> &'static str {
    match shell {
        "bash" => "{ set +o; shopt -p; echo \"$#\"; }",
        "zsh" => "{ set -o; print -r -- $#; }",
        _ => "{ set -o; echo \"$#\"; }",
    }
}
