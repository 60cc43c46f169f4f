//! Scripted troubles: what shall go wrong with which of the next calls.
//!
//! Invariant: a fault is spent by the calls that it was meant for, in the order
//! in which faults were scripted, and one call meets at most one fault.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::workbook::Workbook;

/// Which calls a fault is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// `spreadsheets.get`, `values.get` and `values.batchGet`.
    Read,
    /// `batchUpdate`.
    Write,
    /// The token endpoint.
    Token,
    /// Any of these.
    Any,
}

/// The side of the work on which something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The call has arrived and nothing is done yet.
    Before,
    /// The work is done and the answer has not left.
    After,
}

/// What goes wrong. In JSON: `{"do": "delay", "millis": 200}` and the like.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Trouble {
    /// The work begins this much later, even if the client has gone by then.
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// 503 with Google's JSON; nothing is done.
    Unavailable,
    /// Everything is done, and the answer is 503 with Google's JSON all the same.
    UnavailableAfter,
    /// 500 with a page of HTML; nothing is done.
    HtmlError,
    /// 429 with a `Retry-After`; nothing is done.
    TooMany {
        /// Seconds in `Retry-After`.
        retry_after: u32,
    },
    /// The connection breaks and nothing is done.
    CutBefore,
    /// Everything is done and the connection breaks before the answer.
    CutAfter,
    /// The connection breaks at once and the work is done later all the same.
    LandLater {
        /// Milliseconds from the cut to the work.
        millis: u64,
    },
    /// The call waits until it is released; what then happens is as usual.
    Hold {
        /// Whether it waits before or after the work.
        side: Side,
    },
}

/// A trouble for the next `times` calls of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// The calls that it is meant for.
    pub kind: CallKind,
    /// How many of them; 1 if left out in JSON.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    #[serde(flatten)]
    pub trouble: Trouble,
}

impl Fault {
    /// A trouble for the next call of a kind.
    #[must_use]
    pub fn once(kind: CallKind, trouble: Trouble) -> Self {
        Self {
            kind,
            times: 1,
            trouble,
        }
    }
}

/// What somebody does in a workbook during a call.
pub enum Visit {
    /// Just before the next batch is applied to it.
    BeforeWrite(Act),
    /// Just after the next batch was applied, before the answer leaves. The
    /// read-back inside the answer was made earlier.
    AfterWrite(Act),
    /// Within the next `values.batchGet`, between its first and second range:
    /// what is read is torn.
    MidRead(Act),
}

/// The hands of a person.
pub type Act = Box<dyn FnOnce(&mut Workbook) + Send>;

/// A call that waits, or will wait, in the stand-in. Dropping it releases.
#[derive(Debug)]
pub struct Hold(Gate);

impl Hold {
    /// Waits until the call stands at the gate.
    pub async fn arrived(&self) {
        self.0.arrived.cancelled().await;
    }

    /// Lets it go on.
    pub fn release(self) {}
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.released.cancel();
    }
}

/// Where held calls wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    arrived: CancellationToken,
    released: CancellationToken,
}

impl Gate {
    /// Stands at the gate until it opens.
    pub(super) async fn pass(&self) {
        self.arrived.cancel();
        self.released.cancelled().await;
    }

    pub(super) fn hold(&self) -> Hold {
        Hold(self.clone())
    }
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(super) struct Script {
    waiting: VecDeque<(Fault, Gate)>,
    /// Gates of holds that were scripted and have not all been released.
    gates: Vec<Gate>,
}

impl Script {
    pub(super) fn add(&mut self, fault: Fault) -> Gate {
        let gate = Gate::default();
        if matches!(fault.trouble, Trouble::Hold { .. }) {
            self.gates.retain(|gate| !gate.released.is_cancelled());
            self.gates.push(gate.clone());
        }
        self.waiting.push_back((fault, gate.clone()));
        gate
    }

    /// The trouble of a call that has just arrived.
    pub(super) fn next(&mut self, kind: CallKind) -> Option<(Trouble, Gate)> {
        let meant = |fault: &Fault| fault.kind == kind || fault.kind == CallKind::Any;
        self.waiting.retain(|(fault, _)| fault.times > 0);
        let (fault, gate) = self.waiting.iter_mut().find(|(fault, _)| meant(fault))?;
        fault.times -= 1;
        Some((fault.trouble.clone(), gate.clone()))
    }

    /// Lets every held call go on.
    pub(super) fn release(&mut self) {
        for gate in self.gates.drain(..) {
            gate.released.cancel();
        }
    }

    /// Forgets what was scripted and lets every held call go on.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.release();
    }
}

/// A stretch of time in the units of [`Trouble`].
pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_spent_in_order_by_the_calls_they_are_meant_for() {
        let mut script = Script::default();
        script.add(Fault::once(CallKind::Write, Trouble::CutAfter));
        let twice: Fault =
            serde_json::from_value(json!({"kind": "any", "times": 2, "do": "delay", "millis": 5}))
                .unwrap();
        script.add(twice);
        let mut next = |kind| script.next(kind).map(|(trouble, _)| trouble);
        let delay = Some(Trouble::Delay { millis: 5 });
        assert_eq!(next(CallKind::Read), delay);
        assert_eq!(next(CallKind::Write), Some(Trouble::CutAfter));
        assert_eq!(next(CallKind::Write), delay);
        assert_eq!(next(CallKind::Token), None);
    }
}
