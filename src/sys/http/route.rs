//! The way of a request: straight to the host, through a tunnel of a proxy, or handed to a proxy that sends it on.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, Either, NextTimeout};
use ureq::{Proxy, ProxyProtocol};
use zeroize::Zeroizing;

use crate::aws::{Fault, Request, Transport};
use crate::secret::Secret;

/// For one request.
#[derive(Debug)]
pub(super) struct Route {
    /// The host's, or that of a proxy which is handed the request.
    pub(super) uri: Uri,
    /// That makes a tunnel, so that it sees nothing of the request.
    pub(super) tunnel: Option<Proxy>,
    pub(super) forward: Forward,
    /// For a proxy that is handed the request.
    pub(super) headers: Vec<(&'static str, Secret<String>)>,
}

impl Route {
    /// # Errors
    /// A URL is none that awsenv can follow.
    pub(super) fn new(request: &Request, transport: &Transport) -> Result<Self, Fault> {
        let no_url = || Fault::Setting(format!("`{}` is not an http or https URL", request.url));
        let uri: Uri = request.url.parse().map_err(|_| no_url())?;
        let is_known = |scheme: &Scheme| *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS;
        if !uri.scheme().is_some_and(is_known) || uri.host().is_none_or(str::is_empty) {
            return Err(no_url());
        }
        let straight = Self {
            uri,
            tunnel: None,
            forward: Forward(None),
            headers: Vec::new(),
        };
        match &transport.proxy {
            None => Ok(straight),
            Some(url) => straight.through(proxy(url)?, request.header("host").is_some()),
        }
    }

    /// Through a tunnel if the host speaks TLS; many proxies make no tunnel to another port than that of https.
    fn through(self, proxy: Proxy, names_host: bool) -> Result<Self, Fault> {
        if self.uri.scheme() == Some(&Scheme::HTTPS) {
            return Ok(Self {
                tunnel: Some(proxy),
                ..self
            });
        }
        let authority = self
            .uri
            .authority()
            .map(|authority| authority.as_str())
            .unwrap_or_default();
        let start = format!("http://{authority}");
        let scheme = match proxy.protocol() {
            ProxyProtocol::Https => Scheme::HTTPS,
            _ => Scheme::HTTP,
        };
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(format!("{}:{}", proxy.host(), proxy.port()))
            .path_and_query(path)
            .build()
            .map_err(|_| unusable())?;
        let mut headers = Vec::new();
        if !names_host {
            headers.push(("host", Secret::new(authority.to_owned())));
        }
        headers.extend(authorization(&proxy).map(|value| ("proxy-authorization", value)));
        Ok(Self {
            uri,
            tunnel: None,
            forward: Forward(Some(start)),
            headers,
        })
    }

    pub(super) fn needs_tls(&self) -> bool {
        let is_secure = |proxy: &Proxy| proxy.protocol() == ProxyProtocol::Https;
        self.uri.scheme() == Some(&Scheme::HTTPS) || self.tunnel.as_ref().is_some_and(is_secure)
    }
}

/// The URL of a proxy may have a password, so no error shows it.
fn proxy(url: &Secret<String>) -> Result<Proxy, Fault> {
    let proxy = Proxy::new(url.expose()).map_err(|_| unusable())?;
    match proxy.protocol() {
        ProxyProtocol::Http | ProxyProtocol::Https if !proxy.host().is_empty() => Ok(proxy),
        ProxyProtocol::Http | ProxyProtocol::Https => Err(unusable()),
        _ => Err(Fault::Setting("awsenv cannot use a SOCKS proxy".to_owned())),
    }
}

fn unusable() -> Fault {
    Fault::Setting("the proxy's URL is not an http or https URL".to_owned())
}

fn authorization(proxy: &Proxy) -> Option<Secret<String>> {
    let (user, password) = (proxy.username(), proxy.password());
    user.or(password)?;
    let pair = format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default());
    let pair = Zeroizing::new(pair);
    Some(Secret::new(format!(
        "Basic {}",
        BASE64_STANDARD.encode(pair.as_bytes())
    )))
}

/// Writes the whole URL into the first line of a request, for a proxy that sends it on; ureq writes the path only.
#[derive(Clone, Debug)]
pub(super) struct Forward(
    /// What is missing before the path; `None` if the request goes to the host itself.
    Option<String>,
);

impl<In: ureq::unversioned::transport::Transport> Connector<In> for Forward {
    type Out = Either<In, Rewritten<In>>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        Ok(chained.map(|inner| match &self.0 {
            None => Either::A(inner),
            Some(start) => Either::B(Rewritten {
                inner,
                missing: Some(start.clone()),
            }),
        }))
    }
}

#[derive(Debug)]
pub(super) struct Rewritten<In> {
    inner: In,
    /// `None` once it was written.
    missing: Option<String>,
}

impl<In: ureq::unversioned::transport::Transport> ureq::unversioned::transport::Transport for Rewritten<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        let Some(missing) = self.missing.take() else {
            return self.inner.transmit_output(amount, timeout);
        };
        let output = self.inner.buffers().output();
        let end = amount + missing.len();
        let path = output[..amount]
            .iter()
            .position(|byte| *byte == b' ')
            .map(|blank| blank + 1);
        let Some(path) = path.filter(|_| end <= output.len()) else {
            return Err(std::io::Error::other("the request has no room for the URL").into());
        };
        output.copy_within(path..amount, path + missing.len());
        output[path..path + missing.len()].copy_from_slice(missing.as_bytes());
        self.inner.transmit_output(end, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
