//! «Спасибо», «ок» and the like shortly after an appeal was closed: they ask for nothing, so they get a reaction and no appeal.
//!
//! Invariant: a word, a sign or a question that is not listed here makes a message of it like any other.

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::SignedDuration;

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    ids::{ChatId, MessageId},
    message::Message,
    spans::has_lasted,
    text::fold,
    wording::Say,
};

use super::appeals;

/// For so long after a closing a thank-you is about it.
const SHORTLY: SignedDuration = SignedDuration::from_hours(24);
/// How many of a partner's newest appeals it may be about.
const RECENT: usize = 20;
/// Whoever thanks says one of these.
const THANKS: [&str; 41] = [
    "спасибо",
    "спасибки",
    "спс",
    "пасиб",
    "благодарю",
    "благодарим",
    "благодарен",
    "благодарна",
    "ок",
    "оке",
    "окей",
    "окэй",
    "хорошо",
    "отлично",
    "супер",
    "класс",
    "здорово",
    "прекрасно",
    "замечательно",
    "понял",
    "поняла",
    "поняли",
    "понятно",
    "ясно",
    "принято",
    "принял",
    "приняла",
    "договорились",
    "ладно",
    "ага",
    "угу",
    "thanks",
    "thank",
    "thx",
    "ok",
    "okay",
    "great",
    "perfect",
    "cool",
    "got",
    "understood",
];
/// And may say these beside it.
const AROUND: [&str; 27] = [
    "большое",
    "огромное",
    "вам",
    "вас",
    "тебе",
    "за",
    "помощь",
    "ответ",
    "оперативность",
    "быстрый",
    "очень",
    "все",
    "всем",
    "теперь",
    "работает",
    "заработало",
    "получилось",
    "помогло",
    "пришло",
    "you",
    "very",
    "much",
    "so",
    "it",
    "for",
    "the",
    "help",
];
/// Both, as words are compared.
static FOLDED: LazyLock<[BTreeSet<String>; 2]> = LazyLock::new(|| {
    let folded = |list: &[&str]| list.iter().map(|word| fold(word)).collect();
    [folded(&THANKS), folded(&AROUND)]
});
/// Whoever only thanks writes no more than this, in bytes.
const LONGEST: usize = 400;
/// Signs of somebody who is content; the last ones only change how another looks.
const SIGNS: &str = "👍🙏❤♥💙💚💛🧡🤍😊🙂😀😃😄😁😉😌☺👌🤝🎉💐🌹🌸✅✔🔥💯🫶🤗😍😘👏\u{fe0f}\u{200d}\u{1f3fb}\u{1f3fc}\u{1f3fd}\u{1f3fe}\u{1f3ff}";
/// What may stand between words.
const BETWEEN: &str = ".,!)…-–—;:\"«»";

/// Whether a message only thanks for what was closed a little while ago: for that which it replies to, or for any while none is open.
pub(super) fn is_all(ctx: &DecisionContext<'_>, message: &Message) -> bool {
    let own = message.context.forwarded.is_none();
    let text = message.content.text().filter(|_| own);
    text.is_some_and(|text| thanks(text.as_str())) && has_reason(ctx, message)
}

/// The reaction to a message could not be set: words say that it has come in, or that thanks were heard.
pub(in crate::domain) fn unshown(ctx: &mut DecisionContext<'_>, chat: ChatId, message: MessageId) {
    let session = ctx.session(chat).filter(|_| any_just_closed(ctx, chat));
    match (ctx.view.post(chat, message), session) {
        (None, Some(session)) => ctx.say(&session, Say::Welcomed),
        (Some(_), _) => appeals::unshown(ctx, chat, message),
        (None, None) => {}
    }
}

fn has_reason(ctx: &DecisionContext<'_>, message: &Message) -> bool {
    let reply = message.context.reply.as_ref();
    let replied = reply.and_then(|reply| appeals::of_message(ctx, message.chat, reply.message?));
    match replied {
        Some((appeal, _)) => is_just_closed(ctx, &appeal),
        None => ctx.open_appeal(message.chat).is_none() && any_just_closed(ctx, message.chat),
    }
}

fn any_just_closed(ctx: &DecisionContext<'_>, chat: ChatId) -> bool {
    let recent = ctx.view.appeals_of(chat, RECENT);
    recent.iter().any(|appeal| is_just_closed(ctx, appeal))
}

fn is_just_closed(ctx: &DecisionContext<'_>, appeal: &Appeal) -> bool {
    let changed = appeal.stamp.filter(|_| appeal.status.is_closed());
    changed.is_some_and(|at| !has_lasted(at, ctx.now, SHORTLY))
}

/// Whether a text says thanks and nothing else.
fn thanks(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(fold)
        .collect();
    let mut signs = text
        .chars()
        .filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !BETWEEN.contains(*c))
        .peekable();
    let thanked = match signs.peek() {
        Some(_) if words.is_empty() => true,
        Some(_) | None => words.iter().any(|word| FOLDED[0].contains(word)),
    };
    let known = |word: &String| FOLDED.iter().any(|list| list.contains(word));
    thanked && words.iter().all(known) && signs.all(|sign| SIGNS.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_are_told_from_everything_else() {
        for text in [
            "Спасибо",
            "спасибо!!!",
            "Спасибо большое за помощь 🙏",
            "Ок",
            "ok",
            "OK, thank you very much",
            "Понял, спасибо",
            "Всё понятно)",
            "Спасибо, всё работает",
            "👍",
            "❤️",
            "👍🏻👍🏻",
        ] {
            assert!(thanks(text), "{text}");
        }
        for text in [
            "Спасибо, а когда?",
            "Ок?",
            "не ок",
            "Спасибо, не работает",
            "да",
            "нет",
            "Ок, ещё вопрос",
            "все",
            "за вас",
            "👎",
            "спасибо 😡",
            "спасибо(((",
            "...",
            "",
            "5",
        ] {
            assert!(!thanks(text), "{text}");
        }
    }
}
