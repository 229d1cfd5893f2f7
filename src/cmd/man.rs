//! `awsenv man`: the definition of the command line -> manual pages.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::advice::{Advice, Command};
use crate::cli::{Cli, ManArgs, subcommand_names};
use crate::config::locate::in_home;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::sys;
use crate::text::name;

/// Prints the page of one command, or writes the pages of all commands.
///
/// # Errors
/// A command that does not exist, or a directory that cannot be written to.
pub fn run(context: &Context, args: ManArgs) -> Result<Outcome, Error> {
    let mut root = Cli::command();
    // Only a built command knows the arguments of its subcommands, and their full names.
    root.build();
    let dir = args.dir.as_ref().map(|dir| match dir.to_str() {
        Some(text) => in_home(text, context.env(), &sys::fs::home_of),
        None => dir.clone(),
    });
    let Some(dir) = &dir else {
        return Ok(Outcome::Text(Page::of(find(&root, &args.page)?).text, 0));
    };
    let pages = all(&root);
    for page in &pages {
        page.write(dir)?;
    }
    let (count, dir) = (pages.len(), dir.display());
    context.ui.tell(format!("wrote {count} pages to `{dir}`"));
    Ok(Outcome::Done(0))
}

fn find<'a>(root: &'a clap::Command, words: &[String]) -> Result<&'a clap::Command, Error> {
    words.iter().enumerate().try_fold(root, |command, (at, word)| {
        let found = command.find_subcommand(word).filter(|found| !found.is_hide_set());
        found.ok_or_else(|| {
            let message = format!("unknown command `{}`", name(&words[..=at].join(" ")));
            let error = Error::new(Kind::Usage, message);
            let Some(near) = nearest(word, subcommand_names(command)).into_iter().next() else {
                return error.hint("`awsenv --help` lists the commands");
            };
            let words = words[..at].iter().map(String::as_str).chain([near]);
            let page = words.fold(Command::new("awsenv man"), Command::operand);
            error.hint(Advice::from("did you mean `").command(page).text("`?"))
        })
    })
}

/// Includes its subcommands.
fn all(command: &clap::Command) -> Vec<Page> {
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    std::iter::once(Page::of(command)).chain(shown.flat_map(all)).collect()
}

struct Page {
    /// The file name.
    name: String,
    /// In roff.
    text: String,
}

impl Page {
    fn of(command: &clap::Command) -> Self {
        let mut command = command.clone();
        // The help's usage line: the generated synopsis would name each option, but not that it takes a value.
        let usage = command.render_usage().to_string();
        let is_part = command.get_bin_name() != Some("awsenv");
        let command = command.override_usage(usage.trim_start_matches("Usage: ").to_owned());
        // Blank and not empty, because an empty date would be left out, and the next field would take its place.
        let page = Man::new(command)
            .date(" ")
            .source(concat!("awsenv ", env!("CARGO_PKG_VERSION")))
            .manual("awsenv manual");
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = page.render(&mut text);
        let mut text = String::from_utf8_lossy(&text).into_owned();
        if is_part {
            let mut more = Roff::new();
            more.control("SH", ["SEE ALSO"]).text([bold("awsenv"), roman("(1)")]);
            text += &more.to_roff();
        }
        Self {
            name: page.get_filename(),
            text,
        }
    }

    fn write(&self, dir: &Path) -> Result<(), Error> {
        let path = dir.join(&self.name);
        sys::fs::write_public(&path, &self.text)
            .map_err(|error| Error::new(Kind::Failed, format!("cannot write `{}`: {error}", path.display())))
    }
}
