//! The Sheets stand-in over HTTP, as any client of Google's would meet it.
//!
//! Invariant: these tests use addresses, headers and bodies alone, except where
//! they act as a person or script a trouble.

mod access;
mod support;
mod troubles;
