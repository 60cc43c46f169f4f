//! The HTTP room: what Telegram, the sheets' scripts, probes and Prometheus reach us by.
//!
//! Invariant: nothing is answered with success before it is stored, and no answer tells of internals.
//!
//! In reading order: the server takes connections and gives them places, the router names the routes and their limits, then one file per route.

mod backend;
mod body;
mod files;
mod probes;
mod problem;
mod promotions_push;
mod router;
mod server;
mod sheets_changed;
mod signature;
mod slots;
mod telegram_webhook;

#[cfg(test)]
mod tests;

pub use self::{
    backend::{
        Access, Backend, Nudge, OpenedFile, Readiness, Resolved, ServicePhase, Unavailable,
        WebhookAccess,
    },
    router::{Limits, admin, public},
    server::{BindError, Caps, Server},
    signature::SigningKey,
};
