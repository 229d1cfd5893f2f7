//! What other SDKs read differently in files that botocore reads, as data.
//!
//! Each lint names a construct, its place, and what each reader makes of it. A construct without a lint is read alike.
//! No text here holds the value of a secret key.

mod code;
mod comments;
mod entries;
mod headers;
mod pair;
mod refused;

pub use code::LintCode;
pub use pair::lint_profiles;

use super::document::Document;
use super::locate::FileKind;
use super::place::Place;
use super::profiles;
use super::profiles::ProfileSet;
use super::value::{Section, Value};
use crate::redact::{command, visible};

/// A program or library that reads AWS files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    AwsCliV2,
    /// boto3, botocore and everything built on them.
    Boto3,
    Boto2,
    /// The Go SDK, Terraform.
    SdkGoV2,
    SdkJsV3,
    /// The Rust SDK, which is also the SDK specification.
    SdkRust,
    /// Out of support, as [`Reader::SdkJsV2`].
    SdkGoV1,
    SdkJsV2,
}

impl Reader {
    /// In the order in which they are shown.
    pub const ALL: [Reader; 6] = [
        Reader::AwsCliV2,
        Reader::Boto3,
        Reader::SdkGoV2,
        Reader::SdkJsV3,
        Reader::SdkRust,
        Reader::Boto2,
    ];

    /// What they make of the files is not compared in full.
    pub const OLD: [Reader; 2] = [Reader::SdkGoV1, Reader::SdkJsV2];

    /// The name in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Reader::SdkGoV1 => "aws-sdk-go-v1",
            Reader::SdkJsV2 => "aws-sdk-js-v2",
            Reader::AwsCliV2 => "aws-cli-v2",
            Reader::Boto3 => "boto3",
            Reader::Boto2 => "boto 2",
            Reader::SdkGoV2 => "aws-sdk-go-v2",
            Reader::SdkJsV3 => "aws-sdk-js-v3",
            Reader::SdkRust => "aws-sdk-rust",
        }
    }
}

/// What one reader makes of a construct that botocore reads differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub reader: Reader,
    /// What it takes; secrets are masked.
    pub reads: String,
    /// The rule behind it.
    pub because: &'static str,
    /// Whether all profiles of the file are affected, not only the lint's own.
    pub whole_file: bool,
}

/// A construct that not all readers read alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    pub code: LintCode,
    pub place: Place,
    /// The profile that it belongs to, by its exact name to botocore or, if botocore sees none, to other readers.
    pub profile: Option<String>,
    pub section: Option<String>,
    pub key: Option<String>,
    pub readings: Vec<Reading>,
}

impl Lint {
    fn new(code: LintCode, place: Place) -> Self {
        Self {
            code,
            place,
            profile: None,
            section: None,
            key: None,
            readings: Vec::new(),
        }
    }

    fn of(code: LintCode, owner: Owner<'_>, place: Place) -> Self {
        let section = Some(owner.section.header().to_owned());
        Self {
            profile: owner.profile.map(str::to_owned),
            section,
            ..Self::new(code, place)
        }
    }

    fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// These readers take `reads`.
    fn take(mut self, readers: &[Reader], reads: impl Into<String>, because: &'static str) -> Self {
        let reads = reads.into();
        let reading = |&reader: &Reader| Reading {
            reader,
            reads: reads.clone(),
            because,
            whole_file: false,
        };
        self.readings.extend(readers.iter().map(reading));
        self
    }

    /// These readers reject the whole file.
    fn refuse(self, readers: &[Reader], because: &'static str) -> Self {
        self.everywhere(readers, "no profile in this file", because)
    }

    /// These readers take `reads` for all profiles of the file.
    fn everywhere(mut self, readers: &[Reader], reads: impl Into<String>, because: &'static str) -> Self {
        let reads = reads.into();
        let reading = |&reader: &Reader| Reading {
            reader,
            reads: reads.clone(),
            because,
            whole_file: true,
        };
        self.readings.extend(readers.iter().map(reading));
        self
    }

    /// What each reader takes differently for the profile of that name.
    pub fn readings_of(&self, profile: &str) -> impl Iterator<Item = &Reading> {
        let own = self.profile.as_deref() == Some(profile);
        self.readings.iter().filter(move |reading| own || reading.whole_file)
    }
}

/// The section that a lint is about, and the profile that it defines.
#[derive(Clone, Copy)]
struct Owner<'a> {
    section: Section<'a>,
    profile: Option<&'a str>,
}

/// All lints of both files and of the profiles that they make together, in the order of files and lines.
pub fn all(profiles: &ProfileSet) -> Vec<Lint> {
    let documents = [
        (profiles.config(), FileKind::Config),
        (profiles.credentials(), FileKind::Credentials),
    ];
    let of_files = documents
        .into_iter()
        .filter_map(|(document, kind)| Some(lint(document?, kind)))
        .flatten();
    let mut all: Vec<Lint> = of_files.chain(lint_profiles(profiles)).collect();
    all.sort_by(|a, b| a.place.cmp(&b.place));
    all
}

/// All lints of one file, in the order of their lines.
pub fn lint(document: &Document, kind: FileKind) -> Vec<Lint> {
    let mut found: Vec<Lint> = Vec::new();
    found.extend(refused::lint(document));
    let sections: Vec<_> = document
        .sections()
        .map(|section| (section, name(section, kind)))
        .collect();
    for (section, profile) in &sections {
        let owner = Owner {
            section: *section,
            profile: profile.as_deref(),
        };
        headers::lint(owner, kind, &mut found);
        entries::lint(owner, &mut found);
    }
    headers::lint_names(&sections, kind, &mut found);
    headers::lint_default(document, kind, &mut found);
    comments::lint(document, &sections, &mut found);
    found.sort_by_key(|lint| (lint.place.line, lint.code));
    found
}

/// The profile that botocore sees in a section, if it sees one.
fn name(section: Section<'_>, kind: FileKind) -> Option<String> {
    match kind {
        FileKind::Config => profiles::profile_name(section),
        FileKind::Credentials => Some(section.header().to_owned()),
    }
}

/// A value as it may be shown.
fn masked(value: Value<'_>, text: &str) -> String {
    let shown = match value.key() {
        // The seed of an MFA device may be among the arguments.
        "awsenv_mfa_process" | "mfa_process" => Some(text).filter(|text| command(text) == *text),
        key => visible(key, text),
    };
    match shown {
        Some(text) => format!("`{text}`"),
        None => "a secret".to_owned(),
    }
}
