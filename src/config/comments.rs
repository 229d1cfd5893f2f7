//! The comment lines of a section: directly above its header, and among its entries.

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

/// Whether a comment is directly above the header, or between it and the end of the last entry.
pub fn is_commented(section: Section<'_>) -> bool {
    let text = section.document().text();
    let is_comment = |line: &str| line.trim_start().starts_with(['#', ';']);
    let header = section.line_span();
    let end = section.entries().last().map_or(header.end, |last| last.line_span().end);
    text[..header.start].lines().next_back().is_some_and(is_comment) || text[header.end..end].lines().any(is_comment)
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

    #[test]
    fn comments_above_and_inside() {
        let text = "# far\n\n[a]\nx = 1\n\n; b's\n[b]\nx = 1\n[c]\n  # c's\nx = 1\n[d]\nx = 1\ny =\n  ; d's\n  z = 1\n[e]\nx = 1\n\n# far\n";
        let document = Document::parse(std::path::Path::new("c"), text.as_bytes().to_vec());
        let found: Vec<bool> = document.sections().map(is_commented).collect();
        assert_eq!(found, [false, true, true, true, false]);
    }
}
