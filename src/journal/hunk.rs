//! Where two texts differ, line by line.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Lines of the old text, and those of the new one that replace them; both in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// The differences, in order. Equal lines after a difference are looked for nearby first, so the answer is short where
/// the texts are alike.
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let (a, b) = (lines(old), lines(new));
    let once = once(old, &a, new, &b);
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && old[a[i].clone()] == new[b[j].clone()] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (more, less) = meeting(old, &a[i..], new, &b[j..], &once);
        found.push(Hunk {
            old: start(&a, i, old)..start(&a, i + more, old),
            new: start(&b, j, new)..start(&b, j + less, new),
        });
        (i, j) = (i + more, j + less);
    }
    found
}

/// The lines that each text has once, as a section has its header.
fn once<'t>(old: &'t str, a: &[Range<usize>], new: &'t str, b: &[Range<usize>]) -> HashSet<&'t str> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for line in a {
        counts.entry(&old[line.clone()]).or_default().0 += 1;
    }
    for line in b {
        counts.entry(&new[line.clone()]).or_default().1 += 1;
    }
    let once = counts.into_iter().filter(|(_, count)| *count == (1, 1));
    once.map(|(line, _)| line).collect()
}

/// How many lines of each side to skip until both are equal: for two lines, for one that each text has `once`, or up to
/// the end.
fn meeting(old: &str, a: &[Range<usize>], new: &str, b: &[Range<usize>], once: &HashSet<&str>) -> (usize, usize) {
    let same = |i: usize, j: usize| match (a.get(i), b.get(j)) {
        (Some(a), Some(b)) => old[a.clone()] == new[b.clone()],
        (None, None) => true,
        _ => false,
    };
    for sum in 1..a.len() + b.len() {
        let from = sum.saturating_sub(b.len());
        for i in from..=sum.min(a.len()) {
            let j = sum - i;
            let is_alone = || a.get(i).is_some_and(|line| once.contains(&old[line.clone()]));
            if same(i, j) && (is_alone() || same((i + 1).min(a.len()), (j + 1).min(b.len()))) {
                return (i, j);
            }
        }
    }
    (a.len(), b.len())
}

fn start(lines: &[Range<usize>], n: usize, text: &str) -> usize {
    lines.get(n).map_or(text.len(), |line| line.start)
}

/// The lines of a text with their line ends, as Python counts them.
pub fn lines(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len()).filter(|&at| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    let mut start = 0;
    let mut lines: Vec<Range<usize>> = ends
        .map(|end| std::mem::replace(&mut start, end + 1)..end + 1)
        .collect();
    if start < bytes.len() {
        lines.push(start..bytes.len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn differences(old: &str, new: &str) -> Vec<(String, String)> {
        let hunks = hunks(old, new);
        hunks
            .into_iter()
            .map(|hunk| (old[hunk.old].to_owned(), new[hunk.new].to_owned()))
            .collect()
    }

    /// Without two lines in a row that both texts have.
    #[test]
    fn lines_that_are_there_once_are_met_alone() {
        let sections = |body: &str| -> String { (0..5000).map(|n| format!("[{n}]\n{body}")).collect() };
        let found = differences(&sections("x\ny\n"), &sections("z\n"));
        assert_eq!(found, vec![("x\ny\n".to_owned(), "z\n".to_owned()); 5000]);
    }

    #[test]
    fn hunks_are_short() {
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        assert_eq!(differences("a\nb\nc\n", "a\nc\n"), [pair("b\n", "")]);
        assert_eq!(differences("a\nc\n", "a\nb\nc\n"), [pair("", "b\n")]);
        assert_eq!(
            differences("a\nb\nc\nd\ne", "a\nB\nc\nd\nE\n"),
            [pair("b\n", "B\n"), pair("e", "E\n")]
        );
        assert_eq!(differences("", "a\r\nb"), [pair("", "a\r\nb")]);
        assert_eq!(differences("a\rb\r", "a\rc\r"), [pair("b\r", "c\r")]);
        assert!(differences("a\n", "a\n").is_empty());
    }

    proptest! {
        #[test]
        fn the_old_text_with_its_hunks_replaced_is_the_new_one(old in "[ab\n\r]{0,20}", new in "[ab\n\r]{0,20}") {
            let mut patched = String::new();
            let mut at = 0;
            for hunk in hunks(&old, &new) {
                prop_assert!(hunk.old.start >= at);
                patched += &old[at..hunk.old.start];
                prop_assert_eq!(patched.len(), hunk.new.start);
                patched += &new[hunk.new.clone()];
                at = hunk.old.end;
            }
            patched += &old[at..];
            prop_assert_eq!(patched, new);
        }
    }
}
