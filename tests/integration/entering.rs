//! Keys as they are entered at the questions of `configure` and `key add`: what is refused, what is shown of them, and
//! what becomes of a key that arrives meanwhile.

use super::editing::{
    ASK_ID, ASK_OUTPUT, ASK_REGION, ASK_REPLACE, ASK_SECRET, ID, SECRET, answers, answers_while, set_mode,
};
use crate::integration::terminal::Terminal;
use crate::support::{Sandbox, say};

const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";

/// With the file store.
fn filed() -> Sandbox {
    let mut sandbox = Sandbox::with_config("[profile w]\noutput = json\n");
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox
}

fn section(id: &str) -> String {
    format!("[w]\naws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n")
}

fn key(sandbox: &Sandbox, id: &str) {
    let add = sandbox.awsenv(["key", "add", "w", "--stdin", "--replace"]);
    add.stdin(format!("{id}\n{SECRET}\n")).output().success();
}

#[test]
fn a_key_that_arrives_while_awsenv_asks_is_kept() {
    let third = "AKIAIOSFODNN7THIRDKE";
    for (start, replaces) in [(None, false), (Some(ID), true)] {
        let sandbox = filed();
        let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
            return;
        };
        let questions = [
            (ASK_ID, third),
            (ASK_SECRET, SECRET),
            (ASK_REPLACE, "y"),
            (ASK_REGION, ""),
            (ASK_OUTPUT, ""),
        ];
        let questions: Vec<_> = questions
            .into_iter()
            .filter(|(question, _)| replaces || *question != ASK_REPLACE)
            .collect();
        // In the files.
        if let Some(id) = start {
            sandbox.write(".aws/credentials", section(id));
        }
        let screen = answers_while(&terminal, "awsenv configure --plaintext w", &questions, || {
            sandbox.write(".aws/credentials", section(OTHER));
        });
        assert!(
            screen.contains("status 1.") && screen.contains("another program changed the key of `w`"),
            "{screen}"
        );
        assert!(screen.contains("awsenv configure --plaintext w"), "{screen}");
        let credentials = sandbox.path(".aws/credentials");
        assert_eq!(std::fs::read_to_string(&credentials).unwrap(), section(OTHER));
        // The same key may arrive.
        if let Some(id) = start {
            sandbox.write(".aws/credentials", section(id));
        } else {
            std::fs::remove_file(&credentials).unwrap();
        }
        let screen = answers_while(&terminal, "awsenv configure --plaintext w", &questions, || {
            sandbox.write(".aws/credentials", section(third));
        });
        assert!(screen.contains("status 0."), "{screen}");
        // In the keychain.
        std::fs::remove_file(credentials).unwrap();
        if let Some(id) = start {
            key(&sandbox, id);
        }
        let screen = answers_while(&terminal, "awsenv configure w", &questions, || key(&sandbox, OTHER));
        assert!(
            screen.contains("status 1.") && screen.contains("another program changed the key of `w`"),
            "{screen}"
        );
        let document = sandbox.awsenv(["credential-process", "w"]).output();
        assert!(document.out().contains(OTHER), "{}", document.all());
    }
}

#[test]
fn a_file_store_that_takes_no_key_is_found_before_the_first_question() {
    let sandbox = filed();
    key(&sandbox, ID);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let at = |name: &str| sandbox.path(format!(".local/state/awsenv/keys/{name}"));
    let refused = |what: &str| {
        for command in ["configure w", "configure new", "key add new", "key add w --replace"] {
            let screen = answers(&terminal, &format!("awsenv {command}"), &[]);
            assert!(
                screen.contains("status 1.") && screen.contains(what) && !screen.contains("Key ID"),
                "{command}: {screen}"
            );
        }
    };
    let recipient = std::fs::read(at("recipient")).unwrap();
    std::fs::remove_file(at("recipient")).unwrap();
    refused("it does not exist");
    let other = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
    std::fs::write(at("recipient"), other).unwrap();
    set_mode(&at("recipient"), 0o600);
    refused("it does not belong to the key file");
    std::fs::write(at("recipient"), recipient).unwrap();
    std::fs::remove_file(at("lock")).unwrap();
    std::fs::create_dir(at("lock")).unwrap();
    refused("it is not a regular file");
    std::fs::remove_dir(at("lock")).unwrap();
    let fixed = |mark: &str| std::process::Command::new("chattr").arg(mark).arg(at("")).output();
    if fixed("+i").is_ok_and(|made| made.status.success()) {
        refused("is immutable or append-only");
        fixed("-i").unwrap();
    } else {
        say("skipped: this machine makes no file immutable");
    }
    // A damaged item is no key that works, so it is replaced, and that is said first.
    let item = std::fs::read_dir(at("")).unwrap();
    let item = item
        .map(|item| item.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "age"));
    std::fs::write(item.unwrap(), "rubbish").unwrap();
    let screen = answers(&terminal, "awsenv key add w", &[]);
    assert!(screen.contains("awsenv key add --replace w"), "{screen}");
    let questions = [
        (ASK_ID, OTHER),
        (ASK_SECRET, SECRET),
        (ASK_REGION, ""),
        (ASK_OUTPUT, ""),
    ];
    let screen = answers(&terminal, "awsenv configure w", &questions);
    let (before, _) = screen.split_once("Key ID").unwrap();
    assert!(
        before.contains("cannot be used") && before.contains("replaces it"),
        "{screen}"
    );
    assert!(screen.contains("status 0."), "{screen}");
}

