//! Whole ways through the service, over real HTTP, between the two stand-ins. Every flow ends with nothing left to do.

mod answers;
mod appeals;
mod outages;
mod play;
mod registration;
mod service;
