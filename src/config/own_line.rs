//! The line by which a profile asks awsenv for its keys: `credential_process = …/awsenv credential-process NAME`, with
//! `--item ITEM` if the item has another name than the profile.

use std::path::Path;

use super::edit::{EditError, check_name, process_value};
use super::shlex;

/// The key of the line.
pub const KEY: &str = "credential_process";

/// The file name of the program, without its extension.
const PROGRAM: &str = "awsenv";
const VERB: &str = "credential-process";

/// The value of the line for `profile`, whose keys are in `item`; `program` is the path of awsenv.
///
/// # Errors
/// A program path or a name that the line cannot hold.
pub fn value(program: &str, profile: &str, item: &str) -> Result<String, EditError> {
    check_name(profile).and_then(|()| check_name(item))?;
    process_value(&words(program, profile, item))
}

fn words(program: &str, profile: &str, item: &str) -> Vec<String> {
    let mut words = vec![program.to_owned(), VERB.to_owned()];
    // A name that begins with `-` would be read as a flag.
    if item != profile && item.starts_with('-') {
        words.push(format!("--item={item}"));
    } else if item != profile {
        words.extend(["--item".to_owned(), item.to_owned()]);
    }
    words.extend(profile.starts_with('-').then(|| "--".to_owned()));
    words.push(profile.to_owned());
    words
}

/// The item that a `credential_process` reads if it is awsenv's own.
pub fn keychain_item(command: &str) -> Option<String> {
    let words = shlex::split(command).ok()?;
    let [program, verb, rest @ ..] = words.as_slice() else {
        return None;
    };
    if Path::new(program).file_stem()? != PROGRAM || verb != VERB {
        return None;
    }
    let (mut profile, mut item) = (None, None);
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.as_str() {
            "--item" => item = Some(rest.next()?.as_str()),
            "--" => profile = profile.or(rest.next().map(String::as_str)),
            word => match word.strip_prefix("--item=") {
                Some(name) => item = Some(name),
                None if profile.is_none() => profile = Some(word),
                None => return None,
            },
        }
    }
    item.or(profile).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keychain_commands() {
        let item = |command| keychain_item(command);
        assert_eq!(item("awsenv credential-process prod").as_deref(), Some("prod"));
        assert_eq!(
            item("'/opt/my bin/awsenv' credential-process 'a b'").as_deref(),
            Some("a b")
        );
        assert_eq!(
            item("/x/awsenv.exe credential-process p --item q").as_deref(),
            Some("q")
        );
        assert_eq!(item("awsenv credential-process --item=-q p").as_deref(), Some("-q"));
        assert_eq!(item("awsenv credential-process --item q -- -p").as_deref(), Some("q"));
        assert_eq!(item("awsenv credential-process -- -p").as_deref(), Some("-p"));
        for other in [
            "awsenv export p",
            "my-awsenv credential-process p",
            "awsenv 'credential-process",
            "awsenv credential-process",
            "awsenv credential-process p --item",
            "awsenv credential-process p | tee log",
            "",
        ] {
            assert_eq!(item(other), None, "{other}");
        }
    }

    #[test]
    fn what_the_line_says() {
        let value = |profile, item| value("/usr/bin/awsenv", profile, item).unwrap();
        assert_eq!(value("work", "work"), "/usr/bin/awsenv credential-process work");
        assert_eq!(
            value("a b", "work"),
            "/usr/bin/awsenv credential-process --item work \"a b\""
        );
        assert_eq!(value("-p", "-p"), "/usr/bin/awsenv credential-process -- -p");
        assert_eq!(value("p", "-q"), "/usr/bin/awsenv credential-process \"--item=-q\" p");
    }

    /// Names that look like flags, quotes or comments.
    fn name() -> impl Strategy<Value = String> {
        let flag = prop::sample::select(vec![
            "--item",
            "--item=x",
            "--",
            "-",
            "-h",
            "credential-process",
            "awsenv",
        ]);
        prop_oneof![
            flag.prop_map(str::to_owned),
            r#"[-a-z= '"$`\\#;~*!&|%()ü]{0,8}"#,
            "\\PC{0,8}"
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(dir in name(), profile in name(), item in name(), same in any::<bool>()) {
            let program = format!("/{dir}/awsenv");
            let item = if same { profile.clone() } else { item };
            if let Ok(value) = value(&program, &profile, &item) {
                prop_assert_eq!(shlex::split(&value), Ok(words(&program, &profile, &item)));
                prop_assert_eq!(keychain_item(&value), Some(item));
            }
        }
    }
}
