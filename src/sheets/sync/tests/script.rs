//! The case of a property test: what people do, what fails and where the process dies, each at a call of the synchroniser.
//!
//! Invariant: it is a list of plain values; each without the others is a case as well, so that a case can be shrunk to what matters.

use proptest::{prelude::*, test_runner::RngSeed};

use super::stepper::Call;

/// Nothing happens any more after this many calls to Google, or to the journal.
pub(super) const LAST_GOOGLE: usize = 40;
pub(super) const LAST_JOURNAL: usize = 80;

/// A call of the synchroniser. Each kind is counted from 0 for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// To Google.
    Google(usize),
    /// To the journal.
    Journal(usize),
}

/// Where in a call people act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before anything of it happens.
    Before,
    /// While cells are read, after this share (of eight) of the ranges.
    Inside(u8),
    /// After it has happened or failed, before its answer is there.
    After,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// The process dies before it, and starts again.
    DropBefore,
    /// It happens, then the process dies and starts again.
    DropAfter,
    /// The process and its journal are gone; it starts again from the copy.
    Restored,
    /// It does not happen, and its answer says so.
    Error,
    /// It does not happen, and nobody learns that.
    NeverCame,
    /// It happens, and its answer is lost.
    AnswerLost,
    /// Its answer is lost, and it happens later, just before the next call to Google.
    Late,
}

impl Mishap {
    /// Whether a call can come to this: only of one that changes the spreadsheet it may be unknown whether it has happened.
    pub(super) fn fits(self, call: &Call) -> bool {
        match self {
            Self::DropBefore | Self::DropAfter | Self::Restored | Self::Error => true,
            Self::NeverCame | Self::AnswerLost | Self::Late => {
                matches!(call, Call::Write(_) | Call::Resolve(_))
            }
        }
    }
}

/// What happens at which call. What does not fit its call does not happen.
#[derive(Debug, Clone)]
pub(super) struct Script<A> {
    pub(super) acts: Vec<(At, Moment, A)>,
    pub(super) mishaps: Vec<(At, Mishap)>,
}

impl<A> Script<A> {
    /// Nothing happens.
    pub(super) const QUIET: Self = Self {
        acts: Vec::new(),
        mishaps: Vec::new(),
    };

    /// What people do at this moment of this call.
    pub(super) fn acts_at(&self, at: At, moment: Moment) -> impl Iterator<Item = &A> {
        let now = move |act: &&(At, Moment, A)| (act.0, act.1) == (at, moment);
        self.acts.iter().filter(now).map(|(_, _, act)| act)
    }

    pub(super) fn mishap_at(&self, at: At) -> Option<Mishap> {
        let planned = self.mishaps.iter().find(|(known, _)| *known == at);
        planned.map(|(_, mishap)| *mishap)
    }

    /// Whether people do such a thing.
    pub(super) fn has(&self, such: impl Fn(&A) -> bool) -> bool {
        self.acts.iter().any(|(_, _, act)| such(act))
    }

    pub(super) fn restores(&self) -> bool {
        let restored = |(_, mishap): &(At, Mishap)| *mishap == Mishap::Restored;
        self.mishaps.iter().any(restored)
    }
}

/// Any script of these acts.
pub(super) fn script<A: std::fmt::Debug>(
    act: impl Strategy<Value = A>,
) -> impl Strategy<Value = Script<A>> {
    let acts = prop::collection::vec((at(2), moment(), act), 1..14);
    let mishaps = prop::collection::vec((at(1), mishap()), 0..4);
    (acts, mishaps).prop_map(|(acts, mishaps)| Script { acts, mishaps })
}

/// So many calls to Google to one to the journal.
fn at(google: u32) -> impl Strategy<Value = At> {
    prop_oneof![
        google => (0..LAST_GOOGLE).prop_map(At::Google),
        1 => (0..LAST_JOURNAL).prop_map(At::Journal),
    ]
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        3 => Just(Moment::Before),
        1 => (0..8_u8).prop_map(Moment::Inside),
        1 => Just(Moment::After),
    ]
}

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::AnswerLost),
        Just(Mishap::NeverCame),
        Just(Mishap::Late),
        Just(Mishap::Error),
        Just(Mishap::DropBefore),
        Just(Mishap::DropAfter),
        Just(Mishap::Restored),
    ]
}

/// The suite tries the same cases every time; `SHEETDESK_CHAOS_CASES` asks for so many others, `PROPTEST_RNG_SEED` for the same of them again.
pub(super) fn config(cases: u32, seed: u64) -> ProptestConfig {
    let config = ProptestConfig {
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let asked = std::env::var("SHEETDESK_CHAOS_CASES").ok();
    match asked.and_then(|cases| cases.parse().ok()) {
        Some(cases) => ProptestConfig { cases, ..config },
        None => ProptestConfig {
            cases,
            rng_seed: RngSeed::Fixed(seed),
            ..config
        },
    }
}
