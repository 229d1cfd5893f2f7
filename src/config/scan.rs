//! Finds bytes eight at a time: most of the time of reading a large file goes there.
//!
//! Lines and keys are short, so to call memchr's search, which is chosen at run time, costs more than it saves.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first position of `a` or `b`.
pub(super) fn find(bytes: &[u8], a: u8, b: u8) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let hit = zeros(word ^ (LOW * u64::from(a))) | zeros(word ^ (LOW * u64::from(b)));
        if hit != 0 {
            return Some(n * 8 + hit.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|&byte| byte == a || byte == b)?;
    Some(words.len() * 8 + at)
}

/// The end of the line that begins at `at`, and the beginning of the next; `\n`, `\r\n` and `\r` end a line.
pub(super) fn line_end(bytes: &[u8], at: usize) -> (usize, usize) {
    let end = find(&bytes[at..], b'\n', b'\r').map_or(bytes.len(), |n| at + n);
    match &bytes[end..] {
        [b'\r', b'\n', ..] => (end, end + 2),
        [_, ..] => (end, end + 1),
        [] => (end, end),
    }
}

/// The top bit of each zero byte; a byte above the lowest of them may be marked in error.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_walk_finds(bytes in prop::collection::vec(0u8..4, 0..40), a in 0u8..5, b in 0u8..5) {
            let shifted: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_sub(1)).collect();
            for bytes in [bytes, shifted] {
                prop_assert_eq!(find(&bytes, a, b), bytes.iter().position(|&byte| byte == a || byte == b));
            }
        }
    }
}
