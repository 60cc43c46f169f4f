//! Connections to Google, straight or through a proxy.
//!
//! Invariant: a connection comes about whole, its TLS included, and in time, or the way to it counts as failed.

use std::{
    error::Error,
    future::Future,
    io::{Error as IoError, ErrorKind},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{
        HttpConnector,
        proxy::{SocksV5, Tunnel},
    },
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::net::{TcpStream, lookup_host};
use tower::Service;

use crate::proxies::Proxies;

/// How long a connection may take to come about, proxy and TLS included: less than the timeout of a token, so that a way that hangs is
/// left before a token is given up.
const WITHIN: Duration = Duration::from_secs(8);

/// A connection, over TLS where that is how a proxy is spoken to.
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type DialError = Box<dyn Error + Send + Sync>;
type Dialling<T> = Pin<Box<dyn Future<Output = Result<T, DialError>> + Send>>;

/// Connections with the destination's TLS, or plain for a stand-in on loopback; a cheap handle.
#[derive(Clone)]
pub(super) struct Connector {
    whole: HttpsConnector<Dialer>,
    proxies: Proxies,
}

/// The same without the destination's TLS.
#[derive(Clone)]
pub(super) struct Dialer {
    straight: HttpConnector,
    /// To a proxy that is spoken to over TLS, too.
    to_proxy: HttpsConnector<HttpConnector>,
    proxies: Proxies,
}

impl Connector {
    pub(super) fn new(connect: Duration, tls: ClientConfig, proxies: Proxies) -> Self {
        let mut straight = HttpConnector::new();
        straight.enforce_http(false);
        straight.set_connect_timeout(Some(connect));
        straight.set_nodelay(true);
        let over = |tls: ClientConfig| {
            HttpsConnectorBuilder::new()
                .with_tls_config(tls)
                .https_or_http()
                .enable_http1()
        };
        let dialer = Dialer {
            to_proxy: over(tls.clone()).wrap_connector(straight.clone()),
            straight,
            proxies: proxies.clone(),
        };
        Self {
            whole: over(tls).wrap_connector(dialer),
            proxies,
        }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = DialError;
    type Future = Dialling<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let Self { mut whole, proxies } = self.clone();
        Box::pin(async move {
            let way = proxies.current();
            let dialled = tokio::time::timeout(WITHIN, whole.call(destination)).await;
            let dialled = dialled.unwrap_or_else(|_| Err("no connection in time".into()));
            if dialled.is_err() {
                proxies.failed(way);
            }
            dialled
        })
    }
}

impl Dialer {
    async fn dial(mut self, destination: Uri) -> Result<Stream, DialError> {
        let way = self.proxies.current();
        let Some(proxy) = self.proxies.between(way, &destination) else {
            return Ok(MaybeHttpsStream::Http(
                self.straight.call(destination).await?,
            ));
        };
        let address = proxy.uri().clone();
        match address.scheme_str() {
            Some(scheme @ ("socks5" | "socks5h")) => {
                let destination = match scheme {
                    "socks5" => looked_up(&destination).await?,
                    _ => destination,
                };
                let mut socks = SocksV5::new(address, self.straight);
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

/// The destination by its number, for a proxy that is told no names.
async fn looked_up(destination: &Uri) -> Result<Uri, DialError> {
    let host = destination.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let secure = destination.scheme_str() == Some("https");
    let port = destination
        .port_u16()
        .unwrap_or(if secure { 443 } else { 80 });
    let found = lookup_host((host, port)).await?.next();
    let found = found.ok_or_else(|| IoError::from(ErrorKind::NotFound))?;
    Ok(Uri::builder()
        .scheme(if secure { "https" } else { "http" })
        .authority(found.to_string())
        .path_and_query("/")
        .build()?)
}

impl Service<Uri> for Dialer {
    type Response = Stream;
    type Error = DialError;
    type Future = Dialling<Stream>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        Box::pin(self.clone().dial(destination))
    }
}
