//! What the commands say at a terminal, one file a theme.
//!
//! Invariant: every text stands in both languages; none has a variable of the environment or a key translated.

mod check;
mod copy;
mod fault;
mod figures;
mod init;
mod setup;
mod trial;
mod wish;

pub use self::{
    check::{CheckLabel, CheckMark, CheckNote, PrivacyNote},
    copy::CopyNote,
    fault::FaultNote,
    figures::{FiguresNote, LinkState},
    init::InitNote,
    setup::{SetupNote, StepNote, WebhookNote},
    trial::TrialNote,
    wish::{ForgetNote, WishNote},
};

#[cfg(test)]
pub(super) const DECLARED: &[&[Option<super::declare::Declared>]] = &[
    CheckLabel::DECLARED,
    CheckMark::DECLARED,
    CheckNote::DECLARED,
    PrivacyNote::DECLARED,
    CopyNote::DECLARED,
    FaultNote::DECLARED,
    FiguresNote::DECLARED,
    LinkState::DECLARED,
    InitNote::DECLARED,
    SetupNote::DECLARED,
    StepNote::DECLARED,
    TrialNote::DECLARED,
    WebhookNote::DECLARED,
    ForgetNote::DECLARED,
    WishNote::DECLARED,
];
