//! Text from files, AWS or the environment: made safe for a terminal, cut, and set in columns.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, HirKind};
use unicode_width::UnicodeWidthStr as _;

/// Makes text from files, AWS or the environment safe to show: what is invisible or moves other text becomes `\u{…}`,
/// so nothing can move the cursor, recolour, retitle, write to the clipboard, or look like another name. What is shaped
/// like a secret is [`masked`].
pub fn display(text: &str) -> String {
    let text = &*masked(text);
    let mut out = String::with_capacity(text.len());
    for (_, c, is_seen) in judged(text) {
        push(&mut out, c, is_seen, "\\u{");
    }
    out
}

/// Replaces what is shaped like a secret, such as a name.
pub const HIDDEN: &str = "(secret)";

/// The length of a secret access key, and the least of what can only be a session token.
pub const SECRET: usize = 40;
const TOKEN: usize = 100;

/// Whether the whole text has the shape of a secret access key: 40 characters of its alphabet, with upper case, lower
/// case and a digit; hexadecimal numbers do not mix cases. Or that of a session token, which is much longer.
pub fn is_secret_shaped(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    (text.len() == SECRET || text.len() >= TOKEN)
        && text.bytes().all(is_of_secrets)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

/// Whether it is shaped like a secret and not put together from words: those seldom change between lower case, upper
/// case and digits.
pub fn is_random(text: &str) -> bool {
    const LEAST: usize = 8;
    let kind = |byte: u8| {
        (
            byte.is_ascii_lowercase(),
            byte.is_ascii_uppercase(),
            byte.is_ascii_digit(),
        )
    };
    let is_change = |pair: &&[u8]| pair.iter().all(u8::is_ascii_alphanumeric) && kind(pair[0]) != kind(pair[1]);
    is_secret_shaped(text) && text.as_bytes().windows(2).filter(is_change).count() >= LEAST
}

fn is_of_secrets(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/+".contains(&byte)
}

/// Replaces what is shaped like a secret. In a path, a URL or an ARN only a whole part of it counts, because their
/// slashes are of the alphabet too.
pub fn masked(text: &str) -> Cow<'_, str> {
    if is_secret_shaped(text) {
        return HIDDEN.into();
    }
    let mut out = String::new();
    let mut done = 0;
    for run in runs(text).filter(|run| run.len() >= SECRET) {
        let word = text[..run.start].rfind(char::is_whitespace).unwrap_or(0);
        let word = text[word..].trim_start_matches(|c: char| c.is_whitespace() || "`'\"([<".contains(c));
        let word = word.split(char::is_whitespace).next().unwrap_or_default();
        let has_slashes = ["/", "~/", "arn:"].iter().any(|start| word.starts_with(start)) || word.contains("://");
        let mut mask = |part: Range<usize>| {
            if is_secret_shaped(&text[part.clone()]) {
                out += &text[done..part.start];
                out += HIDDEN;
                done = part.end;
            }
        };
        let whole = &text[run.clone()];
        // A secret may begin with a slash, as a path does.
        let is_secret = match has_slashes {
            true => whole.starts_with('/') && run.len() == SECRET && is_random(whole),
            false => is_secret_shaped(whole),
        };
        if is_secret {
            mask(run);
            continue;
        }
        let mut start = run.start;
        for part in text[run].split('/') {
            mask(start..start + part.len());
            start += part.len() + 1;
        }
    }
    if done == 0 {
        return text.into();
    }
    (out + &text[done..]).into()
}

/// The longest stretches of the alphabet of secrets.
pub fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_of_secrets(*byte))?;
        let length = bytes[start..].iter().position(|byte| !is_of_secrets(*byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some(start..at)
    })
}

/// The last character of AWSENV_PROFILE if no AWS_PROFILE tells the prompt that the profile is a production profile. No
/// name ends in it otherwise, and prompts do not show it.
pub const PRODUCTION_MARK: char = ' ';

/// In columns; the widest name in a prompt.
const MAX_WIDTH: usize = 48;

/// How an escape of [`inert`] begins.
const ESCAPE: &str = "{u+";

/// A profile's name as AWSENV_PROFILE has it: [`inert`], without a blank at either end, and cut to a width that leaves
/// room on the line. Names that are not cut stay different.
pub fn prompt_name(name: &str) -> String {
    let name = &*masked(name);
    let is_edge = |at| at == 0 || at + 1 == name.len();
    let piece = |(at, c, is_seen)| {
        let is_special = c == '\\' || c == ' ' && is_edge(at) || name[at..].starts_with(ESCAPE);
        let mut piece = String::new();
        push(&mut piece, c, is_seen && !is_special, ESCAPE);
        piece
    };
    let pieces: Vec<String> = judged(name).map(piece).collect();
    let whole = pieces.concat();
    if whole.width() <= MAX_WIDTH {
        return whole;
    }
    cut_before(pieces.iter().map(String::as_str), MAX_WIDTH)
}

