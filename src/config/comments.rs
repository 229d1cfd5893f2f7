//! The comment lines directly above a section's header.

use super::value::Section;
use crate::redact::may_hold_secret;

/// The comments directly above the header, in order, without their marks. Lines that may hold a secret, such as a key
/// that was commented out, are left out.
pub fn above(section: Section<'_>) -> Vec<&str> {
    let text = &section.document().text()[..section.line_span().start];
    let comments = text.lines().rev().map_while(|line| {
        let line = line.trim();
        line.starts_with(['#', ';'])
            .then(|| line.trim_start_matches(['#', ';']).trim())
    });
    let mut comments: Vec<&str> = comments
        .filter(|line| !line.is_empty() && !may_hold_secret(line))
        .collect();
    comments.reverse();
    comments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;

    #[test]
    fn comments_that_touch_the_header() {
        let text =
            "# far\n\n# The main\r\n;;  account of team 7\n#\n  # indented\n[profile a]\nregion = x\n# end\n[b]\n[c]\n";
        let document = Document::parse(std::path::Path::new("c"), text.as_bytes().to_vec());
        let found: Vec<_> = document.sections().map(above).collect();
        assert_eq!(found[0], ["The main", "account of team 7", "indented"]);
        assert_eq!(found[1], ["end"]);
        assert!(found[2].is_empty());
    }
}
