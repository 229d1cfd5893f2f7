//! The segment is there once, whoever draws the prompt: small models of the programs that do.

use crate::integration::terminal::Terminal;
use crate::support::Sandbox;

const CONFIG: &str = "[profile a]\nregion = eu-west-1\n";

/// After `settings`, the integration and `later`, the next prompts have the segment once, before and after `use`.
fn assert_once(shell: &str, settings: &str, later: &str) {
    let mut sandbox = Sandbox::with_config(CONFIG);
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    let all = format!("{settings}\neval \"$(awsenv init {shell})\"\n{later}\n");
    let Some(terminal) = Terminal::open_bare(&sandbox, shell, &all) else {
        return;
    };
    let once = |screen: &str, text: &str| {
        let last = screen.trim_end().lines().last().unwrap_or_default().to_owned();
        last.matches(text).count() == 1 && last.matches('[').count() == 1 && last.trim_end().ends_with("ready$")
    };
    terminal.line("awsenv use a >~/said 2>&1; clear");
    terminal.wait(&format!("{shell}: {settings}: {later}: after `use`"), |screen| {
        once(screen, "[a]")
    });
    terminal.line("export AWS_PROFILE=b; clear");
    terminal.wait(&format!("{shell}: {settings}: {later}: the drift"), |screen| {
        once(screen, "[b?]")
    });
    terminal.line("clear");
    terminal.wait(&format!("{shell}: {settings}: {later}: the drift"), |screen| {
        once(screen, "[b?]")
    });
    assert!(
        terminal.answer("false; echo $?").starts_with('1'),
        "{shell}: {settings}: {later}"
    );
}

#[test]
fn in_bash_it_comes_back_whoever_sets_the_prompt() {
    for (settings, later) in [
        // `__git_ps1 pre post`, bash-it, bash-git-prompt, powerline: PS1 is set before each prompt.
        ("draw() { PS1='ready$ '; }; PROMPT_COMMAND=draw", ""),
        (
            "",
            "draw() { PS1='ready$ '; }; PROMPT_COMMAND=\"$PROMPT_COMMAND; draw\"",
        ),
        (
            "",
            "draw() { PS1='ready$ '; }; PROMPT_COMMAND=\"draw; $PROMPT_COMMAND\"",
        ),
        ("", "draw() { PS1='ready$ '; }; PROMPT_COMMAND+=(draw)"),
        ("draw() { PS1='ready$ '; }; PROMPT_COMMAND=([2]=draw [7]=true)", ""),
        // The ends that PROMPT_COMMAND may have.
        ("PROMPT_COMMAND='true;'", ""),
        ("PROMPT_COMMAND='true; '", ""),
        ("PROMPT_COMMAND=$'true\\n'", ""),
        ("PROMPT_COMMAND='true &>/dev/null # comment'", ""),
        ("unset PROMPT_COMMAND", ""),
        ("PROMPT_COMMAND=; set -u", ""),
        ("readonly PROMPT_COMMAND=true", ""),
        // nix-shell: the startup file ends with a new PS1.
        ("", "PS1='ready$ '"),
        // A virtualenv that was active before and is left after.
        ("_OLD=$PS1; PS1='(venv) ready$ '", "PS1=$_OLD"),
        ("", "_OLD=$PS1; PS1=\"(venv) $PS1\"; PS1=$_OLD"),
        // oh-my-posh and others only define this.
        ("_omp_hook() { PS1='ready$ '; }; PROMPT_COMMAND='_omp_hook; true'", ""),
        ("export STARSHIP_SHELL=bash", ""),
        ("", "PS1=\"$PS1\"; eval \"$(awsenv init bash)\""),
        // No hook at all: the segment in PS1 is live.
        (
            "",
            "unset PROMPT_COMMAND; unset -f __awsenv_prompt; __awsenv_prompt() { :; }",
        ),
    ] {
        assert_once("bash", settings, later);
    }
}

#[test]
fn in_zsh_it_comes_back_whoever_sets_the_prompt() {
    for (settings, later) in [
        ("draw() { PROMPT='ready$ ' }; precmd_functions+=(draw)", ""),
        ("", "draw() { PROMPT='ready$ ' }; precmd_functions+=(draw)"),
        ("", "precmd() { PROMPT='ready$ ' }"),
        ("", "PROMPT='ready$ '"),
        (
            "setopt ksh_arrays; draw() { PROMPT='ready$ '; }; precmd_functions=(true draw)",
            "",
        ),
        ("setopt sh_word_split prompt_subst warn_create_global", ""),
        ("_OLD=$PROMPT; PROMPT='(venv) ready$ '", "PROMPT=$_OLD"),
        // powerlevel10k: the first line begins in column 0, so the segment is in the last one.
        (
            "setopt prompt_subst; draw() { PROMPT='${_p9k__1-${_p9k__1l-top}'$'\\n''}${_p9k__2-${_p9k__2l-ready$}} ' }; \
             precmd_functions+=(draw)",
            "",
        ),
        // Set again when the line is edited.
        (
            "",
            "zle-line-init() { PROMPT='ready$ '; zle reset-prompt }; zle -N zle-line-init",
        ),
        (
            "zle-line-init() { PROMPT='ready$ '; zle .reset-prompt }; zle -N zle-line-init",
            "",
        ),
        (
            "_omp_precmd() { PROMPT='ready$ ' }; precmd_functions+=(_omp_precmd)",
            "",
        ),
        ("export STARSHIP_SHELL=zsh", ""),
        ("autoload -Uz promptinit; promptinit; prompt off; PROMPT='ready$ '", ""),
        ("", "eval \"$(awsenv init zsh)\"; PROMPT=\"$PROMPT\""),
    ] {
        assert_once("zsh", settings, later);
    }
}