/// Text that no prompt program decodes into something else: as [`display`], but a backslash is escaped too, and an
/// escape is `{u+5c}`, because a prompt may decode `\u`. Text that is inert stays as it is.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (_, c, is_seen) in judged(text) {
        push(&mut out, c, is_seen && c != '\\', ESCAPE);
    }
    out
}

/// `c` as it is, or as an escape that begins with `escape`.
fn push(out: &mut String, c: char, as_it_is: bool, escape: &str) {
    if as_it_is {
        out.push(c);
    } else {
        let _ = write!(out, "{escape}{:x}}}", u32::from(c));
    }
}

/// Cuts text that is already safe to a number of columns, and marks the cut.
pub fn cut(shown: String, columns: usize) -> String {
    if shown.width() <= columns {
        return shown;
    }
    let chars = shown.char_indices().map(|(at, c)| &shown[at..at + c.len_utf8()]);
    cut_before(chars, columns)
}

/// In columns; no name that anyone gives is longer.
pub const LONGEST_NAME: usize = 200;

/// [`display`] for a name, which may have been pasted by mistake: cut where no name is longer.
pub fn name(text: &str) -> String {
    cut(display(text), LONGEST_NAME)
}

/// The pieces that leave one column for the mark of the cut.
fn cut_before<'t>(pieces: impl Iterator<Item = &'t str>, columns: usize) -> String {
    let mut width = 0;
    let fits = |piece: &&str| {
        width += piece.width();
        width < columns
    };
    let mut cut: String = pieces.take_while(fits).collect();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// "a, b or c".
pub fn either(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Aligns rows of text that is already safe; each column is as wide as its widest cell.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// [`columns`] that stay within a width: columns are left out from the right while the first one would be narrow, and a
/// longer cell pushes the others out of its own row only.
pub fn columns_within<const N: usize>(rows: &[[String; N]], width: Option<usize>) -> Vec<String> {
    let Some(width) = width else {
        return columns(rows);
    };
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(widest);
    let rest = |shown: usize| widths[1..shown].iter().map(|width| width + 2).sum::<usize>();
    let least = widths[0].min(LEAST);
    let shown = (1..=N).rev().find(|shown| least + rest(*shown) <= width).unwrap_or(1);
    let first = widths[0].min(width.saturating_sub(rest(shown)));
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (at, cell) in row[..shown].iter().enumerate() {
            let width = if at == 0 { first } else { widths[at] };
            line += cell;
            line += &" ".repeat(width.saturating_sub(cell.width()) + 2);
        }
        cut(line.trim_end().to_owned(), width)
    };
    rows.iter().map(line).collect()
}

/// In columns; what the first column keeps while there are others.
const LEAST: usize = 24;

/// [`display`] for text of several lines; keeps the line ends.
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| display(line.trim_end_matches('\n')) + "\n")
        .collect()
}

/// Each character with its place, and whether it may be shown as it is.
pub fn judged(text: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let mut marks = 0;
    text.char_indices().map(move |(at, c)| {
        let look = Look::of(c);
        let is_seen = match look {
            Look::Letter | Look::Other => true,
            Look::Mark => marks > 0,
            Look::Unseen => false,
        };
        marks = match look {
            Look::Letter => MAX_MARKS,
            Look::Mark if is_seen => marks - 1,
            _ => 0,
        };
        (at, c, is_seen)
    })
}

/// On one letter: more than any script needs, and too few to cover the lines around it.
const MAX_MARKS: usize = 8;

/// What a terminal makes of a character, by its Unicode properties.
enum Look {
    Letter,
    /// Drawn onto the letter before it.
    Mark,
    /// A digit, punctuation, a symbol or the blank.
    Other,
    /// Without a picture of its own.
    Unseen,
}

/// Controls, formats, private-use and unassigned characters, blanks, and what is invisible by default. No property says
/// that the pictures of the last ones are empty.
static UNSEEN: LazyLock<Option<ClassUnicode>> = LazyLock::new(|| {
    class(r"[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\x{2800}\x{fffc}\x{13441}\x{13442}\x{16fe4}\x{1d159}]")
});
/// Combining marks, and the vowels and finals of Hangul syllables that are written in parts.
static MARKS: LazyLock<Option<ClassUnicode>> = LazyLock::new(|| class(r"[\p{M}\p{gcb=V}\p{gcb=T}]"));
static LETTERS: LazyLock<Option<ClassUnicode>> = LazyLock::new(|| class(r"\p{L}"));

