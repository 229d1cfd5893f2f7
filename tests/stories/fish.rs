//! What only fish has: universal variables, lists, scopes.

use crate::stories::teller::{MODES, Mode, Story, assert_back, sandbox, snap};
use crate::support::{self, Family, Output, RealShell, Sandbox};

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

fn said(output: &Output) -> String {
    format!("{}{}", output.out(), output.err())
}

/// Lines that print all that fish knows about some names.
fn show(story: &mut Story, names: &str, label: &str) {
    // Where a variable comes from is not what it is.
    story.line(format!(
        "for n in {names}; set -S $n | string match -v '*originally inherited as*'; end > {label}.show; true"
    ));
}

fn shown(sandbox: &Sandbox, label: &str) -> String {
    std::fs::read_to_string(sandbox.path(format!("{label}.show"))).expect("what `set -S` said")
}

#[test]
fn universal_variables_are_hidden_and_show_again() {
    const ALL: &str =
        "AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION AWS_DEFAULT_PROFILE AWS_SSO AWS_VAULT AWSENV_PROFILE AWSENV_EXPECT";
    fish(|sandbox, mut story| {
        story
            .line("set -Ux AWS_PROFILE mine\nset -Ux AWS_REGION us-west-2\nset -U AWS_DEFAULT_REGION unexported")
            .line("set -Ux --path AWS_DEFAULT_PROFILE d e\nset -U AWS_SSO unexported\nset -Ux AWSENV_PROFILE odd");
        show(&mut story, ALL, "before");
        story.snap("before").awsenv("use a -q").snap("a");
        story.awsenv("use far -q").snap("far").awsenv("unset").snap("after");
        show(&mut story, ALL, "after");
        // A global variable of the user's over a universal one.
        story.line("set -gx AWS_REGION here");
        show(&mut story, ALL, "before2");
        story.awsenv("use a -q").awsenv("unset");
        show(&mut story, ALL, "after2");
        let output = story.told(sandbox);
        assert_eq!(said(&output), "", "{}", story.label());
        for (label, region) in [("a", "eu-west-1"), ("far", "us-east-1")] {
            let env = snap(sandbox, label).env;
            let get = |name: &str| env.get(name).map(String::as_str);
            let seen = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"].map(get);
            assert_eq!(
                seen,
                [Some(label), Some(label), Some(region), None],
                "{}: {label}",
                story.label()
            );
        }
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
        assert_eq!(shown(sandbox, "after"), shown(sandbox, "before"), "{}", story.label());
        assert_eq!(shown(sandbox, "after2"), shown(sandbox, "before2"), "{}", story.label());
    });
}

#[test]
fn universal_variables_that_cannot_be_hidden_stop_everything_in_one_line() {
    fish(|sandbox, mut story| {
        story
            .line(
                "set -Ux AWS_SSO universal; set -Ux AWS_PROFILE u; set -U AWS_VAULT unexported; set -Ux AWS_ROLE_ARN r",
            )
            .export("AWS_REGION", "mine")
            .snap("before");
        story.status("use", "use a --keys").snap("after");
        story
            .line("set -eU AWS_PROFILE AWS_ROLE_ARN AWS_SSO")
            .status("then", "use a --keys");
        story
            .line("set -Ux AWS_SSO again")
            .status("unset", "unset")
            .line("set -eU AWS_SSO")
            .snap("back");
        story
            .line("set -Ux AWSENV_STATE odd; set -Ux AWSENV_EXPIRES 1")
            .status("odd", "unset");
        let output = story.told(sandbox);
        assert_eq!(
            output.out(),
            "use=1\nthen=0\nunset=0\nodd=1\n",
            "{}: {}",
            story.label(),
            output.err()
        );
        let said = "awsenv: universal variables cannot be hidden, so nothing was changed; remove them with: set -eU";
        let lines: Vec<&str> = output.err().lines().filter(|line| line.contains("set -eU")).collect();
        assert_eq!(
            lines,
            [
                format!("{said} AWS_PROFILE AWS_ROLE_ARN AWS_SSO"),
                format!("{said} AWSENV_EXPIRES AWSENV_STATE")
            ],
            "{}",
            story.label()
        );
        let (before, after) = (snap(sandbox, "before"), snap(sandbox, "after"));
        assert_eq!(
            (&after.shown, &after.ours),
            (&before.shown, &before.ours),
            "{}",
            story.label()
        );
        let back = snap(sandbox, "back").shown;
        assert_eq!(back, "AWS_REGION=mine AWS_VAULT~unexported", "{}", story.label());
    });
}

