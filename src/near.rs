//! What a mistyped word may have meant.

/// In characters: nobody types more, and distances of longer words cost too much.
const LONGEST: usize = 64;

/// In characters: shorter beginnings are of too many words.
const ABBREVIATION: usize = 4;

/// At most three of `candidates` that a mistyped `name` may have meant, the likeliest first: those that differ in one
/// letter, or in one of four letters of a longer name, then those that continue it, or that it continues.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = Folded::of(name);
    let inner = Some(inside(name)).filter(|inner| *inner != name).map(Folded::of);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates.filter(|candidate| *candidate != name) {
        let other = Folded::of(candidate);
        let inner = inner.as_ref().and_then(|inner| inner.distance(&other, 3));
        if let Some(distance) = inner.into_iter().chain(typed.distance(&other, 3)).min() {
            found.push((distance, candidate));
        } else if typed.length >= 2 && (other.continues(&typed) || typed.continues(&other) && other.length >= 3) {
            found.push((LONGEST, candidate));
        }
    }
    found.sort_by_key(|&(distance, _)| distance);
    found.truncate(3);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// What people write before a name, where only the name belongs.
const PREFIXES: [&str; 8] = [
    "profile",
    "--profile",
    "sso-session",
    "sso_session",
    "services",
    "export aws_profile",
    "$env:aws_profile",
    "aws_profile",
];

/// The name in `[b]`, `"b"`, `profile b`, `profile=b` and `b,`.
pub fn inside(text: &str) -> &str {
    let around = |c: char| c.is_whitespace() || c.is_control() || "\"'`“”‘’[](){}<>,;=:".contains(c);
    let mut inner = text.trim_matches(around);
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| {
        let (start, rest) = inner.split_at_checked(prefix.len())?;
        (start.eq_ignore_ascii_case(prefix) && rest.starts_with(around)).then_some(rest)
    }) {
        inner = rest.trim_matches(around);
    }
    inner
}

/// The one of `known` that a key, a word or a value was meant to be: at most two letters off, and nearer than any
/// other. Upper case, and `-` for `_`, do not count as letters. `None` for a word that is in `known` as it is.
pub fn meant<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    only(word, known, 2)
}

/// [`meant`], but one letter off at most: for words of which new ones appear that differ in two.
pub fn slipped<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    only(word, known, 1)
}

/// `most` is in letters.
fn only<'k>(word: &str, known: impl IntoIterator<Item = &'k str>, most: usize) -> Option<&'k str> {
    let typed = Folded::of_key(word);
    let mut best: Option<(usize, &str)> = None;
    let mut is_only = true;
    for candidate in known {
        if candidate == word {
            return None;
        }
        let Some(distance) = typed.distance(&Folded::of_key(candidate), most) else {
            continue;
        };
        match best {
            Some((least, _)) if least < distance => {}
            Some((least, _)) if least == distance => is_only = false,
            _ => (best, is_only) = (Some((distance, candidate)), true),
        }
    }
    best.filter(|_| is_only).map(|(_, candidate)| candidate)
}

/// Whether a guard of the settings must take `word` for `known`: at most two letters off, however short the word is.
pub fn is_close(word: &str, known: &str) -> bool {
    // A file may have many words, and most are of another length or of other letters; one has at most four bytes.
    if word.len() + 2 < known.len()
        || word.len() > 4 * (known.len() + 2)
        || word.is_ascii() && (letters(word.bytes()) ^ letters(known.bytes())).count_ones() > 4
    {
        return false;
    }
    let [word, known] = [word, known].map(Folded::of_key);
    word.is_near(&known, 2) && strsim::osa_distance(&word.text, &known.text) <= 2
}

/// Whether `word` is the beginning of `known`, or `known` that of `word`: `prod` and `productionGlobs` for
/// `production`.
pub fn is_begun(word: &str, known: &str) -> bool {
    let first = |word: &str| word.bytes().next().map(|byte| byte.to_ascii_lowercase());
    if first(word) != first(known) {
        return false;
    }
    let [word, known] = [word, known].map(Folded::of_key);
    word.length >= ABBREVIATION && (known.continues(&word) || word.continues(&known))
}

/// A bit for each letter of a key; letters may share one.
fn letters(bytes: impl Iterator<Item = u8>) -> u64 {
    let folded = bytes.map(|byte| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() });
    folded.fold(0, |letters, byte| letters | 1 << (byte % 64))
}

/// A word as it is compared: in lower case, and cut at [`LONGEST`].
struct Folded {
    text: String,
    /// In characters, of the whole word.
    length: usize,
    /// A bit for each letter in it; letters may share one.
    letters: u64,
}

