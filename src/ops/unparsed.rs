//! How a run ends if its command line was not understood, if clap answers it (help, version), or if it cannot go on.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::{self, Global};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::ops::script::{code, fails_anywhere, powershell_above};
use crate::ops::unknown::{self, Refused};
use crate::process::{Finish, Process};
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::{cut, lines};
use crate::ui::{Ui, talk};

/// Where a script is or may be expected, stdout gets a statement even so.
pub fn finish(process: &Process, error: clap::Error) -> Finish {
    let (command, words) = cli::words_behind(&process.args);
    let takes_profile = command.is_some_and(|command| cli::takes_profile(command, &words));
    let error = without_hidden(without_the_word(error, takes_profile));
    let shell = || shell(&process.args, &process.env);
    let script = command.is_some_and(cli::is_script);
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if !script {
            return Finish {
                stdout: text.into(),
                ..Finish::default()
            };
        }
        talk(&text);
        let stdout = if process.stdout_tty {
            String::new()
        } else {
            format!(
                "{}\n",
                shell()
                    .or_else(powershell_above)
                    .map_or(":", |shell| shell.syntax().no_op())
            )
        };
        return code(process, stdout, 0);
    }
    // An unknown command may be a typo in an eval; the wrapper can tell.
    let is_known = command.is_some_and(cli::is_command);
    let mut hints = Vec::new();
    match command.filter(|_| !is_known && error.kind() == ErrorKind::InvalidSubcommand) {
        Some(word) => Ui::new(&Global::default(), process).error(&unknown::command(process, word, &words)),
        None => {
            // Without a command, clap answers with the help.
            let said = text.strip_prefix("error: ").map(|said| format!("awsenv: {said}"));
            let is_slip = error.get(ContextKind::SuggestedArg).is_some();
            let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
            let refused = match (error.kind(), &argument) {
                (ErrorKind::UnknownArgument, Some(argument)) if !is_slip => Refused::Argument(argument),
                (ErrorKind::InvalidSubcommand, _) => Refused::Action,
                _ => Refused::Other,
            };
            hints.extend(unknown::line(process, refused));
            let ui = Ui::new(&Global::default(), process);
            let hint: String = hints
                .iter()
                .map(|hint| format!("hint: {}\n", ui.advice(hint)))
                .collect();
            // A word that was pasted by mistake is in it whole.
            let said = lines(&(said.unwrap_or(text.clone()) + &hint));
            let said = said.lines().map(|line| cut(line.to_owned(), LONGEST_LINE) + "\n");
            talk(&said.collect::<String>());
        }
    }
    let evaluated = script || !is_known && (process.read_by_shell || Wrapper::of(&process.env).is_none());
    let stdout = if process.stdout_tty || !evaluated {
        if !evaluated && words.contains(&"--json") {
            let ui = Ui::new(&Global::default(), process);
            let error = Error::new(Kind::Usage, cut(first_line(&text).to_owned(), LONGEST_LINE));
            let error = hints.into_iter().fold(error, Error::hint);
            format!("{}\n", error.to_json(|hint| ui.raw_advice(hint)))
        } else {
            String::new()
        }
    } else {
        let message = "the command line cannot be understood";
        shell().map_or_else(
            || fails_anywhere(2, message),
            |shell| shell.syntax().fail(2, message) + "\n",
        )
    };
    Finish {
        script,
        ..code(process, stdout, 2)
    }
}

/// In columns.
const LONGEST_LINE: usize = 500;

/// clap shows for pasting what it took for an option: without quotes, and only its beginning. Where the command takes a
/// profile, it was no value: the names of profiles do not begin with a dash.
fn without_the_word(mut error: clap::Error, takes_profile: bool) -> clap::Error {
    let Some(ContextValue::StyledStrs(tips)) = error.remove(ContextKind::Suggested) else {
        return error;
    };
    let is_paste = |tip: &StyledStr| tip.to_string().contains("use '-- ");
    let tips = tips.into_iter().filter(|tip| !takes_profile || !is_paste(tip));
    let tips = tips.map(|tip| match is_paste(&tip) {
        true => StyledStr::from("to pass a value that begins with a dash, write `--` before it"),
        false => tip,
    });
    let tips: Vec<_> = tips.collect();
    if !tips.is_empty() {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    error
}

/// clap lists the commands that are not for people, too.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::MissingSubcommand
        && let Some(ContextValue::Strings(names)) = error.remove(ContextKind::ValidSubcommand)
    {
        let shown = names.into_iter().filter(|name| !cli::is_hidden(name));
        error.insert(ContextKind::ValidSubcommand, ContextValue::Strings(shown.collect()));
    }
    error
}

/// A statement that fails with the status, in the shell that the command line or the wrapper names, else in the nearest
/// one. For a run that cannot go on.
pub fn last_word(args: &[OsString], env: &Env, status: u8, message: &str) -> String {
    let shell = shell(args, env).or_else(|| sys::ancestors::shell().ok());
    let fail = shell.map(|shell| shell.syntax().fail(status, message));
    fail.unwrap_or_else(|| "false".to_owned()) + "\n"
}

/// The shell that the command line or the wrapper names.
fn shell(args: &[OsString], env: &Env) -> Option<Shell> {
    cli::named_shell(args).or_else(|| Wrapper::of(env).map(|wrapper| wrapper.shell))
}

fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line)
}