/// zsh has no live code in the prompt, so without its hook the old name must go.
#[test]
fn in_zsh_a_lost_hook_leaves_no_old_name() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "zsh", "") else {
        return;
    };
    terminal.line("awsenv use a; clear");
    terminal.wait("the profile", |screen| screen.contains("[a] ready$"));
    terminal.line("precmd_functions=(); export AWS_PROFILE=b; clear");
    terminal.wait("no name", |screen| screen.contains("[?] ready$"));
    terminal.line("clear");
    terminal.wait("the hook is back", |screen| screen.contains("[b?] ready$"));
    terminal.line("precmd_functions=() preexec_functions=(); export AWS_PROFILE=c; clear");
    terminal.wait("no name", |screen| screen.contains("[?] ready$"));
    terminal.line("unset AWS_PROFILE; awsenv use a; clear");
    terminal.wait("`use` brings it back", |screen| screen.contains("[a] ready$"));
}

#[test]
fn in_zsh_it_comes_back_after_an_asynchronous_answer() {
    let sandbox = Sandbox::with_config(CONFIG);
    let pipe = sandbox.path("pipe").display().to_string();
    let settings = format!("mkfifo {pipe}; exec {{fd}}<>{pipe}")
        + r"
late() { IFS= read -r -u $1; PROMPT='late ready$ '; zle .reset-prompt; zle -R }
zle -F $fd late
draw() { PROMPT='ready$ ' }
precmd_functions+=(draw)";
    let Some(terminal) = Terminal::open(&sandbox, "zsh", &settings) else {
        return;
    };
    terminal.line("awsenv use a; clear");
    terminal.wait("the profile", |screen| screen.contains("[a] ready$"));
    std::fs::write(sandbox.path("pipe"), "\n").unwrap();
    terminal.wait("the answer", |screen| screen.contains("late ready$"));
    terminal.text("x");
    terminal.wait("with the next key", |screen| screen.contains("[a] late ready$ x"));
    terminal.key("BSpace").line("clear");
    terminal.wait("the next prompt", |screen| screen.trim() == "[a] ready$");
    std::fs::write(sandbox.path("pipe"), "\n").unwrap();
    terminal.wait("without a key", |screen| screen.trim() == "[a] late ready$");
}

#[test]
fn in_zsh_a_read_only_psvar_leaves_the_prompt_alone() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "zsh", "readonly psvar") else {
        return;
    };
    terminal.line("awsenv use a");
    assert_eq!(terminal.answer("echo $AWS_PROFILE"), "a\n");
    let screen = terminal.screen();
    assert!(!screen.contains("read-only") && !screen.contains('['), "{screen}");
}

#[test]
fn in_bash_no_code_is_shown_while_prompts_expand_no_variables() {
    let sandbox = Sandbox::with_config(CONFIG);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("awsenv use a; clear");
    terminal.wait("the profile", |screen| screen.trim() == "[a] ready$");
    terminal.line("shopt -u promptvars; clear");
    terminal.wait("no segment", |screen| screen.trim() == "ready$");
    terminal.line("shopt -s promptvars; clear");
    terminal.wait("the profile", |screen| screen.trim() == "[a] ready$");
}

/// None of them has a `?`.
#[test]
fn a_drift_is_shown_beside_every_program() {
    for (shell, settings) in [
        ("bash", "starship_precmd() { :; }"),
        ("zsh", "starship_precmd() { :; }"),
        (
            "zsh",
            "setopt prompt_subst; aws_prompt_info() { :; }; RPROMPT='$(aws_prompt_info)'",
        ),
        (
            "zsh",
            "setopt prompt_subst; prompt_aws() { :; }; build_prompt() { :; }; PROMPT='$(build_prompt)ready$ '",
        ),
        (
            "fish",
            "set -g STARSHIP_SHELL fish; function fish_prompt; set -l STARSHIP_CMD_STATUS 0; echo -n 'ready$ '; end",
        ),
    ] {
        let mut sandbox = Sandbox::with_config(CONFIG);
        sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
        let Some(terminal) = Terminal::open(&sandbox, shell, settings) else {
            continue;
        };
        terminal.line("awsenv use a; clear");
        terminal.wait("the program shows it", |screen| screen.trim() == "ready$");
        terminal.line("export AWS_ACCESS_KEY_ID=K; clear");
        terminal.wait("a key takes precedence", |screen| screen.contains("[a?]"));
        let unset = if shell == "fish" { "set -e" } else { "unset" };
        terminal.line(&format!("{unset} AWS_ACCESS_KEY_ID; clear"));
        terminal.wait("no drift", |screen| screen.trim() == "ready$");
    }
}

