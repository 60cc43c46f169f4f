//! The rules: what an event means, and what a row should show. No tokio, no I/O, no clock.
//!
//! Invariant: this room imports no other room of Sheetdesk.

pub mod files;
pub mod ids;
mod markdown;
pub mod message;
pub mod operator;
pub mod phone;
pub mod styled;
pub mod template;
pub mod text;
pub mod thread;
pub mod unready;

pub mod appeal;
pub mod broadcast;
pub mod chat;
pub mod listing;
pub mod partner;
pub mod refusal;
pub mod session;
pub mod tab;

pub mod effect;
pub mod event;
pub mod row;
pub mod rules;
pub mod view;
pub mod waiting;
pub mod word;
pub mod wording;

pub mod alerts;
mod archive;
pub mod decide;
pub mod digest;
mod handlers;
pub mod hours;
pub mod identity;
pub mod internal_note;
pub mod ownership;
pub mod project;
pub mod promotion;
pub mod tally;

mod context;
mod spans;

pub mod media;
