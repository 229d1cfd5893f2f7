//! What is said of MFA devices without asking for a code: by `explain`, `sessions list`, `doctor` and in warnings.

use std::fs::File;
use std::os::unix::net::UnixListener;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json as value};

use super::{exec, start, start_with_program};
use crate::roles::barred::Bar;
use crate::roles::json;
use crate::support::Sandbox;
use crate::support::keychain::Keychain;

/// `explain` of a profile: the part about MFA in JSON, and its lines in words.
#[track_caller]
fn explained(sandbox: &Sandbox, profile: &str) -> (Value, Vec<String>) {
    let document = json(&sandbox.awsenv(["explain", profile, "--json"]).output());
    let text = sandbox.awsenv(["explain", profile]).output();
    let lines = text.success().lines().skip_while(|line| !line.starts_with("mfa"));
    let lines = lines.take_while(|line| line.starts_with("mfa") || line.starts_with(' '));
    let blank = |line: &str| {
        let parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("  ")
    };
    (document["mfa"].clone(), lines.map(blank).collect())
}

fn mfa(sandbox: &Sandbox, line: u32, takes: &str, source: Value) -> Value {
    value!({
        "serial": "arn:aws:iam::123456789012:mfa/base", "file": sandbox.path(".aws/config"), "line": line,
        "takes": takes, "source": source, "kept_until": null, "asks": source == "terminal" || source == "gui",
    })
}

const BOTO3: &str = "boto3 asks for a code for each role in each process; the AWS CLI keeps the keys of each role";

/// Nothing is kept, and nothing is made by looking.
#[test]
fn explain_says_who_takes_a_code() {
    let Some((aws, sandbox)) = start() else { return };
    let line = |text: &str| {
        let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config");
        let mut lines = config.lines().skip_while(|line| *line != format!("[profile {text}]"));
        let skipped = config.lines().count() - lines.clone().count();
        let below = lines.position(|line| line.starts_with("mfa_serial")).expect("a device");
        u32::try_from(skipped + below + 1).expect("a line")
    };
    let of = |profile: &str| explained(&sandbox, profile);
    assert_eq!(of("one"), (Value::Null, Vec::new()));
    let (found, lines) = of("guarded");
    assert_eq!(found, mfa(&sandbox, line("guarded"), "session", value!("terminal")));
    let at = |profile: &str| format!("~/.aws/config:{}", line(profile));
    let shared = format!("mfa  one code serves all roles of this user  {}", at("guarded"));
    assert_eq!(lines, [&shared, "typed at the terminal", BOTO3]);
    let (found, lines) = of("base-mfa");
    assert_eq!(found, mfa(&sandbox, line("base-mfa"), "session", value!("terminal")));
    assert!(lines[0].contains("one code gives a session of the user"), "{lines:?}");
    assert!(lines[2].contains("without a code"), "{lines:?}");
    let (found, lines) = of("long");
    assert_eq!(found, mfa(&sandbox, line("long"), "role", value!("terminal")));
    assert!(
        lines[0].contains("the role Guarded alone: a session gets a role for an hour at most"),
        "{lines:?}"
    );
    let (found, lines) = of("middle");
    assert_eq!(found, mfa(&sandbox, line("middle"), "role", value!("terminal")));
    assert!(lines[0].contains("AWS takes one only from a user"), "{lines:?}");
    // The device of the role below counts.
    assert_eq!(
        of("beyond").0,
        mfa(&sandbox, line("guarded"), "session", value!("terminal"))
    );
    let (found, lines) = of("fido");
    assert_eq!((&found["takes"], &found["asks"]), (&value!("nothing"), &value!(false)));
    assert!(
        lines[0].contains("no code can be used") && lines[0].contains("FIDO"),
        "{lines:?}"
    );
    assert_eq!(aws.requests().len(), 0);
    assert!(!sandbox.path(".local/state/awsenv").exists());
}