/// bash-preexec runs what is behind its own last command as if the user had typed it.
#[test]
fn bash_preexec_still_sees_each_command_once() {
    let model = r#"bash_preexec_imported=defined precmd_functions=() typed=
trapped() { [[ -n $on ]] || return 0; case "$PROMPT_COMMAND" in *"$BASH_COMMAND"*) on=; return 0;; esac; on=; echo "$BASH_COMMAND" >>~/typed; }
__bp_precmd_invoke_cmd() { local f; for f in "${precmd_functions[@]}"; do "$f"; done; }
__bp_interactive_mode() { on=1; }
__bp_install() { PROMPT_COMMAND="__bp_precmd_invoke_cmd${PROMPT_COMMAND:+
${PROMPT_COMMAND//__bp_install/:}}
__bp_interactive_mode"; trap trapped DEBUG; __bp_precmd_invoke_cmd; __bp_interactive_mode; }
PROMPT_COMMAND=__bp_install"#;
    for (before, after) in [(model, ""), ("", model)] {
        let sandbox = Sandbox::with_config(CONFIG);
        let settings = format!("{before}\neval \"$(awsenv init bash)\"\n{after}\n");
        let Some(terminal) = Terminal::open_bare(&sandbox, "bash", &settings) else {
            return;
        };
        terminal.line("export AWS_PROFILE=a");
        terminal.wait("the profile", |screen| screen.contains("[a] ready$"));
        terminal.line("true one");
        terminal.line("true two; clear");
        terminal.wait("the profile", |screen| screen.trim() == "[a] ready$");
        terminal.line("cp ~/typed ~/all.new; mv ~/all.new ~/all");
        let typed = terminal.file("all");
        for command in ["export AWS_PROFILE=a", "true one", "true two"] {
            assert_eq!(typed.matches(command).count(), 1, "{typed}");
        }
    }
}

#[test]
fn bash_before_4_4_has_the_code_in_the_prompt_itself() {
    let sandbox = Sandbox::with_config(CONFIG);
    let settings = "eval \"$(awsenv init bash | sed 's/>= 404/>= 904/; s/>= 501/>= 904/')\"";
    let Some(terminal) = Terminal::open_bare(&sandbox, "bash", settings) else {
        return;
    };
    terminal.line("awsenv use a; clear");
    terminal.wait("the profile", |screen| screen.trim() == "[a] ready$");
    terminal.line("PROMPT_COMMAND= AWSENV_EXPIRES=1; export AWS_PROFILE=b; clear");
    terminal.wait("the drift", |screen| screen.trim() == "[b? expired] ready$");
    assert_eq!(terminal.answer("env | grep -c __awsenv"), "0\n");
}

/// They show nothing in *keys* style.
#[test]
fn beside_programs_that_know_only_names_keys_are_still_shown() {
    let config = "[profile a]\naws_access_key_id = AK\naws_secret_access_key = s\n";
    for (shell, settings) in [
        (
            "zsh",
            "setopt prompt_subst; aws_prompt_info() { :; }; RPROMPT='$(aws_prompt_info)'",
        ),
        (
            "zsh",
            "setopt prompt_subst; prompt_aws() { :; }; build_prompt() { :; }; PROMPT='$(build_prompt)ready$ '",
        ),
    ] {
        let sandbox = Sandbox::with_config(config);
        let Some(terminal) = Terminal::open(&sandbox, shell, settings) else {
            continue;
        };
        terminal.line("awsenv use a --keys; clear");
        terminal.wait("keys", |screen| screen.contains("[a] ready$"));
        terminal.line("awsenv use a --name; clear");
        terminal.wait("a name", |screen| screen.trim() == "ready$");
    }
}

#[test]
fn a_running_shell_follows_the_settings_at_its_next_use() {
    for shell in ["bash", "zsh"] {
        let mut sandbox = Sandbox::with_config(CONFIG);
        let settings = sandbox.write("settings", "prompt = off\n");
        sandbox.set("AWSENV_CONFIG", settings);
        let Some(terminal) = Terminal::open(&sandbox, shell, "starship_precmd() { :; }") else {
            continue;
        };
        for (settings, shown) in [
            ("prompt = off\n", "ready$"),
            ("prompt = on\n", "[a] ready$"),
            ("", "ready$"),
        ] {
            sandbox.write("settings", settings);
            terminal.line("awsenv use a; clear");
            terminal.wait(settings, |screen| screen.trim() == shown);
        }
        sandbox.write("settings", "prompt = on\nproduction = a\n");
        terminal.line("awsenv unset; awsenv use a; clear");
        terminal.wait("production", |screen| screen.trim() == "[a] ready$");
        assert!(terminal.colored().contains("31m"), "{shell}: {:?}", terminal.colored());
    }
}
