//! `sso import`: which profiles it writes, what it leaves alone, and how it asks.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::integration::terminal::Terminal;
use crate::support::sso::{LONG, changed, large, sign_in};
use crate::support::walk::{WRITES, Walk};
use crate::support::{Aws, Sandbox};

/// A session without profiles, and comments around it.
const SESSION: &str = "\
# the company's
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile mine] ; stays
region=eu-west-1
";

fn sandbox(aws: &Aws) -> Sandbox {
    let sandbox = aws.sso_sandbox();
    sandbox.write(".aws/config", SESSION);
    sign_in(aws, &sandbox, LONG);
    sandbox
}

fn config(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config file")
}

fn block(name: &str, account: &str, role: &str, region: &str) -> String {
    let region = if region.is_empty() {
        String::new()
    } else {
        format!("region = {region}\n")
    };
    format!("\n[profile {name}]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\n{region}")
}

/// Of the whole world, by the default template.
fn blocks(region: &str) -> String {
    [
        block("Development-ReadOnly", "210987654321", "ReadOnly", region),
        block("Production-Admin", "123456789012", "Admin", region),
        block("Production-ReadOnly", "123456789012", "ReadOnly", region),
        block("Z-rich-S-hne-Operator", "345678901234", "Operator", region),
    ]
    .concat()
}

#[test]
fn every_role_gets_a_profile_once() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let import = |args: &[&str]| sandbox.awsenv([&["sso", "import", "--all"], args].concat()).output();
    let diff = import(&["--dry-run", "--region", "eu-west-1"]);
    assert_eq!(diff.success().matches("\n+[profile ").count(), 4);
    assert_eq!(config(&sandbox), SESSION);
    import(&["--region", "eu-west-1"]).success();
    let whole = SESSION.to_owned() + &blocks("eu-west-1");
    assert_eq!(config(&sandbox), whole);
    assert_eq!(import(&["--region", "us-east-1"]).success(), "");
    assert_eq!(config(&sandbox), whole);
    // They work.
    let id = sandbox
        .awsenv([
            "exec",
            "--keys",
            "Production-Admin",
            "--",
            "printenv",
            "AWS_ACCESS_KEY_ID",
        ])
        .output();
    assert!(id.success().starts_with("ASIA"), "{}", id.out());
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(config(&sandbox), SESSION);
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(config(&sandbox), whole);
}

#[test]
fn a_template_names_them_and_others_keep_theirs() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let own = SESSION.to_owned() + &block("prod", "123456789012", "Admin", "") + "cli_pager =\n";
    let own = own + "[ReadOnly]\nregion = x\n[profile ReadOnly]\nregion = x\n";
    // Its start URL has no section, so there is nothing to choose between.
    let own = own + "[profile old]\nsso_start_url = https://old.awsapps.com/start\nsso_region = eu-west-1\n";
    let own = own + "sso_account_id = 345678901234\nsso_role_name = Operator\n";
    sandbox.write(".aws/config", &own);
    let output = sandbox
        .awsenv(["sso", "import", "--all", "--template", "{role}"])
        .output();
    output.success();
    let new = [
        block("ReadOnly-210987654321", "210987654321", "ReadOnly", ""),
        block("ReadOnly-123456789012", "123456789012", "ReadOnly", ""),
        block("Operator", "345678901234", "Operator", ""),
    ];
    assert_eq!(config(&sandbox), own + &new.concat());
    for (template, why) in [("{rolle}", "unknown placeholder `{rolle}`"), ("x", "the same name")] {
        let output = sandbox
            .awsenv(["sso", "import", "--all", "--template", template])
            .output();
        assert_eq!(output.status, 2);
        assert!(
            output.err().contains(why) && output.err().contains("{account_name}"),
            "{}",
            output.err()
        );
    }
}

#[test]
fn only_profiles_of_lost_roles_are_pruned() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let lost = block("lost", "210987654321", "Admin", "eu-west-1");
    let used = block("used", "999999999999", "Admin", "") + "s3 =\n  max_queue_size = 1\n";
    sandbox.write(".aws/config", format!("{SESSION}{lost}{used}"));
    let import = |args: &[&str]| {
        sandbox
            .awsenv([&["sso", "import", "--all", "--prune"], args].concat())
            .output()
    };
    let asked = import(&[]);
    assert_eq!(asked.status, 1);
    assert!(asked.err().contains("--yes"), "{}", asked.err());
    assert_eq!(config(&sandbox), format!("{SESSION}{lost}{used}"));
    // Not all can be listed: nothing goes, and the status says so.
    aws.scenario(
        &json!({"faults": [{"when": {"Action": "ListAccountRoles", "account_id": "345678901234"}, "status": 403}]}),
    );
    let output = import(&["--yes", "--refresh"]);
    assert_eq!(output.status, 1, "{}", output.err());
    assert!(
        output.err().contains("345678901234") && output.err().contains("nothing is pruned"),
        "{}",
        output.err()
    );
    assert!(config(&sandbox).contains("[profile lost]") && config(&sandbox).contains("[profile Production-Admin]"));
    sandbox.awsenv(["undo"]).output().success();
    aws.scenario(&json!({}));
    import(&["--yes"]).success();
    assert_eq!(config(&sandbox), format!("{SESSION}{used}{}", blocks("")));
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(config(&sandbox), format!("{SESSION}{lost}{used}"));
}

