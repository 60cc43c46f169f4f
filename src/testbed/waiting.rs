//! Waiting for what the service on a testbed comes to.
//!
//! Invariant: whoever waits in vain is told what is there instead.

use std::{fmt::Debug, time::Duration};

use simulator::telegram::{MessageId, Person};

use super::{APPEALS, Testbed, TestbedError};
use crate::{clock, operator::StatusReport};

/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(10);

impl Testbed {
    /// Waits until nothing is left to do: no update undelivered, nothing to decide, to send or to write.
    ///
    /// # Errors
    /// What is left.
    pub async fn settled(&self, within: Duration) -> Result<StatusReport, TestbedError> {
        let idle = self.telegram.await_idle(within).await;
        idle.map_err(|late| TestbedError::Call(late.to_string()))?;
        let idle = |status: &StatusReport| {
            let outbox = &status.outbox;
            let desk = &status.desk;
            status.inbox.pending + outbox.pending + outbox.sending + desk.dirty + desk.intents == 0
        };
        self.status_where("everything is done", idle, within).await
    }

    /// Waits until the service's status is as wanted.
    ///
    /// # Errors
    /// The last status.
    pub async fn status_where(
        &self,
        what: &str,
        wanted: impl Fn(&StatusReport) -> bool,
        within: Duration,
    ) -> Result<StatusReport, TestbedError> {
        let deadline = clock::monotonic() + within;
        loop {
            let seen = match self.status().await {
                Ok(status) if wanted(&status) => return Ok(status),
                seen => seen,
            };
            if clock::monotonic() > deadline {
                return Err(TestbedError::TooLate {
                    what: what.to_owned(),
                    within,
                    seen: format!("{seen:?}"),
                });
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until a message of a person's has a reaction.
    ///
    /// # Errors
    /// When it gets none.
    pub async fn reaction(
        &self,
        person: &Person,
        message: MessageId,
        within: Duration,
    ) -> Result<String, TestbedError> {
        let what = || format!("a reaction to message {}", message.0);
        let look = || person.reactions(message).pop().ok_or("none");
        until(what, within, look).await
    }

    /// Waits until a cell of the appeals tab is as wanted.
    ///
    /// # Errors
    /// What it holds instead.
    pub async fn appeal_cell_where(
        &self,
        number: u32,
        header: &str,
        wanted: impl Fn(&str) -> bool,
        within: Duration,
    ) -> Result<String, TestbedError> {
        self.cell_where(APPEALS, ("№", &number.to_string()), header, wanted, within)
            .await
    }

    /// Waits until a cell is as wanted.
    ///
    /// # Errors
    /// What it holds instead.
    pub async fn cell_where(
        &self,
        tab: &str,
        key: (&str, &str),
        header: &str,
        wanted: impl Fn(&str) -> bool,
        within: Duration,
    ) -> Result<String, TestbedError> {
        let what = || {
            let (column, value) = key;
            format!("«{header}» of the row with {column} {value} is not as expected")
        };
        let look = || {
            let text = self.cell(tab, key, header);
            if wanted(&text) { Ok(text) } else { Err(text) }
        };
        until(what, within, look).await
    }
}

/// Looks again and again until what is wanted is there.
async fn until<T, S: Debug>(
    what: impl Fn() -> String,
    within: Duration,
    look: impl Fn() -> Result<T, S>,
) -> Result<T, TestbedError> {
    let deadline = clock::monotonic() + within;
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(seen) if clock::monotonic() > deadline => {
                return Err(TestbedError::TooLate {
                    what: what(),
                    within,
                    seen: format!("{seen:?}"),
                });
            }
            Err(_) => tokio::time::sleep(GLANCE).await,
        }
    }
}
