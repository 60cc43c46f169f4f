//! What stands behind the stand-ins: a service that can be started and killed, a tour, a storm.
//! Invariant: the page knows of it only what stands in this trait, so that any program can be tried with it.

use std::future::Future;
use std::pin::Pin;

use serde_json::{Value, json};
use tokio::sync::watch;

/// What an act comes to: the answer, or in words why it cannot be done.
pub type Acted<'a> = Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>>;

/// What stands behind the stand-ins; all of it is optional.
pub trait Backstage: Send + Sync {
    /// What the page shows of it: `backstage` in the state.
    fn state(&self) -> Value;
    /// A new number whenever the state should be asked for again.
    fn changes(&self) -> watch::Receiver<u64>;
    /// Somebody presses a button: `service/kill`, `tour/goto`, `storm/start` and the like.
    fn act<'a>(&'a self, name: &'a str, body: Value) -> Acted<'a>;
}

/// Nothing stands behind the stand-ins: whoever wants to try a program starts it himself.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBackstage;

impl Backstage for NoBackstage {
    fn state(&self) -> Value {
        json!({})
    }

    fn changes(&self) -> watch::Receiver<u64> {
        // Its sender is gone, so it never brings news.
        watch::channel(0).1
    }

    fn act<'a>(&'a self, name: &'a str, _: Value) -> Acted<'a> {
        Box::pin(async move {
            Err(format!(
                "nothing stands behind these stand-ins that could do {name:?}"
            ))
        })
    }
}
