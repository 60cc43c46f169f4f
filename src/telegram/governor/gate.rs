//! Whether messages may go out at all: not while Telegram is away, and then not before a probe was answered.
//!
//! Invariant: while it is shut a probe begins at least every ten seconds, beside those that are not answered yet, so that Telegram is
//! found again soon after it is back, and a slow one is not taken for one that is away.

use jiff::{SignedDuration, Timestamp};

/// The first rest before a probe; it doubles with each that fails …
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// … up to this.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// A probe that is not answered within this time gets another beside it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);
/// Where probes are answered and messages still are lost, each further message waits longer, up to this.
const LONGEST_DISTRUST: SignedDuration = SignedDuration::from_secs(10);

/// Whether messages may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// They may.
    Open {
        /// How many have found Telegram away since the last one that arrived, each after an answered probe.
        strikes: u32,
    },
    /// Telegram is away.
    Shut {
        /// When it is asked whether it is back.
        probe_at: Timestamp,
        /// How many probes have failed.
        failed: u32,
        /// As above.
        strikes: u32,
    },
    /// It has been asked.
    Probing {
        /// How many probes are under way.
        under_way: u32,
        /// When another is made beside them.
        again_at: Timestamp,
        /// As above.
        failed: u32,
        /// As above.
        strikes: u32,
    },
}

impl Default for Gate {
    fn default() -> Self {
        Self::Open { strikes: 0 }
    }
}

impl Gate {
    /// A gate that is shut, with a probe at that moment.
    pub(super) fn shut(probe_at: Timestamp) -> Self {
        Self::Shut {
            probe_at,
            failed: 0,
            strikes: 0,
        }
    }

    /// A message has found Telegram away.
    pub(super) fn shuts(&mut self, now: Timestamp) {
        if let Self::Open { strikes } = *self {
            *self = Self::Shut {
                probe_at: now + doubled(FIRST_PAUSE, strikes).min(LONGEST_DISTRUST),
                failed: 0,
                strikes: strikes.saturating_add(1),
            };
        }
    }

    /// A message has arrived.
    pub(super) fn arrived(&mut self) {
        if let Self::Open { strikes } = self {
            *strikes = 0;
        }
    }

    /// Whether a probe is due; it counts as made from then on.
    pub(super) fn asks(&mut self, now: Timestamp) -> bool {
        let (under_way, failed, strikes) = match *self {
            Self::Shut {
                probe_at,
                failed,
                strikes,
            } if probe_at <= now => (1, failed, strikes),
            Self::Probing {
                under_way,
                again_at,
                failed,
                strikes,
            } if again_at <= now => (under_way + 1, failed, strikes),
            Self::Open { .. } | Self::Shut { .. } | Self::Probing { .. } => return false,
        };
        *self = Self::Probing {
            under_way,
            again_at: now + PATIENCE,
            failed,
            strikes,
        };
        true
    }

    /// A probe has ended. One that was answered opens; Telegram is away once none is left that may be.
    pub(super) fn probed(&mut self, answered: bool, now: Timestamp) {
        let Self::Probing {
            under_way,
            again_at,
            failed,
            strikes,
        } = *self
        else {
            return;
        };
        *self = if answered {
            Self::Open { strikes }
        } else if under_way > 1 {
            Self::Probing {
                under_way: under_way - 1,
                again_at,
                failed,
                strikes,
            }
        } else {
            Self::Shut {
                probe_at: again_at.min(now + doubled(FIRST_PAUSE, failed).min(LONGEST_PAUSE)),
                failed: failed.saturating_add(1),
                strikes,
            }
        };
    }

    /// The clock was set back.
    pub(super) fn shift_back(&mut self, by: SignedDuration) {
        match self {
            Self::Shut { probe_at: at, .. } | Self::Probing { again_at: at, .. } => *at -= by,
            Self::Open { .. } => {}
        }
    }
}

fn doubled(pause: SignedDuration, times: u32) -> SignedDuration {
    pause * 2_i32.pow(times.min(8))
}
