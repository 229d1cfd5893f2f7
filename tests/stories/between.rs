//! What the user changes between two `use`s, and what direnv or another switcher changes back.

use crate::stories::teller::{Mode, NAMES, Story, assert_back, everywhere, sandbox, snap};
use crate::support;

#[test]
fn what_the_user_changed_between_comes_back() {
    everywhere(|sandbox, mut story| {
        story.export("AWS_PROFILE", "old").export("AWS_REGION", "mine");
        story
            .awsenv("use a -q")
            .export("AWS_PROFILE", "other")
            .remove_if_set("AWS_REGION");
        story.export("AWS_ROLE_ARN", "added").keep("AWS_SSO", "unexported");
        story
            .snap("between")
            .awsenv("use b --keys -q")
            .snap("b")
            .awsenv("use far -q")
            .awsenv("unset -q");
        story.snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        let used = snap(sandbox, "b");
        assert!(
            !used.shown.contains("other") && !used.shown.contains("AWS_ROLE_ARN"),
            "{}",
            used.shown
        );
        // The region was removed by `use`, so the user removed nothing.
        let expected = story.shown("AWS_PROFILE=other AWS_REGION=mine AWS_ROLE_ARN=added AWS_SSO~unexported");
        assert_eq!(snap(sandbox, "after").shown, expected, "{}", story.label());
        assert_eq!(
            snap(sandbox, "after").ours,
            snap(sandbox, "after").exported_ours(),
            "{}",
            story.label()
        );
    });
}

#[test]
fn what_the_user_removed_between_stays_removed() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "old")
            .awsenv("use a -q")
            .remove("AWS_PROFILE");
        story
            .awsenv("use b --keys -q")
            .awsenv("use far -q")
            .awsenv("unset")
            .snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        assert_eq!(snap(sandbox, "after").shown, "", "{}", story.label());
    });
}

#[test]
fn the_last_change_counts() {
    everywhere(|sandbox, mut story| {
        story.awsenv("use a -q").export("AWS_PROFILE", "one");
        story.awsenv("use b --keys -q").export("AWS_PROFILE", "two");
        story.awsenv("use far -q").awsenv("unset -q").snap("after");
        story.told(sandbox);
        assert_eq!(snap(sandbox, "after").shown, "AWS_PROFILE=two", "{}", story.label());
    });
}

/// A switcher puts back what it found, which is the value of an earlier `use`.
#[test]
fn a_value_of_an_earlier_use_is_never_the_users() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .export("AWS_SECRET_ACCESS_KEY", "hush")
            .snap("before");
        story.awsenv("use a -q").export("AWS_PROFILE", "directory");
        story
            .awsenv("use far -q")
            .export("AWS_PROFILE", "a")
            .awsenv("unset")
            .snap("after");
        story
            .awsenv("use b --keys -q")
            .awsenv("use a -q")
            .awsenv("use far -q")
            .export("AWS_ACCESS_KEY_ID", "ASIABBBBBBBBBBBBBBBB");
        story.awsenv("use a -q").awsenv("unset").snap("keys");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        for label in ["after", "keys"] {
            assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, label));
        }
    });
}

/// The child knows the change, but not what its parent has saved.
#[test]
fn a_nested_shell_gives_back_what_changed_between() {
    for shell in support::installed() {
        let sandbox = sandbox();
        let mut outer = Story::new(&shell, Mode::Plain);
        outer
            .export("AWS_PROFILE", "old")
            .awsenv("use a -q")
            .export("AWS_PROFILE", "other");
        outer.awsenv("use far -q").line("dash inner.sh");
        sandbox.write(
            "inner.sh",
            "eval \"$(awsenv unset -q --shell sh)\"; printf '%s' \"$AWS_PROFILE\"",
        );
        assert_eq!(outer.told(&sandbox).out(), "other", "{}", outer.label());
    }
}

#[test]
fn direnv_may_change_the_profile_and_take_the_change_back() {
    let Some(direnv) = support::require("direnv") else {
        return;
    };
    let direnv = direnv.display();
    for word in ["bash", "zsh"] {
        let hook = format!("eval \"$({direnv} export {word} 2>/dev/null)\"");
        let Some(shell) = support::installed().into_iter().find(|shell| shell.name == word) else {
            continue;
        };
        let sandbox = sandbox();
        sandbox.write("project/.envrc", "export AWS_PROFILE=directory\n");
        let mut story = Story::new(&shell, Mode::Wrapper);
        story
            .line(format!("{direnv} allow project 2>/dev/null"))
            .export("AWS_PROFILE", "mine")
            .snap("before");
        story
            .awsenv("use a -q")
            .line("cd project")
            .line(&hook)
            .line("echo \"$AWS_PROFILE\"");
        story
            .awsenv("use far -q")
            .line("cd ..")
            .line(&hook)
            .line("echo \"$AWS_PROFILE\"");
        story.awsenv("unset -q").snap("after");
        let output = story.told(&sandbox);
        assert_eq!(output.out(), "directory\na\n", "{}", story.label());
        assert_back(&story, &snap(&sandbox, "before"), &snap(&sandbox, "after"));
    }
}

/// "Clear everything of AWS" takes the state along; what the shell has saved is then from a switch that is over.
#[test]
fn a_switch_that_was_wiped_out_is_forgotten() {
    everywhere(|sandbox, mut story| {
        story.export("AWS_PROFILE", "old").export("AWS_REGION", "r");
        story
            .awsenv("use a -q")
            .export("AWS_PROFILE", "between")
            .awsenv("use b --keys -q");
        story.snap("inside");
        for name in NAMES {
            story.remove_if_set(name);
        }
        story.remove_if_set("AWSENV_EXPECT");
        story.export("AWS_PROFILE", "new").snap("before");
        story.awsenv("use far -q").awsenv("unset -q").snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        let (before, after) = (snap(sandbox, "before"), snap(sandbox, "after"));
        assert_eq!(after.shown, before.shown, "{}", story.label());
    });
}

/// A switcher that takes away what it set leaves names absent as an earlier `use` left them.
#[test]
fn an_absence_that_an_earlier_use_left_is_never_the_users() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .export("AWS_REGION", "r")
            .snap("before");
        story.awsenv("use b --keys -q").export("AWS_PROFILE", "directory");
        story
            .awsenv("use a -q")
            .remove("AWS_PROFILE")
            .awsenv("unset -q")
            .snap("name");
        // Keys of a directory that are gone again: only AWS_PROFILE, where an earlier value is back, tells.
        story
            .awsenv("use a -q")
            .export("AWS_PROFILE", "directory")
            .export("AWS_ACCESS_KEY_ID", "dk");
        story
            .awsenv("use far -q")
            .export("AWS_PROFILE", "a")
            .awsenv("unset -q")
            .snap("keys");
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        for label in ["name", "keys"] {
            assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, label));
        }
    });
}
