//! The command tree and the words before the cursor -> the candidates. Pure.

use clap::{Arg, ArgAction, Command};

use crate::cli::{
    COMPLETED_SHELL, PROFILE_FLAG, PROFILE_OR_ALIAS, REMEMBERED_PROFILE, SIGN_IN, STORED_PROFILE, flag_with_value,
    has_completion, profile,
};
use crate::config::mistakes::OUTPUTS;
use crate::shell::Shell;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The exact word.
    pub(super) value: String,
    /// A one-line description.
    pub(super) about: String,
}

/// Names that the command tree does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Profiles,
    /// Those in the history.
    Remembered,
    /// Short names of regions, and the regions that profiles have.
    Regions,
    /// Profiles and sessions of IAM Identity Center.
    SignIn,
    /// Sessions of IAM Identity Center.
    Sessions,
    /// The keys of the AWS files that `configure` reads.
    Settings,
    /// Those of the block `s3`.
    InS3,
    /// Those with a key in the keychain.
    Stored,
    WithAliases,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Candidates(Vec<Candidate>),
    /// A command and its arguments, which awsenv does not complete.
    CommandLine,
}

impl Candidate {
    pub(super) fn new(value: &str, about: &str) -> Self {
        let about = about.lines().next().unwrap_or_default();
        Self {
            value: value.to_owned(),
            about: about.replace('\t', " "),
        }
    }
}

/// The position of the cursor in the command tree.
struct Place<'a> {
    command: &'a Command,
    /// The command whose manual page is requested.
    page: &'a Command,
    /// The option whose value comes next.
    option: Option<&'a Arg>,
    /// How many positional arguments came before.
    positionals: usize,
    /// The last of them.
    last: &'a str,
    /// Whether `--` came before.
    dashes: bool,
}

/// All words that are valid after `before`; the shells filter them by the typed part.
pub(super) fn complete(
    root: &Command,
    before: &[String],
    current: &str,
    names: &dyn Fn(Names) -> Vec<Candidate>,
) -> Answer {
    let mut root = root.clone();
    root.build();
    let mut place = Place {
        command: &root,
        page: &root,
        option: None,
        positionals: 0,
        last: "",
        dashes: false,
    };
    before.iter().for_each(|word| place.step(word));
    place.answer(current, names)
}

impl<'a> Place<'a> {
    fn step(&mut self, word: &'a str) {
        if self.option.take().is_some() {
            return;
        }
        if self.dashes {
            self.positionals += 1;
            self.last = word;
        } else if word == "--" {
            self.dashes = true;
        } else if word.starts_with('-') && word != "-" {
            self.option = flag_with_value(self.command, word);
        } else if let Some(sub) = self.command.find_subcommand(word) {
            self.command = sub;
        } else {
            self.positionals += 1;
            self.last = word;
            self.page = self.page.find_subcommand(word).unwrap_or(self.page);
        }
    }

    fn answer(&self, current: &str, names: &dyn Fn(Names) -> Vec<Candidate>) -> Answer {
        if let Some(option) = self.option {
            let mut found = self.values(option, names);
            // It would be read as a flag.
            found.retain(|candidate| option.is_allow_hyphen_values_set() || !candidate.value.starts_with('-'));
            return Answer::Candidates(found);
        }
        let last = self.command.get_positionals().find(|arg| arg.is_last_set());
        if self.dashes && last.is_some() {
            return Answer::CommandLine;
        }
        if let Some((name, _)) = current.strip_prefix("--").and_then(|word| word.split_once('=')) {
            let option = self.command.get_arguments().find(|arg| arg.get_long() == Some(name));
            let values = option.map(|arg| self.values(arg, names)).unwrap_or_default();
            let glue = |value: Candidate| Candidate {
                value: format!("--{name}={}", value.value),
                ..value
            };
            return Answer::Candidates(values.into_iter().map(glue).collect());
        }
        if !self.dashes && current.starts_with('-') {
            return Answer::Candidates(self.flags());
        }
        let mut found = match self.positional() {
            Some(arg) if arg.get_id() == "key" && current.starts_with("s3.") => names(Names::InS3),
            Some(arg) => self.values(arg, names),
            None => Vec::new(),
        };
        if self.command.has_subcommands() {
            found.splice(0..0, subcommands(self.command));
        }
        if !self.dashes {
            // It would be read as a flag.
            found.retain(|candidate| !candidate.value.starts_with('-'));
            if let Some(last) = last {
                found.push(Candidate::new("--", &about_arg(last)));
            }
        }
        Answer::Candidates(found)
    }

