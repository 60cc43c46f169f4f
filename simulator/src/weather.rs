//! What goes wrong with every call until it is switched off again.
//! Invariant: scripted faults come first; the weather strikes only calls that no fault has struck.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How late a call is while everything is slow.
pub(crate) const LATE: Duration = Duration::from_secs(2);
/// How long a client is told to wait while there are too many calls, in seconds.
pub(crate) const RETRY_AFTER: u32 = 3;
/// Of so many calls that change something one loses its answer.
const LOSES_ONE_OF: u64 = 3;

/// What goes wrong with every call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weather {
    /// Nothing.
    #[default]
    Calm,
    /// The connection is cut before anything has happened.
    Down,
    /// Each call is carried out two seconds late.
    Slow,
    /// Each call is answered 429, with a wait of three seconds.
    TooMany,
    /// Of the calls that change something every third is carried out, and its answer lost.
    Lossy,
}

/// What the weather makes of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    /// Cut before anything has happened.
    Cut,
    /// Carried out late.
    Late,
    /// Answered 429.
    TooMany,
    /// Carried out, the answer lost.
    Lost,
}

/// The weather, and the calls that it has counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sky {
    now: Weather,
    changes: u64,
}

impl Sky {
    pub(crate) fn set(&mut self, weather: Weather) {
        *self = Self {
            now: weather,
            changes: 0,
        };
    }

    pub(crate) fn now(self) -> Weather {
        self.now
    }

    /// What becomes of a call that has just come.
    pub(crate) fn strike(&mut self, changes_something: bool) -> Option<Strike> {
        match self.now {
            Weather::Calm => None,
            Weather::Down => Some(Strike::Cut),
            Weather::Slow => Some(Strike::Late),
            Weather::TooMany => Some(Strike::TooMany),
            Weather::Lossy if changes_something => {
                self.changes += 1;
                self.changes
                    .is_multiple_of(LOSES_ONE_OF)
                    .then_some(Strike::Lost)
            }
            Weather::Lossy => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_change_loses_its_answer_and_no_read_does() {
        let mut sky = Sky::default();
        assert_eq!(sky.strike(true), None);
        sky.set(Weather::Lossy);
        let struck: Vec<bool> = (0..6).map(|_| sky.strike(true).is_some()).collect();
        assert_eq!(struck, [false, false, true, false, false, true]);
        assert!((0..6).all(|_| sky.strike(false).is_none()));
        sky.set(Weather::Down);
        assert_eq!(sky.strike(false), Some(Strike::Cut));
    }
}
