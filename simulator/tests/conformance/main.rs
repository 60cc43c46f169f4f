//! Both stand-ins against the published descriptions of what they stand in for.
//! Invariant: the descriptions lie beside the repository; where they are absent, a line says so.

mod judges;
mod sheets;
mod support;
mod telegram;
