//! The scripts for PowerShell, on a model of its environment and in a real `pwsh` if there is one.
//!
//! The model understands only the subset of PowerShell that awsenv prints. Every form in it was tried in PowerShell
//! 7.6, also in ConstrainedLanguage mode and under StrictMode, and does the same there. A new form in a script fails
//! the tests until it has been tried in a real PowerShell.

use std::collections::BTreeMap;

use crate::support::Sandbox;
use awsenv::env::Env;
use awsenv::env::names::{CONTAINER, IDENTITY, MARKS, REGION, VarName};
use awsenv::env::session::{RegionChange, Target, enter, leave};
use awsenv::env::state::{State, Style};
use awsenv::env::wish::Wish;
use awsenv::secret::Secret;
use awsenv::shell::Shell;
use proptest::prelude::*;

/// The hashtable in the script, and the statements around all others.
const SAVED: &str = "$__awsenv_s";
const BEGIN: &str = "& { [System.Diagnostics.DebuggerHidden()]param() $ErrorActionPreference='Stop'; \
    $__awsenv_s=Microsoft.PowerShell.Utility\\Get-Variable -Name __awsenv_saved -ValueOnly -Scope Global -Include @() -Exclude @() \
    -ErrorAction Ignore; if(!($__awsenv_s -is [hashtable])){$__awsenv_s=@{}}; ";
const KEEP: &str = "$global:__awsenv_saved=$__awsenv_s; \
    if(!($global:__awsenv_saved -is [hashtable])){throw 'awsenv: the variable __awsenv_saved must hold what comes back'}";
const END: &str = "if($__awsenv_s.Count -eq 0){Microsoft.PowerShell.Utility\\Remove-Variable -Name __awsenv_saved -Scope Global \
    -Include @() -Exclude @() -WhatIf:$false -Confirm:$false -Verbose:$false}";

/// A PowerShell process: its environment and the one global variable.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    env: BTreeMap<String, String>,
    saved: Option<BTreeMap<String, Option<String>>>,
    warnings: Vec<String>,
    /// Up to 7.4, and in Windows PowerShell, an empty variable does not exist.
    drops_empty: bool,
}

impl Model {
    /// Like `Invoke-Expression`: parses the whole text before it runs any of it.
    fn invoke(&mut self, text: &str) -> Result<(), String> {
        let mut reader = Reader {
            rest: text,
            model: self,
            live: false,
            saved: BTreeMap::new(),
            name: None,
        };
        reader.script()?;
        reader.rest = text;
        reader.live = true;
        reader.script()
    }

    fn set(&mut self, name: &str, value: Option<String>) {
        match value.filter(|value| !(self.drops_empty && value.is_empty())) {
            Some(value) => _ = self.env.insert(name.to_owned(), value),
            None => _ = self.env.remove(name),
        }
    }

    fn as_env(&self) -> Env {
        self.env
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    fn enter(&mut self, target: &Target) {
        let env = self.as_env();
        let state = State::read(&env).expect("our own state");
        self.run(
            &Shell::PowerShell
                .syntax()
                .script(&enter(&env, state.as_ref(), target), None),
        );
    }

    fn leave(&mut self) -> Vec<String> {
        let env = self.as_env();
        let left = leave(&env, State::read(&env).expect("our own state").as_ref());
        self.run(&Shell::PowerShell.syntax().script(&left.diff, None));
        left.drifted.iter().map(ToString::to_string).collect()
    }

    fn run(&mut self, script: &str) {
        self.invoke(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
    }
}

/// Parses statements and, if `live`, runs them.
struct Reader<'a> {
    rest: &'a str,
    model: &'a mut Model,
    live: bool,
    /// The hashtable of the script.
    saved: BTreeMap<String, Option<String>>,
    /// `$__awsenv_n` of the loop.
    name: Option<String>,
}

impl<'a> Reader<'a> {
    fn script(&mut self) -> Result<(), String> {
        self.expect(BEGIN)?;
        if self.live {
            self.saved = self.model.saved.clone().unwrap_or_default();
        }
        // Nothing changes before it is kept.
        let before = self.model.env.clone();
        let mut is_kept = false;
        while !self.eat(END) {
            is_kept |= self.rest.starts_with(KEEP);
            self.statement()?;
            if !is_kept && self.model.env != before {
                return self.error("what is saved to be kept first");
            }
            self.expect("; ")?;
        }
        if self.live {
            self.model.saved = Some(std::mem::take(&mut self.saved)).filter(|saved| !saved.is_empty());
        }
        // What the settings say about the prompt.
        if self.eat("; if(${function:__awsenv_place}){$global:__awsenv_mode=") {
            self.literal()?;
            self.expect("; $global:__awsenv_production=")?;
            self.literal()?;
            self.expect("; __awsenv_place}")?;
        }
        self.expect(" }")?;
        if self.rest.is_empty() {
            Ok(())
        } else {
            self.error("the end")
        }
    }

