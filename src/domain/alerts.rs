//! Troubles that the operator is told of: once when one begins, once when it is over.
//!
//! Invariant: a trouble that lasts is told once; one that comes and goes is told at most once in half an hour; what was told survives a restart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    chat::KnownChat,
    spans::{age, has_lasted},
    thread::StaffRoom,
};

/// A trouble that may pass by itself is told once it has lasted so long: longer than the hiccup of a network, and seen by two checks.
const LASTS: SignedDuration = SignedDuration::from_mins(4);
/// The same trouble is not told again within this time.
const RESTS: SignedDuration = SignedDuration::from_mins(30);

/// Something that does not go as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The journal cannot store; told past the journal, and never kept in it.
    Journal,
    /// Telegram does not answer.
    Telegram,
    /// Telegram does not serve the bot: its token, its owner, or somebody else who uses it.
    Bot,
    /// Telegram cannot bring us the updates.
    Webhook,
    /// There is no webhook: the settings name no address for one, or Telegram refuses it.
    NoWebhook,
    /// Google Sheets does not answer.
    Sheets,
    /// A tab has not been looked at for long, though Google answers.
    Looks,
    /// Records wait to be decided.
    Inbox,
    /// Replies or answers wait to be sent, though Telegram answers.
    Outbox,
    /// Records were set aside.
    Quarantine,
    /// Nobody knows what became of a message.
    Unknown,
    /// The disk is nearly full.
    Disk,
    /// A loop of ours had to be started again.
    Loops,
    /// The admin chat takes nothing from us.
    AdminChatState,
    /// The staff chat takes nothing from us.
    StaffChat,
    /// The staff chat gives appeals no topics of their own, though it should.
    StaffTopics,
}

/// The state of a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleState {
    /// Since when it lasts; `None` once it is over.
    pub since: Option<Timestamp>,
    /// It has been told, and its end has not.
    pub open: bool,
    /// When it was last told.
    pub told: Option<Timestamp>,
}

/// All troubles that stand, or were told not long ago.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// By trouble.
    #[serde(default)]
    pub standing: BTreeMap<Trouble, TroubleState>,
    /// The chat in which they are told.
    #[serde(default)]
    pub admin_chat: KnownChat,
    /// The chat of the specialists.
    #[serde(default)]
    pub staff: StaffRoom,
}

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It has begun.
    Begun(Trouble),
    /// It is over, after so long.
    Over(Trouble, SignedDuration),
}

impl Trouble {
    /// Whether it is no passing matter: then it is told at once.
    fn is_certain(self) -> bool {
        match self {
            Self::Journal
            | Self::Bot
            | Self::NoWebhook
            | Self::Quarantine
            | Self::Unknown
            | Self::Disk
            | Self::Loops
            | Self::AdminChatState
            | Self::StaffChat
            | Self::StaffTopics => true,
            Self::Telegram
            | Self::Webhook
            | Self::Sheets
            | Self::Looks
            | Self::Inbox
            | Self::Outbox => false,
        }
    }
}

impl Alerts {
    /// Takes in what a check has found, and says what is to be told.
    pub fn check(&mut self, found: &BTreeSet<Trouble>, now: Timestamp) -> Vec<Told> {
        let mut tells = Vec::new();
        for &trouble in found {
            let standing = self.standing.entry(trouble).or_insert(TroubleState {
                since: None,
                open: false,
                told: None,
            });
            let since = *standing.since.get_or_insert(now);
            let lasts = trouble.is_certain() || has_lasted(since, now, LASTS);
            let rests = standing
                .told
                .is_some_and(|told| !has_lasted(told, now, RESTS));
            if lasts && !rests && !standing.open {
                (standing.open, standing.told) = (true, Some(now));
                tells.push(Told::Begun(trouble));
            }
        }
        for (trouble, standing) in &mut self.standing {
            if found.contains(trouble) {
                continue;
            }
            let since = standing.since.take();
            if std::mem::take(&mut standing.open) {
                tells.push(Told::Over(
                    *trouble,
                    since.map_or(SignedDuration::ZERO, |since| age(since, now)),
                ));
            }
        }
        let rests = |told: Timestamp| !has_lasted(told, now, RESTS);
        self.standing
            .retain(|_, standing| standing.since.is_some() || standing.told.is_some_and(rests));
        tells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn tells(alerts: &mut Alerts, found: &[Trouble], minutes: i64) -> Vec<Told> {
        alerts.check(&found.iter().copied().collect(), at(minutes))
    }

    #[test]
    fn a_trouble_that_lasts_is_told_once_and_its_end_once() {
        let mut alerts = Alerts::default();
        assert_eq!(tells(&mut alerts, &[Trouble::Sheets], 0), []);
        assert_eq!(
            tells(&mut alerts, &[Trouble::Sheets], 5),
            [Told::Begun(Trouble::Sheets)]
        );
        assert_eq!(tells(&mut alerts, &[Trouble::Sheets], 10), []);
        let over = Told::Over(Trouble::Sheets, SignedDuration::from_mins(15));
        assert_eq!(tells(&mut alerts, &[], 15), [over]);
        assert_eq!(tells(&mut alerts, &[], 20), []);
        tells(&mut alerts, &[], 60);
        assert_eq!(alerts, Alerts::default(), "nothing is kept for ever");
    }

    #[test]
    fn what_passes_is_not_told_and_what_is_certain_at_once() {
        let mut alerts = Alerts::default();
        assert_eq!(tells(&mut alerts, &[Trouble::Telegram], 0), []);
        assert_eq!(tells(&mut alerts, &[], 5), []);
        assert_eq!(
            tells(&mut alerts, &[Trouble::Telegram], 10),
            [],
            "it begins anew"
        );
        assert_eq!(
            tells(&mut alerts, &[Trouble::Telegram, Trouble::Disk], 11),
            [Told::Begun(Trouble::Disk)]
        );
    }

    #[test]
    fn what_comes_and_goes_is_told_once_in_half_an_hour() {
        let mut alerts = Alerts::default();
        let mut told = 0;
        for minutes in 0..120 {
            let found: &[Trouble] = if minutes % 2 == 0 {
                &[Trouble::Unknown]
            } else {
                &[]
            };
            let begun = tells(&mut alerts, found, minutes);
            told += begun
                .iter()
                .filter(|told| matches!(told, Told::Begun(_)))
                .count();
        }
        assert_eq!(told, 4);
    }

    #[test]
    fn a_restart_repeats_nothing() {
        let mut alerts = Alerts::default();
        tells(&mut alerts, &[Trouble::Loops], 0);
        let stored = serde_json::to_string(&alerts).unwrap();
        let mut again: Alerts = serde_json::from_str(&stored).unwrap();
        assert_eq!(tells(&mut again, &[Trouble::Loops], 5), []);
        assert_eq!(
            serde_json::from_str::<Alerts>("{}").unwrap(),
            Alerts::default()
        );
    }
}
