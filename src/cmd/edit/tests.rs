use super::*;

fn shown(was: Option<&str>, now: &str) -> String {
    diff(&[FileEdit {
        path: "/c".into(),
        was: was.map(|was| Zeroizing::new(was.as_bytes().to_vec())),
        now: Zeroizing::new(now.as_bytes().to_vec()),
    }])
}

#[test]
fn a_diff_shows_what_is_around() {
    let was = "1\n2\n3\n4\n5\n6\n[a]\nx = 1\n[b]\n";
    assert_eq!(
        shown(Some(was), &was.replace("x = 1\n", "x = 2\ny = 1\n")),
        "--- /c\n+++ /c\n@@ -5,5 +5,6 @@\n 5\n 6\n [a]\n-x = 1\n+x = 2\n+y = 1\n [b]\n"
    );
    assert_eq!(
        shown(None, "[a]\r\nx\u{1b}"),
        "--- /dev/null\n+++ /c\n@@ -0,0 +1,2 @@\n+[a]\n+x\\u{1b}\n"
    );
    let long: String = (0..40).map(|n| format!("{n}\n")).collect();
    let twice = shown(Some(&long), &long.replace("5\n", "five\n"));
    assert_eq!(twice.matches("@@ -").count(), 4, "{twice}");
    assert_eq!(shown(Some("x\n"), "x\n"), "");
}

#[test]
fn no_secret_is_shown() {
    let was = "[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n  aws_secret_access_key = hunter2\n";
    let shown_of = |was: &str| shown(Some(was), "[a]\nregion = x\n");
    let swallowed = shown_of(was);
    assert!(
        !swallowed.contains("hunter2") && !swallowed.contains("IOSFOD"),
        "{swallowed}"
    );
    let plain = shown_of(&was.replace("  aws", "aws"));
    assert_eq!(
        plain,
        "--- /c\n+++ /c\n@@ -1,3 +1,2 @@\n [a]\n-aws_access_key_id = ****MPLE\n-aws_secret_access_key = (secret)\n+region = x\n"
    );
    for secret in [
        "aws_secret_access_key\t:\thunter2",
        "aws_session_token =\n   hunter2\n   hunter2",
        "x_password = hunter2",
        "# pw: hunter2",
        "credential_process = get --password hunter2",
        "x = 1\n    secret hunter2",
    ] {
        let shown = shown_of(&format!("[a]\n{secret}\n"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let ours = "credential_process = /usr/bin/awsenv credential-process a";
    assert!(shown_of(&format!("[a]\n{ours}\n")).contains(ours));
}