#[test]
fn a_secret_that_arrives_in_slices_is_no_region() {
    let sandbox = filed();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let slices = ["wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "wJalrXUtnFEMI", "K7MDENG/bPx"];
    let regions = slices.map(|slice| (ASK_REGION, slice));
    let outputs = slices.map(|slice| (ASK_OUTPUT, slice));
    let mut questions = vec![(ASK_ID, ID), (ASK_SECRET, SECRET)];
    questions.extend(regions);
    questions.push((ASK_REGION, ""));
    questions.extend(outputs);
    questions.push((ASK_OUTPUT, ""));
    let screen = answers(&terminal, "awsenv configure --plaintext x", &questions);
    assert!(screen.contains("status 0."), "{screen}");
    for slice in slices {
        assert!(!screen.contains(&slice[..6]), "{slice}: {screen}");
    }
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    assert_eq!(config, "[profile w]\noutput = json\n");
    // While it is typed, too.
    terminal.line("clear; awsenv configure --plaintext x");
    for question in [ASK_ID, ASK_SECRET] {
        terminal.wait(question, |screen| {
            screen.contains(question) && screen.trim_end().ends_with("]:")
        });
        terminal.key("Enter");
    }
    let asked = |screen: &str| screen.contains(ASK_REGION) && screen.trim_end().ends_with("]:");
    terminal.wait("the region", asked);
    terminal.text("wJalrXUtnFEMI/K7MDENG");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(asked(&terminal.screen()), "{}", terminal.screen());
}

#[test]
fn both_halves_at_the_question_for_the_id_are_named() {
    let sandbox = filed();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    for command in ["awsenv key add new", "awsenv configure --any-shape new"] {
        let (comma, blank) = (format!("{ID},{SECRET}"), format!("{ID}  {SECRET}"));
        let questions = [(ASK_ID, comma.as_str()), (ASK_ID, &blank), (ASK_ID, "C-c")];
        let screen = answers(&terminal, command, &questions);
        assert_eq!(screen.matches("are given together").count(), 2, "{screen}");
        assert!(
            !screen.contains("--any-shape a") && !screen.contains(&SECRET[..6]),
            "{screen}"
        );
    }
}

#[test]
fn a_setting_names_its_profile_as_in_the_aws_cli() {
    let sandbox = filed();
    sandbox.write(".aws/config", "[profile w]\noutput = json\n");
    let run = |args: &[&str]| sandbox.awsenv([&["configure"], args].concat()).output();
    for set in [
        ["set", "default.region", "eu-west-1"],
        ["set", "profile.w.region", "eu-west-2"],
        ["set", "profile.n.s3.max_queue_size", "3"],
    ] {
        run(&set).success();
    }
    let config = "[profile w]\noutput = json\nregion = eu-west-2\n\n[default]\nregion = eu-west-1\n\n\
                  [profile n]\ns3 =\n    max_queue_size = 3\n";
    assert_eq!(std::fs::read_to_string(sandbox.path(".aws/config")).unwrap(), config);
    for (key, value) in [
        ("default.region", "eu-west-1"),
        ("profile.w.region", "eu-west-2"),
        ("w.region", "eu-west-2"),
        ("profile.n.s3.max_queue_size", "3"),
        ("n.s3.max_queue_size", "3"),
    ] {
        assert_eq!(run(&["get", key]).success(), format!("{value}\n"), "{key}");
        if let Some(python) = crate::support::python("awscli") {
            let script = "import sys, awscli.clidriver; sys.exit(awscli.clidriver.main())";
            let theirs = sandbox
                .program(python)
                .args(["-c", script, "configure", "get", key])
                .output();
            assert_eq!(theirs.out(), format!("{value}\n"), "{}", theirs.all());
        }
    }
    for wrong in [
        &["set", "profile.w", "x"][..],
        &["set", "default.", "x"],
        &["get", "profile..region"],
        &["get", "profile.w.region", "--profile", "n"],
    ] {
        assert_eq!(run(wrong).status, 2, "{wrong:?}");
    }
    assert_eq!(std::fs::read_to_string(sandbox.path(".aws/config")).unwrap(), config);
}

#[test]
fn a_region_that_is_none_is_not_exported() {
    let sandbox = filed();
    sandbox.write(".aws/config", "[profile w]\nregion = a b\n");
    sandbox.write(".aws/credentials", section(ID));
    let run = |args: &[&str]| sandbox.awsenv([args, &["--keys", "w"]].concat()).output();
    for region in ["x\ny", "a b", "a/b", "x-"] {
        let used = run(&["use", "--region", region]);
        assert!(used.status == 2 && !used.out().contains("AWS_"), "{}", used.all());
        assert!(used.err().contains("must be letters, digits"), "{}", used.all());
    }
    let used = run(&["use"]);
    assert!(
        used.status == 0 && used.err().contains("so it is not exported"),
        "{}",
        used.all()
    );
    assert!(!used.out().contains("a b"), "{}", used.all());
    let used = run(&["use", "--region", "euw9"]);
    assert!(
        used.status == 0 && used.err().contains("`eu-west-9`, which this awsenv does not know"),
        "{}",
        used.all()
    );
    assert!(!run(&["use", "--region", "euw1"]).err().contains("not know"));
}

#[test]
fn a_key_of_another_profile_is_not_replaced_and_the_remedies_are_commands() {
    let sandbox = filed();
    let add = sandbox.awsenv(["key", "add", "other", "--item", "taken", "--stdin"]);
    add.stdin(format!("{ID}\n{SECRET}\n")).output().success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let screen = answers(&terminal, "awsenv configure taken", &[]);
    for words in [
        "status 1.",
        "awsenv key add --replace taken",
        "awsenv key add --item NAME taken",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}
