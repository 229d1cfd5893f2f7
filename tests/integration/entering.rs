//! Keys as they are entered at the questions of `configure` and `key add`: what is refused, what is shown of them, and
//! what becomes of a key that arrives meanwhile.

use std::path::Path;

use super::editing::{ASK_ID, ASK_OUTPUT, ASK_REGION, ASK_REPLACE, ASK_SECRET, ID, SECRET, answers, answers_while};
use crate::integration::terminal::Terminal;
use crate::support::{AWSENV, Sandbox};

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
