//! What the operator can ask of the running service, from the command line or in the admin chat.
//!
//! Invariant: asking changes nothing by itself; what changes something becomes an event of its own.

use serde::{Deserialize, Serialize};

/// A question or a wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorRequest {
    /// How things are.
    Status,
    /// Send the answers that were held at first sight.
    ReleaseAnswers,
    /// End the silence that Telegram has asked for.
    EndSilence,
    /// Records that were set aside.
    Quarantine(QuarantineAction),
    /// Messages whose outcome nobody knows.
    Unknown(QuarantineAction),
    /// Messages that were refused for good.
    Refused(RefusedAction),
    /// How an announcement stands, by its key, also when it is over.
    Announcement(String),
    /// Decide a stored record again, and tell what comes of it; nothing is changed.
    Replay(u64),
    /// See now whether something is wrong.
    Check,
    /// Name what is stored of a person, by code or Telegram ID; over the admin socket alone.
    Person(String),
    /// Erase it; over the admin socket alone.
    Erase(String),
    /// Give a copy of the journal, record by record; over the admin socket alone.
    Backup,
    /// What can be asked.
    Help,
}

/// What to do with items that wait for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineAction {
    /// Name them.
    List,
    /// Try again.
    Again(Selection),
    /// Drop them.
    Drop(Selection),
}

/// What to do with messages that were refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedAction {
    /// Name them.
    List,
    /// Count them no longer.
    Drop(Selection),
}

/// Which of the items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// Every one.
    All,
    /// The one of this name in the list.
    Named(String),
}

impl OperatorRequest {
    /// What a message in the admin chat asks: `/status`, `/release`, `/quarantine retry 12`, `/unknown drop all`, `/failed`.
    /// None for anything else, which is no business of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let command = words.next()?.strip_prefix('/')?;
        let command = command.split_once('@').map_or(command, |(name, _)| name);
        let rest: Vec<&str> = words.collect();
        match (command, &rest[..]) {
            ("status", []) => Some(Self::Status),
            ("check", []) => Some(Self::Check),
            ("release", [] | ["answers"]) => Some(Self::ReleaseAnswers),
            ("release", ["silence"]) => Some(Self::EndSilence),
            ("quarantine", rest) => {
                Some(QuarantineAction::parse(rest, "retry").map_or(Self::Help, Self::Quarantine))
            }
            ("unknown", rest) => {
                Some(QuarantineAction::parse(rest, "resend").map_or(Self::Help, Self::Unknown))
            }
            ("failed", [] | ["list"]) => Some(Self::Refused(RefusedAction::List)),
            ("failed", ["drop", which]) => {
                Some(Self::Refused(RefusedAction::Drop(Selection::of(which))))
            }
            ("operator" | "status" | "check" | "release" | "failed", _) => Some(Self::Help),
            _ => None,
        }
    }
}

impl QuarantineAction {
    fn parse(words: &[&str], again: &str) -> Option<Self> {
        match words {
            [] | ["list"] => Some(Self::List),
            [word, which] if *word == again => Some(Self::Again(Selection::of(which))),
            ["drop", which] => Some(Self::Drop(Selection::of(which))),
            _ => None,
        }
    }
}

impl Selection {
    /// `all`, or a name out of the list.
    #[must_use]
    pub fn of(word: &str) -> Self {
        if word == "all" {
            Self::All
        } else {
            Self::Named(word.to_owned())
        }
    }

    /// Whether the thing of this name is meant.
    #[must_use]
    pub fn means(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(named) => named == name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_the_admin_chat_are_read() {
        let named = |name: &str| Selection::Named(name.to_owned());
        for (text, ask) in [
            ("/status", Some(OperatorRequest::Status)),
            ("/status@desk_bot", Some(OperatorRequest::Status)),
            ("/release answers", Some(OperatorRequest::ReleaseAnswers)),
            ("/release silence", Some(OperatorRequest::EndSilence)),
            (
                "/quarantine",
                Some(OperatorRequest::Quarantine(QuarantineAction::List)),
            ),
            (
                "/quarantine retry 12",
                Some(OperatorRequest::Quarantine(QuarantineAction::Again(named(
                    "12",
                )))),
            ),
            (
                "/quarantine drop all",
                Some(OperatorRequest::Quarantine(QuarantineAction::Drop(
                    Selection::All,
                ))),
            ),
            ("/quarantine retry", Some(OperatorRequest::Help)),
            (
                "/unknown resend r5.0",
                Some(OperatorRequest::Unknown(QuarantineAction::Again(named(
                    "r5.0",
                )))),
            ),
            ("/unknown retry r5.0", Some(OperatorRequest::Help)),
            (
                "/failed",
                Some(OperatorRequest::Refused(RefusedAction::List)),
            ),
            (
                "/failed drop all",
                Some(OperatorRequest::Refused(RefusedAction::Drop(
                    Selection::All,
                ))),
            ),
            ("/failed resend all", Some(OperatorRequest::Help)),
            ("/operator", Some(OperatorRequest::Help)),
            ("/start", None),
            ("/help", None),
            ("status", None),
            ("", None),
        ] {
            assert_eq!(OperatorRequest::parse(text), ask, "{text}");
        }
    }
}