#[test]
fn what_is_needed_or_was_given_since_the_last_list_is_not_pruned() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = sandbox(&aws);
    let lost = |name: &str| block(name, "210987654321", "Admin", "");
    let mine = format!("\n# mine{}", lost("commented"));
    sandbox.write(".config/awsenv/config", "[alias]\na = aliased\n");
    let kept = [lost("used"), lost("aliased"), mine].concat();
    sandbox.write(".aws/config", format!("{SESSION}{kept}{}", lost("lost")));
    sandbox.set("AWS_PROFILE", "used");
    let prune = |sandbox: &Sandbox| {
        let args = ["sso", "import", "--all", "--prune", "--yes", "-v"];
        let output = sandbox.awsenv(args).output();
        output.success();
        output.err().to_owned()
    };
    let said = prune(&sandbox);
    assert!(
        said.contains("not pruned, because they are used elsewhere or were edited: `used`, `aliased`, `commented`"),
        "{said}"
    );
    assert!(said.contains("; removed 1 profile: `lost`; `awsenv undo`"), "{said}");
    assert_eq!(config(&sandbox), format!("{SESSION}{kept}{}", blocks("")));
    // A list of some minutes ago does not have the role of `new` yet.
    let listings = sandbox.path(".local/state/awsenv/sso/listings");
    let listing = std::fs::read_dir(listings)
        .expect("the listings")
        .map(|entry| entry.expect("a listing").path())
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
        .expect("a listing");
    let old = std::fs::read_to_string(&listing).expect("a listing");
    std::fs::write(&listing, old.replace("Operator", "Former")).expect("a listing");
    sandbox.write(
        ".aws/config",
        format!("{SESSION}{}", block("new", "345678901234", "Operator", "")),
    );
    sandbox.set("AWS_PROFILE", "new2");
    prune(&sandbox);
    assert!(config(&sandbox).contains("[profile new]"), "{}", config(&sandbox));
    assert!(!config(&sandbox).contains("Former"), "{}", config(&sandbox));
}

/// While roles are listed or chosen, another program may edit the file.
#[test]
fn a_session_that_has_changed_meanwhile_gets_no_profiles() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let other = SESSION.replace("https://corp.", "https://other.");
    for (now, said) in [
        (other.as_str(), "has another start URL now"),
        ("", "there is no SSO session `corp`"),
    ] {
        sandbox.write(".aws/config", SESSION);
        terminal.line("clear; awsenv sso import --all");
        terminal.wait("a question", |screen| screen.contains("Region of the new profiles"));
        sandbox.write(".aws/config", now);
        terminal.key("Enter");
        terminal.wait("the refusal", |screen| screen.contains(said));
        assert_eq!(config(&sandbox), now);
    }
}

#[test]
fn what_is_already_there_is_named() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let import = || sandbox.awsenv(["sso", "import", "--all", "-v"]).output();
    sandbox.write(
        ".aws/config",
        SESSION.to_owned() + &block("prod", "123456789012", "Admin", ""),
    );
    let first = import();
    first.success();
    assert!(
        first.err().contains("these profiles stay as they are: `prod`\n"),
        "{}",
        first.err()
    );
    assert!(
        first.err().contains("imported 3 profiles: `Development-ReadOnly`"),
        "{}",
        first.err()
    );
    let dry = sandbox.awsenv(["sso", "import", "--all", "-v", "--dry-run"]).output();
    for output in [import(), dry] {
        assert_eq!(output.success(), "");
        let words = "all 4 roles have a profile already; `--refresh` asks AWS again";
        assert!(output.err().contains(words), "{}", output.err());
    }
}

#[test]
fn without_a_terminal_the_choice_has_to_be_made_by_a_flag() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let output = sandbox.awsenv(["sso", "import"]).output();
    assert_eq!(output.status, 2);
    assert!(output.err().contains("--all"), "{}", output.err());
    assert_eq!(aws.requests().len(), 0);
    let legacy = "[profile l]\nsso_start_url = https://legacy.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n";
    sandbox.write(".aws/config", legacy);
    let output = sandbox.awsenv(["sso", "import", "--all"]).output();
    assert_eq!(output.status, 1);
    assert!(output.err().contains("awsenv sso setup"), "{}", output.err());
}

