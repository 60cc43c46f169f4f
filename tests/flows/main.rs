//! Whole ways through the service, over real HTTP, between the two stand-ins. Every flow ends with nothing left to do.

mod alerts;
mod answers;
mod appeals;
mod archive;
mod away;
mod cells;
mod corrections;
#[path = "../support/crowd.rs"]
mod crowd;
mod english;
mod first_messages;
mod first_start;
mod opening;
mod operator;
mod outages;
mod overview;
#[path = "../support/play.rs"]
mod play;
mod polling;
mod promotions;
mod proxies;
mod ratings;
mod refusals;
mod registration;
mod repairs;
mod restored;
mod running;
mod samples;
mod sends;
mod service;
mod staff;
mod staff_chat;
mod staff_desk;
mod staff_topics;
mod state_tab;
mod storms;
mod structure;
mod tables;
mod templates;
mod values;
mod waiting;
mod written_first;
