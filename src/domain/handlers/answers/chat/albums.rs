//! The files of an album come one by one: they are one answer.
//!
//! Invariant: nothing joins an answer that Telegram may have.

use super::resting;
use crate::domain::{
    appeal::{
        Appeal,
        staff::{ChatOrder, ChatReply},
    },
    context::DecisionContext,
    ids::RowKey,
    styled::Style,
    text::Text,
};

/// A further file of an album belongs to the answer that its first one is, while that rests.
pub(super) fn joined(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, more: &ChatReply) -> bool {
    if more.album.is_none() {
        return false;
    }
    let waiting = appeal
        .delivery
        .orders
        .iter_mut()
        .find_map(|order| match order {
            ChatOrder::Answer(reply, _) if reply.album == more.album => Some(reply),
            _ => None,
        });
    if let Some(reply) = waiting {
        append(reply, more);
        return true;
    }
    let Some(answer) = resting(appeal).filter(|answer| {
        let reply = answer.reply.as_ref();
        reply.is_some_and(|reply| reply.album == more.album)
    }) else {
        return false;
    };
    if let Some(reply) = &mut answer.reply {
        append(reply, more);
        answer.text = reply.text.clone();
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
    true
}

fn append(reply: &mut ChatReply, more: &ChatReply) {
    reply.files.extend(&more.files);
    let mut words = reply.styled();
    if !words.as_str().is_empty() && !more.words.as_str().is_empty() {
        words.push("\n", &Style::default());
    }
    words.append(&more.styled());
    reply.say(&words);
    let texts = [reply.text.as_str(), more.text.as_str()];
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    reply.text = Text(texts.collect::<Vec<_>>().join("\n"));
}
