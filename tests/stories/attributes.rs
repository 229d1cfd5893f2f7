//! Variables with attributes: numbers, cases, arrays, references. What is set is exact and reaches every child, nothing
//! runs, and `unset` gives value and attributes back.

use crate::stories::teller::{MODES, Mode, Story, sandbox};
use crate::support::{self, RealShell};

/// Declarations of `N`, which `unset` gives back.
const BASH: [&str; 22] = [
    "declare -i N=5",
    "declare -i N",
    "declare -ix N=5",
    "N='x[$(touch pwned)]'; declare -i N",
    "declare -u N=Abc",
    "N=MiXed; declare -l N",
    "declare -c N=abc",
    "declare -t N=x",
    "declare -a N=(a 'b c' $'q\\'\\n$x')",
    "declare -ax N=(a 'b c')",
    "declare -ai N=(1 2)",
    "N=('x[$(touch pwned)]'); declare -ai N",
    "declare -a N=([3]=z)",
    "declare -a N",
    "declare -a N=()",
    "declare -A N=([k]=v ['a b']=c)",
    "declare -A N",
    "export N",
    "set +u; IFS=adx; declare -a N=(a b)",
    "shopt -s nocasematch; set -E; declare -u N=x",
    "set -k; declare -i N=5",
    "alias declare='echo no' export='echo no'; shopt -s expand_aliases; \\declare -i N=5",
];
const ZSH: [&str; 19] = [
    "typeset -i N=5",
    "typeset -i16 N=50",
    "typeset -E N=5",
    "typeset -u N=abc",
    "typeset -l N=ABC",
    "typeset -L 3 N=abcdef",
    "typeset -Z 8 N=12",
    "typeset -xi N=5",
    "typeset -H N=hidden",
    "typeset -Hx N=hidden",
    "typeset -U N=5",
    "typeset -t N=5",
    "typeset -a N=(a 'b c' $'x\\ny' '$(touch pwned)')",
    "typeset -Ua N=(a a b)",
    "typeset -A N=(k v)",
    "export N",
    "setopt ksh_arrays; typeset -a N=(a b)",
    "setopt sh_word_split glob_subst; typeset -a N=(a 'b *')",
    "alias typeset='echo no' export='echo no'; \\typeset -i N=5",
];
const KSH: [&str; 12] = [
    "typeset -i N=5",
    "typeset -i16 N=50",
    "typeset -i N",
    "typeset -xi N=5",
    "typeset -u N=abc",
    "typeset -l N=ABC",
    "typeset -L3 N=abcdef",
    "typeset -R8 N=abcdef",
    "typeset -Z8 N=12",
    "typeset -t N=12",
    "export N",
    "set -A N a 'b c' \"d'e\" '$(touch pwned)'; N[7]='x y'",
];
const YASH: [&str; 2] = ["N=(a 'b c' \"x'y\")", "N=(a 'b c'); export N"];

/// Declarations that are refused, with words of the message.
const REFUSED: [(&str, &str, &str); 10] = [
    (
        "mksh",
        "typeset -n __awsenv_n=TARGET; TARGET=kept",
        "refers to another variable",
    ),
    (
        "ksh93",
        "typeset -n __awsenv_v=TARGET; TARGET=kept",
        "refers to another variable",
    ),
    ("bash", "declare -n N=TARGET; TARGET=kept", "unset -n N"),
    (
        "bash",
        "declare -n __awsenv_N=TARGET; TARGET=kept",
        "unset -n __awsenv_N",
    ),
    ("bash", "readonly __awsenv_N", "__awsenv_N is read-only"),
    ("bash", "readonly __awsenv_v", "__awsenv_v is read-only"),
    ("zsh", "typeset -T N n; N=a:b", "unset N"),
    ("zsh", "typeset -T n N; n=a:b", "unset N"),
    ("zsh", "readonly __awsenv_N=1", "__awsenv_N is read-only"),
    ("mksh", "nameref N=TARGET; TARGET=kept", "typeset +n N"),
];

/// Names that *name* and *keys* style set, and one that both clear.
const NAMES: [&str; 3] = ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "AWS_ROLE_ARN"];

fn each(wanted: &str, run: impl Fn(&RealShell, Mode)) {
    let Some(shell) = support::installed().into_iter().find(|shell| shell.name == wanted) else {
        return;
    };
    for mode in MODES {
        if mode == Mode::Plain || shell.has_function() {
            run(&shell, mode);
        }
    }
}

/// Prints how the shell declares a variable.
fn print(shell: &RealShell, name: &str, label: &str) -> String {
    let print = if shell.name == "bash" { "declare" } else { "typeset" };
    format!("\\{print} -p {name} > {label} 2>/dev/null || true")
}

fn goes_and_comes_back(wanted: &str, declarations: &[&str]) {
    each(wanted, |shell, mode| {
        for name in NAMES {
            for declaration in declarations {
                let sandbox = sandbox();
                let mut story = Story::new(shell, mode);
                story.line(declaration.replace('N', name));
                story.line(print(shell, name, "before"));
                story.awsenv("use a -q").line("/usr/bin/env > named");
                story.awsenv("use b --keys -q").line("/usr/bin/env > keyed");
                story.awsenv("unset").line(print(shell, name, "after"));
                let output = story.told(&sandbox);
                let label = format!("{}: {declaration}", story.label());
                let read = |file: &str| std::fs::read_to_string(sandbox.path(file)).expect("a file");
                assert_eq!(output.err(), "", "{label}");
                assert!(read("named").contains("AWS_PROFILE=a\n"), "{label}");
                assert!(read("keyed").contains("AWS_SECRET_ACCESS_KEY=secretofb\n"), "{label}");
                assert!(!read("keyed").contains("AWS_ROLE_ARN"), "{label}");
                assert_eq!(read("after"), read("before"), "{label}");
                assert!(!sandbox.path("pwned").exists(), "{label} ran code");
            }
        }
    });
}