#[test]
fn a_universal_variable_that_another_shell_changes_is_not_ours() {
    fish(|sandbox, mut story| {
        story
            .line("set -Ux AWS_PROFILE u; set -Ux AWS_REGION r")
            .awsenv("use a -q")
            .line("command fish -c 'set -Ux AWS_PROFILE v; set -eU AWS_REGION; set -Ux AWS_SSO s'")
            .line("set -S NOTHING; sleep 0.1; set -U AWS_NOTHING; set -eU AWS_NOTHING")
            .awsenv("unset")
            .snap("after");
        story.line("set -qg AWS_PROFILE; or set -qg AWS_REGION; or echo none");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "none\n", "{}: {}", story.label(), output.err());
        assert_eq!(
            snap(sandbox, "after").shown,
            "AWS_PROFILE=v AWS_SSO=s",
            "{}",
            story.label()
        );
    });
}

#[test]
fn a_shell_that_inherited_the_switch_uncovers_the_universal_variable() {
    fish(|sandbox, mut story| {
        story.line("set -Ux AWS_PROFILE u").awsenv("use a -q");
        let inner = format!(
            "{}; set -qg AWS_PROFILE; and echo global; echo $AWS_PROFILE",
            story.call("unset").replace('\'', "")
        );
        let load = if story.mode == Mode::Plain {
            ""
        } else {
            "awsenv init fish | source; "
        };
        story.line(format!("command fish -c '{load}{inner}'"));
        let output = story.told(sandbox);
        assert_eq!(output.out(), "u\n", "{}: {}", story.label(), output.err());
    });
}

