//! The function `awsenv`: exact status, unaffected by aliases and odd options, no trace of a secret, no trap changed.

use awsenv::shell::Shell;

use crate::integration::terminal::Terminal;
use crate::support::{AWSENV, Family, RealShell, Sandbox, executable, installed};

const CONFIG: &str = "[profile jekyl]\naws_access_key_id = AKIAJEKYL\naws_secret_access_key = jekyl-secret\nregion = eu-west-1\n\
                      [profile hyde]\naws_access_key_id = AKIAHYDE\naws_secret_access_key = hyde-secret\n";

/// An `awsenv` that reports how it was called, and ends or prints as told.
fn stand_in(sandbox: &Sandbox) {
    let program = format!(
        "#!/bin/sh\nif [ \"$1\" = status ]; then printf '%s|' \"${{AWSENV_WRAPPED%%:*}}\" \"$@\"; exit \"$2\"; fi\n\
         if [ \"$1\" = use ] && [ \"$2\" = slow ]; then : >\"$HOME/started\"; exec sleep 60; fi\nexec {AWSENV} \"$@\"\n"
    );
    install(sandbox, &program);
}

#[cfg(unix)]
fn install(sandbox: &Sandbox, program: &str) {
    let path = sandbox.bin().join("awsenv");
    std::fs::remove_file(&path).expect("the stand-in");
    executable(&path, program);
}

fn wrapped() -> impl Iterator<Item = RealShell> {
    installed().into_iter().filter(RealShell::has_function)
}

fn posix() -> impl Iterator<Item = RealShell> {
    wrapped().filter(|shell| shell.family == Family::Posix)
}

#[test]
fn every_call_says_that_it_is_wrapped_and_keeps_words_and_status() {
    for shell in wrapped() {
        let sandbox = Sandbox::with_config(CONFIG);
        stand_in(&sandbox);
        let call = match shell.family {
            Family::Posix => "awsenv status 7 'a  b' '*' '' || echo \"status=$?\"",
            Family::Fish => "awsenv status 7 'a  b' '*' ''; or echo \"status=$status\"",
            Family::PowerShell => "awsenv status 7 'a  b' '*' ''; \"status=$LASTEXITCODE\"",
        };
        let output = sandbox.script(&shell, shell.integration() + call).output();
        let word = shell.word;
        let shown = output.clean().replace("\r\n", "\n").replace("|\n", "|");
        assert_eq!(
            shown.trim_end(),
            format!("{word}|status|7|a  b|*||status=7"),
            "{}",
            shell.name
        );
    }
}

#[test]
fn use_and_unset_reach_the_shell_also_behind_flags() {
    for shell in posix() {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration()
            + "awsenv use jekyl\necho \"$? $AWS_PROFILE $AWSENV_PROFILE\"\n\
               awsenv -q --color never use hyde --keys\necho \"$? $AWS_ACCESS_KEY_ID\"\n\
               awsenv use nosuch 2>/dev/null || echo \"$? $AWSENV_PROFILE\"\n\
               awsenv use --help 2>/dev/null\necho \"$? $AWSENV_PROFILE\"\n\
               awsenv unset\necho \"$? ${AWS_ACCESS_KEY_ID-none} ${AWSENV_PROFILE-none}\"\n\
               set | grep '^__awsenv_AWS\\|^__awsenv_[a-z]*=.*secret' || echo clean\n\
               awsenv use nosuch\necho unreached\n";
        let output = sandbox.script(&shell, text).output();
        assert_eq!(
            output.out(),
            "0 jekyl jekyl\n0 AKIAHYDE\n1 hyde\n0 hyde\n0 none none\nclean\n",
            "{}: {}",
            shell.name,
            output.all()
        );
        assert_eq!(output.status, 1, "{}: `set -e` stops", shell.name);
    }
}

