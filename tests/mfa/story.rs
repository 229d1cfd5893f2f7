//! A day with one code in real shells: two roles and the user's own keys, and then nothing of them.

use std::thread;

use super::start_with_program;
use crate::roles::story::{show, switch};
use crate::support::{RealShell, installed};

#[test]
fn one_code_serves_two_roles_in_every_shell() {
    let shells = installed();
    thread::scope(|scope| {
        for shell in &shells {
            scope.spawn(move || tell(shell));
        }
    });
}

fn tell(shell: &RealShell) {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let show = show(
        shell,
        ["AWSENV_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_PROFILE"],
    );
    let mut script = shell.integration();
    for words in [
        "use guarded",
        "use audit",
        "use base-mfa",
        "use guarded --name",
        "unset",
    ] {
        script += &(switch(shell, words) + &show);
    }
    let output = sandbox.script(shell, script).output();
    let lines: Vec<&str> = output.success().lines().collect();
    let ids: Vec<String> = aws.issued().into_iter().map(|session| session.access_key_id).collect();
    assert_eq!(ids.len(), 3, "{}: {}", shell.name, output.all());
    let expected = [
        format!("guarded {} eu-west-1 none", ids[1]),
        format!("audit {} us-west-2 none", ids[2]),
        format!("base-mfa {} eu-west-1 none", ids[0]),
        "guarded none none guarded".to_owned(),
        "none none none none".to_owned(),
    ];
    assert_eq!(lines, expected, "{}: {}", shell.name, output.err());
    assert_eq!(program.asked().len(), 1, "{}", shell.name);
    for session in aws.issued() {
        assert!(!output.all().contains(&session.secret_access_key), "{}", shell.name);
    }
}
