//! The answers of AWS's query protocol: XML, whose elements are found by their local names.

use roxmltree::{Document, Node, ParsingOptions};

/// What an answer is instead of the expected document, as the rest of a sentence about it. Never a part of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

/// More than any answer has.
const NODES: u32 = 10_000;

/// # Errors
/// This is not XML, or has a DTD.
pub(super) fn parse(body: &[u8]) -> Result<Document<'_>, Unreadable> {
    let not_xml = || Unreadable("is not XML".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| not_xml())?;
    let options = ParsingOptions {
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|_| not_xml())
}

/// The first element of this name in `parent`.
pub(super) fn child<'a, 'input>(parent: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    let is_it = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == name;
    parent.children().find(is_it)
}

/// The text of the element of this name in `parent`, without blanks around it; `None` also if it is empty.
pub(super) fn text<'a>(parent: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let text = child(parent, name)?.text()?.trim();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_in_any_namespace() {
        let body = b"<?xml version=\"1.0\"?>\n<a xmlns=\"https://x/\" xmlns:n=\"y\"><b> one\n</b><n:c>two &amp; 2</n:c><d/></a>";
        let document = parse(body).expect("XML");
        let root = document.root_element();
        assert_eq!(text(root, "b"), Some("one"));
        assert_eq!(text(root, "c"), Some("two & 2"));
        assert_eq!((text(root, "d"), text(root, "e")), (None, None));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let deep = "<a>".repeat(300_000);
        let entity = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        let many = format!("<a>{}</a>", "<b/>".repeat(20_000));
        for body in ["", "word", "<html><br></html>", "{\"a\": 1}", entity, &deep, &many] {
            assert_eq!(parse(body.as_bytes()).err(), Some(Unreadable("is not XML".to_owned())));
        }
        assert!(parse(b"<a>\xff</a>").is_err());
    }
}
