//! Whose is what: no decision puts a thing in the place of another's, and nothing of an appeal goes to anybody but its partner.
//!
//! Invariant: every decision is checked before any of it is stored; one that does not pass is given up whole.

use std::collections::BTreeMap;

use super::{
    appeal::{Appeal, Line},
    effect::{Decision, Effect, Entity, MessageForm, Send},
    ids::{AppealId, ChatId, OutboxId},
    message::Post,
    view::View,
};

/// Why a decision must not be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OwnershipError {
    /// Two different things under one identity in the same decision.
    #[error("one identity for two {0}")]
    Twice(&'static str),
    /// The appeal is another chat's.
    #[error("appeal {0} belongs to another partner")]
    Appeal(AppealId),
    /// In the line's place stands another.
    #[error("line {1} of appeal {0} is another message's")]
    Line(AppealId, u32),
    /// The message belongs to the appeal of another partner.
    #[error("a message is joined to appeal {0} of another partner")]
    Post(AppealId),
    /// The message would go to somebody else than whose appeal or announcement it is.
    #[error("a message about appeal {0} would go to another partner")]
    Recipient(AppealId),
    /// The announcement would go to somebody else than it was made for.
    #[error("an announcement would go to another partner")]
    Announcement,
    /// What the staff chat is shown would go to a partner, or shows it what another has written.
    #[error("what the staff is shown of appeal {0} is not its partner's, or would go to a partner")]
    Staff(AppealId),
}

/// Whether a decision leaves to everybody what is his.
///
/// # Errors
/// The first thing that it would put in the place of another's.
pub fn check(view: &dyn View, decision: &Decision) -> Result<(), OwnershipError> {
    let whose = Whose { view, decision };
    for (index, entity) in decision.puts.iter().enumerate() {
        if decision.puts[..index]
            .iter()
            .any(|earlier| earlier.is_same_as(entity))
        {
            return Err(OwnershipError::Twice(entity.kind()));
        }
        match entity {
            Entity::Appeal(appeal) => whose.appeal(appeal)?,
            Entity::Line(line) => whose.line(line)?,
            Entity::Post(post) => whose.post(post)?,
            Entity::Partner(_)
            | Entity::Session(_)
            | Entity::Tab(_)
            | Entity::File(_)
            | Entity::Group(_)
            | Entity::Broadcast(_)
            | Entity::Announced(_)
            | Entity::Promotion(_)
            | Entity::Alerts(_)
            | Entity::Templates(_) => {}
        }
    }
    let mut sends: BTreeMap<&OutboxId, &Send> = BTreeMap::new();
    for send in decision.effects.iter().filter_map(sent) {
        if sends
            .insert(&send.id, send)
            .is_some_and(|earlier| earlier != send)
        {
            return Err(OwnershipError::Twice("messages"));
        }
        whose.send(send)?;
    }
    Ok(())
}

/// Whether both may be versions of one thing, given that they have one identity.
pub(super) fn agree(one: &Entity, other: &Entity) -> bool {
    match (one, other) {
        (Entity::Appeal(one), Entity::Appeal(other)) => one.chat == other.chat,
        (Entity::Line(one), Entity::Line(other)) => is_same_message(one, other),
        (Entity::File(one), Entity::File(other)) => one.attachment == other.attachment,
        _ => true,
    }
}

/// A line may be changed, but it stays the one message that it is.
fn is_same_message(one: &Line, other: &Line) -> bool {
    (one.author, one.at, one.message) == (other.author, other.at, other.message)
}

fn sent(effect: &Effect) -> Option<&Send> {
    if let Effect::Send(send) = effect {
        Some(send)
    } else {
        None
    }
}

struct Whose<'a> {
    view: &'a dyn View,
    decision: &'a Decision,
}

impl Whose<'_> {
    fn appeal(&self, appeal: &Appeal) -> Result<(), OwnershipError> {
        let stored = self.view.appeal(appeal.id);
        let same = stored.is_none_or(|stored| stored.chat == appeal.chat);
        same.then_some(()).ok_or(OwnershipError::Appeal(appeal.id))
    }

    fn line(&self, line: &Line) -> Result<(), OwnershipError> {
        let lines = self
            .view
            .appeal(line.appeal)
            .map_or(0, |appeal| appeal.dialogue.lines);
        let from_the_end = usize::try_from(lines.saturating_sub(line.index)).unwrap_or(usize::MAX);
        let stored = self.view.lines(line.appeal, from_the_end).into_iter();
        let mut there = stored.filter(|stored| stored.index == line.index && line.index < lines);
        let same = there.all(|stored| is_same_message(&stored, line));
        same.then_some(())
            .ok_or(OwnershipError::Line(line.appeal, line.index))
    }

    fn post(&self, post: &Post) -> Result<(), OwnershipError> {
        // In a group it is the staff's.
        let same =
            post.chat.is_group() || self.owner(post.appeal).is_none_or(|chat| chat == post.chat);
        same.then_some(()).ok_or(OwnershipError::Post(post.appeal))
    }

    fn send(&self, send: &Send) -> Result<(), OwnershipError> {
        let spoken_of = match &send.id {
            OutboxId::Answer(appeal, ..) => Some(*appeal),
            OutboxId::Thread(appeal, _) => return self.shown(*appeal, send),
            OutboxId::Promotion(_, chat) | OutboxId::Cover(_, chat) if *chat != send.to => {
                return Err(OwnershipError::Announcement);
            }
            OutboxId::Reply(..)
            | OutboxId::Promotion(..)
            | OutboxId::Cover(..)
            | OutboxId::Preview(..)
            | OutboxId::Staff(..) => None,
        };
        for appeal in spoken_of.into_iter().chain(send.about) {
            if self.owner(appeal).is_some_and(|chat| chat != send.to) {
                return Err(OwnershipError::Recipient(appeal));
            }
        }
        Ok(())
    }

    /// What the staff sees of an appeal goes to a group, and is its partner's.
    fn shown(&self, appeal: AppealId, send: &Send) -> Result<(), OwnershipError> {
        let own = match send.form {
            MessageForm::Copy(from, _) => self.owner(appeal).is_none_or(|chat| chat == from),
            _ => true,
        };
        (own && send.to.is_group())
            .then_some(())
            .ok_or(OwnershipError::Staff(appeal))
    }

    /// The owner of the appeal once the decision is applied; nobody if it was erased.
    fn owner(&self, id: AppealId) -> Option<ChatId> {
        let changed = self.decision.puts.iter().find_map(|entity| {
            let Entity::Appeal(appeal) = entity else {
                return None;
            };
            (appeal.id == id).then_some(appeal.chat)
        });
        changed.or_else(|| self.view.appeal(id).map(|appeal| appeal.chat))
    }
}
