//! Why no answer came.

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The host's name was not found.
    Resolve,
    /// No connection to the host, or to the proxy.
    Connect,
    /// No agreement with the server on TLS, such as an unknown certificate.
    Tls,
    /// From here on, the service may have done what it was asked to.
    Sent,
}

/// Why there is no answer to one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The time for this try was up.
    Late(Stage),
    /// The connection failed or broke off; the reason, without secrets.
    Broken(Stage, String),
    /// The answer is larger than awsenv reads.
    TooLarge,
    /// The settings cannot be followed, such as an unreadable CA bundle; the reason.
    Setting(String),
}

impl Fault {
    /// Whether the service cannot have seen the request.
    pub fn is_unsent(&self) -> bool {
        match self {
            Fault::Late(stage) | Fault::Broken(stage, _) => *stage != Stage::Sent,
            Fault::TooLarge => false,
            Fault::Setting(_) => true,
        }
    }
}
