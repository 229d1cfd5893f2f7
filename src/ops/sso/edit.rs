//! The edit of an import: new profiles at the end of the config file, and those that go, as one change.

use std::collections::HashSet;

use crate::config::edit::NewSection;
use crate::config::{Document, Editor, FileKind};
use crate::error::{Error, Kind};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::identity;
use crate::ops::sso::plan::New;
use crate::ops::sso::present::Gone;
use crate::resolve::{BaseSource, Choice, Start};
use crate::text::display;

/// What becomes of the profiles of a session.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    pub session: &'a str,
    pub region: Option<&'a str>,
    pub new: &'a [New],
    pub gone: &'a [Gone],
}

/// # Errors
/// The config file cannot be edited, or the edit would change what another profile is.
pub fn edit(files: &Files, import: &Import<'_>) -> Result<FileEdit, Error> {
    let absent = Document::absent(files.path_to_write(FileKind::Config)?);
    let document = files.profiles.config().unwrap_or(&absent);
    let mut editor = Editor::new(document)?;
    let gone: Vec<&str> = import.gone.iter().map(|gone| gone.header.as_str()).collect();
    editor.remove_sections(&gone)?;
    let new = import.new.iter().map(|new| {
        let entries = [
            ("sso_session", import.session.to_owned()),
            ("sso_account_id", new.role.account_id.clone()),
            ("sso_role_name", new.role.role.clone()),
        ];
        let region = import.region.map(|region| ("region", region.to_owned()));
        NewSection::profile(&new.name, entries.into_iter().chain(region))
    });
    editor.add_sections(&new.collect::<Result<Vec<_>, _>>()?)?;
    let edit = FileEdit::of(document, editor.finish()?);
    check(files, import, &edit)?;
    Ok(edit)
}

/// Every new profile is what it was meant to be, and no other has become another.
fn check(files: &Files, import: &Import<'_>, edit: &FileEdit) -> Result<(), Error> {
    let edits = std::slice::from_ref(edit);
    let new = import.new.iter().map(|new| new.name.as_str());
    let gone = import.gone.iter().map(|gone| gone.name.as_str());
    let meant: HashSet<&str> = new.chain(gone).collect();
    let is_meant = |profile: &Option<String>| profile.as_deref().is_some_and(|name| meant.contains(name));
    let changes = identity::changes(files, edits, &[], None)?;
    if let Some(change) = changes.into_iter().find(|change| !is_meant(&change.profile)) {
        return Err(change.error);
    }
    let after = files.edited(edits)?;
    let wrong = after.survey(|survey| {
        import.new.iter().find(|new| {
            let outline = survey.outline(&Choice::explicit(&new.name), None);
            let Ok(Start::Base(Some(base))) = outline.map(|outline| outline.start) else {
                return true;
            };
            let BaseSource::Sso(sso) = *base else {
                return true;
            };
            let is_of = sso.session.name.as_deref() == Some(import.session);
            !is_of || sso.account_id != new.role.account_id || sso.role_name != new.role.role
        })
    });
    wrong.map_or(Ok(()), |new| {
        let message = format!(
            "profile `{}` would not give the role that it is named after",
            display(&new.name)
        );
        Err(Error::new(Kind::InvalidConfig, message)
            .hint("every profile inherits the section `[DEFAULT]`: see whether it has keys that do not belong there"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;
    use crate::cli::Global;
    use crate::context::Context;
    use crate::ops::sso::plan::plan;
    use crate::ops::sso::present::{Session, lost};
    use crate::ops::sso::template::{Listed, Template};
    use crate::process::Process;
    use crate::ui::Ui;

    const SECTION: &str =
        "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";

    fn with_files<T>(config: &str, work: impl FnOnce(&Files) -> T) -> T {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/config"), config).unwrap();
        let process = Process::of_env([("HOME", home.path())].into_iter().collect());
        let ui = Ui::new(&Global::default(), &process);
        work(&Files::load(&Context::new(&process, &ui)).unwrap())
    }

    const CORP: Session<'_> = Session {
        name: "corp",
        start_url: "https://corp.awsapps.com/start",
    };

    fn listed(accounts: usize, roles: usize) -> Vec<Listed> {
        let all = (0..accounts).flat_map(|account| (0..roles).map(move |role| (account, role)));
        all.map(|(account, role)| Listed {
            account_id: format!("{account:012}"),
            account_name: format!("Account {account}"),
            role: format!("Role{role}"),
        })
        .collect()
    }

    /// What an import of these roles makes of a file; prunes too.
    fn imported(config: &str, wanted: &[Listed], region: Option<&str>) -> Result<String, Error> {
        let template = Template::parse("{account_name}-{role}").unwrap();
        with_files(config, |files| {
            let plan = plan(&files.profiles, [], CORP, &template, wanted);
            let roles = wanted.iter().map(|role| (role.account_id.as_str(), role.role.as_str()));
            let gone = lost(&files.profiles, CORP, &roles.collect(), &HashSet::new()).gone;
            let edit = edit(
                files,
                &Import {
                    session: "corp",
                    region,
                    new: &plan.new,
                    gone: &gone,
                },
            )?;
            Ok(String::from_utf8(edit.now.to_vec()).unwrap())
        })
    }

    #[test]
    fn profiles_come_and_go_and_all_else_stays() {
        let config = format!("# mine\n{SECTION}\n[profile x]\nregion=r ; odd\n");
        let once = imported(&config, &listed(2, 1), Some("eu-west-1")).unwrap();
        let block = |account: usize| {
            format!(
                "\n[profile Account-{account}-Role0]\nsso_session = corp\nsso_account_id = {account:012}\nsso_role_name = Role0\nregion = eu-west-1\n"
            )
        };
        assert_eq!(once, format!("{config}{}{}", block(0), block(1)));
        assert_eq!(imported(&once, &listed(2, 1), None).unwrap(), once);
        assert_eq!(
            imported(&once, &listed(1, 1), None).unwrap(),
            format!("{config}{}", block(0))
        );
        assert_eq!(imported(&once, &[], None).unwrap(), config);
    }

    #[test]
    fn what_everything_inherits_may_spoil_a_profile() {
        let config = format!("{SECTION}[DEFAULT]\nrole_arn = arn:aws:iam::111111111111:role/x\nsource_profile = y\n");
        let error = imported(&config, &listed(1, 1), None).unwrap_err();
        assert!(error.message.contains("Account-0-Role0"), "{}", error.message);
    }

    #[test]
    fn hundreds_of_accounts_take_no_time() {
        let begin = Instant::now();
        let once = imported(SECTION, &listed(300, 5), None).unwrap();
        assert_eq!(once.matches("[profile ").count(), 1500);
        assert_eq!(imported(&once, &[], None).unwrap(), SECTION);
        assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    }
}
