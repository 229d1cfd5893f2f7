//! `awsenv sso import`: profiles for the accounts and roles of a session, as one edit of the config file.

use std::collections::HashSet;

use crate::advice::{Advice, Command};
use crate::cli::SsoImportArgs;
use crate::config::FileKind;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::ops::ask::{self, Questions};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::sso::edit::{self as sso_edit, Import};
use crate::ops::sso::gather::{self, Gathered, Wants, gather};
use crate::ops::sso::plan::{New, Plan, plan};
use crate::ops::sso::portal::Portal;
use crate::ops::sso::present::{Gone, Session, gone};
use crate::ops::sso::template::{Listed, Template};
use crate::ops::sso::{menu, region, sessions};
use crate::ops::{choose, diff};
use crate::redact;
use crate::resolve::SsoSession;
use crate::sys::edit::EditLock;
use crate::text::display;

pub(super) fn run(context: &Context, args: &SsoImportArgs) -> Result<Outcome, Error> {
    let template = Template::parse(&args.template)?;
    let files = Files::load(context)?;
    let region = choose::asked_region(context, &files, args.region.as_deref())?;
    if !args.all {
        menu::check(context)?;
    }
    let wanted = args.portal.session.as_deref();
    let session = sessions::chosen_section(context, &files, wanted, "awsenv sso import --session NAME")?;
    let name = session.name.as_deref().ok_or_else(|| legacy(&session))?;
    if !args.dry_run {
        edit::check_path(context, files.path_to_write(FileKind::Config)?)?;
    }
    let portal = Portal::of(context, &session, files.calls(None));
    let gathered = gather(context, &session, &portal, Wants::All, args.portal.refresh)?;
    gather::warn(context, &gathered.refused);
    let mut job = Job {
        context,
        args,
        session: Session {
            name,
            start_url: &session.start_url,
        },
        template,
        region: None,
        status: u8::from(!gathered.refused.is_empty()),
        wanted: gathered.roles(),
        listed: args.prune.then(|| gathered.roles()),
    };
    if args.prune && !gathered.refused.is_empty() {
        context
            .ui
            .warn("nothing is pruned, because not all roles could be listed");
        job.listed = None;
    }
    job.choose(&files, gathered)?;
    job.region = match region {
        Some(region) => Some(region.into_owned()),
        None => job.ask_region(&files)?,
    };
    job.run(&files)
}

fn legacy(session: &SsoSession) -> Error {
    let message = format!(
        "`{}` has no `[sso-session]`, which imported profiles need",
        display(&session.start_url)
    );
    let setup = Command::new("awsenv sso setup NAME")
        .option("--start-url", &session.start_url)
        .option("--region", &session.region);
    Error::new(Kind::Failed, message).hint(Advice::from("set one up: ").command(setup))
}

struct Job<'a> {
    context: &'a Context<'a>,
    args: &'a SsoImportArgs,
    session: Session<'a>,
    template: Template,
    region: Option<String>,
    /// 1 if not all roles could be listed.
    status: u8,
    /// The roles that are to have a profile.
    wanted: Vec<Listed>,
    /// All roles, if profiles of others are to go.
    listed: Option<Vec<Listed>>,
}

/// What is to be done to files as they were read.
struct Made {
    edit: FileEdit,
    plan: Plan,
    gone: Vec<Gone>,
}

