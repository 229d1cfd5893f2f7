//! Edits of the query by words, and of all of it.
//!
//! Each is done at once: an action sent back to skim would run after the keys that were typed meanwhile, so a cursor that
//! Alt-B moved would undo the Ctrl-E behind it, and the next Ctrl-U would find nothing to delete.

use skim::tui::App;

/// What is done to the query.
///
/// skim counts words in characters and cuts in bytes, so where these differ the whole side of the line is edited instead
/// of the word.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edit {
    /// Delete everything.
    Clear,
    /// Delete to the space before the cursor.
    DeleteToSpace,
    /// Delete the word before the cursor.
    DeleteWordLeft,
    /// Delete the word behind the cursor.
    DeleteWordRight,
    /// Move to the start of the word.
    WordLeft,
    /// Move to the end of the word.
    WordRight,
}

/// Edits the query; what was deleted can be yanked.
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
