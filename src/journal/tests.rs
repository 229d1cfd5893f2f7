use std::path::Path;

use proptest::prelude::*;

use super::*;

fn journal(was: Option<&str>, is: Option<&str>) -> Journal {
    let (was, is) = (was.map(str::as_bytes), is.map(str::as_bytes));
    Journal::of("a title", "now".into(), Undo::Journal, &[(Path::new("/c"), was, is)])
}

fn reverted(journal: &Journal, now: &str) -> Result<Option<String>, Conflict> {
    revert(&journal.files[0], Some(now.as_bytes()))
}

#[test]
fn an_edit_is_undone_and_done_again() {
    let (was, is) = ("[a]\nx = 1\n[b]\ny = 1\n", "[a]\nx = 22\n[b]\nz = 1\ny = 1\n[c]\n");
    let journal = journal(Some(was), Some(is));
    assert_eq!(Journal::parse(journal.to_json().as_bytes()), Ok(journal.clone()));
    assert_eq!(reverted(&journal, is).unwrap().as_deref(), Some(was));
    let turned = journal.clone().turned();
    assert!(turned.is_undone);
    assert_eq!(reverted(&turned, was).unwrap().as_deref(), Some(is));
    assert_eq!(turned.turned(), journal);
}

#[test]
fn a_new_file_goes_and_comes_back() {
    let journal = journal(None, Some("[a]\n"));
    assert_eq!(reverted(&journal, "[a]\n"), Ok(None));
    assert_eq!(reverted(&journal, "[a]\n[b]\n"), Err(Conflict::Changed));
    let turned = journal.turned();
    assert_eq!(revert(&turned.files[0], None), Ok(Some("[a]\n".into())));
}

#[test]
fn a_file_that_changed_is_reverted_where_there_is_no_doubt() {
    let journal = journal(Some("[a]\nx = 1\n[b]\nx = 2\n"), Some("[a]\nx = 1\n[b]\nx = 3\n"));
    let now = |text: &str| reverted(&journal, text).ok().flatten();
    assert_eq!(
        now("# new\n[a]\nx = 3\n[b]\ny = 1\nx = 3\n").as_deref(),
        Some("# new\n[a]\nx = 3\n[b]\ny = 1\nx = 2\n")
    );
    for doubtful in [
        "[a]\nx = 1\n[b]\nx = 4\n",
        "[a]\nx = 1\n[c]\nx = 3\n",
        "[a]\nx = 1\n[b]\ny = 3\n  x = 3\nx = 3\n[b]\n",
        "[a]\nx = 1\n[b]\nx = 3",
        "",
    ] {
        assert_eq!(reverted(&journal, doubtful), Err(Conflict::Changed), "{doubtful:?}");
    }
    assert_eq!(revert(&journal.files[0], None), Err(Conflict::Changed));
    // What would come back continues the value above it, which was not there then.
    let indented = Change {
        before: Some(String::new()),
        lines: vec![Lines {
            was: "  x = 1\n".into(),
            ..journal.files[0].lines[0].clone()
        }],
        ..journal.files[0].clone()
    };
    assert_eq!(revert(&indented, Some(b"[b]\ny = 1\nx = 3\n")), Err(Conflict::Changed));
}

#[test]
fn no_secret_is_kept() {
    let empty = "[a]\n";
    for secret in [
        "aws_secret_access_key = hunter2\n",
        "aws_access_key_id = x\n",
        "aws_secret_access_key =\n  hunter2\n",
        "# was AKIAIOSFODNN7EXAMPLE\n",
        "credential_process = get hunter2\n",
        "x_password = hunter2\n",
    ] {
        for (was, is) in [
            (empty.to_owned(), format!("{empty}{secret}")),
            (format!("{empty}{secret}"), empty.to_owned()),
        ] {
            let journal = journal(Some(&was), Some(&is));
            assert_eq!((journal.undo, journal.files), (Undo::Secret, Vec::new()), "{secret}");
        }
    }
    // A line of a secret that goes on, changed without its key.
    let several = |line: &str| format!("[a]\naws_session_token =\n  x\n  {line}\n");
    assert_eq!(journal(Some(&several("y")), Some(&several("z"))).undo, Undo::Secret);
    let ours = "[a]\ncredential_process = /usr/bin/awsenv credential-process a\n";
    assert_eq!(journal(Some(empty), Some(ours)).undo, Undo::Journal);
    let command = Journal::of(
        "t",
        "now".into(),
        Undo::Command("c".into()),
        &[(Path::new("/c"), None, Some(b"[a]\nx=1\n"))],
    );
    assert!(command.files.is_empty());
}

proptest! {
    #[test]
    fn any_edit_is_undone(was in "(\\[a\\]|x = 1|y=2|  z| # c|\n|\r\n|\r){0,12}", is in "(\\[a\\]|x = 1|y=2|  z| # c|\n|\r\n|\r){0,12}") {
        let journal = journal(Some(&was), Some(&is));
        prop_assert_eq!(&journal.undo, &Undo::Journal);
        prop_assert_eq!(reverted(&journal, &is), Ok(Some(was.clone())));
        prop_assert_eq!(reverted(&journal.turned(), &was), Ok(Some(is)));
    }
}
