//! The command line's types; their doc comments are the help texts.

mod code;
mod configure;
mod dashes;
mod duration;
mod key;
mod login;
mod named;
mod package;
mod sessions;
mod sso;
mod switch;
mod words;

use std::ffi::OsString;

use crate::shell::Shell;
use clap::builder::NonEmptyStringValueParser;
pub use code::GivenCode;
pub use configure::{ConfigureAction, ConfigureArgs};
pub use dashes::Swallowed;
pub use key::{
    CredentialProcessArgs, KeyAction, KeyAddArgs, KeyArgs, KeyImportArgs, KeyListArgs, KeyMoveArgs, KeyRemoveArgs,
    KeyRestoreArgs, KeyUnlockArgs,
};
pub use login::{LoginArgs, SignInArgs};
pub use named::{PROFILE_FLAG, placed, style};
pub use sessions::{SessionsAction, SessionsArgs, SessionsClearArgs, SessionsListArgs};
pub use sso::{
    LogoutArgs, PortalArgs, SsoAccountsArgs, SsoAction, SsoArgs, SsoImportArgs, SsoListArgs, SsoRolesArgs,
    SsoSetupArgs, TEMPLATE,
};
pub use words::{
    command_at, command_names, command_path, command_word, flag_with_value, is_command, is_hidden, is_script,
    is_switch, named_shell, names_shell, profile, subcommand_names, takes_of, takes_profile, words_behind,
};

pub use package::{COMPLETED_SHELL, CompletionsArgs, ManArgs, has_completion};
pub use switch::{ExecArgs, Refresh, StyleArgs, UseArgs, WhoamiArgs};

use clap::{ArgAction, ArgMatches, Args, CommandFactory as _, FromArgMatches, Parser, Subcommand, ValueEnum};

/// The heading of the flags that every command has, below a command's own flags.
const GLOBAL: &str = "Global options";

/// Shell integration and environment manager for AWS profiles
#[derive(Debug, Parser)]
#[command(name = "awsenv", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    /// Print version
    #[arg(short = 'V', long, help_heading = GLOBAL, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = GLOBAL)]
pub struct Global {
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorChoice,
    /// Print only errors
    #[arg(short, long, overrides_with = "quiet")]
    pub quiet: bool,
    /// Print each decision and its reason (never a secret)
    #[arg(short, long, overrides_with = "verbose")]
    pub verbose: bool,
    /// Ask nothing: fail where a question would have to be answered
    #[arg(long, overrides_with = "no_input")]
    pub no_input: bool,
    /// Print help (`-h` for a summary)
    #[arg(short, long, action = ArgAction::Help)]
    pub(crate) help: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// In the order of the help.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a script that switches this shell to a profile
    Use(Lazy<UseArgs>),
    /// Print a script that restores this shell to its state before the first `use`
    Unset(Lazy<ScriptArgs>),
    /// Print the integration for a shell's startup file: wrapper, completion, prompt
    Init(Lazy<InitArgs>),
    /// List the profiles, in file order
    List(Lazy<ListArgs>),
    /// Show what the next aws call of this shell uses, and until when
    Current(Lazy<CurrentArgs>),
    /// Ask AWS whose keys a profile, or this shell, has
    Whoami(Lazy<WhoamiArgs>),
    /// Print the prompt segment, for other prompt programs
    Prompt(Lazy<PromptArgs>),
    /// Show where each value of a profile comes from, and what other SDKs read instead
    Explain(Lazy<ExplainArgs>),
    /// Run a program with a profile's environment
    Exec(Lazy<ExecArgs>),
    /// Sign in to IAM Identity Center
    Login(Lazy<LoginArgs>),
    /// Print a profile's keys in the format that AWS SDKs expect from its `credential_process`
    CredentialProcess(Lazy<CredentialProcessArgs>),
    /// Keep access keys in the keychain instead of in files
    Key(Lazy<KeyArgs>),
    /// Show or give up the temporary keys that are kept between runs
    Sessions(Lazy<SessionsArgs>),
    /// Set up IAM Identity Center: sessions, accounts, roles, profiles
    Sso(Lazy<SsoArgs>),
    /// Sign out of IAM Identity Center
    Logout(Lazy<LogoutArgs>),
    /// Set up a profile: keys, region, output
    Configure(Lazy<ConfigureArgs>),
    /// Undo the last edit of a config file (run again to redo)
    Undo(Lazy<UndoArgs>),
    /// Show what the picker has learned
    History(Lazy<HistoryArgs>),
    /// Check files, permissions, leftovers and the shell setup
    Doctor(Lazy<DoctorArgs>),
    /// Print the completion file for a shell, for packages
    Completions(Lazy<CompletionsArgs>),
    /// Print a manual page
    Man(Lazy<ManArgs>),
    /// Print completion candidates (called by the shell integration)
    #[command(hide = true)]
    Complete(Lazy<CompleteArgs>),
    /// Fail, also in the shell that reads the output (called by the fish function)
    #[command(hide = true)]
    Fail(Lazy<FailArgs>),
}

