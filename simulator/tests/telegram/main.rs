//! The Telegram stand-in over HTTP, as a bot and its webhook see it.
//! Invariant: the expected words come from recorded answers of the real server, not from our code.

mod chat;
mod faults;
mod files;
mod groups;
mod people;
mod polling;
mod refusals;
mod support;
mod topics;
mod webhook;
