//! The token file of an SSO session.

use super::Client;
use crate::credentials::Timestamp;
use crate::secret::Secret;

/// What a person has signed in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub start_url: Option<String>,
    pub region: Option<String>,
    pub access_token: Secret<String>,
    pub expires: Timestamp,
    /// Whom it was issued to, and who alone can renew it.
    pub client: Option<Client>,
    pub refresh_token: Option<Secret<String>>,
    /// What other programs have added: names, and values as JSON.
    pub others: Vec<(String, Secret<String>)>,
}
