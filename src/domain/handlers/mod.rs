//! One file per theme; the router in [`super::decide`] says which event goes where.
//!
//! Invariant: a handler only reads and changes the [`super::context::DecisionContext`] it is given.

mod admin_chat;
pub(super) mod adopt;
pub(super) mod answers;
pub(super) mod appeals;
mod broadcasts;
mod catalogue;
mod codes;
mod commands;
pub(super) mod conversation;
pub(super) mod delivery;
mod ending;
mod erasing;
mod flood_control;
mod groups;
mod lines;
mod listing;
pub(super) mod looks;
pub(super) mod mixed;
pub(super) mod operator;
mod overview;
pub(super) mod promotions;
mod publishing;
mod ratings;
mod receipts;
mod recoding;
mod refusals;
pub(super) mod registration;
mod respelled;
pub(super) mod restoring;
pub(super) mod rows;
pub(super) mod staff;
pub(super) mod staff_chat;
mod staff_desk;
mod stopping;
mod templates;
pub(super) mod thanks;
pub(super) mod waits;
pub(super) mod writes;
