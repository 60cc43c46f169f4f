//! How a message ended, as whoever made it is told.
//!
//! Invariant: it is told once of each message, and only when nothing more is tried.

use crate::domain::{appeal::RejectReason, ids::MessageId};

/// How a message ended.
pub(super) enum PartEnd {
    /// Telegram has it as this message.
    Delivered {
        message: MessageId,
        maybe_twice: bool,
    },
    /// Telegram will never take it.
    Rejected(RejectReason),
    /// Nobody can say.
    Unknown { twice: bool },
}
