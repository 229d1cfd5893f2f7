//! The result of resolving: the credentials of a profile, as data. Nothing here was fetched, run or asked.

use crate::config::{BotoKeyring, Place};

use crate::secret::Secret;

use super::calls::Calls;
use super::device::Device;
use super::region::Region;
use super::sso::Sso;

/// Where the credentials of a profile come from, and through which roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialPlan {
    /// The first credentials of the chain; `None` where botocore finds none in files and environment.
    pub base: Option<BaseSource>,
    /// The profile whose own credentials `base` are, where roles lead there.
    pub base_of: Option<String>,
    /// The roles assumed on top of `base`, outermost last.
    pub roles: Vec<AssumeRole>,
    /// The MFA device that the selected profile names for its own keys.
    pub device: Option<Device>,
    /// The region of the selected profile; the sources of a chain do not pass theirs on.
    pub region: Option<Region>,
    /// How AWS is called for the roles, by the settings of the selected profile.
    pub calls: Calls,
    /// Whether botocore would still ask the instance metadata service (only where `base` is `None`).
    pub asks_metadata: bool,
}

impl CredentialPlan {
    /// The method that botocore would name; `None` without credentials.
    pub fn method(&self) -> Option<&'static str> {
        match (self.roles.is_empty(), &self.base) {
            (false, _) => Some("assume-role"),
            (true, base) => base.as_ref().map(BaseSource::method),
        }
    }

    /// The profile whose own credentials the plan begins with; `name` is the one that was chosen.
    pub fn owner<'p>(&'p self, name: &'p str) -> &'p str {
        self.base_of.as_deref().unwrap_or(name)
    }

    /// The keychain item that the chain begins with, if it does.
    pub fn keychain_item(&self) -> Option<&str> {
        match &self.base {
            Some(BaseSource::CredentialProcess(process)) => process.keychain.as_deref(),
            _ => None,
        }
    }
}

/// The first credentials of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseSource {
    /// Keys of a legacy file: a boto profile, boto's `[Credentials]`, or AWS_CREDENTIAL_FILE.
    Boto(Keys),
    /// A boto profile whose secret is in the desktop's keyring.
    BotoKeyring(BotoKeyring),
    /// The container endpoint of the environment.
    Container {
        /// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, as written.
        uri: String,
        /// The line of `credential_source`, if a role asks for it.
        named: Option<Place>,
    },
    CredentialProcess(CredentialProcess),
    Environment {
        keys: Keys,
        /// The line of `credential_source`, if a role asks for it.
        named: Option<Place>,
    },
    /// The instance metadata service, named by `credential_source`.
    InstanceMetadata {
        /// The line of `credential_source`.
        named: Place,
    },
    /// A session of `aws login`.
    Login(Login),
    /// IAM Identity Center.
    Sso(Sso),
    /// Keys of one AWS file.
    StaticKeys(Keys),
    /// A role assumed with a token file.
    WebIdentity(WebIdentity),
}

impl BaseSource {
    /// botocore's name of the provider.
    pub fn method(&self) -> &'static str {
        match self {
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => {
                keys.source.method()
            }
            BaseSource::BotoKeyring(_) => KeySource::BotoConfig.method(),
            BaseSource::Container { .. } => "container-role",
            BaseSource::CredentialProcess(_) => "custom-process",
            BaseSource::InstanceMetadata { .. } => "iam-role",
            BaseSource::Login(_) => "login",
            BaseSource::Sso(_) => "sso",
            BaseSource::WebIdentity(_) => "assume-role-with-web-identity",
        }
    }

    /// Where the source is defined; `None` for the environment's.
    pub fn place(&self) -> Option<&Place> {
        match self {
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) => keys.place.as_ref(),
            BaseSource::BotoKeyring(keyring) => Some(&keyring.place),
            BaseSource::Container { named, .. } | BaseSource::Environment { named, .. } => named.as_ref(),
            BaseSource::CredentialProcess(process) => Some(&process.place),
            BaseSource::InstanceMetadata { named } => Some(named),
            BaseSource::Login(login) => Some(&login.place),
            BaseSource::Sso(sso) => Some(&sso.place),
            BaseSource::WebIdentity(web) => web.place.as_ref(),
        }
    }

    /// The access key id, if it is known without fetching anything.
    pub fn access_key_id(&self) -> Option<&str> {
        match self {
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => {
                Some(&keys.access_key_id)
            }
            BaseSource::BotoKeyring(keyring) => Some(&keyring.access_key_id),
            BaseSource::Login(Login {
                cached: LoginCache::Ready { access_key_id, .. },
                ..
            }) => Some(access_key_id),
            _ => None,
        }
    }
}