#[test]
fn the_text_for_another_shell_is_passed_on_and_not_run() {
    for shell in wrapped() {
        let sandbox = Sandbox::with_config(CONFIG);
        let own = if shell.family == Family::PowerShell {
            "powershell"
        } else {
            shell.word
        };
        let others = Shell::ALL.map(Shell::as_str).into_iter().filter(|name| *name != own);
        let show = match shell.family {
            Family::Posix => "${AWSENV_PROFILE-}",
            Family::Fish => "$AWSENV_PROFILE",
            Family::PowerShell => "$env:AWSENV_PROFILE",
        };
        let mut text = shell.integration();
        let mut expected = String::new();
        for other in others {
            let script = sandbox
                .awsenv(["use", "jekyl", "--shell", other])
                .output()
                .clean()
                .to_owned();
            for option in ["--shell ", "--shell="] {
                text += &format!("awsenv use jekyl {option}{other}\necho \"[{show}]\"\n");
                expected += &format!("{script}[]\n");
            }
        }
        text += &format!("awsenv use jekyl --shell {own}\necho \"[{show}]\"\n");
        let output = sandbox.script(&shell, text).output();
        assert_eq!(output.out(), expected + "[jekyl]\n", "{}", shell.name);
    }
}

#[test]
fn fish_switches_and_keeps_the_status() {
    for shell in wrapped().filter(|shell| shell.family == Family::Fish) {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration()
            + "awsenv use jekyl\necho $status $AWS_PROFILE\nawsenv -q use hyde --keys\necho $status $AWS_ACCESS_KEY_ID\n\
               awsenv use nosuch 2>/dev/null\necho $status $AWSENV_PROFILE\nawsenv use --help 2>/dev/null\necho $status\n\
               set -g fish_trace 1\nawsenv use jekyl --keys\nset -e fish_trace\n\
               awsenv unset\necho $status\nset -q AWSENV_PROFILE; or echo gone\n";
        let output = sandbox.script(&shell, text).output();
        assert_eq!(
            output.out(),
            "0 jekyl\n0 AKIAHYDE\n1 hyde\n0\n0\ngone\n",
            "{}",
            output.all()
        );
        assert!(!output.err().contains("-secret"), "{}", output.all());
    }
}

#[test]
fn powershell_switches_and_keeps_the_status() {
    for shell in installed()
        .into_iter()
        .filter(|shell| shell.family == Family::PowerShell)
    {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration()
            + "awsenv use jekyl\n\"$? $env:AWS_PROFILE\"\nawsenv -q --color never use hyde --keys\n\"$? $env:AWS_ACCESS_KEY_ID\"\n\
               try { awsenv use nosuch; 'lied' } catch { \"$LASTEXITCODE $env:AWSENV_PROFILE\" }\n\
               $ErrorActionPreference = 'Continue'\n\
               awsenv use nosuch; \"$? $LASTEXITCODE $env:AWSENV_PROFILE\"\nawsenv use --help; \"$? $LASTEXITCODE\"\n\
               'piped' | awsenv exec jekyl -- cat\nawsenv unset\n\"$? $(Test-Path env:AWSENV_PROFILE)\"\n";
        let output = sandbox.script(&shell, text).output();
        assert_eq!(
            output.out(),
            "True jekyl\nTrue AKIAHYDE\n1 hyde\nFalse 1 hyde\nTrue 0\npiped\nTrue False\n",
            "{}",
            output.all()
        );
    }
}

#[test]
fn aliases_do_not_reach_into_it() {
    let names =
        "awsenv command builtin local eval unset set test printf print return break export unalias emulate unsetopt";
    for shell in posix() {
        let sandbox = Sandbox::with_config(CONFIG);
        let expand = if shell.name == "bash" {
            "shopt -s expand_aliases\n"
        } else {
            ""
        };
        let aliases: String = names
            .split(' ')
            .map(|name| format!("\\alias {name}='echo ALIAS {name}'\n"))
            .collect();
        let text = format!(
            "{expand}{aliases}\\eval \"$(\\command awsenv init {})\"\n\\unalias -a\nawsenv use jekyl\necho \"$AWS_PROFILE\"\nawsenv unset\n",
            shell.word
        );
        assert_eq!(
            sandbox.script(&shell, text).output().clean(),
            "jekyl\n",
            "{}",
            shell.name
        );
    }
}

