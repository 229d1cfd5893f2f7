//! Signing in at the stand-in for IAM Identity Center: by a browser that brings a code, by a code that is shown, at a
//! terminal, by many at once, and given up.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::integration::terminal::Terminal;
use crate::support::sso::{
    Browser, LEGACY, SCOPE, START_URL, answered, changed, old, opened, read, registration_path, token_path, write,
};
use crate::support::walk::{WRITES, Walk};
use crate::support::{Authority, Aws, Sandbox};

/// A world in which nobody is signed in, and its sandbox with this browser.
fn world(browser: Browser) -> Option<(Aws, Sandbox)> {
    started(crate::support::aws::world(), browser)
}

fn started(world: Value, browser: Browser) -> Option<(Aws, Sandbox)> {
    let aws = Aws::with(world)?;
    let mut sandbox = aws.sso_sandbox();
    browser.set(&mut sandbox)?;
    Some((aws, sandbox))
}

fn registration() -> String {
    registration_path(START_URL, Some("corp"), Some(&[SCOPE]))
}

/// Whether there is neither a token nor a registration, nor a part of one.
fn is_untouched(sandbox: &Sandbox) -> bool {
    let files = std::fs::read_dir(sandbox.path(".aws/sso/cache"));
    files.map_or(true, |mut files| files.next().is_none())
}

#[test]
fn a_browser_brings_a_code_once_and_then_it_is_known() {
    let Some((aws, sandbox)) = world(Browser::WrongStateFirst) else {
        return;
    };
    let output = sandbox.awsenv(["login", "sso-admin"]).output();
    output.success();
    assert_eq!(output.out(), "");
    assert!(
        output.err().contains("you are signed in to `corp` until 20"),
        "{}",
        output.err()
    );
    let opened = opened(&sandbox);
    assert_eq!(opened.len(), 1);
    assert!(opened[0].starts_with(&format!("{}/authorize?response_type=code&client_id=", aws.endpoint())));
    assert!(output.err().contains(&opened[0]), "{}", output.err());
    let pages = answered(&sandbox);
    assert_eq!([&pages[0]["status"], &pages[1]["status"]], [400, 200]);
    for page in &pages {
        assert_eq!(page["headers"]["cache-control"], "no-store");
        assert_eq!(page["headers"]["referrer-policy"], "no-referrer");
    }

    let token = read(&sandbox, &token_path("corp")).expect("a token");
    let names: Vec<&String> = token.as_object().expect("members").keys().collect();
    let expected = [
        "startUrl",
        "region",
        "accessToken",
        "expiresAt",
        "clientId",
        "clientSecret",
        "registrationExpiresAt",
        "refreshToken",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        (&token["startUrl"], &token["region"]),
        (&json!(START_URL), &json!("eu-west-1"))
    );
    let kept = read(&sandbox, &registration()).expect("a registration");
    assert_eq!(kept["clientId"], token["clientId"]);
    assert_eq!(kept["scopes"], json!([SCOPE]));
    assert_eq!(kept["grantTypes"], json!(["authorization_code", "refresh_token"]));

    // No secret is shown, and none is in the browser's argument.
    let secrets: Vec<_> = aws
        .secrets()
        .into_iter()
        .filter(|given| output.err().contains(&given.value))
        .collect();
    assert!(secrets.is_empty(), "{secrets:?}");
    assert!(!aws.secrets().iter().any(|given| opened[0].contains(&given.value)));

    let again = sandbox.awsenv(["login", "--profile", "sso-chain"]).output();
    again.success();
    assert!(
        again.err().contains("you are already signed in to `corp`"),
        "{}",
        again.err()
    );
    assert_eq!(aws.count("CreateToken"), 1);
    std::fs::remove_file(sandbox.path(token_path("corp"))).expect("a token");
    sandbox.awsenv(["login", "corp"]).output().success();
    assert_eq!((aws.count("RegisterClient"), aws.count("CreateToken")), (1, 2));
    sandbox.awsenv(["login", "corp", "--force"]).output().success();
    assert_eq!((aws.count("RegisterClient"), aws.count("CreateToken")), (2, 3));
}