impl Folded {
    fn of(word: &str) -> Self {
        let end = word.char_indices().nth(LONGEST).map_or(word.len(), |(at, _)| at);
        let text = word[..end].to_lowercase();
        let rest = word[end..].chars().count();
        let length = text.chars().count() + rest;
        let letters = text.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 64));
        Self { text, length, letters }
    }

    /// [`Folded::of`] for a word in which `-` is the same as `_`.
    fn of_key(word: &str) -> Self {
        let mut folded = Self::of(word);
        if folded.text.contains('-') {
            folded = Self {
                length: folded.length,
                ..Self::of(&folded.text.replace('-', "_"))
            };
        }
        folded
    }

    /// Whether length and letters allow a distance of `limit`.
    fn is_near(&self, other: &Self, limit: usize) -> bool {
        // An edit adds a letter, removes one, or both.
        let different = (self.letters ^ other.letters).count_ones() as usize;
        self.length.abs_diff(other.length) <= limit && different <= 2 * limit
    }

    /// In edits, where two swapped neighbours are one; `None` if that is more than `most`, or more than one and more
    /// than a letter in four.
    fn distance(&self, other: &Self, most: usize) -> Option<usize> {
        let limit = (self.length / 4).clamp(1, most);
        let distance = self
            .is_near(other, limit)
            .then(|| strsim::osa_distance(&self.text, &other.text));
        // A word of which no letter is right resembles nothing.
        distance.filter(|distance| *distance <= limit && (*distance == 0 || *distance < self.length))
    }

    fn continues(&self, start: &Self) -> bool {
        self.text.starts_with(&start.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        let names = ["prod", "production", "dev", "staging", "prod-eu", "touch"];
        let near = |name| nearest(name, names.into_iter());
        assert_eq!(near("prdo"), ["prod"]);
        assert_eq!(near("Prod"), ["prod", "production", "prod-eu"]);
        assert_eq!(near("stagign"), ["staging"]);
        assert_eq!(near("prodcutoin"), ["production", "prod"]);
        assert_eq!(near("devel"), ["dev"]);
        assert_eq!(near("zzz"), Vec::<&str>::new());
        assert_eq!(near("nosuch"), Vec::<&str>::new());
        assert_eq!(near(""), Vec::<&str>::new());
        let short = |name| nearest(name, ["a", "b", "ab"].into_iter());
        assert_eq!(short("A"), ["a"]);
        assert_eq!(short("x"), Vec::<&str>::new());
    }

    #[test]
    fn a_long_word_is_not_near_because_it_begins_like_another() {
        let long = |length: usize| "x".repeat(length);
        let names = [long(70), long(80)];
        let near = |name: &str| nearest(name, names.iter().map(String::as_str)).len();
        assert_eq!((near(&long(71)), near(&long(200)), near("y")), (2, 2, 0));
        assert_eq!(meant(&long(200), [long(70).as_str()]), None);
        assert_eq!(meant(&long(71), [long(70).as_str()]), Some(long(70).as_str()));
        assert!(!is_close(&long(200), &long(70)) && is_close(&long(72), &long(70)));
    }

    #[test]
    fn beginnings_of_guards() {
        for word in ["prod", "PROD", "product", "productionGlobs", "production"] {
            assert!(is_begun(word, "production"), "{word}");
        }
        for word in ["pro", "prods", "producer", "reproduction", ""] {
            assert!(!is_begun(word, "production"), "{word}");
        }
    }

    #[test]
    fn names_with_something_around_them() {
        let near = |name| nearest(name, ["a", "b", "dev", "profile b2"].into_iter());
        for text in [
            "profile b",
            "Profile b",
            "\"b\"",
            "'b'",
            "`b`",
            "“b”",
            "[b]",
            "[profile b]",
            "[profile \"b\"]",
            "profile=b",
            "profile = b",
            "--profile b",
            "--profile=b",
            "AWS_PROFILE=b",
            "export AWS_PROFILE=\"b\"",
            "b,",
            "b;",
            " b ",
            "b\r",
            "=b",
            "<b>",
        ] {
            assert_eq!(near(text).first(), Some(&"b"), "{text}");
        }
        assert_eq!(near("[profile devv]"), ["dev"]);
        for text in ["profile", "profiles", "", "\"\"", "[]", "profile-b"] {
            assert!(!near(text).contains(&"b"), "{text}");
        }
    }

    #[test]
    fn meant_words() {
        let known = ["sso_start_url", "role_arn", "aws_access_key_id", "region", "output"];
        let meant = |word| meant(word, known);
        assert_eq!(meant("so_start_url"), Some("sso_start_url"));
        assert_eq!(meant("role-arn"), Some("role_arn"));
        assert_eq!(meant("Role_ARN"), Some("role_arn"));
        assert_eq!(meant("aws_acces_key_id"), Some("aws_access_key_id"));
        assert_eq!(meant("regoin"), Some("region"));
        assert_eq!(meant("region"), None);
        assert_eq!(meant("color"), None);
        assert_eq!(super::meant("cat", ["bat", "rat"]), None);
        let slipped = |word| slipped(word, ["eu-central-1", "eu-west-1"]);
        assert_eq!(slipped("eu_central1"), Some("eu-central-1"));
        assert_eq!(slipped("ru-central1"), None);
    }
}
