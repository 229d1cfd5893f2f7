//! The lines of the settings -> what is valid, and what is wrong with the rest.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use super::Settings;
use super::key::{Key, choices, quoted};
use super::lines::{Line, lines};
use super::table::{Holds, SECTIONS, keys, section};
use crate::near::{is_begun, is_close, meant};
use crate::text::either;

/// A mistake in the settings; awsenv goes on without that line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: PathBuf,
    pub line: Option<u32>,
    /// What is wrong, what to do, and what awsenv does until then.
    pub why: String,
    /// Whether a guard takes the safe side because of it.
    pub is_guarded: bool,
}

impl Problem {
    fn place(&self) -> String {
        let path = self.path.display();
        self.line
            .map_or_else(|| path.to_string(), |line| format!("{path}:{line}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.why)
    }
}

/// A file with more mistakes is no settings file, so it may have been meant to guard anything.
const MAX_PROBLEMS: usize = 100;

/// In bytes. What is longer is no key, and may have been meant to guard anything, too.
const MAX_KEY: usize = 1000;

struct Reader<'p> {
    path: &'p Path,
    stores: &'p [&'p str],
    settings: Settings,
    /// Guards whose value is in doubt, with the place of the first reason.
    doubts: BTreeMap<&'static str, String>,
    /// Whether there are more mistakes than [`MAX_PROBLEMS`].
    is_other: bool,
}

impl Settings {
    /// Reads the file at `path`. `stores` are the words that `keychain = …` may have. What is wrong is in
    /// [`Settings::problems`], and what it may have been meant to guard is on the safe side.
    pub fn parse(path: &Path, bytes: &[u8], stores: &[&str]) -> Self {
        let is_utf_16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]);
        if is_utf_16 {
            return Self::unreadable(path, "it is not UTF-8");
        }
        let mut reader = Reader::new(path, stores);
        reader.read(&String::from_utf8_lossy(bytes));
        reader.finish()
    }

    /// The defaults, with every guard on the safe side.
    pub fn unreadable(path: &Path, why: &str) -> Self {
        let mut reader = Reader::new(path, &[]);
        reader.problem(None, format!("cannot be read: {why}"), &guards().collect::<Vec<_>>());
        reader.finish()
    }
}

