//! The names of the mistakes.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A kind of mistake, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum MistakeCode {
            $($(#[$doc])* $name,)*
        }

        impl MistakeCode {
            pub const ALL: &[MistakeCode] = &[$(MistakeCode::$name,)*];

            /// The name in JSON, text and settings.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(MistakeCode::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// `[stage]` in the config file, `[profile stage]` in the credentials file, `[prfile stage]`.
    Header = "header",
    /// A section that no AWS program reads.
    UnreadSection = "unread-section",
    /// A section that a later one of the same name replaces.
    ReplacedSection = "replaced-section",
    /// `[DEFAULT]` with keys where `[default]` was meant.
    CapitalDefault = "capital-default",
    /// `so_start_url`
    Key = "key",
    /// The id and the secret in each other's place.
    SwappedKey = "swapped-key",
    /// `region = "eu-west-1"`
    QuotesInValue = "quotes-in-value",
    /// `region = eu-west-1 # home`
    CommentInValue = "comment-in-value",
    /// An indented `key = value` that belongs to the value above it.
    SwallowedLine = "swallowed-line",
    /// `us-east-1a`, `Ireland`
    Region = "region",
    /// `yml`
    Output = "output",
    /// `retry_mode = fast`
    Value = "value",
    /// The ARN of a user or of a FIDO security key in `mfa_serial`.
    MfaSerial = "mfa-serial",
    /// A quote that is not closed in `awsenv_mfa_process`.
    MfaProcess = "mfa-process",
    /// `sso_start_url` or `sso_session` without account and role.
    SsoWithoutRole = "sso-without-role",
    /// `source_profile` or `credential_source` without `role_arn`.
    SourceWithoutRole = "source-without-role",
    /// `sso_session` or `services` names a section that does not exist.
    MissingSection = "missing-section",
}
