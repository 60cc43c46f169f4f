//! Taking connections where the machine runs short: waited out is what everybody lacks, and an end is only what is broken for itself.
//!
//! Invariant: no shortage ends a loop that accepts; it is told once while it lasts.

use std::{io, time::Duration};

use rustix::{
    io::Errno,
    process::{Resource, getrlimit},
};
use tokio::time::sleep;

/// A shortage passes when others release resources; retrying at once would only burn the processor.
pub const PAUSE: Duration = Duration::from_millis(100);
/// Open files that sending, the tables, the journal and the operator need at their busiest.
const OWN: usize = 96;

/// The next connection that `accept` takes at this listener. `short` is called for each try that failed for want of something: it may make room.
///
/// # Errors
/// When the listener itself is broken.
pub async fn next<T, Accepting>(
    listener: &'static str,
    accept: impl Fn() -> Accepting,
    short: impl Fn(),
) -> io::Result<T>
where
    Accepting: Future<Output = io::Result<T>>,
{
    let mut told = false;
    loop {
        match accept().await {
            Ok(taken) => return Ok(taken),
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) if is_broken(&error) => return Err(error),
            Err(error) => {
                if !told {
                    tracing::warn!(listener, %error, "no connection can be accepted; trying on");
                }
                told = true;
                short();
                sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the system lacks a resource that comes back when others release theirs.
#[must_use]
pub fn is_shortage(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS | Errno::AGAIN)
    )
}

/// How many of so many connections the system's limit of open files leaves room for.
#[must_use]
pub fn affordable(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    within(wanted, usize::try_from(limit).unwrap_or(usize::MAX))
}

/// A quarter of a small limit; of a large one, all but what we need ourselves.
fn within(wanted: usize, limit: usize) -> usize {
    wanted.min(limit.saturating_sub(OWN).max(limit / 4)).max(1)
}

/// Whether it was the connection that broke before we took it, rather than the listener (accept(2), "Error handling").
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Whether the listener will never accept again.
fn is_broken(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::BADF | Errno::INVAL | Errno::NOTSOCK)
    )
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// What becomes of these errors, and how often something was short.
    async fn tried(mut errors: Vec<Errno>) -> (io::Result<()>, usize) {
        errors.reverse();
        let (errors, short) = (RefCell::new(errors), Cell::new(0));
        let accept = || {
            std::future::ready(
                errors
                    .borrow_mut()
                    .pop()
                    .map_or(Ok(()), |error| Err(error.into())),
            )
        };
        (
            next("test", accept, || short.set(short.get() + 1)).await,
            short.get(),
        )
    }

    #[tokio::test]
    async fn a_shortage_is_waited_out_and_only_a_broken_listener_is_an_error() {
        let shortages = vec![
            Errno::MFILE,
            Errno::NFILE,
            Errno::NOMEM,
            Errno::NOBUFS,
            Errno::NETDOWN,
            Errno::PERM,
        ];
        let (taken, short) = tried(shortages).await;
        assert!(taken.is_ok());
        assert_eq!(short, 6);
        assert_eq!(tried(vec![Errno::CONNABORTED]).await.1, 0);
        for broken in [Errno::BADF, Errno::INVAL] {
            let (taken, _) = tried(vec![Errno::MFILE, broken]).await;
            assert_eq!(Errno::from_io_error(&taken.unwrap_err()), Some(broken));
        }
    }

    #[test]
    fn places_are_cut_to_what_the_system_allows() {
        for (wanted, limit, places) in [
            (512, 1024, 512),
            (512, 1_048_576, 512),
            (2000, 1024, 928),
            (512, 64, 16),
            (512, 24, 6),
            (4, 24, 4),
            (512, 0, 1),
        ] {
            assert_eq!(within(wanted, limit), places, "{wanted} of {limit}");
        }
    }
}
