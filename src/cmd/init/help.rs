//! The program's help -> the comment that PowerShell's `Get-Help awsenv` and `awsenv -?` show for the function.

use crate::cli;

/// PowerShell indents by four columns, and would break longer lines in the middle of a word.
const WIDTH: usize = 76;

/// For the beginning of the function's body.
pub(super) fn comment() -> String {
    let summary = cli::summary();
    let (about, rest) = summary.split_once('\n').unwrap_or((&summary, ""));
    format!(
        "<#\n.SYNOPSIS\n{}\n.DESCRIPTION\n{}\n#>",
        text(about),
        text(rest.trim())
    )
}

/// Neither ends the comment nor has a line that PowerShell takes for a keyword: with an unknown one it would show no help
/// at all.
fn text(help: &str) -> String {
    let mut out = String::new();
    for line in help.lines().map(wrap).collect::<Vec<_>>().join("\n").lines() {
        let is_keyword = line.trim_start().starts_with('.');
        out.push_str(if is_keyword { " " } else { "\n" });
        out.push_str(line);
    }
    out.trim_start().replace("#>", "# >")
}

/// Continues below the last column of a line.
fn wrap(line: &str) -> String {
    let (head, rest) = line.split_at(line.rfind("  ").map_or(0, |at| at + 2));
    let mut out = head.to_owned();
    let mut width = head.len();
    for (at, word) in rest.split(' ').enumerate() {
        if at > 0 && width + 1 + word.len() > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', head.len()));
            width = head.len();
        } else if at > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += word.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_the_help_is_syntax() {
        assert_eq!(text("a #> b\n  .synopsis x\n.y\nc"), "a # > b   .synopsis x .y\nc");
    }

    #[test]
    fn the_comment_is_the_programs_summary() {
        let comment = comment();
        let is_keyword = |line: &&str| line.trim_start().starts_with('.');
        let keywords: Vec<&str> = comment.lines().filter(is_keyword).collect();
        assert_eq!(keywords, [".SYNOPSIS", ".DESCRIPTION"]);
        assert_eq!(comment.matches("#>").count(), 1);
        assert!(comment.lines().all(|line| line.len() <= WIDTH), "{comment}");
        for part in ["Shell integration", "Usage: awsenv", "\n  use ", "--quiet"] {
            assert!(comment.contains(part), "{part} in {comment}");
        }
    }
}
