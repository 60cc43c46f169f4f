//! The moments at which a service is killed, how they are laid out, and what becomes of a request whose sender died.
//!
//! Invariant: a moment is a condition or a held call; only after it a few milliseconds may be added.

use std::time::Duration;

use sheetdesk::{
    clock,
    testbed::{APPEALS, BOOK},
};
use simulator::{
    sheets::{CallKind, Fault as SheetsFault, Hold, Side, Trouble, Visit},
    telegram::{Fault, FaultKind},
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::play::{PATIENCE, Play};

/// Longer than any test: a request delayed so long never arrives.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);
/// How often a condition is looked at that nobody announces.
const GLANCE: Duration = Duration::from_millis(1);

/// When the service is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// The script's call was accepted so many milliseconds ago.
    Called(u64),
    /// This read since the start is held on this side: of the structure, the headers, the cells. Nothing is known of the answer yet.
    Reading(u32, Side),
    /// The answer is on its way to Telegram, which has not taken it.
    Sending(Fate),
    /// Telegram has had the answer for so many milliseconds.
    Heard(u64),
    /// The sheet's write is on its way.
    Writing(Fate),
    /// The sheet's write is done, and its response is held.
    Wrote,
    /// The answer cell has been empty for so many milliseconds.
    Cleared(u64),
}

/// What becomes of a request whose sender was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives before the service is up again.
    Arrives,
    /// It arrives when the service has long recovered.
    ArrivesLate,
    /// It is lost.
    Lost,
}

/// How often the partner may get an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copies {
    /// Nothing was in flight at the kill: once, and the row does not doubt it.
    Once,
    /// The answer was in flight: it is resent, and the row says so, whether the first copy arrives or not.
    Resent { arrived: usize },
    /// Nobody can tell from outside whether it was: once, or twice and the row says so.
    Either,
}

/// What is laid out before the service starts.
pub(crate) struct Trap {
    moment: Moment,
    hold: Option<Hold>,
    /// Messages and batches that were under way before.
    sends: u64,
    writes: u64,
}

impl Moment {
    /// How often the partner may get the answer in the end.
    pub(crate) fn copies(self) -> Copies {
        match self {
            Self::Reading(..) | Self::Writing(_) | Self::Wrote | Self::Cleared(_) => Copies::Once,
            Self::Sending(Fate::Arrives | Fate::ArrivesLate) => Copies::Resent { arrived: 2 },
            Self::Sending(Fate::Lost) => Copies::Resent { arrived: 1 },
            Self::Called(_) | Self::Heard(_) => Copies::Either,
        }
    }

    /// Whether the specialist types while the service runs; otherwise its first read finds the answer.
    pub(crate) fn needs_a_call(self) -> bool {
        matches!(self, Self::Called(_))
    }

    /// Lays the trap out for a service that is about to start and has nothing but one answer to send.
    pub(crate) fn lay(self, play: &Play) -> Trap {
        let (telegram, sheets) = (&play.testbed.telegram, &play.testbed.sheets);
        let hold = match self {
            Self::Called(_) | Self::Heard(_) | Self::Cleared(_) => None,
            Self::Reading(skipped, side) => {
                let passes = SheetsFault {
                    kind: CallKind::Read,
                    times: skipped,
                    trouble: Trouble::Delay { millis: 0 },
                };
                sheets.fault(passes);
                Some(sheets.hold(CallKind::Read, side))
            }
            Self::Sending(Fate::Lost) => {
                telegram.fault(Fault::next(1, FaultKind::delay(NEVER)).of("sendMessage"));
                None
            }
            Self::Sending(Fate::Arrives | Fate::ArrivesLate) => {
                telegram.fault(Fault::next(1, FaultKind::Hold).of("sendMessage"));
                None
            }
            Self::Writing(Fate::Lost) => {
                let millis = u64::try_from(NEVER.as_millis()).expect("an hour is few milliseconds");
                sheets.fault(SheetsFault::once(
                    CallKind::Write,
                    Trouble::Delay { millis },
                ));
                None
            }
            Self::Writing(Fate::Arrives | Fate::ArrivesLate) => {
                Some(sheets.hold(CallKind::Write, Side::Before))
            }
            Self::Wrote => Some(sheets.hold(CallKind::Write, Side::After)),
        };
        Trap {
            moment: self,
            hold,
            sends: sends(play),
            writes: sheets.calls().writes,
        }
    }
}

impl Trap {
    /// Waits until the moment has come.
    pub(crate) async fn springs(&self, play: &Play, number: u32, answer: &str) {
        match self.moment {
            Moment::Called(after) => {
                play.types(number, "специалист_ответ", answer).await;
                tokio::time::sleep(Duration::from_millis(after)).await;
            }
            Moment::Reading(..)
            | Moment::Wrote
            | Moment::Writing(Fate::Arrives | Fate::ArrivesLate) => {
                let hold = self.hold.as_ref().expect("such a moment is a held call");
                timeout(PATIENCE, hold.arrived())
                    .await
                    .expect("the call comes");
            }
            Moment::Sending(_) => until("the answer is sent", || sends(play) > self.sends).await,
            Moment::Heard(after) => {
                until("the partner has the answer", || play.heard(answer) > 0).await;
                tokio::time::sleep(Duration::from_millis(after)).await;
            }
            Moment::Writing(Fate::Lost) => {
                until("the row is written", || {
                    play.testbed.sheets.calls().writes > self.writes
                })
                .await
            }
            Moment::Cleared(after) => {
                let cell = || play.testbed.appeal_cell(number, "специалист_ответ");
                until("the cell is empty", || cell().is_empty()).await;
                tokio::time::sleep(Duration::from_millis(after)).await;
            }
        }
    }

    /// The request of the dead arrives, if this is when it does.
    pub(crate) async fn lets_arrive(&mut self, now: Fate, play: &Play, answer: &str) {
        match self.moment {
            Moment::Sending(fate) if fate == now => {
                let before = play.heard(answer);
                play.testbed.telegram.release();
                until("the held copy arrives", || play.heard(answer) > before).await;
            }
            Moment::Writing(fate) if fate == now => {
                let attempted = CancellationToken::new();
                let told = attempted.clone();
                let visit = Visit::BeforeWrite(Box::new(move |_| told.cancel()));
                play.testbed.sheets.visit(BOOK, visit);
                self.hold = None;
                timeout(PATIENCE, attempted.cancelled())
                    .await
                    .expect("the held batch goes on");
            }
            Moment::Called(_)
            | Moment::Reading(..)
            | Moment::Sending(_)
            | Moment::Heard(_)
            | Moment::Writing(_)
            | Moment::Wrote
            | Moment::Cleared(_) => {}
        }
    }
}

/// The rows of the appeals tab, as people see them.
pub(crate) fn rows(play: &Play) -> Vec<Vec<String>> {
    play.testbed
        .sheets
        .with(BOOK, |book| book.table(APPEALS))
        .expect("the tab is there")
}

fn sends(play: &Play) -> u64 {
    play.testbed.telegram.calls().of("sendMessage")
}

pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = clock::monotonic() + PATIENCE;
    while !holds() {
        assert!(clock::monotonic() < deadline, "not in time: {what}");
        tokio::time::sleep(GLANCE).await;
    }
}
