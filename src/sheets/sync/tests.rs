//! The synchroniser against a workbook of cells in memory, and word by word.
//!
//! Invariant: the workbook does what Google documents, not what the synchroniser hopes for.

pub(super) mod bench;
mod book;
mod burst;
mod chaos;
mod crowd;
mod cycle;
mod fills;
mod found;
mod numbers;
mod pace;
mod partners;
mod people;
mod places;
mod promotions;
mod refused;
mod script;
mod sorted_writes;
mod stepper;
mod troubles;
mod world;
mod writes;
