//! `awsenv sso import`: profiles for the accounts and roles of a session, as one edit of the config file.

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
use crate::ops::sso::plan::{Plan, plan};
use crate::ops::sso::portal::Portal;
use crate::ops::sso::present::{Gone, Lost, Session, lost};
use crate::ops::sso::template::{Listed, Template};
use crate::ops::sso::{menu, region, sessions};
use crate::ops::{choose, diff, now};
use crate::redact::{self, shown};
use crate::resolve::{self, SsoSession};
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
    let portal = Portal::of(context, &files, &session, files.calls(None));
    // What was given since the last list must not go.
    let is_fresh = args.portal.refresh || args.prune;
    let gathered = gather(context, &session, &portal, Wants::All, is_fresh)?;
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
        is_kept: gathered.is_kept,
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
        shown(&session.start_url)
    );
    let setup = Command::new("awsenv sso setup NAME")
        .option("--start-url", redact::harmless(&session.start_url).unwrap_or("URL"))
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
    /// As [`Gathered::is_kept`].
    is_kept: bool,
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

impl Made {
    fn is_nothing(&self) -> bool {
        self.plan.new.is_empty() && self.gone.is_empty()
    }
}

impl Job<'_> {
    fn plan(&self, files: &Files) -> Plan {
        // A profile hides a boto profile and an alias of the same name.
        let boto: Vec<String> = files.boto().names().into_iter().map(|(name, _)| name).collect();
        let aliases = files.settings.aliases.keys();
        let taken = boto.iter().chain(aliases).map(String::as_str);
        plan(&files.profiles, taken, self.session, &self.template, &self.wanted)
    }

    fn lost(&self, files: &Files) -> Lost {
        let Some(listed) = &self.listed else {
            return Lost::default();
        };
        let listed = listed.iter().map(|role| (role.account_id.as_str(), role.role.as_str()));
        // What the shell uses now, and what it had before `use`.
        let (now, before) = (now::choice(self.context), resolve::select(None, self.context.env()));
        let aliased = files.settings.aliases.values().map(String::as_str);
        let used = aliased.chain([now.name.as_str(), before.name.as_str()]).collect();
        lost(&files.profiles, self.session, &listed.collect(), &used)
    }

    /// Lets the user choose among the roles that have no profile.
    fn choose(&mut self, files: &Files, gathered: Gathered) -> Result<(), Error> {
        let Plan { new, present } = self.plan(files);
        if !present.is_empty() {
            let present = named(present.iter().map(String::as_str));
            self.context
                .ui
                .narrate(&format!("these profiles stay as they are: {present}"));
        }
        if !self.args.all && !new.is_empty() {
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
        let lost = self.lost(files);
        if !lost.kept.is_empty() {
            self.context.ui.notice(&format!(
                "not pruned, because they are used elsewhere or were edited: {}",
                named(lost.kept.iter().map(String::as_str))
            ));
        }
        let made = self.make(files, lost.gone)?;
        if self.args.dry_run {
            if made.is_nothing() {
                self.tell(&made);
            }
            return Ok(Outcome::Text(diff::of(&[made.edit]), self.status));
        }
        if !self.confirm(&made.gone)? {
            return Err(Error::cancelled());
        }
        let lock = EditLock::take(self.context.env())?;
        let now = Files::load(self.context)?;
        self.check(&now)?;
        // What has come since then was not asked about.
        let gone = self
            .lost(&now)
            .gone
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

    /// Listing and asking take a while, in which other programs may edit the file.
    fn check(&self, now: &Files) -> Result<(), Error> {
        let Session { name, start_url } = self.session;
        if sessions::named(now, name)?.start_url == start_url {
            return Ok(());
        }
        let message = format!("the SSO session `{}` has another start URL now", display(name));
        Err(Error::new(Kind::Failed, message).hint("run the same command again"))
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
        let session = display(self.session.name);
        let (new, gone) = (profiles(made.plan.new.len()), profiles(made.gone.len()));
        match (made.plan.new.is_empty(), made.gone.is_empty()) {
            (_, true) => format!("import {new} from `{session}`"),
            (true, false) => format!("remove {gone} of `{session}`"),
            (false, false) => format!("import {new} from `{session}`, and remove {gone}"),
        }
    }

    fn tell(&self, made: &Made) {
        let ui = &self.context.ui;
        let (new, gone) = (&made.plan.new, &made.gone);
        if made.is_nothing() {
            let known = match made.plan.present.len() {
                0 => "there is no role to import".to_owned(),
                1 => "your role has a profile already".to_owned(),
                all => format!("all {all} roles have a profile already"),
            };
            ui.notice(&match self.is_kept {
                true => format!("{known}; `--refresh` asks AWS again"),
                false => known,
            });
            return;
        }
        let mut done = Vec::new();
        if !new.is_empty() {
            let names = named(new.iter().map(|new| new.name.as_str()));
            done.push(format!("imported {}: {names}", profiles(new.len())));
        }
        if !gone.is_empty() {
            let names = named(gone.iter().map(|gone| gone.name.as_str()));
            done.push(format!("removed {}: {names}", profiles(gone.len())));
        }
        ui.notice(&format!("{}; `awsenv undo` takes it back", done.join("; ")));
    }
}

/// "3 profiles".
fn profiles(count: usize) -> String {
    match count {
        1 => "1 profile".to_owned(),
        count => format!("{count} profiles"),
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
