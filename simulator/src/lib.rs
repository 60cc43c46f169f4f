//! Stand-ins for the outside services, for the demo and the tests.
//! Invariant: they know the outside protocols only, never the code of the service.

pub mod clock;
pub mod conformance;
pub mod page;
mod record;
pub mod sheets;
pub mod telegram;
mod trail;
mod weather;

pub use trail::{Mark, Side, Way, What};
pub use weather::Weather;
