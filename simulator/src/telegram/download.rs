//! The bytes of files, piece by piece, under `/file/bot<token>/<file_path>`.
//! Invariant: a whole answer has exactly as many bytes as its `Content-Length` says; one that is
//! cut short on purpose says the same and ends in a broken connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};

use super::attachment::Held;

/// How much is handed over at once.
const PIECE_BYTES: u64 = 64 << 10;
/// The largest answer that can be cut short: no file that a bot may download is larger.
const ANSWER_BYTES: usize = 21 << 20;

/// A body that is produced while it is read.
struct Pieces {
    held: Held,
    given: u64,
    /// Where it breaks off.
    breaks_at: Option<u64>,
    /// Whether what was given has had the time to leave.
    flushed: bool,
}

/// A whole file.
pub(super) fn whole(held: Held) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    (kind, pieces(held, None)).into_response()
}

/// The same answer, but its body breaks off in the middle.
pub(super) async fn halved(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, ANSWER_BYTES)
        .await
        .unwrap_or_default();
    head.headers.remove(header::CONTENT_LENGTH);
    let half = bytes.len() as u64 / 2;
    Response::from_parts(head, pieces(Held::Bytes(bytes), Some(half)))
}

fn pieces(held: Held, breaks_at: Option<u64>) -> Body {
    Body::new(Pieces {
        held,
        given: 0,
        breaks_at,
        flushed: false,
    })
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let end = self.breaks_at.unwrap_or_else(|| self.held.size());
        let length = PIECE_BYTES.min(end - self.given);
        if length == 0 {
            if self.breaks_at.is_none() {
                return Poll::Ready(None);
            }
            // The server sends what it has when a body makes it wait, and drops it when a body fails.
            if !std::mem::replace(&mut self.flushed, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(io::Error::other(
                "a scripted fault cut the answer short",
            ))));
        }
        let (from, to) = (position(self.given), position(self.given + length));
        let piece = match &self.held {
            Held::Bytes(bytes) => bytes.slice(from..to),
            Held::Zeros(_) => Bytes::from(vec![0; to - from]),
        };
        self.given += length;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.held.size() - self.given)
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("what is in memory can be counted")
}