    fn error<T>(&self, wanted: &str) -> Result<T, String> {
        Err(format!("expected {wanted} at: {:.60}", self.rest))
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { self.error(token) }
    }

    /// Statements up to `}`.
    fn block(&mut self) -> Result<(), String> {
        loop {
            self.statement()?;
            if self.eat("}") {
                return Ok(());
            }
            self.expect("; ")?;
        }
    }

    /// A block that runs only if `condition` holds.
    fn guarded(&mut self, condition: bool) -> Result<(), String> {
        self.expect("{")?;
        let outer = self.live;
        self.live &= condition;
        let done = self.block();
        self.live = outer;
        done
    }

    fn statement(&mut self) -> Result<(), String> {
        if self.eat(KEEP) {
            return Ok(());
        }
        if self.eat("if(") {
            let condition = self.condition()?;
            self.expect(")")?;
            self.guarded(condition)?;
            if self.eat("elseif(") {
                let other = self.condition()?;
                self.expect(")")?;
                self.guarded(!condition && other)?;
            }
            return Ok(());
        }
        if self.eat("foreach($__awsenv_n in ") {
            return self.foreach();
        }
        if self.eat("$env:") {
            let mut names = vec![self.word()];
            while self.eat(",$env:") {
                names.push(self.word());
            }
            self.expect("=")?;
            let value = self.value()?;
            // The last of the values is that of all names behind it only if it is `$null`.
            if names.len() > 1 && value.is_some() {
                return self.error("one value");
            }
            if self.live {
                names.iter().for_each(|name| self.model.set(name, value.clone()));
            }
            return Ok(());
        }
        if self.eat("Microsoft.PowerShell.Utility\\Write-Warning -Message ") {
            let text = self.literal()?;
            self.expect(" -WarningAction Continue")?;
            if self.live {
                self.model.warnings.push(text);
            }
            return Ok(());
        }
        self.expect(SAVED)?;
        if self.eat("=@{}") {
            if self.live {
                self.saved.clear();
            }
        } else if self.eat(".Remove(") {
            let key = self.key()?;
            self.expect(")")?;
            if self.live {
                self.saved.remove(&key);
            }
        } else {
            self.expect("[")?;
            let key = self.key()?;
            self.expect("]=")?;
            let value = self.value()?;
            if self.live {
                self.saved.insert(key, value);
            }
        }
        Ok(())
    }

    fn foreach(&mut self) -> Result<(), String> {
        let mut names = vec![self.quoted()?];
        while self.eat(",") {
            names.push(self.quoted()?);
        }
        self.expect("){")?;
        let body = self.rest;
        for name in names {
            self.rest = body;
            self.name = Some(name);
            self.block()?;
        }
        self.name = None;
        Ok(())
    }

    fn condition(&mut self) -> Result<bool, String> {
        if self.eat("!($null -eq ") {
            let value = self.value()?;
            self.expect(")")?;
            return Ok(value.is_some());
        }
        let negated = self.eat("!");
        self.expect(SAVED)?;
        self.expect(".ContainsKey(")?;
        let key = self.key()?;
        self.expect(")")?;
        Ok(self.saved.contains_key(&key) != negated)
    }

    /// An expression; `None` is `$null`.
    fn value(&mut self) -> Result<Option<String>, String> {
        if self.eat("$null") {
            return Ok(None);
        }
        if self.eat("$env:") {
            let name = self.word();
            return Ok(self.model.env.get(name).cloned());
        }
        if self.eat(SAVED) {
            self.expect("[")?;
            let key = self.key()?;
            self.expect("]")?;
            return Ok(self.saved.get(&key).cloned().flatten());
        }
        self.literal().map(Some)
    }

