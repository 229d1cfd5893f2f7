//! Which profiles were used, where and when: lines <-> uses, their frecency, and the resulting order. Pure.
//!
//! Each line is a JSON object: `{"profile":"prod","dir":"/srv/app","at":1767225600}` is one use; with a `count` it is
//! several.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::credentials::Timestamp;

/// Only the best uses are kept.
const MOST: usize = 1000;

/// How many redundant lines are worth rewriting the file.
const SLACK: usize = 64;

/// Above this sum of all counts, they age.
const MOST_COUNTED: f64 = 10_000.0;

/// awsenv never writes a count near this; a larger one would outweigh all others.
const COUNT_LIMIT: f64 = 1_000_000.0;

/// How long to remember an undefined profile: AWS_CONFIG_FILE may name another file today.
const GONE_FOR: i64 = 30 * DAY;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Use {
    pub profile: String,
    /// The shell's directory; empty if unknown.
    pub dir: String,
    /// Of the last use, in seconds since 1970.
    pub at: i64,
    /// A fraction once it has aged.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: f64,
}

fn once() -> f64 {
    1.0
}

fn is_once(count: &f64) -> bool {
    count.total_cmp(&once()).is_eq()
}

impl Use {
    pub fn new(profile: &str, dir: &str, now: Timestamp) -> Self {
        Self {
            profile: profile.to_owned(),
            dir: dir.to_owned(),
            at: now.0,
            count: once(),
        }
    }

    /// Includes the line end.
    pub fn line(&self) -> String {
        // Strings and numbers always serialize.
        serde_json::to_string(self).map_or_else(|_| String::new(), |line| line + "\n")
    }

    /// Frequent and recent uses weigh more, as in zoxide. If the clock went back, the last use counts as just now.
    pub fn frecency(&self, now: Timestamp) -> f64 {
        let factor = match now.seconds_from(Timestamp(self.at)) {
            ..HOUR => 4.0,
            HOUR..DAY => 2.0,
            DAY..WEEK => 0.5,
            _ => 0.25,
        };
        self.count * factor
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let this: Self = serde_json::from_slice(line).ok()?;
        (this.at >= 0 && this.count > 0.0 && this.count <= COUNT_LIMIT).then_some(this)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    uses: Vec<Use>,
    /// In the file.
    lines: usize,
    /// Whether the file has lines that awsenv did not write.
    damaged: bool,
}

impl History {
    /// Skips lines that awsenv did not write.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut history = Self::default();
        let mut known: HashMap<(String, String), usize> = HashMap::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            if line.trim_ascii().is_empty() {
                continue;
            }
            history.lines += 1;
            let Some(new) = Use::parse(line) else {
                history.damaged = true;
                continue;
            };
            let at = *known.entry((new.profile.clone(), new.dir.clone())).or_insert_with(|| {
                history.uses.push(Use {
                    count: 0.0,
                    ..new.clone()
                });
                history.uses.len() - 1
            });
            let use_ = &mut history.uses[at];
            use_.count = (use_.count + new.count).min(COUNT_LIMIT);
            // Lines are appended, so the last line is the last use, whatever the clock said.
            use_.at = new.at;
        }
        history
    }

    pub fn text(&self) -> String {
        self.uses.iter().map(Use::line).collect()
    }

    /// In no particular order.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// Whether the file has lines that awsenv did not write.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Sorts items named after profiles: first those used in `dir`, by frecency there; then those used elsewhere, by
    /// total frecency; the rest keep their order.
    pub fn sort<T>(&self, items: &mut [T], name: impl Fn(&T) -> &str, dir: &str, now: Timestamp) {
        let mut scores: HashMap<&str, (f64, f64)> = HashMap::new();
        for use_ in &self.uses {
            let score = scores.entry(&use_.profile).or_default();
            let frecency = use_.frecency(now);
            if !dir.is_empty() && use_.dir == dir {
                score.0 += frecency;
            }
            score.1 += frecency;
        }
        let score = |item: &T| scores.get(name(item)).copied().unwrap_or_default();
        items.sort_by(|a, b| {
            let (a, b) = (score(a), score(b));
            b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
        });
    }

    /// Ties go to the later use.
    pub fn best_first(&self, now: Timestamp) -> Vec<&Use> {
        let mut uses: Vec<&Use> = self.uses.iter().collect();
        uses.sort_by(|a, b| better(a, b, now));
        uses
    }

    /// The history for a new file; `None` if the present file is compact enough.
    pub fn compacted(&self, now: Timestamp, exists: &dyn Fn(&str) -> bool) -> Option<Self> {
        let mut uses = self.uses.clone();
        uses.retain(|use_| now.seconds_from(Timestamp(use_.at)) <= GONE_FOR || exists(&use_.profile));
        let sum: f64 = uses.iter().map(|use_| use_.count).sum();
        if sum > MOST_COUNTED {
            let factor = 0.9 * MOST_COUNTED / sum;
            uses.iter_mut().for_each(|use_| use_.count *= factor);
            uses.retain(|use_| use_.count >= 1.0);
        }
        if uses.len() > MOST {
            uses.sort_by(|a, b| better(a, b, now));
            uses.truncate(MOST);
        }
        (self.damaged || self.lines > uses.len() + SLACK).then_some(Self {
            lines: uses.len(),
            uses,
            damaged: false,
        })
    }

    /// `None` if the profile is not in the history.
    pub fn without(&self, profile: &str) -> Option<Self> {
        let mut uses = self.uses.clone();
        uses.retain(|use_| use_.profile != profile);
        (uses.len() < self.uses.len()).then_some(Self {
            lines: uses.len(),
            uses,
            damaged: false,
        })
    }
}

