//! Why no answer came.

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The host's name, or the proxy's, is being looked up.
    Resolve,
    /// The connection to the host is being made, through the proxy if there is one.
    Connect,
    /// TLS is being agreed on.
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
    /// The server is not trusted, or speaks no TLS that awsenv does: nothing was sent, and another try ends the same
    /// way. The reason, as a sentence about the server.
    Tls(String),
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
            Fault::Tls(_) | Fault::Setting(_) => true,
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Fault::Late(_) | Fault::Broken(..))
    }
}