/// What `-h` prints.
pub fn summary() -> String {
    Cli::command().render_help().to_string()
}

/// The arguments of a command, defined only when it runs, so that a start pays for one command and not for all.
#[derive(Debug)]
pub struct Lazy<T>(pub T);

impl<T: Args> Args for Lazy<T> {
    fn augment_args(command: clap::Command) -> clap::Command {
        command.defer(late::<T>)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command.defer(T::augment_args_for_update)
    }
}

/// Defines the arguments, and keeps the command's own description, which the arguments' type would replace.
///
/// The flags of every command are defined here too, because clap would copy global flags of the root into each command.
fn late<T: Args>(command: clap::Command) -> clap::Command {
    let about = command.get_about().cloned().unwrap_or_default();
    let command = Global::augment_args(command).mut_args(|flag| flag.global(true));
    let command = T::augment_args(command.next_help_heading(None)).about(about);
    named::with_flag(command).long_about(clap::builder::Resettable::Reset)
}

impl<T: FromArgMatches> FromArgMatches for Lazy<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// What kind of text stdout gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// Code for a shell, which the command line may name.
    Script(Option<String>),
    /// Text for people and pipes, or one JSON document.
    Text { json: bool },
}

impl Form {
    /// The shell that the command line names.
    pub fn shell(&self) -> Option<&str> {
        match self {
            Self::Script(shell) => shell.as_deref(),
            Self::Text { .. } => None,
        }
    }
}

impl Command {
    pub fn form(&self) -> Form {
        let json = match self {
            Self::Use(Lazy(args)) => return Form::Script(args.script.shell.clone()),
            Self::Unset(Lazy(args)) => return Form::Script(args.shell.clone()),
            Self::Completions(Lazy(args)) => return Form::Script(Some(args.shell.clone())),
            Self::Init(Lazy(args)) => return Form::Script(Some(args.shell.clone())),
            Self::Current(Lazy(args)) => args.json,
            Self::Doctor(Lazy(args)) => args.json,
            Self::Explain(Lazy(args)) => args.json,
            Self::History(Lazy(args)) => args.json,
            Self::List(Lazy(args)) => args.json,
            Self::Whoami(Lazy(args)) => args.json,
            Self::Key(Lazy(args)) => matches!(&args.action, KeyAction::List(list) if list.json),
            Self::Sso(Lazy(args)) => match &args.action {
                SsoAction::Accounts(args) => args.json,
                SsoAction::List(args) => args.json,
                SsoAction::Roles(args) => args.json,
                SsoAction::Import(_) | SsoAction::Setup(_) => false,
            },
            Self::Sessions(Lazy(args)) => matches!(&args.action, SessionsAction::List(list) if list.json),
            _ => false,
        };
        Form::Text { json }
    }
}

/// The id of an argument that also takes an alias. Where only the exact name of a profile is valid, it is `profile`.
pub const PROFILE_OR_ALIAS: &str = "profile_or_alias";

/// Of a profile or an SSO session to sign in to.
pub const SIGN_IN: &str = "sign_in";

/// Of a profile with a key in the keychain.
pub const STORED_PROFILE: &str = "stored_profile";

/// Of a profile in the history.
pub const REMEMBERED_PROFILE: &str = "remembered_profile";

