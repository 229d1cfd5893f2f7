//! Keys whose values are checked when a client is made, or when a role is assumed, as botocore 1.44 and both AWS CLIs
//! check them.

pub(super) struct Row {
    pub(super) key: &'static str,
    /// It beats the key.
    pub(super) variable: Option<&'static str>,
    pub(super) takes: Takes,
    pub(super) stops: Stops,
}

#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// A block of indented `key = value` lines.
    Block,
    /// Exactly one of these.
    Words(&'static [&'static str]),
    /// One of these, in upper or lower case.
    Folded(&'static [&'static str]),
    /// A whole number within these.
    Number(i128, i128),
    /// At least so many characters.
    Length(usize),
    /// Anything, but not nothing.
    Filled,
    /// A URL with a host.
    Url,
}

/// What a wrong value stops.
#[derive(Clone, Copy)]
pub(super) enum Stops {
    Calls,
    /// Only the AWS CLI reads it.
    Cli,
    /// Only where a role is assumed.
    Role,
    /// Only what this names.
    Some(&'static str),
}

const fn calls(key: &'static str, variable: &'static str, takes: Takes) -> Row {
    Row {
        key,
        variable: Some(variable),
        takes,
        stops: Stops::Calls,
    }
}

const fn of(stops: Stops, key: &'static str, takes: Takes) -> Row {
    Row {
        key,
        variable: None,
        takes,
        stops,
    }
}

const MODES: &[&str] = &["legacy", "regional"];
const CHECKSUMS: &[&str] = &["when_supported", "when_required"];

/// Keys of a profile.
pub(super) const ROWS: [Row; 26] = [
    calls(
        "account_id_endpoint_mode",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        Takes::Folded(&["preferred", "disabled", "required"]),
    ),
    of(Stops::Calls, "api_versions", Takes::Block),
    calls("ca_bundle", "AWS_CA_BUNDLE", Takes::Filled),
    of(
        Stops::Cli,
        "cli_binary_format",
        Takes::Words(&["base64", "raw-in-base64-out"]),
    ),
    // `none` is an old word for `wire`.
    of(
        Stops::Cli,
        "cli_timestamp_format",
        Takes::Words(&["wire", "iso8601", "none"]),
    ),
    calls(
        "defaults_mode",
        "AWS_DEFAULTS_MODE",
        Takes::Folded(&["legacy", "standard", "cross-region", "in-region", "mobile", "auto"]),
    ),
    of(Stops::Role, "duration_seconds", Takes::Number(900, 43_200)),
    calls(
        "ec2_metadata_service_endpoint",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        Takes::Url,
    ),
    calls(
        "ec2_metadata_service_endpoint_mode",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        Takes::Folded(&["ipv4", "ipv6"]),
    ),
    Row {
        stops: Stops::Some("DynamoDB or Timestream"),
        ..calls(
            "endpoint_discovery_enabled",
            "AWS_ENDPOINT_DISCOVERY_ENABLED",
            Takes::Folded(&["true", "false", "auto"]),
        )
    },
    calls("endpoint_url", "AWS_ENDPOINT_URL", Takes::Url),
    of(Stops::Role, "external_id", Takes::Length(2)),
    calls("max_attempts", "AWS_MAX_ATTEMPTS", Takes::Number(1, i128::MAX)),
    calls(
        "metadata_service_num_attempts",
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
        Takes::Number(i128::MIN, i128::MAX),
    ),
    calls(
        "metadata_service_timeout",
        "AWS_METADATA_SERVICE_TIMEOUT",
        Takes::Number(i128::MIN, i128::MAX),
    ),
    of(Stops::Role, "mfa_serial", Takes::Length(9)),
    calls(
        "request_checksum_calculation",
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        Takes::Folded(CHECKSUMS),
    ),
    calls(
        "request_min_compression_size_bytes",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        Takes::Number(1, 1_048_576),
    ),
    calls(
        "response_checksum_validation",
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        Takes::Folded(CHECKSUMS),
    ),
    calls(
        "retry_mode",
        "AWS_RETRY_MODE",
        Takes::Words(&["legacy", "standard", "adaptive"]),
    ),
    of(Stops::Role, "role_arn", Takes::Length(20)),
    of(Stops::Role, "role_session_name", Takes::Length(2)),
    of(Stops::Some("S3"), "s3", Takes::Block),
    calls(
        "s3_disable_express_session_auth",
        "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
        Takes::Folded(&["true", "false"]),
    ),
    calls(
        "s3_us_east_1_regional_endpoint",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
        Takes::Words(MODES),
    ),
    calls(
        "sts_regional_endpoints",
        "AWS_STS_REGIONAL_ENDPOINTS",
        Takes::Words(MODES),
    ),
];

/// Empty values of these count as none.
pub(super) const MAY_BE_EMPTY: [&str; 4] = [
    "ec2_metadata_service_endpoint",
    "endpoint_url",
    "role_session_name",
    "sts_regional_endpoints",
];

/// Keys of the block `s3 =`.
pub(super) const S3: [Row; 2] = [
    of(
        Stops::Calls,
        "addressing_style",
        Takes::Words(&["auto", "virtual", "path"]),
    ),
    Row {
        variable: Some("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"),
        ..of(Stops::Calls, "us_east_1_regional_endpoint", Takes::Words(MODES))
    },
];
