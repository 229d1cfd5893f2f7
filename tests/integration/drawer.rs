//! What `awsenv doctor` says about the prompt and about fish's universal variables, and what `awsenv init` makes of
//! starship's settings.

use crate::support::{Sandbox, executable, require};

/// `status: message` and `fix: …` of the findings of one check.
fn findings(sandbox: &Sandbox, check: &str) -> Vec<String> {
    let output = sandbox.awsenv(["doctor", "--json"]).output();
    let list: serde_json::Value = serde_json::from_str(output.out()).expect("a document");
    let of_check = |finding: &&serde_json::Value| finding["check"] == check;
    let text = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let remedy = text("remedy");
        let fix = if remedy.is_empty() {
            remedy
        } else {
            format!("; fix: {remedy}")
        };
        let home = sandbox.home().display().to_string();
        format!("{}: {}{fix}", text("status"), text("message")).replace(&home, "~")
    };
    list.as_array()
        .expect("a list")
        .iter()
        .filter(of_check)
        .map(text)
        .collect()
}

fn prompt(sandbox: &Sandbox) -> String {
    findings(sandbox, "prompt").concat()
}

/// As the wrapper function of `shell` calls it, with these variables and the setting `prompt`.
fn sandbox(shell: &str, mode: &str, vars: &[(&str, &str)]) -> Sandbox {
    let mut sandbox = Sandbox::new();
    let settings = sandbox.write("settings", format!("prompt = {mode}\n"));
    sandbox.set("AWSENV_CONFIG", settings).set("AWSENV_WRAPPED", shell);
    for (name, value) in vars {
        let value = value.replace('~', &sandbox.home().display().to_string());
        sandbox.set(*name, value);
    }
    sandbox
}

const BY_NAME: [(&str, &str); 3] = [
    ("AWSENV_PROFILE", "jekyl"),
    ("AWSENV_EXPECT", "jekyl:"),
    ("AWS_PROFILE", "jekyl"),
];
const BY_KEYS: [(&str, &str); 3] = [
    ("AWSENV_PROFILE", "jekyl"),
    ("AWSENV_EXPECT", ":AKIA"),
    ("AWS_ACCESS_KEY_ID", "AKIA"),
];

#[test]
fn without_a_known_program_awsenv_draws_unless_it_is_off() {
    assert_eq!(
        prompt(&sandbox("zsh", "auto", &[])),
        "ok: awsenv adds its segment to the prompt of this zsh"
    );
    assert_eq!(
        prompt(&sandbox("bash", "off", &[("STARSHIP_SHELL", "zsh")])),
        "ok: the prompt shows no profile, because of `prompt = off`",
        "what a parent shell left does not count"
    );
    let mut plain = sandbox("bash", "auto", &[]);
    plain.unset("AWSENV_WRAPPED");
    assert_eq!(prompt(&plain), "", "without the integration there is no segment");
}

/// A `starship` that shows these names in its module `aws`.
fn starship(mode: &str, settings: &str, shows: &str, vars: &[(&str, &str)]) -> Sandbox {
    let mut sandbox = sandbox("bash", mode, vars);
    sandbox.set("STARSHIP_SHELL", "bash");
    sandbox.write(".config/starship.toml", settings);
    let program = sandbox.bin().join("starship");
    executable(
        &program,
        format!("#!/bin/sh\ntest \"$*\" = 'module aws' && echo 'on {shows}'\n"),
    );
    sandbox
}

#[test]
fn starship_is_asked_whether_it_shows_this_profile() {
    let off = "[aws]\ndisabled = true\n";
    let settings = "~/.config/starship.toml";
    for (mode, toml, shows, says) in [
        (
            "auto",
            "",
            "jekyl",
            "ok: starship draws the prompt and shows the profile, so awsenv adds nothing".to_owned(),
        ),
        (
            "on",
            "",
            "jekyl",
            "ok: starship draws the prompt and shows the profile, and so does awsenv, because of `prompt = on`"
                .to_owned(),
        ),
        (
            "auto",
            "",
            "",
            "ok: starship draws the prompt but does not show this profile, so awsenv adds its segment".to_owned(),
        ),
        (
            "auto",
            off,
            "",
            "ok: starship draws the prompt and does not show the profile, so awsenv adds its segment".to_owned(),
        ),
        (
            "off",
            off,
            "",
            format!(
                "warn: starship draws the prompt and does not show the profile, and awsenv adds nothing, because of \
                 `prompt = off`; fix: `prompt = auto` in ~/settings, or `disabled = false` in `[aws]`, and `$aws` in \
                 `format`, in {settings}"
            ),
        ),
        (
            "auto",
            "[aws]\ndisabled = true\n[env_var.AWSENV_PROFILE]\n",
            "",
            "ok: starship draws the prompt and shows the profile, so awsenv adds nothing".to_owned(),
        ),
    ] {
        for vars in [BY_NAME, BY_KEYS] {
            assert_eq!(prompt(&starship(mode, toml, shows, &vars)), says, "{mode} {toml}");
        }
    }
    assert_eq!(
        prompt(&starship("auto", "", "", &[("AWS_PROFILE", "jekyl")])),
        format!(
            "warn: starship draws the prompt but does not show this profile, and awsenv adds nothing beside it; \
             fix: `prompt = on` in ~/settings, or `force_display = true` in `[aws]` in {settings}"
        ),
        "awsenv does not see when AWS_PROFILE changes"
    );
}

