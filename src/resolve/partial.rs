//! A part of a name -> the names that it can mean.

/// Every name that contains `word`, in any case: those that begin with it first, otherwise in the order given. An empty
/// word means no name.
pub fn partial<T>(word: &str, candidates: impl IntoIterator<Item = T>, name: impl Fn(&T) -> &str) -> Vec<T> {
    let word = fold(word);
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for candidate in candidates.into_iter().filter(|_| !word.is_empty()) {
        match place(&fold(name(&candidate)), &word) {
            Some(0) => first.push(candidate),
            Some(_) => later.push(candidate),
            None => {}
        }
    }
    first.append(&mut later);
    first
}

/// Whether a name contains `word`, in any case.
pub fn containing(word: &str) -> impl Fn(&str) -> bool {
    let word = fold(word);
    move |name| place(&fold(name), &word).is_some()
}

/// Where `word` is in `name`. A search in thousands of names must not read a long word each time.
fn place(name: &str, word: &str) -> Option<usize> {
    (word.len() <= name.len()).then(|| name.find(word)).flatten()
}

/// `text` without the difference of case. By way of upper case, because `ß`, `ς` and `ſ` are lower case letters that
/// share theirs with others.
fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(word: &str, names: &[&'a str]) -> Vec<&'a str> {
        partial(word, names.iter().copied(), |name| name)
    }

    #[test]
    fn what_begins_with_the_word_comes_first() {
        let names = ["nonprod", "prod-eu", "dev", "production", "my-prod"];
        assert_eq!(of("prod", &names), ["prod-eu", "production", "nonprod", "my-prod"]);
        assert_eq!(of("eu", &names), ["prod-eu"]);
        assert_eq!(of("-", &names), ["prod-eu", "my-prod"]);
        assert_eq!(of("prd", &names), [""; 0]);
        assert_eq!(of("prod-eu-1", &names), [""; 0]);
        assert_eq!(of("", &names), [""; 0]);
    }

    #[test]
    fn capitals_and_small_letters_are_the_same() {
        for (word, name) in [
            ("PROD", "prod-eu"),
            ("prod", "My-PROD"),
            ("ÜBUNG", "übung"),
            ("übung", "team-ÜBUNG"),
            ("STRASSE", "straße"),
            ("straße", "STRASSE 1"),
            ("οδοσ", "ΟΔΟΣ"),
            ("ΟΔΟΣ", "μια οδος"),
            ("прод", "ПРОД-1"),
            ("İ", "i\u{307}stanbul"),
            ("ǆ", "ǅ"),
            ("界", "世界"),
            ("*", "a*b"),
            ("\x1b]", "\x1b]52;c;x\x07"),
            ("e\u{301}", "caf\u{65}\u{301}"),
        ] {
            assert_eq!(of(word, &[name]), [name], "{word:?} in {name:?}");
        }
        assert_eq!(of("ubung", &["übung"]), [""; 0]);
        assert_eq!(of("a.b", &["aXb"]), [""; 0]);
    }
}