    /// `'…'`, or `-join(…)` of such literals and UTF-16 units.
    fn literal(&mut self) -> Result<String, String> {
        if !self.eat("-join(") {
            return self.quoted();
        }
        let mut units = Vec::new();
        loop {
            if self.eat("[char]") {
                let unit = self.word().parse::<u16>().map_err(|error| error.to_string())?;
                units.push(unit);
            } else {
                units.extend(self.quoted()?.encode_utf16());
            }
            if self.eat(")") {
                return String::from_utf16(&units).map_err(|error| error.to_string());
            }
            self.expect(",")?;
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.expect("'")?;
        let Some((text, rest)) = self.rest.split_once('\'') else {
            return self.error("a closing quote");
        };
        self.rest = rest;
        Ok(text.to_owned())
    }

    fn key(&mut self) -> Result<String, String> {
        let layer = if self.eat("\"+$__awsenv_n\"") {
            "+"
        } else if self.eat("$__awsenv_n") {
            ""
        } else {
            return self.quoted();
        };
        let name = self.name.as_deref().ok_or("$__awsenv_n outside of a loop")?;
        Ok(format!("{layer}{name}"))
    }

    fn word(&mut self) -> &'a str {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}

fn target(profile: &str, vars: &[(&str, &str)], region: RegionChange) -> Target {
    let vars = vars
        .iter()
        .filter_map(|(name, value)| Some((VarName::parse(name)?, Secret::new((*value).to_owned()))));
    Target {
        wish: Wish::default(),
        profile: profile.into(),
        shown: profile.into(),
        style: Style::Name,
        vars: vars.collect(),
        region,
        container: false,
        expires: None,
    }
}

fn model(vars: &[(&str, &str)]) -> Model {
    Model {
        env: vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Model::default()
    }
}

#[test]
fn absent_empty_and_text_come_back_exactly() {
    let user = model(&[
        ("AWS_PROFILE", "it's\r\n“mine” \u{10ffff}"),
        ("AWS_REGION", ""),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("PATH", "/bin"),
    ]);
    let mut shell = user.clone();
    shell.enter(&target("a", &[("AWS_PROFILE", "a")], RegionChange::Clear("c".into())));
    assert_eq!(shell.env.get("AWS_PROFILE").map(String::as_str), Some("a"));
    assert!(!shell.env.contains_key("AWS_REGION") && !shell.env.contains_key("AWS_SECRET_ACCESS_KEY"));
    let keys = [("AWS_SECRET_ACCESS_KEY", "’;calc;’"), ("AWSUME_PROFILE", "b")];
    shell.enter(&target("b", &keys, RegionChange::Set("r".into())));
    assert_eq!(shell.env["AWS_SECRET_ACCESS_KEY"], "’;calc;’");
    assert_eq!(
        (shell.env.get("AWS_PROFILE"), shell.env["AWS_REGION"].as_str()),
        (None, "r")
    );
    assert_eq!(shell.leave(), [""; 0]);
    assert_eq!(shell, user);
    shell.leave();
    assert_eq!(shell, user, "unset twice");
}

#[test]
fn where_an_empty_variable_is_none_it_comes_back_as_none() {
    let mut shell = Model {
        drops_empty: true,
        ..model(&[("AWS_REGION", ""), ("AWS_SSO", "x")])
    };
    shell.enter(&target("a", &[("AWS_PROFILE", "a")], RegionChange::Clear("c".into())));
    shell.leave();
    assert_eq!(shell.env, model(&[("AWS_SSO", "x")]).env);
}

#[test]
fn a_nested_shell_gives_back_what_is_no_secret() {
    let mut shell = model(&[
        ("AWS_PROFILE", "old"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("AWS_SSO", ""),
    ]);
    shell.enter(&target("a", &[("AWS_PROFILE", "a")], RegionChange::Own));
    for uses in 0..3 {
        let mut nested = Model {
            saved: None,
            ..shell.clone()
        };
        for at in 0..uses {
            let profile = format!("n{at}");
            nested.enter(&target(
                &profile,
                &[("AWS_SECRET_ACCESS_KEY", &profile)],
                RegionChange::Own,
            ));
        }
        nested.leave();
        assert_eq!(
            nested.env,
            model(&[("AWS_PROFILE", "old"), ("AWS_SSO", "")]).env,
            "after {uses} uses"
        );
        assert_eq!(nested.saved, None);
        assert_eq!(nested.warnings.len(), 1, "{:?}", nested.warnings);
        assert!(
            nested.warnings[0].contains("cannot restore AWS_SECRET_ACCESS_KEY"),
            "{:?}",
            nested.warnings
        );
    }
}

#[test]
fn what_the_user_changed_since_stays() {
    let mut shell = model(&[("AWS_PROFILE", "old"), ("AWS_REGION", "r")]);
    shell.enter(&target("a", &[("AWS_PROFILE", "a")], RegionChange::Clear("c".into())));
    shell.env.insert("AWS_REGION".into(), "changed".into());
    shell.env.remove("AWS_PROFILE");
    assert_eq!(shell.leave(), ["AWS_PROFILE", "AWS_REGION"]);
    assert_eq!(shell, model(&[("AWS_REGION", "changed")]));
}

#[test]
fn cut_text_does_nothing() {
    let mut shell = model(&[("AWS_PROFILE", "old")]);
    shell.enter(&target("a", &[("AWS_PROFILE", "a'b")], RegionChange::Set("r".into())));
    let env = shell.as_env();
    let state = State::read(&env).expect("our own state");
    let next = enter(
        &env,
        state.as_ref(),
        &target("b", &[("AWS_PROFILE", "b;b")], RegionChange::Own),
    );
    for diff in [next, leave(&env, state.as_ref()).diff] {
        let script = Shell::PowerShell.syntax().script(&diff, None);
        for cut in 1..script.len() {
            let mut half = shell.clone();
            assert!(half.invoke(&script[..cut]).is_err(), "{}", &script[..cut]);
            assert_eq!(half, shell);
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_filter("no NUL", |c| *c != '\0'),
        prop::sample::select(
            "'\"‘’‚‛“”„–—`$(){};,\r\n\u{85}\u{a0}\u{feff} []"
                .chars()
                .collect::<Vec<_>>()
        ),
    ];
    prop::collection::vec(piece, 0..12).prop_map(String::from_iter)
}

fn a_target() -> impl Strategy<Value = Target> {
    let names = vec![
        "AWS_PROFILE",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_CA_BUNDLE",
        "AWS_ENDPOINT_URL_S3",
        "AWSUME_PROFILE",
    ];
    let vars = prop::collection::btree_map(prop::sample::select(names), value(), 0..5);
    let region = prop_oneof![
        value().prop_map(RegionChange::Clear),
        Just(RegionChange::Own),
        value().prop_map(RegionChange::Set)
    ];
    (value(), vars, region, any::<bool>()).prop_map(|(profile, vars, region, container)| {
        let vars: Vec<_> = vars.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Target {
            container,
            ..target(&profile, &vars, region)
        }
    })
}

fn an_environment() -> impl Strategy<Value = BTreeMap<String, String>> {
    let names: Vec<&str> = [&IDENTITY[..], &CONTAINER, &MARKS, &REGION, &["GRANTED_SSO_X", "PATH"]].concat();
    let name = prop::sample::select(names).prop_map(str::to_owned);
    prop::collection::btree_map(name, value(), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_environment_comes_back_after_any_switches(
        env in an_environment(),
        targets in prop::collection::vec(a_target(), 1..4),
    ) {
        let user = Model { env, ..Model::default() };
        let mut shell = user.clone();
        for target in &targets {
            shell.enter(target);
            for (name, value) in &target.vars {
                prop_assert_eq!(shell.env.get(name.as_str()), Some(value.expose()));
            }
        }
        shell.leave();
        prop_assert_eq!(shell, user);
    }
}

// What the program itself prints.

const CONFIG: &str = "[profile a]\nregion = eu-west-1\ncredential_process = true\n[profile keys]\naws_access_key_id = AKIAA\n\
                      aws_secret_access_key = it's‘x’;calc\n";

#[test]
fn the_program_prints_what_the_model_reads() {
    let sandbox = Sandbox::with_config(CONFIG);
    let mut shell = model(&[("AWS_PROFILE", "mine")]);
    let user = shell.clone();
    for words in ["use a", "use keys --keys", "use keys --keys", "unset"] {
        let mut run = sandbox.awsenv(words.split(' ')).args(["--shell", "pwsh"]);
        for (name, value) in &shell.env {
            run = run.env(name, value);
        }
        let output = run.output();
        shell.run(output.clean().trim_end_matches('\n'));
        assert!(output.stdout.is_ascii() && output.stdout.iter().filter(|byte| **byte == b'\n').count() == 1);
        if words.ends_with("--keys") {
            assert_eq!(shell.env["AWS_SECRET_ACCESS_KEY"], "it's‘x’;calc");
        }
    }
    assert_eq!(shell, user);
}

#[test]
fn a_failure_throws() {
    let sandbox = Sandbox::with_config(CONFIG);
    for (args, status) in [(["use", "no’such"], 1), (["use", "--bogus"], 2), (["unset", "now"], 2)] {
        let output = sandbox.awsenv(args).args(["--shell", "powershell"]).output();
        assert_eq!(output.status, status, "{}", output.all());
        let mut model = Model::default();
        let thrown = output
            .out()
            .trim_end()
            .strip_prefix("throw ")
            .expect("a throw")
            .to_owned();
        let mut reader = Reader {
            rest: &thrown,
            model: &mut model,
            live: false,
            saved: BTreeMap::new(),
            name: None,
        };
        let message = reader.literal().expect("one literal");
        assert!(message.starts_with("awsenv: ") && reader.rest.is_empty(), "{thrown}");
        assert!(thrown.is_ascii(), "{thrown}");
    }
    let help = sandbox.awsenv(["use", "--help", "--shell", "powershell"]).output();
    assert_eq!((help.status, help.out()), (0, "$null=0\n"));
}

// The same in a real PowerShell.

fn pwsh(sandbox: &Sandbox, text: &str) -> Option<crate::support::Output> {
    let invocation = crate::support::SHELLS.iter().find(|shell| shell.tool == "pwsh")?;
    let shell = invocation.at(crate::support::require(invocation.tool)?);
    let tell = "function tell($name) { if (Test-Path \"env:$name\") { \"$name=$((Get-Item \"env:$name\").Value)\" } else { $name } }\n";
    Some(sandbox.script(&shell, format!("{tell}{text}")).output())
}

#[test]
fn a_real_powershell_comes_back_as_it_was() {
    let sandbox = Sandbox::with_config(CONFIG);
    let plain = "Invoke-Expression (awsenv use a --shell powershell | Out-String)\n\
                 tell AWS_PROFILE; tell AWS_REGION\n\
                 Invoke-Expression (awsenv use keys --keys --shell powershell | Out-String)\n\
                 tell AWS_PROFILE; tell AWS_SECRET_ACCESS_KEY\n\
                 Invoke-Expression (awsenv unset --shell powershell | Out-String)\n";
    let wrapped = "Invoke-Expression (& { (awsenv init powershell --no-prompt | Out-String) })\n\
                   awsenv use a\ntell AWS_PROFILE; tell AWS_REGION\n\
                   awsenv use keys --keys\ntell AWS_PROFILE; tell AWS_SECRET_ACCESS_KEY\nawsenv unset\n";
    for text in [plain, wrapped] {
        let start = "$env:AWS_PROFILE = 'mine'; $env:AWS_REGION = \"a'b\"\n";
        let end = "tell AWS_PROFILE; tell AWS_REGION; tell AWS_SECRET_ACCESS_KEY; tell AWSENV_STATE\n\
                   Test-Path variable:global:__awsenv_saved\n";
        let Some(output) = pwsh(&sandbox, &format!("{start}{text}{end}")) else {
            return;
        };
        assert_eq!(
            output.success().replace("\r\n", "\n"),
            "AWS_PROFILE=a\nAWS_REGION\nAWS_PROFILE\nAWS_SECRET_ACCESS_KEY=it's‘x’;calc\n\
             AWS_PROFILE=mine\nAWS_REGION=a'b\nAWS_SECRET_ACCESS_KEY\nAWSENV_STATE\nFalse\n",
            "{text}"
        );
    }
}

#[test]
fn a_real_powershell_sees_a_failure() {
    let sandbox = Sandbox::with_config(CONFIG);
    let plain =
        "try { Invoke-Expression (awsenv use nosuch --shell powershell | Out-String); 'lied' } catch { 'caught' }\n";
    let Some(output) = pwsh(&sandbox, plain) else { return };
    assert_eq!(output.success().trim_end(), "caught");
    // These command lines do not name the shell, so awsenv looks for it.
    let unclear = [
        "use a --bogus",
        "use a b",
        "use a --shell tcsh",
        "unset now",
        "bogus",
        "init tcsh",
    ];
    let text = unclear
        .map(|args| format!("try {{ Invoke-Expression (awsenv {args} | Out-String); 'lied' }} catch {{ \"$_\" }}\n"));
    let Some(output) = pwsh(&sandbox, &text.concat()) else {
        return;
    };
    let thrown = output.success().lines().filter(|line| line.starts_with("awsenv: "));
    assert_eq!(thrown.count(), unclear.len(), "{}", output.all());
    let strict = "Invoke-Expression (awsenv use nosuch --shell powershell | Out-String)\n'lied'\n";
    let Some(output) = pwsh(&sandbox, strict) else { return };
    assert!(output.status == 1 && !output.out().contains("lied"), "{}", output.all());
    let wrapped = "Invoke-Expression (& { (awsenv init powershell --no-prompt | Out-String) })\n\
                   $ErrorActionPreference = 'Continue'\n\
                   awsenv use nosuch && 'lied'\n\"$? $LASTEXITCODE\"\nawsenv use nosuch || 'or'\n";
    let Some(output) = pwsh(&sandbox, wrapped) else { return };
    assert!(
        output.out().contains("or") && !output.out().contains("lied"),
        "{}",
        output.all()
    );
}

#[test]
fn a_real_powershell_reads_every_literal() {
    let sandbox = Sandbox::new();
    let golden: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../data/powershell-golden.json")).expect("the table");
    let mut text = String::new();
    for entry in &golden {
        let literal = entry["literal"].as_str().expect("literal");
        // UTF-16 units as numbers, so that no encoding is involved.
        text.push_str(&format!(
            "$v={literal}\n-join($v.ToCharArray() | ForEach-Object {{ \"$([int]$_) \" }})\n"
        ));
    }
    let Some(output) = pwsh(&sandbox, &text) else { return };
    for (line, entry) in output.success().lines().zip(&golden) {
        let value = entry["v"].as_str().expect("v");
        let units: Vec<_> = value.encode_utf16().map(|unit| unit.to_string()).collect();
        assert_eq!(line.trim_end(), units.join(" "), "{}", entry["note"]);
    }
}

/// What PSReadLine requests on Tab, and what it draws before a line.
#[test]
fn a_real_powershell_completes_and_shows_the_profile() {
    let sandbox = Sandbox::with_config("[profile jekyl]\n[profile 'my prod']\n[profile it’s]\n");
    let lines = [
        "awsenv unse",
        "awsenv use j",
        "awsenv use 'my",
        "awsenv use it",
        "awsenv use jekyl --reg",
    ];
    let mut text = String::from("Invoke-Expression (& { (awsenv init powershell | Out-String) })\n");
    for line in lines {
        let line = crate::support::powershell_word(line);
        text.push_str(&format!(
            "(TabExpansion2 {line} {line}.Length).CompletionMatches.CompletionText\n"
        ));
    }
    text.push_str(
        "$env:NO_COLOR = '1'; $before = prompt\nawsenv use -q jekyl\n(prompt) -ceq \"[jekyl] $before\"\n\
         $env:AWS_PROFILE = 'other'; (prompt) -ceq \"[other?] $before\"\n$env:AWS_PROFILE = 'jekyl'\n\
         awsenv unset\n(prompt) -ceq $before\n",
    );
    let Some(output) = pwsh(&sandbox, &text) else { return };
    let expected = "unset\njekyl\n'my prod'\n'it’’s'\n--region\nTrue\nTrue\nTrue\n";
    assert_eq!(output.success().replace("\r\n", "\n"), expected, "{}", output.all());
}
