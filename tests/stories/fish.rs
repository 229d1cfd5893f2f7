//! What only fish has: universal variables, lists, scopes.

use crate::stories::teller::{MODES, Mode, Story, assert_back, sandbox, snap};
use crate::support::{self, Family, RealShell, Sandbox};

fn fish(tell: impl Fn(&Sandbox, Story)) {
    let Some(shell) = support::installed()
        .into_iter()
        .find(|shell| shell.family == Family::Fish)
    else {
        return;
    };
    // fish reads universal variables together with its startup files, which a sandbox does not have.
    let shell = RealShell { args: &[], ..shell };
    for mode in MODES {
        tell(&sandbox(), Story::new(&shell, mode));
    }
}

#[test]
fn a_universal_variable_of_a_cleared_name_stops_everything() {
    fish(|sandbox, mut story| {
        story
            .line("set -U AWS_SSO universal")
            .export("AWS_PROFILE", "mine")
            .snap("before");
        story.status("use", "use a").snap("after");
        story
            .line("set -eU AWS_SSO")
            .status("then", "use a")
            .line("set -U AWS_SSO again")
            .snap("used");
        story
            .status("unset", "unset")
            .line("set -eU AWS_SSO")
            .status("unset", "unset")
            .snap("back");
        let output = story.told(sandbox);
        assert_eq!(
            output.out(),
            "use=1\nthen=0\nunset=1\nunset=0\n",
            "{}: {}",
            story.label(),
            output.err()
        );
        assert!(
            output.err().contains("set -eU AWS_SSO"),
            "{}: {}",
            story.label(),
            output.err()
        );
        let (before, after) = (snap(sandbox, "before"), snap(sandbox, "after"));
        assert_eq!(
            (after.shown, after.ours),
            (before.shown, before.ours),
            "{}",
            story.label()
        );
        assert_eq!(snap(sandbox, "back").shown, "AWS_PROFILE=mine", "{}", story.label());
    });
}

#[test]
fn lists_come_back_as_lists() {
    fish(|sandbox, mut story| {
        story
            .line("set -g AWS_REGION one 'two  2' ''")
            .line("set -gx AWS_SSO x y")
            .line("set -g AWS_VAULT");
        story
            .snap("before")
            .awsenv("use a -q")
            .awsenv("use b --keys")
            .awsenv("unset")
            .snap("after");
        story.line("count $AWS_REGION; count $AWS_SSO; count $AWS_VAULT; set -q AWS_VAULT; echo $status");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "3\n2\n0\n0\n", "{}", story.label());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn a_plain_eval_does_what_a_pipe_does() {
    fish(|sandbox, mut story| {
        if story.mode == Mode::Wrapper {
            return;
        }
        story
            .export("AWS_PROFILE", "mine")
            .keep("AWS_REGION", "a  b")
            .snap("before");
        story
            .line("eval (awsenv use a --keys); or exit 9")
            .snap("used")
            .line("eval (awsenv unset); or exit 9");
        story.line("eval (awsenv use nosuch); echo $status").snap("after");
        assert_eq!(story.told(sandbox).out(), "1\n");
        assert_eq!(
            snap(sandbox, "used").env["AWS_SECRET_ACCESS_KEY"],
            "se'cret \"a\" $(touch pwned) \\n*"
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}