impl Look {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            return match c {
                _ if c.is_ascii_alphabetic() => Look::Letter,
                ' ' | '!'..='~' => Look::Other,
                _ => Look::Unseen,
            };
        }
        let [unseen, marks, letters] = [&UNSEEN, &MARKS, &LETTERS].map(|class| class.as_ref());
        if unseen.is_none_or(|unseen| holds(unseen, c)) {
            Look::Unseen
        } else if marks.is_none_or(|marks| holds(marks, c)) {
            Look::Mark
        } else if letters.is_some_and(|letters| holds(letters, c)) {
            Look::Letter
        } else {
            Look::Other
        }
    }
}

/// `None` if the tables have no such property; a test says that they have.
fn class(pattern: &str) -> Option<ClassUnicode> {
    match regex_syntax::parse(pattern).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        _ => None,
    }
}

fn holds(class: &ClassUnicode, c: char) -> bool {
    let place = |range: &regex_syntax::hir::ClassUnicodeRange| match (range.start() > c, range.end() < c) {
        (true, _) => Ordering::Greater,
        (_, true) => Ordering::Less,
        _ => Ordering::Equal,
    };
    class.ranges().binary_search_by(place).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_by_columns() {
        assert_eq!(prompt_name(&"a".repeat(48)), "a".repeat(48));
        assert_eq!(prompt_name(&"a".repeat(49)), "a".repeat(47) + "…");
        assert_eq!(prompt_name(&"界".repeat(300)).width(), 47);
    }

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [["a", "bb", ""], ["界", "", "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), ["a   bb", "界      c"]);
        assert_eq!(columns::<2>(&[]), [""; 0]);
    }

    #[test]
    fn columns_give_way_to_names() {
        let long = "a-name-that-is-longer-than-others-界界界";
        let rows = [
            ["NAME", "KIND", "REGION"],
            ["b", "role", "eu-west-1"],
            [long, "role", "eu-west-1"],
        ];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(columns_within(&rows, None), columns(&rows));
        assert_eq!(columns_within(&rows, Some(80)), columns(&rows));
        let within = |width| columns_within(&rows, Some(width));
        assert_eq!(
            within(45),
            [
                "NAME                          KIND  REGION",
                "b                             role  eu-west-1",
                "a-name-that-is-longer-than-others-界界界  ro…"
            ]
        );
        assert_eq!(
            within(34)[1..],
            [
                "b                             role",
                "a-name-that-is-longer-than-others…"
            ]
        );
        assert_eq!(within(9), ["NAME", "b", "a-name-t…"]);
        for width in 1..90 {
            assert!(within(width).iter().all(|line| line.width() <= width), "{width}");
        }
    }

    #[test]
    fn what_is_shaped_like_a_secret_is_masked() {
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        const LETTERS: &str = "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY";
        const SLASH: &str = "/JalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for (text, wanted) in [
            (SECRET.to_owned(), "(secret)"),
            (SLASH.to_owned(), "(secret)"),
            (format!("profile `{SECRET}` is"), "profile `(secret)` is"),
            (
                format!("your secret {SLASH} and `{SLASH}`"),
                "your secret (secret) and `(secret)`",
            ),
            (format!("{SECRET} {LETTERS}"), "(secret) (secret)"),
            (format!("x/{LETTERS}"), "x/(secret)"),
            (format!("/tmp/{LETTERS}/x:3"), "/tmp/(secret)/x:3"),
            (format!("`/tmp/{LETTERS}`"), "`/tmp/(secret)`"),
            (format!("arn:aws:iam::1:role/{LETTERS}"), "arn:aws:iam::1:role/(secret)"),
            (format!("[profile {SECRET}]"), "[profile (secret)]"),
            (format!("x={SECRET},y"), "x=(secret),y"),
        ] {
            assert_eq!(display(&text), wanted, "{text}");
            assert_eq!(lines(&text), lines(wanted), "{text}");
        }
        assert_eq!(prompt_name(SECRET), "(secret)");
        for shown in [
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "AKIAIOSFODNN7EXAMPLE",
            "/Users/Ada/Client42/infra/settings/confg:3",
            "in /Users/Ada/Client42/infra/settings/confg is",
            "arn:aws:iam::123456789012:role/AVeryLongNameOfARoleForTheTeam12345",
            "https://example.com/Users/Ada42/infra/settings/x",
            &SECRET[1..],
        ] {
            assert_eq!(display(shown), shown);
        }
    }

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(display("prod"), "prod");
        assert_eq!(display("ünï e\u{301}"), "ünï e\u{301}");
        assert_eq!(display("\x1b]52;c;x\x07"), "\\u{1b}]52;c;x\\u{7}");
        assert_eq!(
            display("a\u{202e}b\u{200b}\u{feff}\u{e000}\u{85}\u{7f}"),
            "a\\u{202e}b\\u{200b}\\u{feff}\\u{e000}\\u{85}\\u{7f}"
        );
        assert_eq!(display("\u{301}"), "\\u{301}");
        assert_eq!(display("back\\slash 'q' \"q\""), "back\\slash 'q' \"q\"");
    }

    #[test]
    fn what_is_invisible_or_moves_text_is_escaped() {
        let ranges = [
            0..=0x1f,
            0x7f..=0xa0,
            0xad..=0xad,
            0x34f..=0x34f,
            0x61c..=0x61c,
            0x1160..=0x1160,
            0x115f..=0x115f,
            0x1680..=0x1680,
            0x17b4..=0x17b5,
            0x180b..=0x180f,
            0x2000..=0x200f,
            0x2028..=0x202f,
            0x205f..=0x206f,
            0x2800..=0x2800,
            0x3000..=0x3000,
            0x3164..=0x3164,
            0xe000..=0xf8ff,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xffa0..=0xffa0,
            0xfff0..=0xfffc,
            0x1d173..=0x1d17a,
            0xe0000..=0x10ffff,
        ];
        for c in ranges.into_iter().flatten().filter_map(char::from_u32) {
            let code = format!("{:x}", u32::from(c));
            assert_eq!(display(&format!("a{c}b")), format!("a\\u{{{code}}}b"));
            assert_eq!(prompt_name(&format!("a{c}b")), format!("a{{u+{code}}}b"));
        }
    }

    #[test]
    fn letters_digits_and_punctuation_of_any_script_stay() {
        for name in [
            "prod-eu_1.2/x:y@z",
            "$(x)`y` %n #[fg=red] !! {u} * ?",
            "größe",
            "प्रोडक्शन",
            "프로덕션",
            "\u{1111}\u{1173}\u{1105}\u{1169}",
            "ผลิต",
            "הפקה",
            "إنتاج",
            "生产。",
            "e\u{301}\u{323}",
            "٣四Ⅳ",
            "«a»—b…",
            "🚀→",
        ] {
            assert_eq!(prompt_name(name), name);
            assert_eq!(display(name), name);
        }
    }

    #[test]
    fn a_mark_stays_on_its_letter_only() {
        for (name, shown) in [
            ("\u{301}a", "{u+301}a"),
            ("a \u{301}", "a {u+301}"),
            ("a\u{200d}\u{301}", "a{u+200d}{u+301}"),
            ("1\u{fe0f}\u{20e3}", "1{u+fe0f}{u+20e3}"),
            ("-\u{338}", "-{u+338}"),
        ] {
            assert_eq!(prompt_name(name), shown);
        }
        let many = prompt_name(&format!("a{}", "\u{301}".repeat(20)));
        assert_eq!(many.matches('\u{301}').count(), MAX_MARKS);
    }

    #[test]
    fn different_names_look_different() {
        for (name, shown) in [
            ("a\\b", "a{u+5c}b"),
            ("a{u+5c}b", "a{u+7b}u+5c}b"),
            ("a ", "a{u+20}"),
            (" a", "{u+20}a"),
            (" ", "{u+20}"),
            ("a  b", "a  b"),
        ] {
            assert_eq!(prompt_name(name), shown);
            assert_eq!(inert(&prompt_name(name)), shown, "what is inert stays");
        }
    }

    #[test]
    fn no_escape_is_cut() {
        for length in 40..50 {
            let cut = prompt_name(&format!("{}\u{e0100}{}", "a".repeat(length), "b".repeat(20)));
            assert!(cut.width() <= MAX_WIDTH && cut.ends_with('…'), "{cut}");
            assert_eq!(cut.contains("{u+e0100}"), cut.contains('{'), "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_out_harmless(text in "(\\PC|.|[\u{300}-\u{36f}\u{2000}-\u{206f}\u{e0000}-\u{e01ff} {}u+\\\\]){0,80}") {
            let name = prompt_name(&text);
            assert!(judged(&name).all(|(_, _, is_seen)| is_seen), "{name:?}");
            assert!(!name.contains('\\') && !name.ends_with(PRODUCTION_MARK), "{name:?}");
            assert!(name.width() <= MAX_WIDTH, "{name:?}");
            assert!(judged(&display(&text)).all(|(_, _, is_seen)| is_seen), "{text:?}");
        }
    }
}
