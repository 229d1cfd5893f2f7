//! Undoes a change: byte for byte if the file is as the edit left it, otherwise only what is beyond doubt.

use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Change, Lines, fingerprint, lines};
use crate::config::{Document, Section, Value};

/// Why a change cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The file is not as the edit left it, and neither are the lines.
    Changed,
    /// The journal contradicts itself.
    Damaged,
}

/// The file without the change; `None` if it did not exist. `now` is the present file.
///
/// # Errors
/// What prevents it.
pub fn revert(change: &Change, now: Option<&[u8]>) -> Result<Option<Zeroizing<String>>, Conflict> {
    if now.map(fingerprint) != change.after {
        let now = now.and_then(|now| str::from_utf8(now).ok()).ok_or(Conflict::Changed)?;
        return beyond_doubt(change, now).map(Some).ok_or(Conflict::Changed);
    }
    let Some(before) = &change.before else {
        return Ok(None);
    };
    let now = str::from_utf8(now.unwrap_or_default()).map_err(|_| Conflict::Damaged)?;
    let places: Vec<_> = change
        .lines
        .iter()
        .map(|lines| lines.at..lines.at + lines.is.len())
        .collect();
    let then = replaced(change, now, &places).ok_or(Conflict::Damaged)?;
    if fingerprint(then.as_bytes()) == *before {
        Ok(Some(then))
    } else {
        Err(Conflict::Damaged)
    }
}

/// The text with the lines at `places` as they were; `None` if other lines are there.
fn replaced(change: &Change, now: &str, places: &[Range<usize>]) -> Option<Zeroizing<String>> {
    let grows: usize = change.lines.iter().map(|lines| lines.was.len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(now.len() + grows));
    let mut at = 0;
    for (lines, place) in change.lines.iter().zip(places) {
        let there = now.get(place.clone())?;
        if !lines.is_hidden && there != lines.is {
            return None;
        }
        text.push_str(now.get(at..place.start)?);
        text.push_str(&lines.was);
        at = place.end;
    }
    text.push_str(&now[at..]);
    Some(text)
}

/// Undoes a change of a file that was edited since: if each of its lines is still in its section, once, and everything
/// else then says what it says now.
fn beyond_doubt(change: &Change, now: &str) -> Option<Zeroizing<String>> {
    change.before.as_ref()?;
    let path = Path::new(&change.path);
    let document = Document::parse(path, now.as_bytes().to_vec());
    if document.error().is_some() {
        return None;
    }
    let places: Option<Vec<_>> = change.lines.iter().map(|lines| find(&document, now, lines)).collect();
    let places = places?;
    if !places.is_sorted_by(|one, next| one.end <= next.start) {
        return None;
    }
    let then = replaced(change, now, &places)?;
    let reverted = Document::parse(path, then.as_bytes().to_vec());
    let mut moved = 0isize;
    let mut new_places = Vec::new();
    for (lines, place) in change.lines.iter().zip(&places) {
        let start = place.start.checked_add_signed(moved)?;
        new_places.push(start..start + lines.was.len());
        moved += lines.was.len().cast_signed() - lines.is.len().cast_signed();
    }
    let same = reverted.error().is_none() && others(&document, &places) == others(&reverted, &new_places);
    same.then_some(then)
}

/// Where the lines are, if they appear exactly once in their section.
fn find(document: &Document, now: &str, wanted: &Lines) -> Option<Range<usize>> {
    let header = wanted.section.as_deref()?;
    let mut sections = document.sections().skip_while(|section| section.header() != header);
    let start = sections.next()?.line_span().end;
    let end = sections.next().map_or(now.len(), |next| next.line_span().start);
    let section = &now[start..end];
    if wanted.is.is_empty() || wanted.is_hidden {
        return None;
    }
    let starts = lines(section).into_iter().map(|line| line.start);
    let mut places = starts.filter(|&at| {
        let rest = &section[at..];
        rest.starts_with(&wanted.is) && (wanted.is.ends_with(['\n', '\r']) || rest.len() == wanted.is.len())
    });
    let at = start + places.next()?;
    places.next().is_none().then(|| at..at + wanted.is.len())
}

/// Everything a file says outside of some lines.
fn others<'d>(document: &'d Document, but: &[Range<usize>]) -> Vec<(&'d str, &'d str, &'d str)> {
    let outside = |value: &Value<'_>| {
        let span = value.line_span();
        !but.iter().any(|lines| span.start < lines.end && lines.start < span.end)
    };
    let of = |section: Section<'d>| {
        let entries = section.entries().filter(outside);
        entries.map(move |value| (section.header(), value.key(), value.text()))
    };
    let defaults = document.defaults().filter(outside);
    let defaults = defaults.map(|value| ("DEFAULT", value.key(), value.text()));
    document.sections().flat_map(of).chain(defaults).collect()
}
