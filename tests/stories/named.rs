//! Short names without a terminal: aliases and regions are replaced by what they name, `--first` takes a match, nothing
//! is asked.

use crate::stories::teller::{assert_back, everywhere, snap};
use crate::support::Sandbox;

const SETTINGS: &str = "production = far\n[alias]\nshort = my prod\na = b\nlost = gone\nchain = short\n\
                        [region]\nhome = eu-north-1\neuw3 = local\n";

fn with_settings(sandbox: &Sandbox) {
    sandbox.write(".config/awsenv/config", SETTINGS);
}

#[test]
fn an_alias_stands_for_its_profile() {
    everywhere(|sandbox, mut story| {
        with_settings(sandbox);
        story
            .awsenv("use short")
            .snap("short")
            .awsenv("use a")
            .snap("a")
            .awsenv("use -")
            .snap("back");
        story
            .status("lost", "use lost")
            .status("chain", "use chain")
            .line("awsenv exec short -- /usr/bin/printenv AWS_PROFILE");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "lost=1\nchain=1\nmy prod\n", "{}", story.label());
        assert!(
            output.err().contains("hint: the alias `lost` names it"),
            "{}: {}",
            story.label(),
            output.err()
        );
        for (label, name) in [("short", "my prod"), ("a", "a"), ("back", "my prod")] {
            let shown = snap(sandbox, label).shown;
            assert!(
                shown.contains(&format!("AWS_PROFILE={name}")),
                "{}: {shown}",
                story.label()
            );
            assert!(
                shown.contains(&format!("AWSENV_PROFILE={name}")),
                "{}: {shown}",
                story.label()
            );
        }
    });
}

#[test]
fn a_region_is_typed_in_short() {
    everywhere(|sandbox, mut story| {
        with_settings(sandbox);
        let regions = [
            ("home", "eu-north-1"),
            ("apse2", "ap-southeast-2"),
            ("euw3", "local"),
            ("eu-west-9", "eu-west-9"),
        ];
        for (typed, _) in regions {
            story
                .awsenv(&format!("use a --region {typed}"))
                .snap(typed)
                .line(format!(
                    "awsenv exec b --region {typed} -- /usr/bin/printenv AWS_REGION"
                ));
        }
        // Short forms work only after `--region`.
        story
            .export("AWS_REGION", "euw1")
            .line("awsenv exec b -- /usr/bin/printenv AWS_REGION");
        let output = story.told(sandbox);
        let names: String = regions.iter().map(|(_, name)| format!("{name}\n")).collect();
        assert_eq!(output.out(), names + "euw1\n", "{}", story.label());
        for (typed, name) in regions {
            let env = snap(sandbox, typed).env;
            assert_eq!(
                (env["AWS_REGION"].as_str(), env["AWS_DEFAULT_REGION"].as_str()),
                (name, name),
                "{}",
                story.label()
            );
        }
    });
}

#[test]
fn a_part_of_a_name_is_taken_only_by_first() {
    everywhere(|sandbox, mut story| {
        with_settings(sandbox);
        story.export("AWS_PROFILE", "mine").snap("before");
        for (label, args) in [
            ("one", "use prod"),
            ("many", "use m"),
            ("none", "use nothing --first"),
            ("production", "use fa --first"),
        ] {
            story.status(label, args);
        }
        story
            .snap("after")
            .awsenv("use PROD --first")
            .snap("taken")
            .awsenv("use far --first")
            .snap("exact");
        let output = story.told(sandbox);
        let expected = "one=1\nmany=1\nnone=1\nproduction=1\n";
        assert_eq!(output.out(), expected, "{}: {}", story.label(), output.err());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
        for (label, name) in [("taken", "my prod"), ("exact", "far")] {
            assert_eq!(snap(sandbox, label).env["AWS_PROFILE"], name, "{}", story.label());
        }
        let said = output.err();
        for part in [
            "hint: did you mean `my prod`?",
            "awsenv: selected `my prod`, the only match for `PROD`",
            "which `--first` never selects",
        ] {
            assert!(said.contains(part), "{}: {part}: {said}", story.label());
        }
    });
}
