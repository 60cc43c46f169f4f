//! Connections that can be cut in the middle of a call.
//!
//! Invariant: after a cut not one more byte leaves, so the client learns nothing
//! of what was done – as when a network breaks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Accepts connections, each with its own scissors.
pub(super) struct CuttableListener {
    pub(super) listener: TcpListener,
    /// Cuts every connection at once.
    pub(super) stop: CancellationToken,
}

/// A connection that ends when its token is cancelled.
pub(super) struct CuttableStream {
    stream: TcpStream,
    cut: CancellationToken,
    cut_wait: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// The scissors of one connection, handed to the handlers of its calls.
#[derive(Clone)]
pub(super) struct Cut(CancellationToken);

impl Cut {
    /// Ends the connection without another byte.
    pub(super) fn cut(&self) {
        self.0.cancel();
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cut {
    fn connect_info(incoming: IncomingStream<'_, CuttableListener>) -> Self {
        Self(incoming.io().cut.clone())
    }
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let cut = self.stop.child_token();
        let cut_wait = Box::pin(cut.clone().cancelled_owned());
        let stream = CuttableStream {
            stream,
            cut,
            cut_wait,
        };
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl CuttableStream {
    fn poll_cut(&mut self, context: &mut Context<'_>) -> bool {
        self.cut_wait.as_mut().poll(context).is_ready()
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.poll_cut(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.cut.is_cancelled() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