fn better(a: &Use, b: &Use, now: Timestamp) -> Ordering {
    let by_score = b.frecency(now).total_cmp(&a.frecency(now));
    by_score
        .then(b.at.cmp(&a.at))
        .then_with(|| (&a.profile, &a.dir).cmp(&(&b.profile, &b.dir)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn used(profile: &str, dir: &str, ago: i64, count: f64) -> Use {
        Use {
            profile: profile.to_owned(),
            dir: dir.to_owned(),
            at: NOW.0 - ago,
            count,
        }
    }

    fn history(uses: &[Use]) -> History {
        let text: String = uses.iter().map(Use::line).collect();
        History::parse(text.as_bytes())
    }

    fn sorted<'a>(uses: &[Use], names: &[&'a str], dir: &str) -> Vec<&'a str> {
        let mut names = names.to_vec();
        history(uses).sort(&mut names, |name| name, dir, NOW);
        names
    }

    #[test]
    fn a_line_is_json_and_reads_back() {
        let new = Use::new("a \"b\"\n\u{1b}", "/srv/\u{e4}", NOW);
        assert_eq!(
            new.line(),
            "{\"profile\":\"a \\\"b\\\"\\n\\u001b\",\"dir\":\"/srv/\u{e4}\",\"at\":1800000000}\n"
        );
        assert_eq!(history(std::slice::from_ref(&new)).uses(), [new]);
        let many = used("p", "/", 0, 2.5);
        assert_eq!(
            many.line(),
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1800000000,\"count\":2.5}\n"
        );
        assert_eq!(history(std::slice::from_ref(&many)).uses(), [many]);
    }

    #[test]
    fn frecency_is_zoxides() {
        for (ago, factor) in [
            (-5 * DAY, 4.0),
            (0, 4.0),
            (HOUR - 1, 4.0),
            (HOUR, 2.0),
            (DAY - 1, 2.0),
            (DAY, 0.5),
            (WEEK - 1, 0.5),
            (WEEK, 0.25),
            (NOW.0, 0.25),
        ] {
            let score = used("p", "/", ago, 3.0).frecency(NOW);
            assert!((score - 3.0 * factor).abs() < 1e-9, "{ago}: {score}");
        }
        assert!(
            Use {
                at: i64::MAX,
                ..used("p", "/", 0, 1.0)
            }
            .frecency(NOW)
                > 3.9
        );
    }

    #[test]
    fn this_directory_first_then_all_then_the_files() {
        let uses = [
            used("often", "/b", 10, 50.0),
            used("here", "/a", 10, 1.0),
            used("here-more", "/a", 10, 2.0),
            used("here-once", "/a", 8 * DAY, 1.0),
            used("twice", "/b", 10, 1.0),
            used("twice", "/c", 10, 1.0),
            used("vanished", "/a", 10, 99.0),
        ];
        let names = ["x", "twice", "here-once", "y", "here", "here-more", "often"];
        assert_eq!(
            sorted(&uses, &names, "/a"),
            ["here-more", "here", "here-once", "often", "twice", "x", "y"]
        );
        assert_eq!(
            sorted(&uses, &names, "/elsewhere"),
            ["often", "twice", "here-more", "here", "here-once", "x", "y"]
        );
        let nowhere = [used("a", "", 0, 1.0), used("b", "/", 0, 2.0)];
        assert_eq!(sorted(&nowhere, &["x", "a", "b"], ""), ["b", "a", "x"]);
        assert_eq!(sorted(&[], &["b", "a"], "/"), ["b", "a"]);
    }

    #[test]
    fn lines_of_one_profile_and_directory_are_one_use() {
        let merged = history(&[used("p", "/", 99, 2.0), used("p", "/x", 5, 1.0), used("p", "/", 9, 1.0)]);
        assert_eq!(merged.uses(), [used("p", "/", 9, 3.0), used("p", "/x", 5, 1.0)]);
        assert!(!merged.is_damaged());
        // The clock was once years ahead; the next use corrects it.
        let healed = history(&[used("p", "/", -900 * DAY, 1.0), used("p", "/", 0, 1.0)]);
        assert_eq!(healed.uses(), [used("p", "/", 0, 2.0)]);
    }

    #[test]
    fn garbage_is_passed_over_and_noticed() {
        let good = used("p", "/", 0, 1.0).line();
        for bad in [
            "garbage",
            "{",
            "null",
            "{\"profile\":\"p\",\"dir\":\"/\"}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":-1}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":\"now\"}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1,\"count\":0}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1,\"count\":-5}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1,\"count\":1e300}",
            "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1,\"count\":1e999}",
            "\0\0\0\0",
        ] {
            let read = History::parse(format!("{good}{bad}\n{good}").as_bytes());
            assert!(read.is_damaged(), "{bad}");
            assert_eq!(read.uses(), [used("p", "/", 0, 2.0)], "{bad}");
        }
        let bytes = [good.as_bytes(), b"\xff\xfe\n\n  \r\n", good.as_bytes()].concat();
        assert_eq!(History::parse(&bytes).uses(), [used("p", "/", 0, 2.0)]);
        assert!(!History::parse(format!("\n\n{good}\n").as_bytes()).is_damaged());
        let deep = "[".repeat(100_000);
        assert!(History::parse(deep.as_bytes()).is_damaged());
        // A later version may add fields.
        let more = "{\"profile\":\"p\",\"dir\":\"/\",\"at\":1800000000,\"region\":\"x\"}";
        assert_eq!(History::parse(more.as_bytes()).uses(), [used("p", "/", 0, 1.0)]);
    }

    #[test]
    fn a_torn_last_line_costs_no_other() {
        let (one, two) = (used("p", "/", 9, 1.0), used("q", "/", 8, 1.0));
        let mut text = one.line() + &two.line();
        text.truncate(text.len() - 9);
        assert_eq!(History::parse(text.as_bytes()).uses(), std::slice::from_ref(&one));
        // Only the line end is missing.
        let whole = one.line() + two.line().trim_end();
        assert_eq!(History::parse(whole.as_bytes()).uses(), [one, two]);
    }

    #[test]
    fn a_file_is_rewritten_when_that_is_worth_it() {
        let all = |_: &str| true;
        let one = vec![used("p", "/", 0, 1.0); 65];
        assert_eq!(history(&one).compacted(NOW, &all), None);
        let two = vec![used("p", "/", 0, 1.0); 66];
        let compacted = history(&two).compacted(NOW, &all).unwrap();
        assert_eq!(compacted.text(), used("p", "/", 0, 66.0).line());
        assert_eq!(History::parse(compacted.text().as_bytes()), compacted);
        let damaged = History::parse(b"{}\n");
        assert_eq!(damaged.compacted(NOW, &all).unwrap().text(), "");
    }

    #[test]
    fn the_best_thousand_stay() {
        let name = |at: usize| format!("p{at}");
        let mut uses: Vec<Use> = (0..1200).map(|at| used(&name(at), "/", 2 * DAY, 1.0)).collect();
        uses[3].count = 7.0;
        uses[1150].at = NOW.0;
        let kept = history(&uses).compacted(NOW, &|_| true).unwrap();
        assert_eq!(kept.uses().len(), MOST);
        assert_eq!(kept.best_first(NOW)[0].profile, "p1150");
        assert_eq!(kept.best_first(NOW)[1].profile, "p3");
    }

    #[test]
    fn counts_age_like_zoxides() {
        let mut uses = vec![used("much", "/", 0, 9_999.0), used("two", "/", 0, 2.0)];
        uses.extend((0..70).map(|at| used("once", &format!("/{at}"), 0, 1.0)));
        let aged = history(&uses).compacted(NOW, &|_| true).unwrap();
        let names: Vec<&str> = aged.uses().iter().map(|use_| use_.profile.as_str()).collect();
        assert_eq!(names, ["much", "two"]);
        let sum: f64 = aged.uses().iter().map(|use_| use_.count).sum();
        assert!(sum > 8_900.0 && sum < 9_000.0, "{sum}");
    }

    #[test]
    fn a_profile_that_is_gone_leaves_after_a_month() {
        let mut uses = vec![used("kept", "/", 0, 1.0); 100];
        uses.push(used("away", "/", 29 * DAY, 1.0));
        uses.push(used("gone", "/", 31 * DAY, 1.0));
        uses.push(used("old", "/", 31 * DAY, 1.0));
        let compacted = history(&uses)
            .compacted(NOW, &|name| name != "gone" && name != "away")
            .unwrap();
        let names: Vec<&str> = compacted.uses().iter().map(|use_| use_.profile.as_str()).collect();
        assert_eq!(names, ["kept", "away", "old"]);
    }

    #[test]
    fn a_profile_is_forgotten_everywhere() {
        let uses = [used("p", "/", 0, 1.0), used("p", "/x", 0, 1.0), used("pq", "/", 0, 1.0)];
        assert_eq!(history(&uses).without("p").unwrap().uses(), &uses[2..]);
        assert_eq!(history(&uses).without("q"), None);
    }
}
