//! How far a request has come: a request that the service cannot have seen may be sent again.

use std::net::ToSocketAddrs as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector, TcpConnector, Transport,
};

use super::route::Route;
use crate::aws::Stage;

/// Is shared with the thread that sends.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU8>);

const STAGES: [Stage; 4] = [Stage::Resolve, Stage::Connect, Stage::Tls, Stage::Sent];

impl Progress {
    pub(super) fn stage(&self) -> Stage {
        let reached = usize::from(self.0.load(Ordering::SeqCst));
        STAGES.get(reached).copied().unwrap_or(Stage::Sent)
    }

    fn reach(&self, stage: Stage) {
        let reached = STAGES.iter().position(|known| *known == stage);
        self.0.store(
            reached.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX),
            Ordering::SeqCst,
        );
    }

    /// Looks names up in this thread: ureq would start another one for it.
    pub(super) fn resolver(&self) -> impl Resolver {
        Names(self.clone())
    }

    pub(super) fn connector(&self, route: &Route) -> impl Connector {
        let mark = |stage| Mark {
            progress: self.clone(),
            stage,
            is_tunnelled: route.tunnel.is_some(),
        };
        ().chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(mark(Stage::Tls))
            .chain(RustlsConnector::default())
            .chain(mark(Stage::Sent))
            .chain(route.forward.clone())
    }
}

/// As many as ureq has room for.
const ADDRESSES: usize = 16;

#[derive(Debug)]
struct Names(Progress);

impl Resolver for Names {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let bad = || ureq::Error::BadUri("it has no host".to_owned());
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(bad());
        };
        let address = DefaultResolver::host_and_port(scheme, authority).ok_or_else(bad)?;
        let mut found = self.empty();
        for address in address.to_socket_addrs()?.take(ADDRESSES) {
            found.push(address);
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        self.0.reach(Stage::Connect);
        Ok(found)
    }
}

/// A place in the chain of connectors that tells that it was reached.
#[derive(Debug)]
struct Mark {
    progress: Progress,
    stage: Stage,
    /// Whether a proxy connects to the host. The connection to the proxy itself comes by here too, without one.
    is_tunnelled: bool,
}

impl<In: Transport> Connector<In> for Mark {
    type Out = In;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, ureq::Error> {
        if chained.is_some() && details.config.proxy().is_some() == self.is_tunnelled {
            self.progress.reach(self.stage);
        }
        Ok(chained)
    }
}
