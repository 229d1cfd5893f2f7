//! The `--` of `exec`, which PowerShell functions swallow: `exec PROFILE CMD…` means `exec PROFILE -- CMD…` if the
//! first word is a profile, and `exec -- CMD…` otherwise.

use std::ffi::OsString;

use clap::CommandFactory as _;

use super::Cli;
use super::words::{command_at, takes_value};

/// A command line of `exec` whose `--` was swallowed.
#[derive(Debug)]
pub struct Swallowed<'a> {
    args: &'a [OsString],
    /// The index of the first word that is neither a flag nor a flag's value.
    word: usize,
    exec: clap::Command,
    picks: bool,
}

impl<'a> Swallowed<'a> {
    /// `None` if nothing is missing from `args`, which starts with the program's own name.
    pub fn of(args: &'a [OsString]) -> Option<Self> {
        let at = command_at(args).filter(|at| args[*at] == "exec")?;
        let mut root = Cli::command();
        root.build();
        let exec = root.find_subcommand("exec")?.clone();
        let word = behind_flags(&exec, args, at + 1);
        // The last flag may lack its value.
        let picks = args[at..word.min(args.len())].iter().any(|arg| arg == "--pick");
        let is_missing = args.get(word).is_some_and(|word| word != "--");
        is_missing.then_some(Self {
            args,
            word,
            exec,
            picks,
        })
    }

    /// The word that may be a profile, if the command line allows one.
    pub fn profile(&self) -> Option<&OsString> {
        Some(&self.args[self.word]).filter(|_| !self.picks)
    }

    /// The arguments if that word is the program.
    pub fn without_profile(&self) -> Vec<OsString> {
        self.with_dashes(self.word)
    }

    /// The arguments if that word is the profile.
    pub fn with_profile(&self) -> Vec<OsString> {
        self.with_dashes(behind_flags(&self.exec, self.args, self.word + 1))
    }

    fn with_dashes(&self, at: usize) -> Vec<OsString> {
        let mut args = self.args.to_vec();
        if args.get(at).is_some_and(|word| word != "--") {
            args.insert(at, "--".into());
        }
        args
    }
}

/// The index of the first word from `at` on that is neither one of awsenv's flags nor a flag's value.
fn behind_flags(command: &clap::Command, args: &[OsString], mut at: usize) -> usize {
    let is_flag = |arg: &OsString| arg != "--" && arg.as_encoded_bytes().first() == Some(&b'-');
    while args.get(at).is_some_and(is_flag) {
        at += 1 + usize::from(takes_value(command, &args[at]));
    }
    at
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn dashes(words: &str) -> String {
        let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let args = match Swallowed::of(&args) {
            None => args,
            Some(line) if line.profile().is_some_and(|word| word == "prod") => line.with_profile(),
            Some(line) => line.without_profile(),
        };
        args.join(OsStr::new(" ")).into_string().unwrap()
    }

    #[test]
    fn the_swallowed_dashes_come_back() {
        assert_eq!(dashes("awsenv exec prod ls -la"), "awsenv exec prod -- ls -la");
        assert_eq!(dashes("awsenv exec ls -la"), "awsenv exec -- ls -la");
        assert_eq!(
            dashes("awsenv exec --keys --region eu prod ls"),
            "awsenv exec --keys --region eu prod -- ls"
        );
        assert_eq!(dashes("awsenv exec prod -- ls --"), "awsenv exec prod -- ls --");
        assert_eq!(
            dashes("awsenv exec prod npm run x -- -y"),
            "awsenv exec prod -- npm run x -- -y"
        );
        assert_eq!(dashes("awsenv exec git log -- f"), "awsenv exec -- git log -- f");
        assert_eq!(
            dashes("awsenv exec prod --keys ls -a"),
            "awsenv exec prod --keys -- ls -a"
        );
        assert_eq!(
            dashes("awsenv --color never exec prod ls"),
            "awsenv --color never exec prod -- ls"
        );
        assert_eq!(
            dashes("awsenv exec --pick --query x prod -a"),
            "awsenv exec --pick --query x -- prod -a"
        );
        assert_eq!(dashes("awsenv exec prod --help"), "awsenv exec prod --help");
        assert_eq!(
            dashes("awsenv complete --shell powershell -- exec prod l"),
            "awsenv complete --shell powershell -- exec prod l"
        );
        assert_eq!(dashes("awsenv use exec prod"), "awsenv use exec prod");
        assert_eq!(dashes("awsenv exec --help"), "awsenv exec --help");
        assert_eq!(dashes("awsenv list"), "awsenv list");
        for flag in ["--region", "-q --region", "--color", "--query"] {
            assert_eq!(dashes(&format!("awsenv exec {flag}")), format!("awsenv exec {flag}"));
        }
    }
}
