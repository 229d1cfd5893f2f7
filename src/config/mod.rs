//! Text of AWS, boto and awsenv files -> typed values, each with its file and line.
//!
//! AWS files are read exactly as botocore reads them. Nothing here touches the disk or the environment of the
//! process: text comes in through a reader that the caller passes, variables through [`crate::env::Env`].

mod block;
mod entries;
mod error;
mod index;
mod load;
mod look;
mod parse;
mod parser;
mod place;
mod profiles;
mod python;
mod reason;
mod scan;
mod span;
mod value;

pub mod boto;
pub mod comments;
pub mod document;
pub mod edit;
pub mod lint;
pub mod locate;
pub mod mistakes;
pub mod own_line;
pub mod pieces;
pub mod profile;
pub mod region;
pub mod settings;
pub mod shlex;
pub mod url;

pub use boto::{BotoFiles, BotoKeyring, BotoKeys};
pub use document::Document;
pub use edit::{EditError, Edited, Editor, Splice};
pub use error::Error;
pub use lint::{Lint, LintCode, Reading, lint, lint_profiles};
pub use load::{Reader, load};
pub use locate::{FileKind, Location};
pub use look::Look;
pub use place::Place;
pub use profile::{Kind, account_of_arn};
pub use profiles::{Profile, ProfileSet, SectionKind};
pub use python::integer;
pub use reason::{ParseError, Reason};
pub use settings::{Export, Settings};
pub use value::{NestedEntry, Section, Value};