#[test]
fn explain_says_where_codes_come_from() {
    let Some((_aws, sandbox)) = start() else { return };
    let source = |settings: &str| {
        sandbox.write(".config/awsenv/config", settings);
        let (found, lines) = explained(&sandbox, "guarded");
        (found["source"].clone(), found["asks"].clone(), lines[1].clone())
    };
    let (found, asks, line) = source("\n[mfa]\nprocess = /opt/codes --of '{serial}'\nprompt = gui\n");
    assert_eq!((found, asks), (value!("settings"), value!(false)));
    assert_eq!(
        line,
        "printed by the program /opt/codes --of '{serial}'  ~/.config/awsenv/config:3"
    );
    let (found, asks, _) = source("export = name\n");
    assert_eq!(
        (found, asks),
        (value!("terminal"), value!(false)),
        "a name takes no code"
    );
    let (found, asks, line) = source("[mfa]\nprompt = gui\n");
    assert_eq!((found, asks), (value!("gui"), value!(true)));
    assert!(line.starts_with("typed in a window"), "{line}");
    let (_, _, line) = source("[mfa]\nprocess = codes --password hunter2abc\n");
    assert!(line.starts_with("printed by the program codes (secret)"), "{line}");
    assert_eq!(source("mfa_session = off\n").0, "terminal");
    let (found, lines) = explained(&sandbox, "guarded");
    assert_eq!(found["takes"], "role");
    assert!(
        lines[0].contains("the role Guarded alone: by `mfa_session = off`"),
        "{lines:?}"
    );
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config");
    let own = "[profile guarded]\nmfa_process = /opt/own codes\n";
    sandbox.write(".aws/config", config.replace("[profile guarded]\n", own));
    let (found, lines) = explained(&sandbox, "guarded");
    assert_eq!(found["source"], "profile");
    assert!(
        lines[1].starts_with("printed by the program /opt/own codes  ~/.aws/config:"),
        "{lines:?}"
    );
}

/// What is kept is seen by `explain`, `sessions list` and `doctor`.
#[test]
fn what_is_kept_is_told_until_it_ends() {
    let Some((aws, sandbox)) = start() else { return };
    exec(&sandbox, &["guarded", "--mfa-code", &aws.code(0)]);
    let (found, lines) = explained(&sandbox, "audit");
    assert_eq!(found["asks"], false);
    let until = found["kept_until"].as_str().expect("a time").to_owned();
    assert!(
        lines.iter().any(|line| line.contains("so no code is needed now")),
        "{lines:?}"
    );
    let listed = || {
        let sessions = json(&sandbox.awsenv(["sessions", "list", "--json"]).output());
        let row = |session: &Value| {
            ["profile", "kind", "role_arn", "account_id", "renewable"].map(|key| session[key].clone())
        };
        let rows: Vec<_> = sessions.as_array().expect("sessions").iter().map(row).collect();
        let ends = sessions
            .as_array()
            .expect("sessions")
            .iter()
            .map(|session| session["expires"].clone())
            .collect::<Vec<_>>();
        (rows, ends)
    };
    let account = "123456789012";
    let role = "arn:aws:iam::123456789012:role/Guarded";
    let (rows, ends) = listed();
    let of_user = value!(["base", "mfa", null, account, false]);
    let of_role = value!(["guarded", "role", role, account, true]);
    assert_eq!(value!(rows), value!([of_user, of_role]));
    assert_eq!(ends[0], value!(until));
    sandbox.write(".config/awsenv/config", "[mfa]\nprocess = codes\n");
    let renewable = value!(["base", "mfa", null, account, true]);
    assert_eq!(value!(listed().0[0]), renewable);
    let (ok, _) = findings(&sandbox);
    assert!(
        ok.contains("sessions that took an MFA code are kept: that of `base` until "),
        "{ok}"
    );
    sandbox.awsenv(["sessions", "clear", "base"]).output().success();
    sandbox.write(".config/awsenv/config", "");
    let (found, _) = explained(&sandbox, "guarded");
    assert_eq!(
        (&found["kept_until"], &found["asks"]),
        (&Value::Null, &value!(false)),
        "the role is kept"
    );
    assert_eq!(value!(listed().0), value!([["guarded", "role", role, account, false]]));
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    assert_eq!(explained(&sandbox, "guarded").0["asks"], true);
    assert_eq!(findings(&sandbox).0, "no session that took an MFA code is kept");
    assert_eq!(aws.count("GetSessionToken"), 1);
}