/// An access key with its secret, all from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    pub source: KeySource,
    /// Empty if the file says so.
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    /// `aws_security_token` before `aws_session_token`, as botocore.
    pub session_token: Option<Secret<String>>,
    /// `aws_account_id`.
    pub account_id: Option<String>,
    /// AWS_CREDENTIAL_EXPIRATION, as written; only for keys of the environment.
    pub expiration: Option<String>,
    /// The line of the access key id; `None` for keys of the environment.
    pub place: Option<Place>,
}

impl Keys {
    /// Whether a half is present but empty; botocore would sign with that, and AWS would refuse it.
    pub fn is_empty(&self) -> bool {
        self.access_key_id.is_empty() || self.secret_access_key.expose().is_empty()
    }
}

/// Which of botocore's readers finds a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Legacy boto files.
    BotoConfig,
    /// `~/.aws/config`.
    ConfigFile,
    /// AWS_CREDENTIAL_FILE.
    Ec2CredentialsFile,
    /// AWS_ACCESS_KEY_ID and the like.
    Env,
    /// `~/.aws/credentials`.
    SharedCredentialsFile,
}

impl KeySource {
    /// botocore's name.
    pub fn method(self) -> &'static str {
        match self {
            KeySource::BotoConfig => "boto-config",
            KeySource::ConfigFile => "config-file",
            KeySource::Ec2CredentialsFile => "ec2-credentials-file",
            KeySource::Env => "env",
            KeySource::SharedCredentialsFile => "shared-credentials-file",
        }
    }
}

/// `credential_process`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialProcess {
    /// The line as written; other SDKs pass it to a shell.
    pub command: String,
    /// Its words, as botocore runs them: never empty.
    pub argv: Vec<String>,
    /// The keychain item, if this is awsenv's own `credential-process` command.
    pub keychain: Option<String>,
    /// `aws_account_id` of the profile, for a program that names none.
    pub account_id: Option<String>,
    pub place: Place,
}

/// `login_session`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The session's ARN.
    pub session: String,
    pub cached: LoginCache,
    pub place: Place,
}

/// What `aws login` left for a session. botocore refuses the profile unless it is `Ready`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginCache {
    /// No file, or one that cannot be read as JSON.
    Missing,
    /// A file without these fields.
    Incomplete(Vec<&'static str>),
    /// Usable, perhaps after a refresh.
    Ready {
        /// The temporary key's id.
        access_key_id: String,
        account_id: Option<String>,
    },
}

/// A role that is assumed with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebIdentity {
    /// `role_arn` or AWS_ROLE_ARN.
    pub role_arn: String,
    /// `role_session_name` or AWS_ROLE_SESSION_NAME.
    pub role_session_name: Option<String>,
    /// `web_identity_token_file` or AWS_WEB_IDENTITY_TOKEN_FILE.
    pub token_file: String,
    /// The line of the token file; `None` if the environment names it.
    pub place: Option<Place>,
}

/// One hop of a role chain, with its own profile's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// The profile that asks for the role.
    pub profile: String,
    pub role_arn: String,
    /// If it is absent or empty, the caller that assumes the role makes one up.
    pub role_session_name: Option<String>,
    pub external_id: Option<String>,
    /// Of the user who assumes the role.
    pub mfa: Option<Device>,
    /// `duration_seconds`, if it is a whole number; anything else counts as absent, as in botocore.
    pub duration_seconds: Option<i64>,
    /// The line of `role_arn`; `None` for a role that the command line adds.
    pub place: Option<Place>,
}