impl<'p> Reader<'p> {
    fn new(path: &'p Path, stores: &'p [&'p str]) -> Self {
        Self {
            path,
            stores,
            settings: Settings::default(),
            doubts: BTreeMap::new(),
            is_other: false,
        }
    }

    fn read(&mut self, text: &str) {
        let mut within = String::new();
        // A name may be as long as the file, so keys go with the number of their section.
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut number = 0;
        let mut seen: BTreeMap<(usize, String), u32> = BTreeMap::new();
        let mut twice = Vec::new();
        // The key whose value a line that is no setting may go on with, as in AWS files.
        let mut above: Option<&'static Key> = None;
        for (line, what) in lines(text) {
            let begun = match what {
                Line::Header(name) => {
                    self.header(line, &name);
                    Some(name)
                }
                Line::Other(text) => {
                    self.other(line, text, above);
                    text.starts_with('[').then(|| text.to_owned())
                }
                Line::Pair(key, value) => {
                    above = keys().find(|(_, known)| known.name == key).map(|(_, known)| known);
                    let place = (number, key);
                    let key = &place.1;
                    if let Some(first) = seen.get(&place) {
                        self.again(line, *first, &within, key);
                        if let Some(Holds::Names(names)) = section(&within) {
                            twice.push((names, place.1));
                        }
                    } else {
                        self.pair(line, &within, key, &value);
                        seen.insert(place, line);
                    }
                    None
                }
            };
            if let Some(name) = begun {
                let next = numbers.len() + 1;
                number = *numbers.entry(name.clone()).or_insert(next);
                within = name;
                above = None;
            }
        }
        for (names, key) in twice {
            names(&mut self.settings).remove(&key);
        }
    }

    fn finish(mut self) -> Settings {
        for (_, key) in keys() {
            if let (Some(guard), Some(place)) = (key.guard, self.doubts.get(key.name)) {
                (guard.make_safe)(&mut self.settings, place);
            }
        }
        self.settings
    }

    fn header(&mut self, line: u32, name: &str) {
        if self.is_other || !name.is_empty() && section(name).is_some() {
            return;
        }
        let known = SECTIONS.iter().map(|(name, _)| *name).filter(|name| !name.is_empty());
        let advice = meant(name, known.clone()).map_or_else(
            || {
                let known: Vec<String> = known.map(|name| format!("`[{name}]`")).collect();
                format!("expected {}", either(&known))
            },
            |near| format!("did you mean `[{near}]`?"),
        );
        let why = format!("unknown section `[{}]`: {advice}", quoted(name));
        self.problem(Some(line), why, &guards_below(name));
    }

    /// The text is not shown, because a key may have been pasted here.
    fn other(&mut self, line: u32, text: &str, above: Option<&'static Key>) {
        if self.is_other {
            return;
        }
        let mut doubted = match text.strip_prefix('[') {
            Some(header) => guards_below(header.split(']').next().unwrap_or_default().trim()),
            None => guards_near(text),
        };
        doubted.extend(above.filter(|key| key.guard.is_some() && !text.starts_with('[')));
        let mut why = "expected `KEY = VALUE` or `[SECTION]`".to_owned();
        if above.is_some() {
            why += "; a value is on one line";
        }
        self.problem(Some(line), why, &doubted);
    }

    fn again(&mut self, line: u32, first: u32, within: &str, key: &str) {
        if self.is_other {
            return;
        }
        let (doubted, effect): (Vec<&Key>, &str) = match section(within) {
            Some(Holds::Keys(known)) => match known.iter().find(|known| known.name == key) {
                Some(known) if known.guard.is_some() => (vec![known], ""),
                _ => (Vec::new(), "; the first counts"),
            },
            Some(Holds::Names(_)) => (Vec::new(), "; until one of them is removed, neither counts"),
            None => (guards_near(key), ""),
        };
        let why = format!("`{}` is defined twice, first on line {first}{effect}", quoted(key));
        self.problem(Some(line), why, &doubted);
    }

    fn pair(&mut self, line: u32, within: &str, key: &str, value: &str) {
        match section(within) {
            Some(Holds::Keys(known)) => match known.iter().find(|known| known.name == key) {
                Some(known) => self.value(line, known, value),
                None => self.unknown(line, known, key),
            },
            Some(Holds::Names(names)) => {
                if value.is_empty() || value.contains('\u{fffd}') {
                    let what = if value.is_empty() { "empty" } else { "not UTF-8" };
                    self.problem(
                        Some(line),
                        format!("`{}` is {what}, so it is left out", quoted(key)),
                        &[],
                    );
                } else {
                    names(&mut self.settings).insert(key.to_owned(), value.to_owned());
                    self.strayed(line, key, value);
                }
            }
            // The section has been reported, but it may have swallowed a guard.
            None if self.is_other => {}
            None => {
                let mut doubted = guards_near(key);
                doubted.retain(|key| !self.doubts.contains_key(key.name));
                if !doubted.is_empty() {
                    let why = format!("`{}` is in an unknown section", quoted(key));
                    self.problem(Some(line), why, &doubted);
                }
            }
        }
    }

    fn value(&mut self, line: u32, key: &'static Key, value: &str) {
        let set = if value.contains('\u{fffd}') {
            Err(format!("`{}` is not UTF-8", key.name))
        } else if value.contains('\0') {
            Err(format!("`{}` contains a NUL", key.name))
        } else {
            (key.set)(&mut self.settings, value, self.stores)
        };
        match set {
            Ok(()) => drop(self.settings.lines.insert(key.name, line)),
            Err(why) => {
                let mut doubted: Vec<&Key> = key.guard.is_some().then_some(key).into_iter().collect();
                // Another setting on the same line.
                doubted.extend(
                    value
                        .split_once(';')
                        .into_iter()
                        .flat_map(|(_, rest)| guards_among(rest)),
                );
                self.problem(Some(line), why, &doubted);
            }
        }
    }

    fn unknown(&mut self, line: u32, known: &[Key], key: &str) {
        if self.is_other {
            return;
        }
        let names = known.iter().map(|known| known.name);
        let place = |wanted: &str| keys().find(|(_, other)| other.name == wanted);
        let near = meant(key, names.clone());
        let mut doubted = guards_near(key);
        // A slip in one key is no part of another.
        doubted.retain(|guard| near.is_none() || is_close(key, guard.name));
        let near = near.map(|near| (None, near));
        let near = near.or_else(|| {
            let near = meant(key, keys().map(|(_, key)| key.name)).or_else(|| Some(doubted.first()?.name))?;
            let is_here = known.iter().any(|known| known.name == near);
            Some(((!is_here).then_some(place(near)?.0), near))
        });
        let advice = match (place(key), near) {
            (Some(("", _)), _) => "it belongs above the first section".to_owned(),
            (Some((section, _)), _) => format!("it belongs in `[{section}]`"),
            (None, Some((None, near))) => format!("did you mean `{near}`?"),
            (None, Some((Some(""), near))) => format!("did you mean `{near}` above the first section?"),
            (None, Some((Some(section), near))) => format!("did you mean `{near}` in `[{section}]`?"),
            (None, None) => format!("expected {}", choices(&names.collect::<Vec<_>>())),
        };
        self.problem(Some(line), format!("unknown key `{}`: {advice}", quoted(key)), &doubted);
    }

    /// A setting that was added below `[alias]` or `[region]` is read as a name there.
    fn strayed(&mut self, line: u32, key: &str, value: &str) {
        let is_meant = |(section, known): &(&str, &Key)| {
            let is_it = || {
                known.name == key || known.guard.is_some() && (is_close(key, known.name) || is_begun(key, known.name))
            };
            let is_its_value = || match known.name {
                "production" => value.contains(['*', '?', ',']),
                _ => (known.set)(&mut Settings::default(), value, self.stores).is_ok(),
            };
            section.is_empty() && is_it() && is_its_value()
        };
        if let Some((_, known)) = keys().find(is_meant) {
            let why = format!("`{}` belongs above the first section", known.name);
            let doubted: Vec<&Key> = known.guard.is_some().then_some(known).into_iter().collect();
            self.problem(Some(line), why, &doubted);
        }
    }

    fn problem(&mut self, line: Option<u32>, why: String, doubted: &[&'static Key]) {
        if self.settings.problems.len() < MAX_PROBLEMS {
            let problem = self.doubt(line, why, doubted);
            self.settings.problems.push(problem);
        } else if !self.is_other {
            self.is_other = true;
            let why = format!("it has more than {MAX_PROBLEMS} mistakes, so it may be the file of another program");
            let problem = self.doubt(None, why, &guards().collect::<Vec<_>>());
            self.settings.problems.insert(0, problem);
        }
    }

    /// Guards are in doubt from here on, and the message says what that means.
    fn doubt(&mut self, line: Option<u32>, why: String, doubted: &[&'static Key]) -> Problem {
        let mut effects: Vec<&str> = doubted.iter().filter_map(|key| Some(key.guard?.effect)).collect();
        effects.dedup();
        let why = if effects.is_empty() {
            why
        } else {
            let why = why.trim_end_matches('?').to_owned() + if why.ends_with('?') { "?" } else { ";" };
            format!("{why} until it is corrected, {}", effects.join(", "))
        };
        let problem = Problem {
            path: self.path.to_owned(),
            line,
            why,
            is_guarded: !effects.is_empty(),
        };
        for key in doubted {
            self.doubts.entry(key.name).or_insert_with(|| problem.place());
        }
        problem
    }
}

fn guards() -> impl Iterator<Item = &'static Key> {
    keys().map(|(_, key)| key).filter(|key| key.guard.is_some())
}

/// The guards that the settings in a text are near, between semicolons.
fn guards_among(text: &str) -> Vec<&'static Key> {
    if text.len() > MAX_KEY {
        return guards().collect();
    }
    text.split(';').flat_map(guards_near).collect()
}

/// The guards that a text names, begins or goes on with, or is at most two letters away from.
fn guards_near(text: &str) -> Vec<&'static Key> {
    let start = text.split(['=', ':']).next().unwrap_or_default().trim();
    if start.len() > MAX_KEY {
        return guards().collect();
    }
    let words = start.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let words: Vec<&str> = words.chain([start]).chain(start.split(['_', '-'])).collect();
    let is_meant = |word: &&str, key: &Key| is_close(word, key.name) || is_begun(word, key.name);
    guards()
        .filter(|key| words.iter().any(|word| is_meant(word, key)))
        .collect()
}

/// The guards that an unknown section was to hold or, if it was meant to be no section, is itself.
fn guards_below(name: &str) -> Vec<&'static Key> {
    let is_below = |section: &str| !section.is_empty() && is_close(name, section);
    let guards = keys().filter(|(section, key)| key.guard.is_some() && is_below(section));
    let guards: Vec<&Key> = guards.map(|(_, key)| key).collect();
    if guards.is_empty() { guards_near(name) } else { guards }
}