/// The good finding about MFA, and the warnings, each with its line.
fn findings(sandbox: &Sandbox) -> (String, Vec<(String, u64)>) {
    let found = json(&sandbox.awsenv(["doctor", "--json"]).output());
    let all = found.as_array().expect("findings").iter();
    let of_mfa: Vec<_> = all.filter(|finding| finding["check"] == "mfa").collect();
    let text = |finding: &Value| finding["message"].as_str().expect("a message").to_owned();
    let is_ok = |finding: &&Value| finding["status"] == "ok";
    let ok = of_mfa
        .iter()
        .find(|finding| is_ok(finding))
        .map(|finding| text(finding));
    let warnings = of_mfa.iter().filter(|finding| !is_ok(finding));
    let placed = |finding: &&Value| (text(finding), finding["line"].as_u64().unwrap_or(0));
    (ok.unwrap_or_default(), warnings.map(placed).collect())
}

#[test]
fn doctor_finds_sources_that_have_no_codes() {
    let Some((_aws, sandbox, _)) = start_with_program() else {
        return;
    };
    assert_eq!(findings(&sandbox).1, []);
    let warned = |settings: &str| {
        sandbox.write(".config/awsenv/config", settings);
        findings(&sandbox).1
    };
    let found = warned("[mfa]\nprocess = no-such-codes {serial}\n");
    assert!(
        found
            .iter()
            .all(|(message, line)| message.contains("`no-such-codes`") && *line == 2),
        "{found:?}"
    );
    assert!(found[0].0.contains("is not on the PATH"), "{found:?}");
    let found = warned("[mfa]\nprocess = codes 'x\n");
    assert!(found[0].0.contains("`process` in `[mfa]` cannot be run"), "{found:?}");
    let found = warned("[mfa]\nprompt = gui\n");
    assert!(found[0].0.contains("no window can be shown"), "{found:?}");
    assert_eq!(warned("").len(), 0);
    sandbox.write(".aws/config", "[profile p]\nregion = eu-west-1\n");
    assert_eq!(findings(&sandbox), (String::new(), Vec::new()));
}

/// The keys of `aws configure mfa-login` have no end in the file, but the file has a time.
#[test]
fn doctor_finds_temporary_keys_that_have_ended() {
    let sandbox = Sandbox::new();
    let keys = |start: &str| {
        format!(
            "aws_access_key_id = {start}IOSFODNN7EXAMPL2\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
        )
    };
    let token = "aws_session_token = FwoGZXIvYXdzEXAMPLE\n";
    let (lasting, temporary) = (keys("AKIA"), keys("ASIA") + token);
    let credentials = format!(
        "[user]\n{lasting}[123456789012-phone]\n{temporary}[other]\n{temporary}[local]\n{temporary}endpoint_url = http://localhost\n"
    );
    let path = sandbox.write(".aws/credentials", credentials);
    let found = || {
        let found = json(&sandbox.awsenv(["doctor", "--json"]).output());
        let all = found.as_array().expect("findings").iter();
        let keys = all.filter(|finding| finding["check"] == "temporary-keys");
        let row = |finding: &Value| ["status", "message", "line"].map(|key| finding[key].clone());
        value!(keys.map(row).collect::<Vec<_>>())
    };
    let login = "the keys that `aws configure mfa-login` wrote to `123456789012-phone`";
    assert_eq!(found(), value!([["ok", format!("{login} end within 36 h"), 5]]));
    let age = |hours: u64| {
        #[expect(clippy::disallowed_methods, reason = "the tests' own clock, not the program's")]
        let then = SystemTime::now() - Duration::from_secs(hours * 3600);
        File::options()
            .append(true)
            .open(&path)
            .expect("the file")
            .set_modified(then)
            .expect("a time");
    };
    age(35);
    assert_eq!(found()[0][0], "ok");
    age(37);
    let old = "have ended: the file was written more than 36 h ago";
    assert_eq!(
        found(),
        value!([
            ["warn", format!("{login} {old}"), 5],
            ["warn", format!("the temporary keys of `other` {old}"), 9],
        ])
    );
}

