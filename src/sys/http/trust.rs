//! Whose certificates are trusted: the operating system's authorities, or those of a bundle instead.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::aws::Fault;
use crate::sys::fs;

/// The system's authorities are those of SSL_CERT_FILE and SSL_CERT_DIR where these are set.
///
/// # Errors
/// The bundle cannot be read, or has no certificate.
pub(super) fn config(bundle: Option<&Path>) -> Result<TlsConfig, Fault> {
    let roots = match bundle {
        Some(path) => RootCerts::Specific(Arc::new(certificates(path)?)),
        None => RootCerts::PlatformVerifier,
    };
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .root_certs(roots)
        .build())
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Fault> {
    let unfit = |why: &str| Fault::Setting(format!("the CA bundle `{}` cannot be used: {why}", path.display()));
    let text = fs::read_named(path).map_err(|error| unfit(&error.to_string()))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|_| unfit("it is not a PEM file"))?;
    let (usable, _) = RootCertStore::empty().add_parsable_certificates(found.iter().cloned());
    if usable == 0 {
        return Err(unfit("it has no certificate in PEM format"));
    }
    Ok(found
        .iter()
        .map(|found| Certificate::from_der(found).to_owned())
        .collect())
}
