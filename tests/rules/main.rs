//! Tables for the rules: state and event in, the exact decision out. No disk, no network, no clock.

mod answers;
mod appeals;
mod archive;
mod broadcasts;
mod cases;
mod corrections;
mod delivery;
mod edits;
mod lines;
mod listing;
mod mixed;
mod operator;
mod phones;
mod pinboard;
mod projection;
mod promotion_acts;
mod promotion_pictures;
mod promotions;
mod registration;
mod sorting;
mod staff;
mod staff_chat;
mod staff_desk;
mod table;
mod texts;
mod waiting;
