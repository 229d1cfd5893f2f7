//! A shell that inherits the switch but not what its parent saved.

use crate::stories::teller::{Mode, Story, assert_back, powershell, sandbox, shells, snap};
use crate::support::{Family, RealShell};

/// A parent that uses `a` over the user's own keys, then starts `child` with a script.
fn family(
    parent: &RealShell,
    child: &RealShell,
    tell: impl Fn(&mut Story),
) -> (crate::support::Output, String, Story, crate::support::Sandbox) {
    let sandbox = sandbox();
    let mut inner = Story::new(child, Mode::Plain);
    tell(&mut inner);
    let text = child.strict().to_owned() + inner.text();
    let file = sandbox.write(format!("child{}", child.suffix), text);
    let mut story = Story::new(parent, Mode::Plain);
    for (name, value) in [
        ("AWS_PROFILE", "old"),
        ("AWS_REGION", "mine"),
        ("AWS_ACCESS_KEY_ID", "AKIAMINE"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ] {
        story.export(name, value);
    }
    story
        .keep("AWS_DEFAULT_REGION", "kept")
        .snap("before")
        .awsenv("use a")
        .snap("used");
    let words: Vec<_> = std::iter::once(child.path.to_string_lossy().into_owned())
        .chain(child.args.iter().map(|arg| (*arg).to_owned()))
        .chain([file.to_string_lossy().into_owned()])
        .map(|word| story.quote(&word))
        .collect();
    let run = words.join(" ") + " > child.out 2> child.err";
    story
        .each(&run, &run, &format!("& {run}; if ($LASTEXITCODE) {{ exit 9 }}"))
        .snap("untouched");
    story.awsenv("unset").snap("after");
    let output = story.told(&sandbox);
    // PowerShell prints its warnings on stdout.
    let read = |file| std::fs::read_to_string(sandbox.path(file)).expect("what the child said");
    let said = read("child.out") + &read("child.err");
    (output, said, story, sandbox)
}

fn each_pair(tell: impl Fn(&mut Story), check: impl Fn(&str, &str, &crate::support::Sandbox)) {
    let variants = ["bash --posix", "zsh with odd options"];
    let shells: Vec<_> = shells()
        .into_iter()
        .chain(powershell())
        .filter(|shell| !variants.contains(&shell.name))
        .collect();
    // PowerShell starts slowly, so it is combined with only one shell of each family.
    let apart = |one: &RealShell, other: &RealShell| {
        one.family == Family::PowerShell && !["bash", "fish", "pwsh"].contains(&other.name)
    };
    for parent in &shells {
        for child in &shells {
            if apart(parent, child) || apart(child, parent) {
                continue;
            }
            let pair = format!("{} in {}", child.name, parent.name);
            let (output, said, story, sandbox) = family(parent, child, &tell);
            assert_eq!(output.err(), "", "{pair}");
            check(&pair, &said, &sandbox);
            let (used, untouched) = (snap(&sandbox, "used"), snap(&sandbox, "untouched"));
            assert_eq!(untouched.shown, used.shown, "{pair}: the parent");
            assert_back(&story, &snap(&sandbox, "before"), &snap(&sandbox, "after"));
        }
    }
}

#[test]
fn unset_gives_back_what_is_no_secret_and_names_the_rest() {
    let tell = |story: &mut Story| {
        story.awsenv("unset").snap("inner").awsenv("unset").snap("twice");
    };
    each_pair(tell, |pair, said, sandbox| {
        for label in ["inner", "twice"] {
            let inner = snap(sandbox, label);
            assert_eq!(
                inner.shown, "AWS_PROFILE=old AWS_REGION=mine",
                "{pair}: {label}: {said}"
            );
            assert!(inner.ours.is_empty(), "{pair}: {:?}", inner.ours);
        }
        assert!(said.contains("cannot restore AWS_SECRET_ACCESS_KEY"), "{pair}: {said}");
        assert!(said.contains("cannot restore AWS_ACCESS_KEY_ID"), "{pair}: {said}");
        assert!(!said.contains("AWS_PROFILE"), "{pair}: {said}");
    });
}

#[test]
fn use_never_saves_our_values_as_the_users() {
    let tell = |story: &mut Story| {
        story
            .awsenv("use b --keys")
            .snap("inner")
            .awsenv("use far")
            .awsenv("unset")
            .snap("back");
    };
    each_pair(tell, |pair, said, sandbox| {
        let inner = snap(sandbox, "inner");
        assert_eq!(inner.env["AWS_SECRET_ACCESS_KEY"], "secretofb", "{pair}");
        let back = snap(sandbox, "back");
        assert_eq!(back.shown, "AWS_PROFILE=old AWS_REGION=mine", "{pair}: {said}");
        assert!(back.ours.is_empty(), "{pair}: {:?}", back.ours);
        assert!(said.contains("cannot restore AWS_SECRET_ACCESS_KEY"), "{pair}: {said}");
    });
}

#[test]
fn what_the_nested_shells_user_set_is_saved_there() {
    let tell = |story: &mut Story| {
        story
            .export("AWS_PROFILE", "inner")
            .keep("AWS_SSO", "kept")
            .snap("inner");
        story
            .awsenv("use b --keys")
            .snap("used-inner")
            .awsenv("unset")
            .snap("back");
    };
    each_pair(tell, |pair, said, sandbox| {
        assert_eq!(snap(sandbox, "used-inner").env.get("AWS_PROFILE"), None, "{pair}");
        let back = snap(sandbox, "back");
        assert_eq!(
            back.shown,
            if pair.starts_with("pwsh") {
                "AWS_PROFILE=inner AWS_REGION=mine"
            } else {
                "AWS_PROFILE=inner AWS_REGION=mine AWS_SSO~kept"
            },
            "{pair}: {said}"
        );
        assert!(back.ours.is_empty(), "{pair}: {:?}", back.ours);
    });
}
