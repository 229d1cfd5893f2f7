//! The names of the lints.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A construct, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LintCode {
            $($(#[$doc])* $name,)*
        }

        impl LintCode {
            pub const ALL: &[LintCode] = &[$(LintCode::$name,)*];

            /// The name in JSON and text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(LintCode::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// `\u{feff}[default]`
    ByteOrderMark = "byte-order-mark",
    /// `Region = …`
    CapitalKey = "capital-key",
    /// `region: …`
    ColonDelimiter = "colon-delimiter",
    /// `[profile x];comment`
    CommentAtHeader = "comment-at-header",
    /// A value that goes on in deeper lines.
    Continuation = "continuation",
    /// `credential_source = environment`
    CredentialSourceCase = "credential-source-case",
    /// `[DEFAULT]`
    DefaultSection = "default-section",
    /// `[default]` and `[profile default]`
    DefaultTwice = "default-twice",
    /// The same key twice in a section.
    DuplicateKey = "duplicate-key",
    /// The same header twice.
    DuplicateSection = "duplicate-section",
    /// `duration_seconds = 1h`
    DurationNotANumber = "duration-not-a-number",
    /// `[]`
    EmptyHeader = "empty-header",
    /// `= value`
    EmptyKey = "empty-key",
    /// `= value` in a block
    EmptyNestedKey = "empty-nested-key",
    /// `[profile x]` without any key.
    EmptySection = "empty-section",
    /// `region =`
    EmptyValue = "empty-value",
    /// A name outside the SDK specification's pattern.
    ExoticName = "exotic-name",
    /// `[profile dom\user]`
    HeaderBackslash = "header-backslash",
    /// `[profile x] # see [y]`
    HeaderBracket = "header-bracket",
    /// `[profile a#b]`
    HeaderCommentCharacter = "header-comment-character",
    /// `[profile  x]`
    HeaderGap = "header-gap",
    /// `  [profile x]`
    HeaderIndented = "header-indented",
    /// `[profiles x]`
    HeaderPrefix = "header-prefix",
    /// `[profile "x"]`
    HeaderQuoted = "header-quoted",
    /// `[ profile x ]`
    HeaderSpaces = "header-spaces",
    /// `[profile x] text`
    HeaderTrailingText = "header-trailing-text",
    /// `  # comment`
    IndentedComment = "indented-comment",
    /// `  region = …`
    IndentedKey = "indented-key",
    /// `region = x # home`
    InlineComment = "inline-comment",
    /// `my key = …`
    InvalidKey = "invalid-key",
    /// A line that ends in `\r` alone.
    LoneCarriageReturn = "lone-carriage-return",
    /// `mfa_serial` in a role.
    MfaRole = "mfa-role",
    /// A line of a block without `=`.
    NestedNoEquals = "nested-no-equals",
    /// A line that is no header and has no delimiter.
    NoDelimiter = "no-delimiter",
    /// A line before the first header.
    NoHeader = "no-header",
    /// Bytes that are not UTF-8.
    NotUtf8 = "not-utf-8",
    /// `credential_process = a | b`
    ProcessShellSyntax = "process-shell-syntax",
    /// `[profile x]`, `[sso-session x]` in the credentials file.
    PrefixInCredentials = "prefix-in-credentials",
    /// `region = "eu-west-1"`
    QuotedValue = "quoted-value",
    /// `duration_seconds` in a role.
    RoleDuration = "role-duration",
    /// `role_arn` with keys of its own and no source.
    RoleWithoutSource = "role-without-source",
    /// A profile that is its own source without static keys.
    SelfSource = "self-source",
    /// `[profile x]` and `[profile  x]`
    SpelledTwice = "spelled-twice",
    /// Key id in one file, secret in the other.
    SplitKeys = "split-keys",
    /// `sso_start_url` beside `sso_session`.
    SsoKeysTwice = "sso-keys-twice",
    /// Several sources of credentials in one profile.
    SeveralSources = "several-sources",
    /// Keys in one file, session token in the other.
    TokenInOtherFile = "token-in-other-file",
    /// `aws_security_token` and `aws_session_token` with different values.
    TwoTokens = "two-tokens",
    /// White space other than blank and tab around a value.
    UnicodeSpace = "unicode-space",
}
