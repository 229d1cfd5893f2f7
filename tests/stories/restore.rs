//! `unset` restores the shell: values, export flags, absence; and keeps what the user changed since.

use crate::stories::teller::{Mode, NAMES, Story, assert_back, everywhere, snap};

/// What a user may have under a name before the first `use`.
fn give(story: &mut Story, name: &str, kind: usize) {
    match kind % 5 {
        0 => story.remove_if_set(name),
        1 => story.keep(name, "kept it's\\ $(x) *"),
        2 => story.keep(name, ""),
        3 => story.export(name, "  exported \\'\" `x` "),
        _ => story.export(name, ""),
    };
}

#[test]
fn each_name_comes_back_as_it_was_whatever_was_used_between() {
    everywhere(|sandbox, mut story| {
        let users: Vec<_> = NAMES.iter().filter(|name| !name.starts_with("AWSENV")).collect();
        // The integration changes how a script arrives, not what it restores.
        let rounds = if story.mode == Mode::Plain { 5 } else { 2 };
        for round in 0..rounds {
            for (at, name) in users.iter().enumerate() {
                // AWS_CREDENTIAL_FILE must name an existing file, if it is set.
                give(
                    &mut story,
                    name,
                    if **name == "AWS_CREDENTIAL_FILE" { 1 } else { round + at },
                );
            }
            story.snap(&format!("before{round}"));
            story.awsenv("use a -q").snap(&format!("a{round}"));
            story
                .awsenv("use b --keys -q")
                .awsenv("use far --keys --region xx -q")
                .awsenv("use far --keys -q");
            story
                .awsenv("use a --name -q")
                .awsenv("use a --name -q")
                .snap(&format!("again{round}"));
            story.awsenv("unset").snap(&format!("after{round}"));
            story.awsenv("unset").snap(&format!("twice{round}"));
        }
        let output = story.told(sandbox);
        assert_eq!(output.err(), "", "{}", story.label());
        for round in 0..rounds {
            let before = snap(sandbox, &format!("before{round}"));
            assert!(
                (before.shown.contains('~') || story.is_powershell()) && before.shown.contains('='),
                "{}",
                before.shown
            );
            for label in ["a", "again"] {
                let inside = snap(sandbox, &format!("{label}{round}"));
                let set = |name: &str| inside.env.get(name).map(String::as_str);
                assert_eq!(
                    (
                        set("AWS_PROFILE"),
                        set("AWSENV_PROFILE"),
                        set("AWS_REGION"),
                        set("AWS_SECRET_ACCESS_KEY")
                    ),
                    (Some("a"), Some("a"), None, None),
                    "{}: {label}{round}",
                    story.label()
                );
                assert_eq!(inside.exported_ours(), [""; 0], "{}", story.label());
            }
            for label in ["after", "twice"] {
                assert_back(&story, &before, &snap(sandbox, &format!("{label}{round}")));
            }
        }
    });
}

#[test]
fn unset_with_nothing_in_use_changes_nothing() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .keep("AWS_REGION", "kept")
            .snap("before");
        story.awsenv("unset").snap("after");
        assert_eq!(story.told(sandbox).err(), "", "{}", story.label());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn what_the_user_changed_since_stays_and_is_named() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .export("AWS_REGION", "here")
            .export("AWS_SSO", "sso");
        story.awsenv("use a");
        story.export("AWS_PROFILE", "changed"); // set by `use`
        story.export("AWS_REGION", "there"); // removed by `use`, set again
        story.keep("AWS_VAULT", "kept"); // absent at first, removed by `use`
        story.awsenv("unset").snap("after");
        let output = story.told(sandbox);
        let after = snap(sandbox, "after");
        assert_eq!(
            after.shown,
            story.shown("AWS_PROFILE=changed AWS_REGION=there AWS_SSO=sso AWS_VAULT~kept"),
            "{}: {}",
            story.label(),
            output.all()
        );
        assert!(after.ours.is_empty(), "{}: {:?}", story.label(), after.ours);
        for name in ["AWS_PROFILE", "AWS_REGION", "AWS_VAULT"] {
            assert_eq!(
                output.err().contains(name),
                after.shown.contains(name),
                "{}: {name}: {}",
                story.label(),
                output.all()
            );
        }
        assert!(!output.err().contains("AWS_SSO"), "{}: {}", story.label(), output.all());
    });
}

#[test]
fn what_the_user_removed_since_stays_removed_and_is_named() {
    everywhere(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .export("AWS_SECRET_ACCESS_KEY", "mine too");
        story
            .awsenv("use b --keys")
            .remove("AWS_ACCESS_KEY_ID")
            .remove("AWS_SECRET_ACCESS_KEY");
        story.awsenv("unset").snap("after");
        let output = story.told(sandbox);
        let after = snap(sandbox, "after");
        assert_eq!(after.shown, "AWS_PROFILE=mine", "{}", story.label());
        assert!(after.ours.is_empty(), "{}: {:?}", story.label(), after.ours);
        assert!(
            output.err().contains("AWS_SECRET_ACCESS_KEY"),
            "{}: {}",
            story.label(),
            output.all()
        );
    });
}

#[test]
fn a_second_life_saves_anew() {
    everywhere(|sandbox, mut story| {
        story.export("AWS_PROFILE", "first").awsenv("use a").awsenv("unset");
        story
            .export("AWS_PROFILE", "second")
            .keep("AWS_REGION", "r")
            .snap("before");
        story.awsenv("use b").awsenv("use a").awsenv("unset").snap("after");
        story.told(sandbox);
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}
