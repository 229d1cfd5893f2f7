//! Edits of the query by words, or of all of it.
//!
//! Each runs at once: an action sent back to skim would run after the keys typed meanwhile, so an Alt-B would move the
//! cursor after the Ctrl-E typed behind it, and the next Ctrl-U would find nothing to delete.

use skim::tui::App;

/// skim counts words in characters but cuts in bytes, so if these differ, an edit applies to the whole side of the line
/// instead of the word.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edit {
    Clear,
    /// Up to the space before the cursor.
    DeleteToSpace,
    DeleteWordLeft,
    DeleteWordRight,
    WordLeft,
    WordRight,
}

/// Deleted text can be yanked.
pub(super) fn edit(app: &mut App, edit: Edit) {
    let input = &mut app.input;
    let by_word = input.value.is_ascii();
    let deleted = match edit {
        Edit::Clear => {
            input.move_to_end();
            input.delete_to_beginning()
        }
        Edit::DeleteToSpace if by_word => input.delete_backward_to_whitespace(),
        Edit::DeleteWordLeft if by_word => input.delete_backward_word(),
        Edit::DeleteToSpace | Edit::DeleteWordLeft => input.delete_to_beginning(),
        Edit::DeleteWordRight if by_word => input.delete_forward_word(),
        Edit::DeleteWordRight => {
            let cursor = usize::from(input.cursor_pos);
            input.value.split_off(cursor)
        }
        Edit::WordLeft if by_word => return input.move_cursor_backward_word(),
        Edit::WordLeft => return input.move_cursor_to(0),
        Edit::WordRight if by_word => return input.move_cursor_forward_word(),
        Edit::WordRight => return input.move_to_end(),
    };
    if !deleted.is_empty() {
        app.yank_register = deleted;
        app.pending_matcher_restart = true;
    }
}
