//! The page, seen from outside over HTTP.
//! Invariant: tests here know the page by its addresses alone.

mod account;
mod events;
mod phones;
mod sheet;
mod support;
mod visitors;
mod weather;