/// The file of a token says nothing of what its administrator has done since.
#[test]
fn a_token_that_aws_has_ended_is_not_taken_for_a_sign_in() {
    let Some((aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    let end = || {
        let mut token = old(&aws, START_URL, 3600);
        token["accessToken"] = json!("ended");
        token["refreshToken"] = json!("ended");
        write(&sandbox, &token_path("corp"), &token);
    };
    end();
    let output = sandbox.awsenv(["whoami", "sso-admin"]).output();
    assert!(
        output.err().contains("AWS has ended the SSO session `corp`"),
        "{}",
        output.err()
    );
    let output = sandbox.awsenv(["login", "corp"]).output();
    output.success();
    assert!(output.err().contains("you are signed in to `corp`"), "{}", output.err());
    sandbox.awsenv(["whoami", "sso-admin"]).output().success();
    assert_eq!(opened(&sandbox).len(), 1);

    if let Some(terminal) = Terminal::open(&sandbox, "bash", "") {
        for (words, pages) in [("exec sso-dev --keys", 2), ("exec sso-dev", 3)] {
            end();
            terminal.line(&format!(
                "clear; awsenv {words} --login -- true; echo status $? {pages}"
            ));
            let status = format!("status 0 {pages}");
            terminal.wait("the status", |screen| screen.contains(&status));
            assert_eq!(opened(&sandbox).len(), pages, "{words}");
        }
    }

    // Where AWS cannot be asked, the file counts.
    end();
    aws.scenario(&json!({"faults": [{"when": {"Action": "ListAccounts"}, "status": 503}]}));
    let output = sandbox.awsenv(["login", "corp"]).output();
    output.success();
    assert!(output.err().contains("already signed in"), "{}", output.err());
}

#[test]
fn a_token_of_another_start_url_is_not_taken_for_a_sign_in() {
    let Some((aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    let mut token = old(&aws, LEGACY, 3600);
    write(&sandbox, &token_path("corp"), &token);
    sandbox.awsenv(["login", "corp"]).output().success();
    assert_eq!(opened(&sandbox).len(), 1);
    token = read(&sandbox, &token_path("corp")).expect("a token");
    assert_eq!(token["startUrl"], START_URL);
}

#[test]
fn who_says_no_leaves_everything_as_it_was() {
    let Some((_aws, sandbox)) = world(Browser::Deny) else {
        return;
    };
    let output = sandbox.awsenv(["login", "corp"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(output.err().contains("denied in the browser"), "{}", output.err());
    assert!(is_untouched(&sandbox));

    let Some((_aws, sandbox)) = started(changed(|corp| corp["deny"] = json!(true)), Browser::Never) else {
        return;
    };
    let output = sandbox.awsenv(["login", "corp", "--device"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(output.err().contains("denied in the browser"), "{}", output.err());
    assert!(is_untouched(&sandbox));
}

#[test]
fn a_code_is_shown_where_no_browser_can_bring_one() {
    let Some((aws, mut sandbox)) = world(Browser::Never) else {
        return;
    };
    sandbox.set("LC_ALL", "C");
    for (words, name, told) in [
        (&["login", "corp", "--device", "--no-browser"][..], "corp", ""),
        (&["login", "sso-legacy", "--no-browser"], LEGACY, ""),
        (&["login", "corp", "--qr", "--no-browser", "--force"], "corp", "locale"),
        (&["login", "corp", "--force"], "corp", "SSH_CONNECTION is set"),
    ] {
        if told.contains("SSH") {
            sandbox
                .unset("BROWSER")
                .set("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
        }
        let output = sandbox.awsenv(words).output();
        output.success();
        assert_eq!(output.out(), "");
        let err = output.err();
        assert!(
            err.contains("in any browser") && err.contains("only if it shows this code: "),
            "{err}"
        );
        assert!(
            err.contains(&format!("\n  {}/device?user_code=", aws.endpoint())),
            "{err}"
        );
        assert!(err.contains(told), "{err}");
        assert!(read(&sandbox, &token_path(name)).is_some());
    }
    assert!(opened(&sandbox).is_empty());
    // A registration for a code serves no device, and the other way around.
    assert_eq!(aws.count("RegisterClient"), 2);
    sandbox.set("LC_ALL", "C.UTF-8");
    let output = sandbox.awsenv(["login", "corp", "--qr", "--force"]).output();
    assert!(output.err().contains("████"), "{}", output.err());
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    for (columns, picture) in [(80, true), (30, false)] {
        terminal.resize(columns, 60);
        terminal.line("clear; awsenv login corp --qr --force 2>err; echo status $?");
        let screen = terminal.wait("the status", |screen| screen.contains("status 0"));
        assert_eq!(screen.contains("████"), picture, "{screen}");
    }
    let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
    assert!(err.contains("too narrow for the QR code"), "{err}");
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let Some((aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    for (words, ci, why) in [
        (&["login", "corp", "--no-input"][..], "", "`--no-input` is given"),
        (&["login", "corp"], "true", "CI is set"),
        (&["use", "sso-admin", "--login", "--shell", "bash"], "", "this process"),
        (&["exec", "sso-admin", "--login", "--", "true"], "", "this process"),
        (&["credential-process", "sso-admin", "--login"], "", "this process"),
    ] {
        let output = sandbox.awsenv(words).env("CI", ci).output();
        assert_eq!(output.status, 1, "{words:?}");
        let err = output.err();
        assert!(
            err.contains("you need to sign in to `corp`") && err.contains(why),
            "{err}"
        );
        assert!(err.contains("hint: awsenv login corp"), "{err}");
    }
    assert!(opened(&sandbox).is_empty() && aws.requests().is_empty() && is_untouched(&sandbox));
}

#[test]
fn what_cannot_be_signed_in_to_is_said() {
    let Some((_aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    for (words, why) in [
        (&["login", "base"][..], "takes nothing from IAM Identity Center"),
        (&["login", "corq"], "did you mean `corp`?"),
        (
            &["login", "sso-admin", "--session"],
            "there is no SSO session `sso-admin`",
        ),
    ] {
        let output = sandbox.awsenv(words).output();
        assert_eq!(output.status, 1, "{words:?}");
        assert!(output.err().contains(why), "{}", output.err());
    }
}

/// `login`, without a terminal.
fn begin(sandbox: &Sandbox) -> Child {
    let mut command = sandbox.awsenv(["login", "corp"]).command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().expect("awsenv")
}

#[test]
fn fifty_at_once_open_one_page() {
    let Some((aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    let all: Vec<_> = (0..50).map(|_| begin(&sandbox)).collect();
    for child in all {
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(opened(&sandbox).len(), 1);
    assert_eq!((aws.count("RegisterClient"), aws.count("CreateToken")), (1, 1));
}

/// Waits for as many opened pages.
fn wait_for_pages(sandbox: &Sandbox, count: usize) {
    let start = Instant::now();
    while opened(sandbox).len() < count {
        assert!(start.elapsed() < Duration::from_secs(60), "no page was opened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn who_gives_up_gives_up_for_those_that_wait() {
    use std::os::unix::process::ExitStatusExt as _;
    for (signal, is_for_all) in [("-INT", true), ("-KILL", false)] {
        let Some((_aws, sandbox)) = world(Browser::Never) else {
            return;
        };
        let first = begin(&sandbox);
        wait_for_pages(&sandbox, 1);
        let second = begin(&sandbox);
        std::thread::sleep(Duration::from_millis(1_500));
        let kill = |pid: u32| sandbox.program("kill").args([signal, &pid.to_string()]).output().status;
        assert_eq!(kill(first.id()), 0);
        let output = first.wait_with_output().expect("an end");
        assert!(output.status.signal().is_some(), "{:?}", output.status);
        if is_for_all {
            let output = second.wait_with_output().expect("an end");
            let err = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(130), "{err}");
            assert!(
                err.contains("waiting for another awsenv (pid ") && err.contains("cancelled"),
                "{err}"
            );
            assert_eq!(opened(&sandbox).len(), 1);
        } else {
            // The next one goes on as if there had been no other.
            wait_for_pages(&sandbox, 2);
            assert_eq!(kill(second.id()), 0);
            second.wait_with_output().expect("an end");
        }
        assert!(is_untouched(&sandbox));
    }
}

#[test]
fn ctrl_c_at_a_terminal_leaves_everything_as_it_was() {
    let Some((_aws, sandbox)) = world(Browser::Never) else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("clear; awsenv login corp >out 2>err");
    let screen = terminal.wait("a countdown", |screen| screen.contains("9 min 5"));
    assert!(screen.contains("/authorize?response_type=code"), "{screen}");
    terminal.key("C-c").at_prompt().line("echo status $?");
    let screen = terminal.wait("the status", |screen| screen.contains("status 130"));
    assert!(!screen.contains("waiting for you"), "{screen}");
    assert!(is_untouched(&sandbox));
    // Neither stream has what is for the person's eyes only.
    assert_eq!(std::fs::read_to_string(sandbox.path("out")).expect("a file"), "");
    assert_eq!(std::fs::read_to_string(sandbox.path("err")).expect("a file"), "");
}

#[test]
fn a_shell_signs_in_on_its_way_and_nothing_else_is_evaluated() {
    let Some((aws, sandbox)) = world(Browser::Allow) else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("clear; eval \"$(command awsenv use sso-admin --login)\"; echo \"status $? <$AWS_PROFILE>\"");
    terminal.wait("the status", |screen| screen.contains("status 0 <sso-admin>"));
    assert_eq!((opened(&sandbox).len(), aws.count("CreateToken")), (1, 1));
    terminal
        .line("clear; awsenv use sso-dev --login --keys; echo \"status $? <$AWS_PROFILE> ${AWS_ACCESS_KEY_ID:0:4}\"");
    terminal.wait("the status", |screen| screen.contains("status 0 <> ASIA"));
    assert_eq!((opened(&sandbox).len(), aws.count("CreateToken")), (1, 1));
}

#[test]
fn the_settings_offer_a_sign_in() {
    let Some((aws, mut sandbox)) = world(Browser::Allow) else {
        return;
    };
    sandbox.set("AWSENV_CONFIG", sandbox.write("settings", "[sso]\nlogin = ask\n"));
    let output = sandbox.awsenv(["exec", "sso-admin", "--keys", "--", "true"]).output();
    assert_eq!(output.status, 1);
    assert!(output.err().contains("you are not signed in"), "{}", output.err());
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let question = |screen: &str| {
        screen
            .trim_end()
            .ends_with("you are not signed in to `corp`: sign in now? [y/N]")
    };
    terminal.line("clear; awsenv exec sso-admin --keys -- sh -c 'echo ${#AWS_SESSION_TOKEN}'; echo status $?");
    terminal.wait("the question", question);
    terminal.line("n");
    terminal.wait("the status", |screen| screen.contains("status 1"));
    terminal.line("clear; awsenv use sso-admin; echo \"status $? <$AWS_PROFILE>\"");
    terminal.wait("the question", question);
    terminal.line("");
    terminal.wait("the status", |screen| screen.contains("status 0 <sso-admin>"));
    assert!(opened(&sandbox).is_empty() && aws.requests().is_empty());
    // What reads the streams of a credential_process keeps nobody from being asked.
    terminal.line("clear; awsenv credential-process sso-admin </dev/null 2>err | wc -l; echo done");
    terminal.wait("the question", question);
    terminal.line("y");
    let screen = terminal.wait("the keys", |screen| screen.contains("done"));
    assert!(screen.contains("\n1\n"), "{screen}");
    assert_eq!(aws.count("GetRoleCredentials"), 1);
}

#[test]
fn a_kill_at_any_step_leaves_the_old_token_or_the_new_one() {
    let Some(walk) = Walk::new() else { return };
    let world = changed(|corp| {
        corp["approve"] = json!(1);
    });
    let Some((_aws, sandbox)) = started(world, Browser::Never) else {
        return;
    };
    let old = json!({"accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z", "theirs": [1]});
    let begin = || {
        let _ = std::fs::remove_dir_all(sandbox.path(".aws/sso"));
        write(&sandbox, &token_path("corp"), &old);
    };
    let args = ["login", "corp", "--device", "--no-browser"];
    begin();
    let (output, steps) = walk.steps(&sandbox, WRITES, args);
    output.success();
    assert!(steps.len() > 8, "{steps:?}");
    for step in &steps {
        begin();
        walk.killed_before(&sandbox, step, args);
        let token = read(&sandbox, &token_path("corp")).expect("a token");
        let is_new = token["accessToken"] != "old" && token["refreshToken"].is_string();
        assert!(token == old || is_new, "{step}: {token}");
        assert_eq!(token["theirs"], json!([1]), "{step}");
        sandbox.awsenv(args).output().success();
        let token = read(&sandbox, &token_path("corp")).expect("a token");
        assert_eq!(
            (&token["theirs"], token["refreshToken"].is_string()),
            (&json!([1]), true),
            "{step}"
        );
        let files = std::fs::read_dir(sandbox.path(".aws/sso/cache")).expect("a directory");
        assert_eq!(files.count(), 2, "{step}");
    }
}

#[test]
fn a_full_disk_costs_no_token_that_was_there() {
    let Some(walk) = Walk::new() else { return };
    let Some((_aws, sandbox)) = started(changed(|corp| corp["approve"] = json!(1)), Browser::Never) else {
        return;
    };
    let old = json!({"accessToken": "old", "expiresAt": "2020-01-01T00:00:00Z"});
    write(&sandbox, &token_path("corp"), &old);
    let args = ["login", "corp", "--device", "--no-browser"];
    let output = walk.failed_from(
        &sandbox,
        &[("rename", 1), ("renameat", 1), ("renameat2", 1)],
        "ENOSPC",
        args,
    );
    assert_eq!(output.status, 1);
    assert!(output.err().contains("the token cannot be kept"), "{}", output.err());
    assert_eq!(read(&sandbox, &token_path("corp")), Some(old));
}

#[test]
fn a_start_url_of_ones_own_corrects_the_region_if_the_user_agrees() {
    let Some(authority) = Authority::new() else { return };
    let (certificate, key) = authority.issue("IP:127.0.0.1");
    let portal = "https://ssoins-1.portal.us-east-2.app.aws/start";
    let mut world = changed(|corp| corp["start_url"] = json!(portal));
    world["vanity"] = json!({"/start": {"to": portal, "head": 405}});
    let Some(aws) = Aws::over_tls_with(world, &certificate, &key) else {
        return;
    };
    let mut sandbox = aws.sso_sandbox();
    sandbox.set("AWS_CA_BUNDLE", authority.root());
    let Some(_) = Browser::Allow.set(&mut sandbox) else {
        return;
    };
    let url = format!("{}/start", aws.endpoint());
    let config = format!("[sso-session corp]\nsso_start_url = {url}\nsso_region = eu-west-1\n");
    let path = sandbox.write(".aws/config", &config);
    let output = sandbox.awsenv(["login"]).output();
    output.success();
    let warning = "the start URL of `corp` leads to the region `us-east-2`, but its `sso_region` is `eu-west-1`";
    assert!(output.err().contains(warning), "{}", output.err());
    let token = read(&sandbox, &token_path("corp")).expect("a token");
    assert_eq!(
        (&token["startUrl"], &token["region"]),
        (&json!(url), &json!("us-east-2"))
    );
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), config);

    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("clear; awsenv login --force; echo status $?");
    terminal.wait("the question", |screen| {
        screen.trim_end().ends_with("set it to `us-east-2`? [y/N]")
    });
    terminal.line("y");
    terminal.wait("the status", |screen| screen.contains("status 0"));
    let new = std::fs::read_to_string(&path).expect("a file");
    assert_eq!(new, config.replace("eu-west-1", "us-east-2"));
}