#[test]
fn hundreds_of_accounts_are_imported_in_seconds() {
    let Some(aws) = Aws::with(large(300, 5)) else { return };
    let sandbox = sandbox(&aws);
    let begin = Instant::now();
    let output = sandbox.awsenv(["sso", "import", "--all", "--dry-run"]).output();
    assert_eq!(output.success().matches("\n+[profile Account-").count(), 1500);
    assert!(!output.err().contains("account 1 of"), "{}", output.err());
    sandbox.awsenv(["sso", "import", "--all"]).output().success();
    let took = begin.elapsed();
    assert_eq!(config(&sandbox).matches("\n[profile ").count(), 1501);
    assert_eq!(aws.count("ListAccountRoles"), 300);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn roles_are_marked_in_the_picker() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.resize(100, 30);
    terminal.line("awsenv sso import");
    terminal.wait("the picker", |screen| {
        let words = ["4/4>", "[profile Development-ReadOnly]", "tab marks"];
        words.iter().all(|word| screen.contains(word))
    });
    terminal.text("prod");
    terminal.wait("two", |screen| screen.contains("2/4> prod"));
    terminal.key("M-a");
    terminal.wait("two marks", |screen| screen.contains("2/4 (2)> prod"));
    terminal.key("Enter");
    terminal.wait("a question", |screen| {
        screen.contains("Region of the new profiles [None]:")
    });
    terminal.line("Europe");
    terminal.wait("it again", |screen| screen.matches("Region of the new").count() == 2);
    terminal.line("eu-west-1");
    terminal.wait("the end", |screen| {
        screen.contains("imported 2 profiles: `Production-Admin`, `Production-ReadOnly`")
    });
    let two = [("Admin", "Production-Admin"), ("ReadOnly", "Production-ReadOnly")];
    let two = two.map(|(role, name)| block(name, "123456789012", role, "eu-west-1"));
    assert_eq!(config(&sandbox), SESSION.to_owned() + &two.concat());
    // What has a profile is not offered again, and Escape changes nothing.
    terminal.line("clear").line("awsenv sso import");
    terminal.wait("the rest", |screen| screen.contains("2/2>"));
    terminal.key("Escape");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    // Ctrl-C at a question changes nothing either.
    terminal.line("clear").line("awsenv sso import");
    terminal.wait("the rest", |screen| screen.contains("2/2>"));
    terminal.key("Enter");
    terminal.wait("a question", |screen| {
        screen.contains("Region of the new profiles [None]:")
    });
    terminal.key("C-c");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    assert_eq!(config(&sandbox), SESSION.to_owned() + &two.concat());
}

#[test]
fn hostile_names_of_accounts_harm_nothing() {
    let world = changed(|instance| {
        instance["accounts"] = json!([
            {"id": "123456789012", "name": "\u{1b}[31m]\n[default]\naws_access_key_id = x", "roles": ["Admin"]},
            {"id": "210987654321", "name": "$(touch canary)`x`;'\"", "roles": ["Admin"]},
            {"id": "345678901234", "name": "default", "roles": ["Admin"]},
        ]);
    });
    let Some(aws) = Aws::with(world) else { return };
    let sandbox = sandbox(&aws);
    let output = sandbox.awsenv(["sso", "import", "--all"]).output();
    output.success();
    assert!(!output.err().contains('\u{1b}'), "{}", output.err());
    let new = [
        block("touch-canary-x-Admin", "210987654321", "Admin", ""),
        block("default-Admin", "345678901234", "Admin", ""),
    ];
    let config = config(&sandbox);
    assert!(config.starts_with(SESSION), "{config}");
    assert!(new.iter().all(|block| config.contains(block)), "{config}");
    assert!(
        config.contains("\n[profile 31m-default-aws_access_key_id-x-Admin]\n"),
        "{config}"
    );
    let accounts = sandbox.awsenv(["sso", "accounts"]).output();
    assert!(!accounts.success().contains('\u{1b}'), "{}", accounts.out());
}

/// A killed run leaves the old file or the new one, and the next run makes the new one.
#[test]
fn a_kill_at_any_step_loses_nothing() {
    let Some(walk) = Walk::new() else { return };
    let Some(aws) = Aws::start() else { return };
    let sandbox = sandbox(&aws);
    let import = ["sso", "import", "--all"];
    let whole = SESSION.to_owned() + &blocks("");
    let (output, steps) = walk.steps(&sandbox, WRITES, import);
    output.success();
    assert_eq!(config(&sandbox), whole);
    for step in &steps {
        sandbox.write(".aws/config", SESSION);
        walk.killed_before(&sandbox, step, import);
        let left = config(&sandbox);
        assert!(left == SESSION || left == whole, "{step}: {left}");
        sandbox.awsenv(import).output().success();
        assert_eq!(config(&sandbox), whole, "{step}");
        let names = std::fs::read_dir(sandbox.path(".aws")).expect("the files");
        let names = names.filter(|entry| {
            let name = entry.as_ref().expect("a file").file_name();
            name.to_string_lossy().contains("awsenv")
        });
        assert_eq!(names.count(), 0, "{step}: something is left beside the file");
    }
}