#[test]
fn bash_has_its_attributes_back() {
    goes_and_comes_back("bash", &BASH);
}

#[test]
fn zsh_has_its_attributes_back() {
    goes_and_comes_back("zsh", &ZSH);
}

#[test]
fn ksh_has_its_attributes_back() {
    goes_and_comes_back("mksh", &KSH);
    goes_and_comes_back("ksh93", &KSH);
}

#[test]
fn yash_has_its_arrays_back() {
    goes_and_comes_back("yash", &YASH);
}

#[test]
fn references_and_constants_change_nothing_and_are_named() {
    for (wanted, declaration, words) in REFUSED {
        each(wanted, |shell, mode| {
            let sandbox = sandbox();
            let mut story = Story::new(shell, mode);
            story.export("AWS_PROFILE", "mine").line("unset AWS_ROLE_ARN");
            let (declaration, words) = (
                declaration.replace('N', "AWS_ROLE_ARN"),
                words.replace('N', "AWS_ROLE_ARN"),
            );
            story.line(&declaration);
            story
                .line("/usr/bin/env > before")
                .status("use", "use a -q")
                .status("keys", "use b --keys -q");
            story.line("/usr/bin/env > after").line("echo \"${TARGET-}\"");
            let output = story.told(&sandbox);
            let label = format!("{}: {declaration}\n{}", story.label(), output.all());
            assert!(output.out().starts_with("use=1\nkeys=1\n"), "{label}");
            assert!(output.out().contains("kept") == declaration.contains("kept"), "{label}");
            assert_eq!(output.err().matches(&words).count(), 2, "{label}");
            let read = |file: &str| std::fs::read_to_string(sandbox.path(file)).expect("a file");
            // What ksh93 exports for itself, and `_`, which is what a shell has run last.
            let env = |file: &str| -> Vec<String> {
                let text = read(file);
                text.lines()
                    .filter(|line| !line.starts_with('_'))
                    .map(str::to_owned)
                    .collect()
            };
            assert_eq!(env("after"), env("before"), "{label}");
        });
    }
}

/// The shell's own variables may have attributes too, or a value that awsenv did not save.
#[test]
fn attributes_of_our_own_names_lose_nothing() {
    for (wanted, declaration) in [
        ("bash", "declare -u __awsenv_AWS_PROFILE"),
        ("bash", "declare -i __awsenv_AWS_PROFILE=0"),
        (
            "bash",
            "declare -i __awsenv_v __awsenv_o __awsenv_t __awsenv_d AWSENV_STATE AWSENV_PROFILE",
        ),
        ("bash", "declare -a __awsenv_AWS_PROFILE=(1 2)"),
        ("zsh", "typeset -i __awsenv_AWS_PROFILE"),
        ("zsh", "typeset -u __awsenv_v __awsenv_o AWSENV_PROFILE"),
        ("mksh", "typeset -i __awsenv_AWS_PROFILE=0 __awsenv_v __awsenv_o"),
    ] {
        each(wanted, |shell, mode| {
            let sandbox = sandbox();
            let mut story = Story::new(shell, mode);
            story.export("AWS_PROFILE", "mine").line(declaration).awsenv("use a -q");
            story
                .line("echo \"$AWSENV_PROFILE\"")
                .awsenv("unset -q")
                .line("/usr/bin/env | grep ^AWS_PROFILE");
            let output = story.told(&sandbox);
            assert_eq!(
                output.out(),
                "a\nAWS_PROFILE=mine\n",
                "{}: {declaration}",
                story.label()
            );
        });
    }
}

/// Saved declarations are evaluated, so none may come from the environment.
#[test]
fn a_declaration_from_the_environment_is_not_run() {
    for shell in support::installed() {
        for call in ["unset", "use a -q"] {
            let mut sandbox = sandbox();
            for kept in ["__awsenv_AWS_PROFILE", "__awsenv_since_AWS_PROFILE"] {
                sandbox.set(kept, "d;touch pwned");
            }
            sandbox.set("__awsenv_hook", "touch pwned");
            let mut story = Story::new(&shell, Mode::Plain);
            story.awsenv(call).awsenv("unset -q");
            story.told(&sandbox);
            assert!(!sandbox.path("pwned").exists(), "{}: {call}", story.label());
        }
    }
}

/// Removing such a variable uncovers the one that it hides, and that would be changed for good.
#[test]
fn a_variable_that_hides_another_changes_nothing() {
    for wanted in ["bash", "mksh", "yash"] {
        each(wanted, |shell, mode| {
            let sandbox = sandbox();
            let mut story = Story::new(shell, mode);
            let call = story.call("use a -q");
            story.export("AWS_PROFILE", "outer");
            story.line(format!(
                "inner() {{ if {call}; then echo used; else echo refused; fi; }}"
            ));
            story.line("outer() { typeset AWS_PROFILE=inner; inner; echo \"$AWS_PROFILE\"; }");
            story.line("outer; echo \"$AWS_PROFILE ${AWSENV_STATE-none}\"");
            let output = story.told(&sandbox);
            assert_eq!(output.out(), "refused\ninner\nouter none\n", "{}", story.label());
            assert!(
                output.err().contains("AWS_PROFILE is local to a function"),
                "{}",
                output.err()
            );
        });
    }
}