#[test]
fn tracing_shows_no_secret_and_comes_back_with_the_status() {
    for shell in posix() {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration()
            + "set -x\nawsenv use jekyl --keys\ncase $- in *x*) echo on;; esac\nawsenv unset\n\
               awsenv use nosuch || echo \"$?\"\ncase $- in *x*) echo on;; esac\nset +x\n\
               set -a\nawsenv use jekyl --keys\ncase $- in *a*) echo on;; esac\nset +a\n\
               env | grep '^__awsenv' || echo none\necho \"$AWS_SECRET_ACCESS_KEY\" | tr a-z A-Z\n";
        let output = sandbox.script(&shell, text).output();
        assert_eq!(
            output.success(),
            "on\n1\non\non\nnone\nJEKYL-SECRET\n",
            "{}",
            shell.name
        );
        let traced = String::from_utf8_lossy(&output.stderr).replace("echo jekyl-secret", "");
        assert!(!traced.contains("jekyl-secret"), "{}: {}", shell.name, output.all());
    }
}

#[test]
fn no_other_option_is_taken_for_errexit() {
    let sandbox = Sandbox::with_config(CONFIG);
    for shell in posix().filter(|shell| shell.name == "bash") {
        let text = "set +eu\nshopt -s nocasematch\nset -E\n".to_owned()
            + &shell.integration()
            + "awsenv use jekyl\nawsenv list >/dev/null\nawsenv unset\nfalse\necho \"$-\"\n";
        let output = sandbox.script(&shell, text).output();
        assert!(!output.success().contains('e'), "{}", output.all());
    }
}

#[test]
fn verbose_shells_do_not_show_a_secret() {
    for shell in posix() {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration() + "set -v\nawsenv use jekyl --keys\ncase $- in *v*) echo on;; esac\n";
        let output = sandbox.script(&shell, text).output();
        assert_eq!(output.success(), "on\n", "{}", shell.name);
        assert!(!output.err().contains("-secret"), "{}: {}", shell.name, output.all());
    }
}

/// They refuse to write to a file, even to /dev/null.
#[test]
fn restricted_shells_load_it_silently() {
    for shell in posix().filter(|shell| matches!(shell.name, "bash" | "zsh" | "mksh")) {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = format!(
            "eval \"$(awsenv init {})\"\nawsenv list\nawsenv use nosuch 2>&- || echo \"$?\"\n",
            shell.word
        );
        for interactive in [&["-r"][..], &["-r", "-i"]] {
            let run = sandbox
                .program(&shell.path)
                .args(interactive)
                .args(["-c", &text])
                .env("ENV", "");
            let output = run.output();
            assert!(
                output.out().ends_with("hyde\n1\n") || output.out().contains("hyde"),
                "{}",
                output.all()
            );
            assert!(!output.err().contains("restricted"), "{}", output.all());
        }
    }
}

#[test]
fn odd_options_change_nothing() {
    let zsh = "sh_word_split ksh_arrays warn_create_global glob_subst csh_junkie_quotes csh_junkie_loops posix_builtins \
               err_return sh_glob ignore_braces ksh_typeset no_global_export no_clobber no_glob extended_glob rc_quotes \
               posix_aliases warn_nested_var all_export no_multi_func_def no_function_argzero no_equals no_unset";
    let bash = "posix noclobber noglob keyword functrace errtrace allexport nounset";
    let sh = "noclobber noglob allexport";
    for shell in posix() {
        let options = match shell.name {
            "zsh" => zsh,
            "bash" => bash,
            _ => sh,
        };
        for option in options.split_whitespace() {
            let sandbox = Sandbox::with_config(CONFIG);
            let turn_on = format!("set -o {option}\nIFS=abcdefj\n");
            let text = turn_on
                + &shell.integration()
                + "awsenv use jekyl\n[ \"$AWS_PROFILE\" = jekyl ]\n/bin/sh -c '[ \"$AWS_PROFILE\" = jekyl ]'\n\
                   awsenv use hyde --keys\nawsenv unset\n[ \"${AWS_PROFILE-none}\" = none ]\n\
                   awsenv use nosuch 2>/dev/null || [ $? = 1 ]\n";
            let output = sandbox.script(&shell, text).output();
            assert_eq!(output.clean(), "", "{} {option}", shell.name);
        }
    }
}