    /// The argument that the unfinished word belongs to; one that takes several values takes all that follow.
    fn positional(&self) -> Option<&'a Arg> {
        let mut all = self
            .command
            .get_positionals()
            .filter(|arg| !arg.is_last_set() && !arg.is_hide_set());
        let mut last = None;
        for _ in 0..=self.positionals {
            match all.next() {
                Some(arg) => last = Some(arg),
                None => return last.filter(|arg| matches!(arg.get_action(), ArgAction::Append)),
            }
        }
        last
    }

    fn flags(&self) -> Vec<Candidate> {
        let shown = self
            .command
            .get_arguments()
            .filter(|arg| !arg.is_positional() && !arg.is_hide_set());
        shown
            .flat_map(|arg| {
                let long = arg.get_long().map(|long| format!("--{long}"));
                let short = arg.get_short().map(|short| format!("-{short}"));
                let about = about_arg(arg);
                long.into_iter()
                    .chain(short)
                    .map(move |flag| Candidate::new(&flag, &about))
            })
            .collect()
    }

    /// An argument has the same meaning in every command, so its name decides.
    fn values(&self, arg: &Arg, names: &dyn Fn(Names) -> Vec<Candidate>) -> Vec<Candidate> {
        match arg.get_id().as_str() {
            PROFILE_FLAG => profile(self.command).map_or_else(Vec::new, |arg| self.values(arg, names)),
            PROFILE_OR_ALIAS => names(Names::WithAliases),
            SIGN_IN => names(Names::SignIn),
            "session" => names(Names::Sessions),
            STORED_PROFILE => names(Names::Stored),
            REMEMBERED_PROFILE => names(Names::Remembered),
            "profile" => names(Names::Profiles),
            "region" => names(Names::Regions),
            "from" => ["aws", "boto", "env", "csv:"]
                .map(|source| Candidate::new(source, ""))
                .into(),
            "key" => {
                let mut found = names(Names::Settings);
                // Part of a key pair, which only a question takes.
                found.retain(|key| self.command.get_name() != "set" || key.value != "aws_access_key_id");
                found
            }
            "value" => match self.last {
                "region" | "sso_region" => names(Names::Regions),
                "output" => OUTPUTS.map(|output| Candidate::new(output, "")).into(),
                _ => Vec::new(),
            },
            "text" => names(Names::Profiles),
            "page" => subcommands(self.page),
            "shell" => shells(|_| true),
            COMPLETED_SHELL => shells(has_completion),
            _ => arg
                .get_possible_values()
                .iter()
                .map(|value| {
                    let about = value.get_help().map(ToString::to_string).unwrap_or_default();
                    Candidate::new(value.get_name(), &about)
                })
                .collect(),
        }
    }
}

fn subcommands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    shown
        .map(|sub| {
            Candidate::new(
                sub.get_name(),
                &sub.get_about().map(ToString::to_string).unwrap_or_default(),
            )
        })
        .collect()
}

fn shells(wanted: fn(&Shell) -> bool) -> Vec<Candidate> {
    let shells = Shell::ALL.iter().filter(|shell| wanted(shell));
    shells.map(|shell| Candidate::new(shell.as_str(), "")).collect()
}