#[test]
fn values_are_exact_and_attributes_come_back() {
    const NAMES: &str = "AWS_PROFILE AWS_REGION AWS_SSO AWS_VAULT AWS_ROLE_ARN AWSU_PROFILE AWSUME_PROFILE \
                         GRANTED_SSO_PATH GRANTED_SSO_OTHER AWS_ENDPOINT_URL";
    fish(|sandbox, mut story| {
        story.line("set -gx --path AWS_PROFILE a:b ''\nset -gx --path AWS_REGION\nset -g --path AWS_SSO 'x y' z");
        story.line("set -g AWS_VAULT x y\nset -gx AWS_ROLE_ARN 'one  1' '' two\nset -g AWSU_PROFILE\nset -g --path AWSUME_PROFILE");
        story.line("set -gx GRANTED_SSO_PATH p:q\nset -gx --unpath GRANTED_SSO_OTHER ''\nset -g --path AWS_ENDPOINT_URL http://a:1");
        story.line("function seen --on-variable AWS_PROFILE; set -gx AWS_SEEN y; false; end");
        show(&mut story, NAMES, "before");
        story
            .snap("before")
            .awsenv("use a -q")
            .awsenv("use far --keys -q")
            .snap("far");
        show(&mut story, "AWS_ENDPOINT_URL AWS_REGION", "exact");
        story.awsenv("use a -q");
        show(&mut story, "AWS_PROFILE", "named");
        story.awsenv("unset").line("set -e AWS_SEEN").snap("after");
        show(&mut story, NAMES, "after");
        let output = story.told(sandbox);
        assert_eq!(said(&output), "", "{}", story.label());
        let far = snap(sandbox, "far").env;
        assert_eq!(far["AWS_ENDPOINT_URL"], "http://127.0.0.1:9", "{}", story.label());
        for (label, name, value) in [
            ("exact", "AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("exact", "AWS_REGION", "us-east-1"),
            ("named", "AWS_PROFILE", "a"),
        ] {
            let expected = format!("${name}: set in global scope, exported, with 1 elements\n${name}[1]: |{value}|\n");
            assert!(
                shown(sandbox, label).contains(&expected),
                "{}: {}",
                story.label(),
                shown(sandbox, label)
            );
        }
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
        assert_eq!(shown(sandbox, "after"), shown(sandbox, "before"), "{}", story.label());
    });
}

#[test]
fn what_changed_between_two_uses_comes_back_with_its_attributes() {
    const NAMES: &str = "AWS_PROFILE AWS_SSO AWS_VAULT";
    fish(|sandbox, mut story| {
        story.export("AWS_PROFILE", "first").export("AWS_VAULT", "v");
        show(&mut story, NAMES, "first");
        story
            .awsenv("use a -q")
            .line("set -gx --path AWS_PROFILE x y; set -g AWS_SSO kept 2");
        show(&mut story, NAMES, "changed");
        story.awsenv("use b --name -q").awsenv("unset");
        show(&mut story, NAMES, "after");
        // What an earlier `use` set is never the user's.
        story.line("set -e AWS_SSO AWS_PROFILE").export("AWS_PROFILE", "first");
        story
            .awsenv("use a -q")
            .awsenv("use b --name -q")
            .export("AWS_PROFILE", "a");
        story.awsenv("use far -q").awsenv("unset");
        show(&mut story, NAMES, "earlier");
        let output = story.told(sandbox);
        assert_eq!(said(&output), "", "{}", story.label());
        let changed = shown(sandbox, "changed")
            + "$AWS_VAULT: set in global scope, exported, with 1 elements\n$AWS_VAULT[1]: |v|\n";
        assert_eq!(shown(sandbox, "after"), changed, "{}", story.label());
        assert_eq!(shown(sandbox, "earlier"), shown(sandbox, "first"), "{}", story.label());
    });
}

#[test]
fn a_variable_that_only_looks_saved_is_not_restored() {
    fish(|sandbox, mut story| {
        story
            .line(
                "set -Ux __awsenv_AWS_PROFILE x evil; set -g __awsenv_AWS_REGION evil; set -gx __awsenv_AWS_SSO x evil",
            )
            .line("set -Ux __awsenv_t t; set -Ux __awsenv_since_AWS_PROFILE x evil; set -U __awsenv_n n")
            .export("AWS_PROFILE", "mine")
            .line("set -g AWS_REGION one two");
        story
            .snap("before")
            .awsenv("use a -q")
            .line("command env | string match '__awsenv_*' | string match -v '*evil' | string match -v '__awsenv_t=t'")
            .awsenv("use b --keys -q")
            .awsenv("unset")
            .snap("after");
        let output = story.told(sandbox);
        assert_eq!(said(&output), "", "{}", story.label());
        assert_eq!(
            snap(sandbox, "after").shown,
            snap(sandbox, "before").shown,
            "{}",
            story.label()
        );
    });
}

#[test]
fn a_local_variable_in_the_way_stops_everything() {
    fish(|sandbox, mut story| {
        let call = story.call("use a -q");
        story.export("AWS_PROFILE", "mine").snap("before");
        story.line(format!(
            "function f; set -lx AWS_PROFILE x; set -fx AWS_SSO y; {call}; echo f=$status; end; f"
        ));
        story.snap("after");
        let output = story.told(sandbox);
        assert_eq!(output.out(), "f=1\n", "{}", story.label());
        assert!(
            output.err().contains("set -el AWS_PROFILE AWS_SSO"),
            "{}: {}",
            story.label(),
            output.err()
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}

#[test]
fn functions_with_the_names_of_builtins_change_nothing() {
    fish(|sandbox, mut story| {
        story
            .export("AWS_PROFILE", "mine")
            .line("set -g --path AWS_REGION a b")
            .snap("before");
        // The shell refuses functions that are called `set` or `test`.
        story.line("for n in contains count echo false functions math path printf set_color source true; eval \"function $n; builtin echo hijacked; builtin false; end\"; end");
        let calls = ["use a -q", "use b --keys -q", "unset"]
            .map(|args| story.call(args).replace("| source", "| builtin source"));
        for call in &calls {
            story.line(format!("{call}; or exit 9"));
        }
        story
            .line("builtin functions -e echo true false source")
            .snap("after")
            .line("builtin true");
        let output = story.told(sandbox);
        assert_eq!(said(&output), "", "{}", story.label());
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
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
            "se'cret\"a\"$(>pwned)\\n*"
        );
        assert_back(&story, &snap(sandbox, "before"), &snap(sandbox, "after"));
    });
}
