//! Wording.

/// The words.
#[derive(Debug, Clone)]
pub struct Wording;
