//! `--mfa-code`: the code of an MFA device, or where it comes from.

use std::ffi::OsStr;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::credentials::code;
use crate::secret::Secret;

/// What `--mfa-code` gives.
#[derive(Clone, Debug)]
pub enum GivenCode {
    Code(Secret<String>),
    /// `-`: the first line of stdin, which is read only where a code is needed.
    Stdin,
}

/// Unlike clap's own parsers, it never quotes what was typed.
#[derive(Clone)]
pub(super) struct CodeParser;

impl TypedValueParser for CodeParser {
    type Value = GivenCode;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        let text = Secret::new(StringValueParser::new().parse_ref(command, arg, value)?);
        if text.expose() == "-" {
            return Ok(GivenCode::Stdin);
        }
        let refused = || {
            let message = "`--mfa-code` takes the six digits of a code, or `-` for the first line of stdin\n";
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        };
        code::parse(text.expose()).map(GivenCode::Code).ok_or_else(refused)
    }
}
