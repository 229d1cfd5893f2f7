//! `--qr`: a page as a picture for the camera of a phone, in half blocks.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::context::Context;
use crate::ops::role;

/// `columns` are those of the terminal.
///
/// # Errors
/// Why there is none, for a warning.
pub(super) fn code(context: &Context, url: &str, columns: Option<usize>) -> Result<String, String> {
    if !role::has_utf_8(context.env()) {
        return Err("the locale of this terminal is not UTF-8, so it cannot show a QR code".to_owned());
    }
    let code = QrCode::new(url).map_err(|_| "the page is too long for a QR code".to_owned())?;
    let width = width(&code);
    if columns.is_some_and(|columns| columns < width) {
        return Err(format!(
            "this terminal is too narrow for the QR code, which needs {width} columns"
        ));
    }
    Ok(picture(&code, context.ui.color))
}

/// In columns, with a frame of four modules on each side.
fn width(code: &QrCode) -> usize {
    code.width() + 8
}

/// Light on dark: in the terminal's own colours where no others are to be used, which most cameras read on a light
/// terminal too.
fn picture(code: &QrCode, has_color: bool) -> String {
    let (light, dark) = (Dense1x2::Dark, Dense1x2::Light);
    let blocks = code.render::<Dense1x2>().light_color(light).dark_color(dark).build();
    let line = |line: &str| match has_color {
        true => format!("\x1b[97;40m{line}\x1b[0m\n"),
        false => format!("{line}\n"),
    };
    blocks.lines().map(line).collect::<String>() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_light_frame() {
        let code = QrCode::new("https://example.com/?user_code=ABCD-EFGH").unwrap();
        let plain = picture(&code, false);
        let lines: Vec<&str> = plain.lines().collect();
        let width = width(&code);
        assert!(lines[0].chars().all(|c| c == '█'), "{plain}");
        assert!(
            lines[4].starts_with("████ ") || lines[2].starts_with("████ "),
            "{plain}"
        );
        assert!(
            lines
                .iter()
                .filter(|line| !line.is_empty())
                .all(|line| line.chars().count() == width)
        );
        assert!(picture(&code, true).starts_with("\x1b[97;40m█"));
    }
}
