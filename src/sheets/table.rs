//! A tab as it was read: which columns it has, what is asked of it, and what the answers show.
//!
//! Invariant: nothing here knows what the synchroniser will do with it.

pub mod answer;
pub mod layout;
pub mod read_plan;
pub mod snapshot;