#[derive(Args, Debug, Default)]
pub struct ScriptArgs {
    #[arg(long, value_name = "SHELL", help = format!("Shell to write the script for [possible values: {}]", Shell::names()))]
    pub shell: Option<String>,
}

#[derive(Args, Debug)]
pub struct InitArgs {
    #[arg(help = words::shell_help("Shell to integrate with", |_| true))]
    pub shell: String,
    /// Leave the prompt unchanged
    #[arg(long)]
    pub no_prompt: bool,
}

#[derive(Args, Debug)]
pub struct ListArgs {
    /// List only the profiles whose name contains this text
    #[arg(value_name = "TEXT")]
    pub text: Option<String>,
    /// Print one JSON document, with exact names
    #[arg(long, conflicts_with = "pick")]
    pub json: bool,
    /// Choose a profile in a picker, and print its exact name
    #[arg(long)]
    pub pick: bool,
    /// The same as TEXT; with `--pick`, start the picker with it
    #[arg(long, value_name = "TEXT", conflicts_with = "text")]
    pub query: Option<String>,
}

#[derive(Args, Debug, Default)]
pub struct PickArgs {
    /// Choose the profile in a picker
    #[arg(long)]
    pub pick: bool,
    /// Start the picker with this text
    #[arg(long, value_name = "TEXT", requires = "pick")]
    pub query: Option<String>,
}

#[derive(Args, Debug)]
pub struct CurrentArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct PromptArgs {
    /// Format of the segment, with the fields {profile} {remaining} {region} {style} {expires}
    #[arg(long, value_name = "TEXT")]
    pub format: Option<String>,
}

#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// Profile to explain (default: the one the AWS CLI would use)
    #[arg(id = PROFILE_OR_ALIAS, value_name = "PROFILE", conflicts_with = "pick")]
    pub profile: Option<OsString>,
    #[command(flatten)]
    pub pick: PickArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Use this region instead of the profile's
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub region: Option<String>,
}

#[derive(Args, Debug)]
pub struct UndoArgs {
    /// Show what would change, without changing anything
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct HistoryArgs {
    #[command(subcommand)]
    pub action: Option<HistoryAction>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum HistoryAction {
    /// Forget a profile
    Remove {
        /// Profile to forget
        #[arg(id = REMEMBERED_PROFILE, value_name = "PROFILE")]
        profile: OsString,
    },
}

#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Test the way to AWS: name server, proxy, TLS, clock
    #[arg(long)]
    pub network: bool,
    /// Test the keychain: write an item, read it back, and delete it
    #[arg(long)]
    pub keychain: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct CompleteArgs {
    /// Shell that asks
    #[arg(long, value_name = "SHELL")]
    pub shell: Option<String>,
    /// bash: the characters at which it breaks words
    #[arg(long, value_name = "CHARACTERS", default_value = "", allow_hyphen_values = true)]
    pub breaks: String,
    /// Words typed after `awsenv`, the unfinished one last; for bash, its whole line up to the cursor
    #[arg(last = true)]
    pub words: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct FailArgs {
    /// Status to exit with
    pub status: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(line: &str) -> (ColorChoice, bool, bool) {
        let global = Cli::try_parse_from(line.split(' ')).unwrap().global;
        (global.color, global.quiet, global.verbose)
    }

    #[test]
    fn the_flags_of_every_command_count_anywhere() {
        assert_eq!(flags("awsenv use x"), (ColorChoice::Auto, false, false));
        assert_eq!(flags("awsenv -q use x -v"), (ColorChoice::Auto, true, true));
        assert_eq!(
            flags("awsenv use -q x --color never"),
            (ColorChoice::Never, true, false)
        );
        assert_eq!(
            flags("awsenv --color always key list -v"),
            (ColorChoice::Always, false, true)
        );
        assert_eq!(flags("awsenv key -q list"), (ColorChoice::Auto, true, false));
        assert_eq!(flags("awsenv -q key -q list -q"), (ColorChoice::Auto, true, false));
        assert_eq!(
            flags("awsenv --color always use x --color never"),
            (ColorChoice::Never, false, false)
        );
    }
}
