//! Restricted shells, which refuse to redirect to a file.

use crate::stories::teller::{Mode, Story, sandbox};
use crate::support::{self, RealShell};

const RESTRICTED: [(&str, &[&str]); 3] = [
    ("bash", &["--norc", "--noprofile", "-r", "-euo", "pipefail"]),
    ("zsh", &["-f", "-r", "-eu"]),
    ("mksh", &["-r", "-eu"]),
];

#[test]
fn a_restricted_shell_is_switched_and_restored() {
    for (wanted, args) in RESTRICTED {
        let Some(shell) = support::installed().into_iter().find(|shell| shell.name == wanted) else {
            continue;
        };
        let shell = RealShell { args, ..shell };
        let sandbox = sandbox();
        let mut story = Story::new(&shell, Mode::Plain);
        let shown = "env | grep -E '^AWS_(PROFILE|ACCESS_KEY_ID)='; echo \"$AWS_REGION\"; set | grep ^__awsenv || true";
        story.export("AWS_PROFILE", "mine").keep("AWS_REGION", "kept");
        story
            .awsenv("use far --region r -q")
            .line(shown.replace("; set | grep ^__awsenv || true", ""));
        story.awsenv("use b --keys -q").awsenv("unset -q").line(shown);
        let output = story.told(&sandbox);
        assert_eq!(
            output.out(),
            "AWS_PROFILE=far\nr\nAWS_PROFILE=mine\nkept\n",
            "{}",
            story.label()
        );
        assert_eq!(output.err(), "", "{}", story.label());
    }
}
