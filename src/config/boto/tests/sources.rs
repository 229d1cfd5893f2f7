//! What can be imported from boto files, and what cannot.

use super::*;

fn sources(disk: &Disk, vars: &[(&str, &str)]) -> Vec<String> {
    let word = |source: &Source| {
        let found = match &source.found {
            Ok(BotoSource::Keys(keys)) => {
                format!("{}/{}", keys.access_key_id, keys.secret_access_key.expose())
            }
            Ok(BotoSource::Keyring(keyring)) => format!("{} in {}", keyring.access_key_id, keyring.service),
            Err(why) => format!("not, because {why}"),
        };
        let lines = source.lines.iter().map(|lines| {
            format!(
                " | {} [{}] {}",
                lines.path.display(),
                lines.header,
                lines.keys.join(" ").replace("aws_", "")
            )
        });
        format!("{}: {found}{}", source.name, lines.collect::<String>())
    };
    disk.ask(vars, |boto| boto.sources()).iter().map(word).collect()
}

#[test]
fn what_can_be_imported_and_the_lines_that_hold_it() {
    let disk = Disk::new(&[
        (
            "/h/.boto",
            "[Credentials]\naws_access_key_id = AK\naws_secret_access_key = SK\n[Boto]\ndebug = 1\n[profile x]\n\
             aws_access_key_id = AX\naws_secret_access_key = SX\nkeyring = unused\n[profile none]\nregion = x\n",
        ),
        (
            "/h/.boto_k",
            "[Credentials]\nkeyring = mykeys\nAWS_ACCESS_KEY_ID = AKK\n",
        ),
        ("/h/.boto_k~", BOTO),
        ("/h/.boto_broken", "nonsense"),
    ]);
    assert_eq!(
        sources(&disk, &[]),
        [
            "default: AK/SK | /h/.boto [Credentials] access_key_id secret_access_key",
            "x: AX/SX | /h/.boto [profile x] access_key_id secret_access_key keyring",
            "k: AKK in mykeys | /h/.boto_k [Credentials] keyring access_key_id",
        ]
    );
}

#[test]
fn what_cannot_be_imported_says_why() {
    let pair = |section: &str, id: &str, secret: &str| -> &'static str {
        let text = format!("[{section}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        Box::leak(text.into_boxed_str())
    };
    let why = |files: &[(&str, &'static str)]| {
        let found = sources(&Disk::new(files), &[]);
        let last = found.last().cloned().unwrap_or_default();
        let last = last.split(" | ").next().unwrap_or_default();
        last.split_once(": ").unwrap_or_default().1.to_owned()
    };
    let both = |system, user| why(&[("/etc/boto.cfg", system), ("/h/.boto", user)]);
    let parts = "not, because `/h/.boto` and `/etc/boto.cfg` each contain a part of it, and the two differ";
    assert_eq!(
        both(pair("Credentials", "A", "S"), pair("Credentials", "A", "S")),
        "A/S"
    );
    assert_eq!(
        both(pair("Credentials", "A", "S"), pair("Credentials", "B", "T")),
        parts
    );
    assert_eq!(
        both(
            "[profile x]\naws_access_key_id = A\n",
            "[profile x]\naws_secret_access_key = S\n"
        ),
        parts
    );
    let one = |text| why(&[("/h/.boto_x", text)]);
    assert_eq!(
        one("[DEFAULT]\naws_secret_access_key = S\n[Credentials]\naws_access_key_id = A\n"),
        "not, because `aws_secret_access_key` is in `[DEFAULT]`, so every section in the file inherits it"
    );
    assert_eq!(
        one(pair("Credentials", "A", "s%%t")),
        "not, because /h/.boto_x:3: `aws_secret_access_key` contains a `%`, which boto 2 expands and botocore does not"
    );
    let temporary = "not, because it is temporary and will expire";
    assert_eq!(one(pair("Credentials", "ASIAX", "S")), temporary);
    assert_eq!(
        one("[Credentials]\naws_access_key_id = A\naws_secret_access_key = S\naws_security_token = T\n"),
        temporary
    );
    assert_eq!(
        one("[Credentials]\naws_access_key_id = A\n"),
        "not, because /h/.boto_x:2: `aws_secret_access_key` is missing for this access key id"
    );
    assert_eq!(
        one("[Credentials]\naws_secret_access_key = S\n"),
        "not, because it has no `aws_access_key_id`"
    );
    assert_eq!(
        why(&[("/h/.boto", pair("profile x", "A", "S")), ("/h/.boto_x", BOTO)]),
        "not, because `[profile x]` of `/h/.boto` has a key with the same name"
    );
}
