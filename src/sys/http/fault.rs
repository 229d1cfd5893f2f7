//! ureq's errors -> faults.

use std::io::{self, ErrorKind};

use rustls::CertificateError;

use crate::aws::{Fault, Stage};

pub(super) fn of(error: ureq::Error, stage: Stage) -> Fault {
    match error {
        ureq::Error::Timeout(_) => Fault::Late(stage),
        ureq::Error::Io(error) => of_io(error, stage),
        ureq::Error::HostNotFound => Fault::Broken(Stage::Resolve, "the name has no address".to_owned()),
        ureq::Error::ConnectProxyFailed(why) => Fault::Broken(Stage::Connect, refused_by_proxy(&why)),
        ureq::Error::Rustls(error) if stage != Stage::Sent => Fault::Tls(said(&error)),
        ureq::Error::Tls(why) => Fault::Tls(why.to_owned()),
        error => Fault::Broken(stage, error.to_string()),
    }
}

fn of_io(error: io::Error, stage: Stage) -> Fault {
    let by_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (by_tls, error.kind()) {
        (Some(inner), _) if stage != Stage::Sent => Fault::Tls(said(inner)),
        (None, ErrorKind::TimedOut | ErrorKind::WouldBlock) => Fault::Late(stage),
        (None, ErrorKind::UnexpectedEof) => Fault::Broken(stage, "the connection was closed".to_owned()),
        _ => Fault::Broken(stage, error.to_string()),
    }
}

/// A sentence about the server.
fn said(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(why) = error else {
        return format!("it does not speak TLS as expected: {error}");
    };
    match why {
        // A bad signature is that of another authority with the name of a trusted one.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "its certificate is signed by an authority that is not trusted".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, by this machine's clock".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, by this machine's clock".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host".to_owned()
        }
        why => format!("its certificate is not valid: {why}"),
    }
}

/// ureq ends its text with the proxy's status.
fn refused_by_proxy(why: &str) -> String {
    let status = why.rsplit(['/', ' ']).next().unwrap_or_default();
    match status.parse::<u16>() {
        Ok(407) => "the proxy wants another user or password (status 407)".to_owned(),
        Ok(status) => format!("the proxy refused to connect to the host (status {status})"),
        Err(_) => "the proxy did not answer".to_owned(),
    }
}
