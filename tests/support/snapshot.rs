//! Expected texts in files: compared, or rewritten with `AWSENV_UPDATE_SNAPSHOTS=1`.

use std::path::Path;

use super::PROJECT;

/// Compares `text` with `tests/snapshots/NAME.txt`.
#[track_caller]
pub fn assert_snapshot(name: &str, text: &str) {
    assert_same(&format!("tests/snapshots/{name}.txt"), text);
}

/// Compares `text` with a file of the project.
#[track_caller]
pub fn assert_same(file: &str, text: &str) {
    let path = Path::new(PROJECT).join(file);
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == text {
        return;
    }
    if updating() {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory for the snapshot");
        std::fs::write(&path, text).expect("a writable snapshot");
        return;
    }
    panic!(
        "{file} differs (AWSENV_UPDATE_SNAPSHOTS=1 rewrites it)\n{}",
        difference(&expected, text)
    );
}

/// Whether to rewrite snapshots instead of comparing them.
#[expect(clippy::disallowed_methods, reason = "the tests' own environment, not the program's")]
pub fn updating() -> bool {
    std::env::var_os("AWSENV_UPDATE_SNAPSHOTS").is_some_and(|value| value == "1")
}

/// The lines around the first difference, the expected ones with `-`, the present ones with `+`.
fn difference(expected: &str, text: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), text.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[same..]
        .iter()
        .rev()
        .zip(new[same..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut lines = vec![format!("line {}:", same + 1)];
    lines.extend(old[same..old.len() - tail].iter().map(|line| format!("- {line}")));
    lines.extend(new[same..new.len() - tail].iter().map(|line| format!("+ {line}")));
    lines.join("\n")
}