#[test]
fn a_subshell_is_told_that_it_is_one() {
    for shell in posix().filter(|shell| matches!(shell.name, "bash" | "zsh")) {
        let sandbox = Sandbox::with_config(CONFIG);
        let text = shell.integration()
            + "(awsenv use jekyl)\nawsenv use jekyl | cat\n(awsenv -q unset)\n(awsenv list >/dev/null)\n";
        let output = sandbox.script(&shell, text).output();
        let warning = "awsenv: warning: `use` in a subshell does not change the shell around it\n";
        assert_eq!(
            (output.status, output.err()),
            (0, &*warning.repeat(2)),
            "{}",
            shell.name
        );
    }
}

#[test]
fn ctrl_c_ends_the_call_and_nothing_else() {
    for shell in ["bash", "zsh", "fish"] {
        let sandbox = Sandbox::with_config(CONFIG);
        stand_in(&sandbox);
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        let status = if shell == "fish" { "$status" } else { "$?" };
        terminal.line("awsenv use jekyl");
        terminal.wait("the segment", |screen| screen.contains("[jekyl]"));
        terminal.line("awsenv use slow");
        terminal.file("started");
        terminal.key("C-c");
        // zsh itself returns 2 for an interrupted function.
        let code = if shell == "zsh" { 2 } else { 130 };
        assert_eq!(
            terminal.answer(&format!("echo {status} $AWS_PROFILE")),
            format!("{code} jekyl\n"),
            "{shell}"
        );
        // A command substitution is not a job that could be stopped.
        terminal.line("awsenv use slow");
        terminal.file("started");
        terminal.key("C-z");
        terminal.key("C-c");
        assert_eq!(terminal.answer("echo $AWS_PROFILE"), "jekyl\n", "{shell}");
        if shell != "fish" {
            terminal.line("trap 'echo trapped' INT");
            terminal.line("awsenv use hyde; awsenv use jekyl");
            terminal.line("awsenv use slow");
            terminal.file("started");
            terminal.key("C-c");
            assert!(terminal.answer("trap").contains("echo trapped"), "{shell}");
            assert_eq!(terminal.answer("echo $AWS_PROFILE"), "jekyl\n", "{shell}");
        }
    }
}

/// PowerShell functions swallow the first `--`.
#[test]
fn exec_is_understood_without_its_dashes() {
    let sandbox = Sandbox::with_config("[profile a]\nregion = eu-west-1\n");
    let run = |line: &str| {
        let run = sandbox.awsenv(line.split(' ')).env("AWSENV_WRAPPED", "powershell");
        run.output()
    };
    for line in [
        "exec a printenv AWS_PROFILE",
        "exec -q a printenv AWS_PROFILE",
        "exec a --region eu-west-1 printenv AWS_PROFILE",
        "exec --query x a printenv AWS_PROFILE",
    ] {
        assert_eq!(run(line).success(), "a\n", "{line}");
    }
    for line in [
        "exec",
        "exec --region",
        "exec -q --region",
        "exec --color",
        "exec --query",
        "exec --frob a true",
    ] {
        let output = run(line);
        assert_eq!((output.status, output.out()), (2, ""), "{line}: {}", output.all());
    }
}
