//! What can be wrong with a table or with one of its records.
//!
//! Invariant: a damaged file is told from a disk that fails, since their remedies differ.

/// What comes of work with the tables.
pub(super) type Result<T, E = TableError> = std::result::Result<T, E>;

/// An error of the tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The disk or the file; nothing of the transaction may be assumed.
    #[error("{0}")]
    Disk(String),
    /// The file does not hold what was written to it.
    #[error(
        "the journal is damaged ({0}); stop the service and put the newest copy back: sheetdesk restore FILE"
    )]
    Damaged(String),
    /// One record cannot be read or written.
    #[error("a stored record cannot be read: {0}")]
    Record(String),
}

impl<E: Into<redb::Error>> From<E> for TableError {
    fn from(error: E) -> Self {
        match error.into() {
            redb::Error::Corrupted(words) => Self::Damaged(words),
            other => Self::Disk(other.to_string()),
        }
    }
}
