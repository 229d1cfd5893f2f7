//! A `credential_process` that leads back to its own profile ends in an error instead of processes without end.

use std::fs;
use std::path::PathBuf;

use crate::support::{Run, Sandbox, executable};

/// Counts its runs, and gives up after a dozen, so that a loop that is not found ends too.
const TURN: &str = "#!/bin/sh\necho turn >>\"$HOME/turns\"\ntest \"$(wc -l <\"$HOME/turns\")\" -lt 12 || exit 9\n";

const DOCUMENT: &str = r#"{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"hush"}"#;

/// The profile `p` runs `line`, and `q` another profile's.
fn sandbox(line: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let turn = program(&sandbox, "turn", format!("{TURN}{line}\n"));
    let plain = program(&sandbox, "plain", format!("#!/bin/sh\necho '{DOCUMENT}'\n"));
    let over = program(
        &sandbox,
        "over",
        format!("#!/bin/sh\nawsenv exec r --keys -- sh -c 'test $AWS_ACCESS_KEY_ID = AKIA1' && echo '{DOCUMENT}'\n"),
    );
    sandbox.write(
        ".aws/config",
        format!(
            "[profile p]\ncredential_process = {}\n[profile q]\ncredential_process = {}\n[profile r]\ncredential_process = {}\n",
            turn.display(),
            over.display(),
            plain.display(),
        ),
    );
    sandbox
}

fn program(sandbox: &Sandbox, name: &str, text: String) -> PathBuf {
    let path = sandbox.bin().join(name);
    executable(&path, text);
    path
}

fn turns(sandbox: &Sandbox) -> usize {
    fs::read_to_string(sandbox.path("turns")).map_or(0, |text| text.lines().count())
}

const LINES: [&str; 9] = [
    "exec awsenv exec p --keys -- true",
    "exec awsenv exec p --keys -- awsenv credential-process p",
    "exec awsenv exec p -- awsenv credential-process p",
    "exec env awsenv use p --keys --shell posix",
    "eval \"$(awsenv use p --keys)\" && env",
    "awsenv exec r -- awsenv exec p --keys -- true",
    "awsenv exec r --keys -- awsenv exec p --keys -- true",
    "exec awsenv credential-process p",
    // An SDK would run the line again, with what it inherits.
    "exec awsenv exec p -- turn",
];

#[test]
fn a_process_that_leads_back_is_found_at_the_first_turn() {
    let starts: [fn(&Sandbox) -> Run; 3] = [
        |sandbox| sandbox.awsenv(["exec", "p", "--keys", "--", "true"]),
        |sandbox| sandbox.awsenv(["use", "p", "--keys", "--shell", "bash"]),
        |sandbox| sandbox.awsenv(["credential-process", "p"]),
    ];
    for line in LINES {
        for (at, start) in starts.iter().enumerate() {
            let sandbox = sandbox(line);
            let output = start(&sandbox).output();
            assert_eq!(
                (output.status, turns(&sandbox)),
                (1, 1),
                "{line}, {at}: {}",
                output.all()
            );
            let wanted = "the credential_process of `p` leads back to `p`";
            assert!(output.err().contains(wanted), "{line}, {at}: {}", output.all());
        }
    }
}

#[test]
fn other_nesting_works() {
    let sandbox = sandbox("exit 1");
    for command in [
        // One profile's process asks for another's keys.
        "awsenv exec q --keys -- sh -c 'test $AWS_ACCESS_KEY_ID = AKIA1'",
        // A program that exec runs may use the same profile again.
        "awsenv exec q --keys -- sh -c 'awsenv exec q --keys -- true'",
        "awsenv exec q -- sh -c 'awsenv exec q --keys -- awsenv exec q -- true'",
        "awsenv exec r --keys -- awsenv credential-process r >out && grep -q AKIA1 out",
        "eval \"$(awsenv use r --keys)\" && eval \"$(awsenv use r --keys)\" && awsenv exec r --keys -- true",
        "awsenv exec r --keys -- sh -c 'test -z \"${AWSENV_ASKED+set}\"'",
    ] {
        sandbox.program("/bin/sh").args(["-ec", command]).output().success();
    }
}

/// An SDK runs the line, so nothing marks the profile as asked for; the program at its end is an SDK again.
#[test]
fn a_line_that_an_sdk_runs_is_known_by_itself() {
    for (line, start, most) in [
        ("awsenv exec p -- sdk", "sdk", 1),
        ("env awsenv exec p --name -- sdk", "sh \"$(command -v sdk)\"", 1),
        ("eval \"$(awsenv use p)\" && sdk", "sdk", 1),
        // The script is gone before awsenv looks, so only the depth tells.
        ("exec awsenv exec p -- sdk", "sdk", 11),
    ] {
        let sandbox = sandbox(line);
        program(
            &sandbox,
            "sdk",
            format!("#!/bin/sh\nexec {}\n", sandbox.bin().join("turn").display()),
        );
        let output = sandbox
            .program("/bin/sh")
            .args(["-c", start])
            .env("AWS_PROFILE", "p")
            .output();
        assert_eq!(turns(&sandbox), most, "{line}: {}", output.all());
        assert!(
            output.err().contains("the credential_process of `p` leads back to `p`"),
            "{line}: {}",
            output.all()
        );
    }
}

/// As in the program.
const MAX_WAITING: usize = 10;

/// The mark is lost, but the runs of awsenv that wait for each other are still there to be counted.
#[test]
fn a_loop_that_clears_its_environment_ends() {
    let sandbox = sandbox("exec env -i HOME=\"$HOME\" PATH=\"$PATH\" awsenv exec p --keys -- true");
    let output = sandbox.awsenv(["exec", "p", "--keys", "--", "true"]).output();
    assert_eq!((output.status, turns(&sandbox)), (1, MAX_WAITING), "{}", output.all());
}