fn about_arg(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// The last word of `line` is the unfinished one.
    fn fits(line: &str) -> Vec<String> {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let current = words.pop().unwrap();
        let profiles = |wanted| {
            let names = match wanted {
                Names::Profiles => vec!["jekyl", "-x", "my prod"],
                Names::Regions => vec!["home", "eu-west-1"],
                Names::Remembered => vec!["used"],
                Names::Settings => vec!["output", "aws_access_key_id"],
                Names::InS3 => vec!["s3.max_bandwidth"],
                Names::SignIn => vec!["dev", "my-sso"],
                Names::Sessions => vec!["my-sso"],
                Names::Stored => vec!["stored"],
                Names::WithAliases => vec!["jekyl", "-x", "my prod", "j"],
            };
            names
                .into_iter()
                .map(|name| Candidate::new(name, "static-keys"))
                .collect()
        };
        match complete(&Cli::command(), &words, &current, &profiles) {
            Answer::Candidates(found) => found.into_iter().map(|candidate| candidate.value).collect(),
            Answer::CommandLine => vec!["COMMAND LINE".to_owned()],
        }
    }

    #[test]
    fn sessions_are_named_where_only_they_are_meant() {
        assert_eq!(fits("sso import --session "), ["my-sso"]);
        assert_eq!(fits("logout --session "), ["dev", "my-sso"]);
        assert_eq!(fits("logout "), ["dev", "my-sso"]);
        assert!(fits("sso ").contains(&"import".to_owned()));
    }

    #[test]
    fn settings_and_their_values() {
        assert_eq!(fits("configure get "), ["output", "aws_access_key_id"]);
        assert_eq!(fits("configure set "), ["output"]);
        assert_eq!(fits("configure get s3."), ["s3.max_bandwidth"]);
        assert_eq!(fits("configure set --profile x region "), ["home", "eu-west-1"]);
        assert!(fits("configure set output ").contains(&"yaml".to_owned()));
        assert_eq!(fits("configure set role_arn "), Vec::<String>::new());
        assert_eq!(fits("configure set output json "), Vec::<String>::new());
    }

    #[test]
    fn commands_first() {
        let commands = fits("");
        assert!(
            commands.starts_with(&["use".to_owned(), "unset".to_owned()]),
            "{commands:?}"
        );
        assert!(!commands.iter().any(|name| name == "complete"), "hidden");
        assert_eq!(fits("--quiet --color always "), commands);
        assert_eq!(fits("unset "), [""; 0]);
    }

    #[test]
    fn profiles_where_a_profile_is_meant() {
        for line in [
            "use ",
            "use --region eu-west-1 ",
            "use --keys -q ",
            "-v explain ",
            "use --shell=fish ",
        ] {
            assert_eq!(fits(line), ["jekyl", "my prod", "j"], "{line}");
        }
        assert_eq!(fits("use -- "), ["jekyl", "-x", "my prod", "j"]);
        assert_eq!(fits("history "), ["remove"]);
        assert_eq!(fits("history remove "), ["used"]);
        assert_eq!(fits("login "), ["dev", "my-sso"]);
        for line in [
            "key remove ",
            "key restore ",
            "key move ",
            "key move --to file stored ",
            "key remove --profile ",
        ] {
            assert_eq!(fits(line), ["stored"], "{line}");
        }
        assert_eq!(fits("use --profile "), ["jekyl", "my prod", "j"]);
        assert_eq!(
            fits("exec --profile="),
            ["--profile=jekyl", "--profile=-x", "--profile=my prod", "--profile=j"]
        );
        assert_eq!(fits("configure --profile "), ["jekyl", "my prod"]);
        assert_eq!(fits("list "), ["jekyl", "my prod"]);
        assert_eq!(fits("use jekyl "), [""; 0]);
        for line in ["use --region ", "exec --region ", "explain --region "] {
            assert_eq!(fits(line), ["home", "eu-west-1"], "{line}");
        }
        assert_eq!(fits("key import --from "), ["aws", "boto", "env", "csv:"]);
        assert_eq!(fits("exec "), ["jekyl", "my prod", "j", "--"]);
    }

    #[test]
    fn commands_whose_page_may_be_read() {
        assert_eq!(fits("man "), fits(""));
        assert_eq!(fits("man key "), fits("key "));
        assert_eq!(fits("man key add "), [""; 0]);
        assert_eq!(fits("man --dir "), [""; 0]);
    }

    #[test]
    fn several_profiles_and_the_words_beside_them() {
        assert_eq!(fits("key import dev "), fits("key import "));
        assert_eq!(fits("key remove dev "), Vec::<String>::new());
        assert_eq!(fits("key add dev "), Vec::<String>::new());
        let configure = fits("configure ");
        assert!(
            ["get", "set"]
                .iter()
                .all(|word| configure.contains(&(*word).to_owned())),
            "{configure:?}"
        );
        assert!(fits("key import ").iter().all(|name| configure.contains(name)));
        assert_eq!(fits("configure get x --profile "), fits("key import "));
    }

    #[test]
    fn flags_and_their_values() {
        let flags = fits("use -");
        for flag in ["--keys", "--name", "--region", "--shell", "--color", "-q", "--help"] {
            assert!(flags.iter().any(|known| known == flag), "{flag}: {flags:?}");
        }
        assert_eq!(fits("list --color "), ["auto", "always", "never"]);
        assert_eq!(fits("--color=al"), ["--color=auto", "--color=always", "--color=never"]);
        assert_eq!(fits("init "), Shell::ALL.map(Shell::as_str));
        assert_eq!(fits("unset --shell "), Shell::ALL.map(Shell::as_str));
        assert_eq!(fits("completions "), ["bash", "zsh", "fish", "powershell"]);
        assert_eq!(fits("--nope=x"), [""; 0]);
    }

    #[test]
    fn behind_the_dashes_of_exec_all_is_the_shells() {
        for line in ["exec jekyl -- ", "exec -- aws s3 -", "exec --keys p -- --"] {
            assert_eq!(fits(line), ["COMMAND LINE"], "{line}");
        }
    }
}
