//! The file of a program's registration at IAM Identity Center.

use super::Client;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub client: Client,
    pub scopes: Option<Vec<String>>,
    /// `None` for a device.
    pub grants: Option<Vec<String>>,
}

/// What a registration is for; its file is named by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// `None` for the legacy form.
    pub session: Option<&'a str>,
    pub start_url: &'a str,
    pub region: &'a str,
    /// `None` if none are configured.
    pub scopes: Option<&'a [String]>,
}
