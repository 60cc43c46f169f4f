//! Connections to Google, straight or through a proxy.
//!
//! Invariant: what comes about is a connection to the destination's own port, without its TLS; it comes about in time or the way to it counts as failed.

use std::{
    error::Error,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{
        HttpConnector,
        proxy::{SocksV5, Tunnel},
    },
    rt::TokioIo,
};
use tokio::net::TcpStream;
use tower::Service;

use crate::proxies::Proxies;

/// A connection, over TLS where that is how a proxy is spoken to.
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type DialError = Box<dyn Error + Send + Sync>;

/// Makes connections; a cheap handle.
#[derive(Clone)]
pub(super) struct Dialer {
    straight: HttpConnector,
    /// To a proxy that is spoken to over TLS, too.
    to_proxy: HttpsConnector<HttpConnector>,
    proxies: Proxies,
    timeout: Duration,
}

impl Dialer {
    pub(super) fn new(
        straight: HttpConnector,
        to_proxy: HttpsConnector<HttpConnector>,
        proxies: Proxies,
        timeout: Duration,
    ) -> Self {
        Self {
            straight,
            to_proxy,
            proxies,
            timeout,
        }
    }

    async fn dial(mut self, way: usize, destination: Uri) -> Result<Stream, DialError> {
        let Some(proxy) = self.proxies.between(way, &destination) else {
            return Ok(MaybeHttpsStream::Http(
                self.straight.call(destination).await?,
            ));
        };
        let address = proxy.uri().clone();
        match address.scheme_str() {
            Some(scheme @ ("socks5" | "socks5h")) => {
                let local_dns = scheme == "socks5";
                let mut socks = SocksV5::new(address, self.straight).local_dns(local_dns);
                if let Some((name, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(name.to_owned(), password.to_owned());
                }
                Ok(MaybeHttpsStream::Http(socks.call(destination).await?))
            }
            _ => {
                let mut tunnel = Tunnel::new(address, self.to_proxy);
                if let Some(credentials) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(credentials.clone());
                }
                Ok(tunnel.call(destination).await?)
            }
        }
    }
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let dialer = self.clone();
        Box::pin(async move {
            let (proxies, timeout) = (dialer.proxies.clone(), dialer.timeout);
            let way = proxies.current();
            let dialled = tokio::time::timeout(timeout, dialer.dial(way, destination)).await;
            let dialled = dialled.unwrap_or_else(|_| Err("no connection in time".into()));
            if dialled.is_err() {
                proxies.failed(way);
            }
            dialled
        })
    }
}