impl Job<'_> {
    fn plan(&self, files: &Files) -> Plan {
        // A profile hides a boto profile and an alias of the same name.
        let boto: Vec<String> = files.boto().names().into_iter().map(|(name, _)| name).collect();
        let aliases = files.settings.aliases.keys();
        let taken = boto.iter().chain(aliases).map(String::as_str);
        plan(&files.profiles, taken, self.session, &self.template, &self.wanted)
    }

    fn gone(&self, files: &Files) -> Vec<Gone> {
        let Some(listed) = &self.listed else {
            return Vec::new();
        };
        let listed = listed.iter().map(|role| (role.account_id.as_str(), role.role.as_str()));
        gone(&files.profiles, self.session, &listed.collect::<HashSet<_>>())
    }

    /// Lets the user choose among the roles that have no profile.
    fn choose(&mut self, files: &Files, gathered: Gathered) -> Result<(), Error> {
        if self.args.all {
            return Ok(());
        }
        let new = self.plan(files).new;
        if !new.is_empty() {
            let chosen = menu::pick(self.context, self.session.name, gathered.listing, new)?;
            self.wanted = chosen.into_iter().map(|new| new.role).collect();
        }
        Ok(())
    }

    /// An empty answer is no region.
    fn ask_region(&self, files: &Files) -> Result<Option<String>, Error> {
        let is_asked = !self.args.yes && !self.args.dry_run && ask::check(self.context, "").is_ok();
        if !is_asked || self.plan(files).new.is_empty() {
            return Ok(None);
        }
        let check = |text: &str| match text {
            "" => Ok(None),
            text => region::answered(self.context, files, text).map(Some),
        };
        let is_plain = |text: &str| redact::harmless(text).is_some();
        let question = "Region of the new profiles [None]:";
        let typed = Questions::begin(self.context)?.line(question, is_plain, is_plain, |text| check(text).map(drop))?;
        check(&typed)
    }

    fn make(&self, files: &Files, gone: Vec<Gone>) -> Result<Made, Error> {
        let plan = self.plan(files);
        let edit = sso_edit::edit(
            files,
            &Import {
                session: self.session.name,
                region: self.region.as_deref(),
                new: &plan.new,
                gone: &gone,
            },
        )?;
        Ok(Made { edit, plan, gone })
    }

    fn run(&self, files: &Files) -> Result<Outcome, Error> {
        let made = self.make(files, self.gone(files))?;
        if self.args.dry_run {
            return Ok(Outcome::Text(diff::of(&[made.edit]), self.status));
        }
        if !self.confirm(&made.gone)? {
            return Err(Error::cancelled());
        }
        let lock = EditLock::take(self.context.env())?;
        let now = Files::load(self.context)?;
        // What has come since then was not asked about.
        let gone = self
            .gone(&now)
            .into_iter()
            .filter(|gone| made.gone.contains(gone))
            .collect();
        let made = self.make(&now, gone)?;
        edit::save(
            self.context,
            &lock,
            &self.title(&made),
            std::slice::from_ref(&made.edit),
            Undo::Journal,
        )?;
        self.tell(&made);
        Ok(Outcome::Done(self.status))
    }

    fn confirm(&self, gone: &[Gone]) -> Result<bool, Error> {
        let names = || named(gone.iter().map(|gone| gone.name.as_str()));
        match gone.len() {
            0 => Ok(true),
            _ if self.args.yes => Ok(true),
            1 => self.ask(&format!(
                "remove the profile {}, whose role you no longer have",
                names()
            )),
            all => self.ask(&format!(
                "remove {all} profiles whose roles you no longer have ({})",
                names()
            )),
        }
    }

    fn ask(&self, question: &str) -> Result<bool, Error> {
        ask::yes(self.context, question, false, "add `--yes` to skip the question")
    }

    fn title(&self, made: &Made) -> String {
        format!("import {} from `{}`", done(made), display(self.session.name))
    }

    fn tell(&self, made: &Made) {
        let ui = &self.context.ui;
        let (new, present) = (&made.plan.new, made.plan.present.len());
        if new.is_empty() && made.gone.is_empty() {
            ui.notice(&match present {
                0 => "there is no role to import".to_owned(),
                1 => "your role has a profile already".to_owned(),
                all => format!("all {all} roles have a profile already"),
            });
            return;
        }
        let names = named(new.iter().map(|new: &New| new.name.as_str()));
        let names = if new.is_empty() { names } else { format!(": {names}") };
        ui.notice(&format!("imported {}{names}; `awsenv undo` takes it back", done(made)));
        if present > 0 {
            ui.narrate(&format!("{present} roles have a profile already"));
        }
    }
}

/// "3 profiles, and removed 1".
fn done(made: &Made) -> String {
    let profiles = |count: usize| match count {
        1 => "1 profile".to_owned(),
        count => format!("{count} profiles"),
    };
    match (made.plan.new.len(), made.gone.len()) {
        (new, 0) => profiles(new),
        (new, gone) => format!("{}, and removed {gone}", profiles(new)),
    }
}

/// In a sentence.
const MAX_NAMED: usize = 5;

fn named<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names.map(|name| format!("`{}`", display(name)));
    let first: Vec<String> = names.by_ref().take(MAX_NAMED).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
