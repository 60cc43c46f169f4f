//! Hints of changes, from the writer to whoever acts on them.
//!
//! Invariant: each may be merged with others or lost at a crash, since the state itself tells.

use tokio::sync::{Notify, mpsc, watch};

use super::nudges::Nudges;
use crate::domain::{
    ids::{CallbackId, ChatId, MessageId},
    operator::OperatorRequest,
};

/// Where the hints go.
pub struct Signals {
    /// The outbox has messages to send.
    pub outbox: Notify,
    /// Rows are dirty; each synchroniser watches with a receiver of its own, so none misses it.
    pub dirty: watch::Sender<()>,
    /// Tabs to read soon, as a decision, a schedule or a sheet's script asks.
    pub looks: Nudges,
    /// Best-effort calls; bounded. When full, a button is lost, and a reaction comes back as [`Event::Unshown`](crate::domain::event::Event::Unshown).
    pub best_effort: mpsc::Sender<BestEffort>,
    /// Questions of the admin chat's; bounded, lost when full.
    pub questions: mpsc::Sender<OperatorRequest>,
}

/// A call to Telegram beside the messages; none is stored, so a stop or a crash loses those that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BestEffort {
    /// Acknowledge a pressed button, which Telegram forgets soon.
    Button(CallbackId),
    /// Show beside a partner's message that it is in the sheet.
    Reaction(ChatId, MessageId),
}
