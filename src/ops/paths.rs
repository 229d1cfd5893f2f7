//! Variables that name the AWS files -> what is wrong with them, for people.

use crate::config::{FileKind, Location};
use crate::ops::files::Files;
use crate::text::display;

impl Files {
    /// Where awsenv looked for profiles, for people.
    pub fn searched(&self) -> String {
        let list = self.lists().map(|(kind, _)| kind.variable()).collect::<Vec<_>>();
        let mut notes: Vec<String> = self.unnamed().map(|(_, message)| message).collect();
        if !list.is_empty() {
            notes.push(format!("a list of paths: {} takes one path", list.join(" and ")));
        }
        let locations = [
            (FileKind::Config, &self.config),
            (FileKind::Credentials, &self.credentials),
        ];
        let mut paths = Vec::new();
        for (kind, location) in locations {
            match location.path {
                Some(_) if !paths.contains(&location.shown.as_str()) => paths.push(&location.shown),
                Some(_) => {}
                None => notes.push(format!("{} is empty", kind.variable())),
            }
        }
        let paths = match paths.is_empty() {
            true => "any file".to_owned(),
            false => paths.join(" or "),
        };
        let notes = match notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", notes.join("; ")),
        };
        display(&format!("{paths}{notes}"))
    }

    /// Variables that name no file, and why, as far as that can be told.
    pub fn unnamed(&self) -> impl Iterator<Item = (FileKind, String)> {
        let files = [
            (FileKind::Config, &self.config, self.profiles.config()),
            (FileKind::Credentials, &self.credentials, self.profiles.credentials()),
        ];
        let lists: Vec<FileKind> = self.lists().map(|(kind, _)| kind).collect();
        files.into_iter().filter_map(move |(kind, location, document)| {
            let is_named = document.is_some() || location.path.is_none() || location.is_null();
            if !location.from_variable || is_named || lists.contains(&kind) {
                return None;
            }
            Some((kind, unnamed(kind, location)))
        })
    }

    /// Whether both variables name the file that is always empty.
    pub fn are_null(&self) -> bool {
        self.config.is_null() && self.credentials.is_null()
    }

    /// Variables that hold several paths, which no SDK takes apart, in words.
    pub fn lists(&self) -> impl Iterator<Item = (FileKind, String)> {
        let files = [
            (FileKind::Config, &self.config, self.profiles.config()),
            (FileKind::Credentials, &self.credentials, self.profiles.credentials()),
        ];
        files.into_iter().filter_map(|(kind, location, document)| {
            let paths = location.several().filter(|_| document.is_none())?;
            let name = kind.variable();
            let paths: Vec<String> = paths.into_iter().map(|path| format!("`{}`", display(path))).collect();
            let message = format!(
                "{name} takes one path, not a list ({}): every SDK looks for a file with the whole value as its name",
                paths.join(", ")
            );
            Some((kind, message))
        })
    }

    /// Warns if a path from the environment does not name the same file for every SDK.
    pub fn path_warnings(&self) -> impl Iterator<Item = String> {
        let both = [
            (FileKind::Config, &self.config),
            (FileKind::Credentials, &self.credentials),
        ];
        let lists: Vec<_> = self.lists().collect();
        let unnamed: Vec<_> = self.unnamed().collect();
        both.into_iter().filter_map(move |(kind, location)| {
            let name = kind.variable();
            if let Some((_, message)) = lists.iter().chain(&unnamed).find(|(list, _)| *list == kind) {
                Some(message.clone())
            } else if location.is_relative {
                Some(format!(
                    "{name} is a relative path, so SDKs look for a different file in another directory"
                ))
            } else if location.needs_botocore {
                Some(format!(
                    "{name} contains a `$` or `~user`, which only the AWS CLI and boto3 expand"
                ))
            } else {
                None
            }
        })
    }
}

/// That a variable names no file.
pub fn unnamed(kind: FileKind, location: &Location) -> String {
    let variable = kind.variable();
    match location.slip() {
        Some(why) => format!("{variable} names no file: {why}"),
        None => format!("{variable} names no file"),
    }
}