#[test]
fn starship_draws_powershells_prompt_too() {
    for (vars, says) in [
        (
            BY_NAME,
            "ok: starship draws the prompt and shows the profile, so awsenv adds nothing",
        ),
        (
            BY_KEYS,
            "ok: starship draws the prompt and shows the profile, so awsenv adds nothing",
        ),
    ] {
        let mut sandbox = starship("auto", "", "jekyl", &vars);
        sandbox
            .set("AWSENV_WRAPPED", "powershell")
            .set("STARSHIP_SHELL", "pwsh");
        assert_eq!(prompt(&sandbox), says, "{vars:?}");
    }
}

#[test]
fn init_reads_starships_settings() {
    for (settings, is_left_out) in [
        ("", true),
        ("[aws]\ndisabled = true\n", false),
        ("format = '$directory'", false),
    ] {
        let sandbox = starship("auto", settings, "", &[]);
        for (shell, end) in [
            ("bash", "return 1"),
            ("zsh", "return 1"),
            ("fish", "return 1"),
            ("powershell", "$false"),
        ] {
            let text = sandbox.awsenv(["init", shell]).output();
            let drawn = text.clean().split("__awsenv_drawn").nth(1).expect("the function");
            let (drawn, _) = drawn.split_once(end).expect("its end");
            let is_row = drawn.to_lowercase().contains("starship");
            assert_eq!(is_row, is_left_out, "{shell} {settings}");
        }
    }
}

/// Found out with starship 1.27: it shows a profile in *name* style only where it finds credentials in its way.
#[test]
fn the_segment_is_on_for_a_profile_that_starship_hides() {
    const CONFIG: &str = "[profile file]\n[profile config]\naws_access_key_id = A\naws_secret_access_key = s\n\
        [profile process]\ncredential_process = true\n[profile sso]\nsso_start_url = x\n\
        [profile login]\nlogin_session = x\n[profile role]\nrole_arn = r\nsource_profile = file\n\
        [profile chain]\nrole_arn = r\nsource_profile = config\n[profile web]\nrole_arn = r\nweb_identity_token_file = t\n";
    let mode = |line: &str, settings: &str, vars: &[(&str, &str)]| {
        let sandbox = starship("auto", settings, "", vars);
        sandbox.write(".aws/config", CONFIG);
        sandbox.write(
            ".aws/credentials",
            "[file]\naws_access_key_id = A\naws_secret_access_key = s\n",
        );
        let script = sandbox.awsenv(line.split(' ')).output();
        let text = script.success();
        let (_, mode) = text.split_once("__awsenv_mode=").expect("the mode");
        // The script is quoted once more.
        mode.split([';', '\n'])
            .next()
            .unwrap_or_default()
            .replace("\\047", "'")
            .trim_matches('\'')
            .to_owned()
    };
    for (profile, expected) in [
        ("file", "auto"),
        ("process", "auto"),
        ("sso", "auto"),
        ("role", "auto"),
        ("config", "on"),
        ("login", "on"),
        ("chain", "on"),
        ("web", "on"),
    ] {
        let line = format!("use {profile} --name --shell bash");
        assert_eq!(mode(&line, "", &[]), expected, "{profile}");
        assert_eq!(mode(&line, "[aws]\nforce_display = true\n", &[]), "auto", "{profile}");
        assert_eq!(mode(&line, "[aws]\ndisabled = true\n", &[]), "on", "{profile}");
        assert_eq!(
            mode(&line.replace("bash", "zsh"), "", &[]),
            "auto",
            "{profile}: starship draws another shell"
        );
        assert_eq!(
            mode("init bash", "", &[("AWS_PROFILE", profile)]),
            expected,
            "{profile}"
        );
    }
    assert_eq!(mode("use config --keys --shell bash", "", &[]), "auto");
    assert_eq!(mode("unset --shell bash", "", &[]), "auto");
}

