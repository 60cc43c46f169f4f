//! The real program as a process of its own: killed, signalled, asked; between the two stand-ins, which run here.
//!
//! Invariant: what is checked is what an operator sees: exit codes, words, the sheet, the chat.

mod apps_script;
mod backups;
mod broadcast_kills;
mod checks;
mod child;
mod clocks;
mod commands;
mod correction_kills;
#[path = "../support/crowd.rs"]
mod crowd;
mod demo;
mod descriptors;
mod disk;
mod first_kills;
mod first_word_kills;
mod forget;
mod init;
mod install;
mod kills;
mod languages;
mod lists;
mod live;
mod moments;
mod notify;
mod observe;
#[path = "../support/play.rs"]
mod play;
mod power;
mod settings;
mod setup_sheets;
mod simulate;
mod soak;
mod staff_kills;
mod stops;
mod storm;
mod strangers;
mod terminal;
mod topic_kills;
mod traced;
