//! The accept loop: connections bounded in number and in time.
//!
//! Invariant: the loop ends by the stop signal alone, and a connection never outlives its caps, whatever the other side does.

use std::{io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpSocket, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use super::slots::{ConnectionSlot, ConnectionSlots, DISMISSED};
use crate::accept_loop;

/// What a connection may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Connections at once; for a further one the longest idle one gives way.
    pub connections: usize,
    /// How long a request's head may take, counted from the connection's opening or the previous answer.
    pub head: Duration,
    /// How long a connection is kept at all; then it is closed after the request in hand.
    pub life: Duration,
}

impl Caps {
    /// The usual timeouts, for so many connections.
    #[must_use]
    pub fn new(connections: usize) -> Self {
        Self {
            connections,
            head: HEAD_TIME,
            life: CONNECTION_LIFE,
        }
    }
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address}: {source}; stop what listens there, or choose another address (SHEETDESK_HTTP__LISTEN, SHEETDESK_HTTP__ADMIN_LISTEN)"
)]
pub struct BindError {
    address: SocketAddr,
    source: io::Error,
}

impl BindError {
    /// Where.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it may well succeed later, since only something was short.
    #[must_use]
    pub fn is_shortage(&self) -> bool {
        accept_loop::is_shortage(&self.source)
    }
}

/// A bound address that is not served yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// So many may wait to be accepted (the system may allow fewer, as `somaxconn`): whoever finds no place there is silently left to try
/// again, after 1 s, 2 s, 4 s.
const BACKLOG: u32 = 4096;

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // What a service that has just ended has left of its connections does not keep the address.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Server {
    /// Binds the address; port 0 means any free one.
    ///
    /// # Errors
    /// When it is taken, forbidden or not of this machine.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let failed = |source| BindError { address, source };
        let listener = listen(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address that was bound.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then releases the address and returns; earlier only if the listener is broken. The connections run on
    /// `tasks`: each ends after the request that it has in hand, and whoever waits for the tracker decides how long that may take.
    pub async fn run(
        self,
        router: Router,
        caps: Caps,
        stop: CancellationToken,
        tasks: TaskTracker,
    ) {
        tracing::info!(http.address = %self.address, "listening");
        metrics::describe_counter!(
            DISMISSED,
            "Connections that gave way to newer ones, the longest idle first"
        );
        let slots = ConnectionSlots::new(caps.connections);
        let accepting = async {
            loop {
                let (stream, _) =
                    accept_loop::next("http", || self.listener.accept(), || slots.dismiss())
                        .await?;
                let (slot, router, stop) =
                    (Arc::new(slots.take().await), router.clone(), stop.clone());
                tasks.spawn(converse(stream, router, slot, caps, stop));
            }
        };
        if let Some(Err::<(), io::Error>(error)) = stop.run_until_cancelled(accepting).await {
            tracing::error!(%error, "the address cannot be listened on any more");
        }
    }
}

/// A head fits into one packet; five seconds forgive a lost one, and starve whoever feeds it byte by byte.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// Long enough to be worth keeping, short enough that a stuck peer returns its slot.
const CONNECTION_LIFE: Duration = Duration::from_secs(10 * 60);
/// What a connection that was asked to end may still take: more than the longest request time-out (60 s).
const LAST_WORDS: Duration = Duration::from_secs(70);
/// How much of a request's head is buffered; Telegram's heads have under 1 KB.
const HEAD_LIMIT: usize = 64 * 1024;
/// How long we go on reading after a final answer: closing with unread bytes makes the kernel reset the connection, and the
/// reset can overtake the answer.
const LINGER: Duration = Duration::from_secs(1);
/// How much is read and thrown away meanwhile: twice the largest body that we would have taken.
const LINGER_BYTES: u64 = 2 * 1024 * 1024;

async fn converse(
    stream: TcpStream,
    router: Router,
    slot: Arc<ConnectionSlot>,
    caps: Caps,
    stop: CancellationToken,
) {
    // Answers are small and whole; only latency is lost if this fails.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let served = Arc::clone(&slot);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&served));
        served.begins();
        let (answering, slot) = (router.clone().oneshot(request), Arc::clone(&served));
        // Boxed, so that the connection can be moved and its stream taken back for the last reading.
        Box::pin(async move {
            let answer = answering.await;
            slot.ends();
            answer
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(caps.head)
        .max_buf_size(HEAD_LIMIT)
        .keep_alive(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut ended = tokio::select! {
        // First, so that what has come in the meantime is looked at before the connection has to give way.
        biased;
        ended = &mut connection => Some(ended),
        () = slot.cut().cancelled() => {
            if !slot.awaits_response() {
                return tracing::trace!("a connection gave way");
            }
            None
        }
        () = stop.cancelled() => None,
        () = sleep(caps.life) => None,
    };
    if ended.is_none() {
        Pin::new(&mut connection).graceful_shutdown();
        ended = timeout(LAST_WORDS, &mut connection).await.ok();
    }
    match ended {
        Some(Ok(())) => {}
        // The answer to what is no HTTP is hyper's own bare 400; it shall arrive too.
        Some(Err(error)) if error.is_parse() => tracing::debug!("a connection did not speak HTTP"),
        Some(Err(error)) => return tracing::debug!(%error, "a connection broke"),
        None => return tracing::debug!("a connection did not end when asked, and was cut"),
    }
    // Our side is flushed and shut by now.
    let stream = connection.into_parts().io.into_inner();
    linger(stream, &slot, &stop).await;
}

/// Reads on for a moment after the last answer, so that it is not lost; not where the slot is wanted, or at the stop.
async fn linger(stream: TcpStream, slot: &ConnectionSlot, stop: &CancellationToken) {
    let mut rest = stream.take(LINGER_BYTES);
    let mut sink = tokio::io::sink();
    tokio::select! {
        // Neither a time-out nor an error here changes anything: the answer is given, and the connection ends now.
        _ = timeout(LINGER, tokio::io::copy(&mut rest, &mut sink)) => {}
        () = slot.cut().cancelled() => return,
        () = stop.cancelled() => return,
    }
    tracing::trace!(
        unread.bytes = LINGER_BYTES - rest.limit(),
        "a connection ended"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_address_is_named() {
        let server = Server::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let error = Server::bind(server.address()).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("cannot listen on {}: ", server.address())),
            "{error}"
        );
    }
}