#[test]
fn other_programs_are_known_by_their_files() {
    let adds = "so awsenv adds its segment";
    let p10k = "typeset -g POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(\n    aws  # aws profile\n  )\n";
    let typed = format!("{p10k}  typeset -g POWERLEVEL9K_AWS_SHOW_ON_COMMAND='aws|cdk'\n");
    let always = format!("{typed}unset POWERLEVEL9K_AWS_SHOW_ON_COMMAND\n");
    for (shell, vars, files, says) in [
        (
            "bash",
            &[("POSH_SHELL", "bash"), ("POSH_THEME", "~/theme.json")][..],
            &[("theme.json", "{\"type\": \"path\"}")][..],
            format!("ok: oh-my-posh draws the prompt and does not show the profile, {adds}"),
        ),
        (
            "bash",
            &[("POSH_SHELL", "bash"), ("POSH_THEME", "~/theme.json")],
            &[("theme.json", "{ \"type\": \"aws\" }")],
            "warn: oh-my-posh draws the prompt and shows the profile, and so does awsenv; fix: `prompt = off` in ~/settings"
                .to_owned(),
        ),
        (
            "zsh",
            &[("P9K_TTY", "old")],
            &[(".p10k.zsh", typed.as_str())],
            format!(
                "ok: powerlevel10k draws the prompt and shows the profile only while a command such as `aws` is typed, {adds}"
            ),
        ),
        (
            "zsh",
            &[("P9K_TTY", "old")],
            &[(".p10k.zsh", always.as_str())],
            "warn: powerlevel10k draws the prompt and shows the profile, and so does awsenv; fix: `prompt = off` in ~/settings"
                .to_owned(),
        ),
        (
            "zsh",
            &[("ZSH", "~/.oh-my-zsh")],
            &[(".oh-my-zsh/oh-my-zsh.sh", ""), (".zshrc", "#plugins=(aws)\nplugins=(git)\n")],
            format!("ok: oh-my-zsh draws the prompt and does not show the profile, {adds}"),
        ),
        (
            "bash",
            &[("BASH_IT", "~/.bash_it")],
            &[],
            "ok: bash-it draws the prompt and awsenv adds its segment".to_owned(),
        ),
        (
            "fish",
            &[],
            &[
                (".config/fish/functions/_tide_item_aws.fish", ""),
                (".config/fish/fish_variables", "SETUVAR tide_right_prompt_items:status\\x1etime\n"),
            ],
            format!("ok: tide draws the prompt and does not show the profile, {adds}"),
        ),
    ] {
        let sandbox = sandbox(shell, "auto", vars);
        for (file, text) in files {
            sandbox.write(file, text);
        }
        assert_eq!(prompt(&sandbox), says);
    }
}

/// None of them has a `?`, so beside them awsenv adds one, and keeps quiet only where they show all there is.
#[test]
fn a_drift_is_said_beside_programs_that_show_only_the_name() {
    let zsh = [("ZSH", "~/.oh-my-zsh")];
    let plugin = [(".oh-my-zsh/oh-my-zsh.sh", ""), (".zshrc", "plugins=(git aws)\n")];
    let agnoster = [
        (".oh-my-zsh/oh-my-zsh.sh", ""),
        (".zshrc", "ZSH_THEME=\"agnoster\"\nplugins=(git)\n"),
    ];
    let pure = [
        (".config/fish/functions/_pure_prompt_aws_profile.fish", ""),
        (".zshrc", ""),
    ];
    for (name, shell, vars, files) in [
        ("oh-my-zsh's aws plugin", "zsh", &zsh[..], plugin),
        ("agnoster", "zsh", &zsh, agnoster),
        ("pure", "fish", &[], pure),
    ] {
        for (more, mode, says) in [
            (
                &[][..],
                "auto",
                "ok: {} draws the prompt and shows the profile, so awsenv adds nothing",
            ),
            (
                &[("AWS_ACCESS_KEY_ID", "K")],
                "auto",
                "ok: {} draws the prompt and shows the profile, but not that tools may use something else, so awsenv adds \
                 its segment",
            ),
            (
                &[("AWS_ACCESS_KEY_ID", "K")],
                "off",
                "warn: {} draws the prompt and shows the profile, but not that tools may use something else, and awsenv \
                 adds nothing, because of `prompt = off`; fix: `prompt = auto` in ~/settings",
            ),
        ] {
            let sandbox = sandbox(shell, mode, &[vars, &BY_NAME, more].concat());
            for (file, text) in files {
                sandbox.write(file, text);
            }
            assert_eq!(prompt(&sandbox), says.replace("{}", name));
        }
    }
}

#[test]
fn universal_variables_of_fish_are_named() {
    let Some(fish) = require("fish") else { return };
    let mut sandbox = sandbox("bash", "auto", &[]);
    assert_eq!(findings(&sandbox, "fish-variable"), [""; 0]);
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    let line = "set -Ux AWS_PROFILE work; set -U AWS_REGION eu-west-1; set -U fish_greeting; set -Ux EDITOR vi";
    sandbox.program(fish).args(["-c", line]).output().clean();
    assert_eq!(
        findings(&sandbox, "fish-variable"),
        [
            "warn: AWS_PROFILE is a universal variable, so every fish starts with it; fix: fish -c 'set -eU AWS_PROFILE'",
            "warn: AWS_REGION is a universal variable, so every fish starts with it; fix: fish -c 'set -eU AWS_REGION'",
        ]
    );
}