#[test]
fn a_device_of_no_use_is_told_of_once() {
    let Some((aws, sandbox)) = start() else { return };
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config");
    let device = "mfa_serial = arn:aws:iam::123456789012:mfa/base\n";
    let keys =
        "aws_access_key_id = ASIAIOSFODNN7EXAMPL2\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
    let token = "aws_session_token = FwoGZXIvYXdzEXAMPLE\n";
    sandbox.write(
        ".aws/config",
        format!("{config}\n[profile session]\n{device}{keys}{token}"),
    );
    for style in ["--name", "--keys"] {
        let output = sandbox.awsenv(["exec", "session", style, "--", "true"]).output();
        output.success();
        let times = output.err().matches("`mfa_serial` is not used").count();
        assert_eq!(times, 1, "{style}: {}", output.all());
    }
    let (found, lines) = explained(&sandbox, "session");
    assert_eq!(
        (&found["takes"], &found["source"], &found["asks"]),
        (&value!("nothing"), &Value::Null, &value!(false))
    );
    assert!(lines[0].contains("no code is used"), "{lines:?}");
    let by_name = sandbox
        .awsenv(["exec", "base-mfa", "--name", "--", "printenv"])
        .output();
    assert!(by_name.success().contains("AWS_PROFILE=base-mfa"), "{}", by_name.all());
    assert!(by_name.err().contains("without an MFA code"), "{}", by_name.all());
    assert_eq!(aws.requests().len(), 0);
}

/// Where only a keychain opens sessions, none is asked: it may ask the user.
#[test]
fn explain_does_not_wait_for_a_keychain() {
    let Some((aws, mut sandbox)) = start() else { return };
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let Some(bar) = Bar::new(&sandbox) else { return };
    let keep = ["exec", "guarded", "--mfa-code", &aws.code(0), "--", "true"];
    bar.around(sandbox.awsenv(keep)).output().success();
    let again = bar.around(sandbox.awsenv(["exec", "guarded", "--", "true"])).output();
    assert_eq!(again.success(), "", "the keychain opens the session");
    // From here on, nobody answers, and who asks is known.
    let socket = keychain.socket();
    drop(keychain);
    let _ = std::fs::remove_file(&socket);
    let bus = UnixListener::bind(&socket).expect("a bus");
    bus.set_nonblocking(true).expect("a bus");
    let looked = |words: &[&str]| {
        let output = bar.around(sandbox.awsenv(words)).output();
        assert!(bus.accept().is_err(), "the keychain is asked");
        output
    };
    let explained = looked(&["explain", "guarded"]);
    let unseen = "unless one is kept, which only the keychain shows";
    assert!(explained.success().contains(unseen), "{}", explained.all());
    let doctor = looked(&["doctor", "--json"]);
    let found = json(&doctor);
    let is_unseen = |finding: &Value| {
        finding["message"]
            .as_str()
            .is_some_and(|text| text.starts_with("only the keychain knows"))
    };
    assert!(
        found.as_array().expect("findings").iter().any(is_unseen),
        "{}",
        doctor.all()
    );
}
