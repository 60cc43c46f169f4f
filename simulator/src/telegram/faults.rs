//! Scripted misfortune: what goes wrong with the next calls.
//! Invariant: a fault strikes exactly as many calls as it says, oldest fault first, one fault a call.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::ChatId;

/// Something that goes wrong with the next calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// How many calls it strikes.
    #[serde(default = "once")]
    pub times: u32,
    /// Only calls of this method, `download` for the bytes of a file; any call if absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls that name this chat; any call if absent.
    #[serde(default)]
    pub chat: Option<ChatId>,
    /// What happens to them.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What happens to a call that a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FaultKind {
    /// The call is carried out, but late.
    Delay {
        /// How late, in milliseconds.
        milliseconds: u64,
    },
    /// The call is not carried out and this is answered.
    Answer {
        /// HTTP status.
        status: u16,
        /// Body, sent as it stands; JSON if it begins with a brace, else HTML.
        body: String,
    },
    /// Refused with 429 in the server's words; counted like a true one.
    TooMany {
        /// Seconds that the client is told to wait.
        retry_after: u64,
    },
    /// The connection breaks before anything happened.
    CutBefore,
    /// The call is carried out, and the connection breaks before the answer.
    CutAfter,
    /// The call is carried out, and the connection breaks in the middle of the answer.
    CutMidway,
    /// The call is carried out when the test releases it.
    Hold,
}

impl Fault {
    /// Strikes the next `times` calls of any method.
    pub fn next(times: u32, kind: FaultKind) -> Self {
        Self {
            times,
            method: None,
            chat: None,
            kind,
        }
    }

    /// The same fault for one method only.
    #[must_use]
    pub fn of(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// The same fault for one chat only.
    #[must_use]
    pub fn to(mut self, chat: ChatId) -> Self {
        self.chat = Some(chat);
        self
    }
}

impl FaultKind {
    /// The call is carried out `by` later, in whole milliseconds.
    pub fn delay(by: Duration) -> Self {
        Self::Delay {
            milliseconds: u64::try_from(by.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The call is not carried out; `status` and `body` are answered.
    pub fn answer(status: u16, body: impl Into<String>) -> Self {
        Self::Answer {
            status,
            body: body.into(),
        }
    }
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What strikes a call of `method` that names `chat`; used up by asking.
    pub(super) fn strike(&mut self, method: &str, chat: Option<ChatId>) -> Option<FaultKind> {
        let is_meant = |fault: &Fault| {
            let method = fault
                .method
                .as_ref()
                .is_none_or(|only| only.eq_ignore_ascii_case(method));
            method && fault.chat.is_none_or(|only| chat == Some(only))
        };
        let fault = self
            .0
            .iter_mut()
            .find(|fault| fault.times > 0 && is_meant(fault))?;
        fault.times -= 1;
        let kind = fault.kind.clone();
        self.0.retain(|fault| fault.times > 0);
        Some(kind)
    }
}

fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let mut faults = Faults::default();
        faults.add(Fault::next(2, FaultKind::CutBefore).of("sendMessage"));
        faults.add(Fault::next(1, FaultKind::Hold));
        assert_eq!(faults.strike("getMe", None), Some(FaultKind::Hold));
        assert_eq!(
            faults.strike("SENDMESSAGE", Some(ChatId(1))),
            Some(FaultKind::CutBefore)
        );
        assert_eq!(faults.strike("getMe", None), None);
        assert_eq!(
            faults.strike("sendMessage", None),
            Some(FaultKind::CutBefore)
        );
        assert_eq!(faults.strike("sendMessage", None), None);
        faults.add(Fault::next(1, FaultKind::CutAfter).to(ChatId(-1)));
        assert_eq!(faults.strike("sendMessage", Some(ChatId(1))), None);
        assert_eq!(
            faults.strike("sendMessage", Some(ChatId(-1))),
            Some(FaultKind::CutAfter)
        );
    }

    #[test]
    fn a_fault_reads_from_json() {
        let fault: Fault = serde_json::from_str(
            r#"{"method":"sendMessage","kind":"answer","status":502,"body":"<h1>"}"#,
        )
        .unwrap();
        assert_eq!(
            fault,
            Fault::next(1, FaultKind::answer(502, "<h1>")).of("sendMessage")
        );
    }
}
