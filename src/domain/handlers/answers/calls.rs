//! Answers that call a template.
//!
//! Invariant: the text counts that the template had when the answer was taken.

use crate::domain::{
    appeal::{Appeal, Delivery, staff::ChatReply},
    context::DecisionContext,
    effect::Entity,
    handlers::staff_chat,
    ids::RowKey,
    internal_note,
    session::Locale,
    styled::{Style, Styled},
    template::{Called, Fillings, is_call},
    text::Text,
    wording::{Say, StaffNote},
};

/// There is no template of this name; the row says so.
pub(in crate::domain::handlers) struct NoTemplate;

/// What an answer says in place of its own words, if it calls a template; the row says so if there is no such.
pub(super) fn text(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    typed: &Styled,
) -> Result<Option<Styled>, NoTemplate> {
    match called(ctx, appeal, typed) {
        Called::Nothing => Ok(None),
        Called::Text(said) => Ok(Some(said)),
        Called::Unknown(name, nearest) => {
            let mut templates = ctx.templates();
            if templates.awaited.insert(appeal.id) {
                ctx.put(Entity::Templates(templates));
            }
            appeal.delivery.answer = None;
            appeal.delivery.state = Delivery::NoTemplate(Box::new((name, nearest)));
            ctx.dirty(RowKey::Appeal(appeal.id));
            Err(NoTemplate)
        }
    }
}

/// The same for an answer of the chat, which is told there.
pub(in crate::domain::handlers) fn reply(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    mut reply: ChatReply,
) -> Result<ChatReply, NoTemplate> {
    match called(ctx, appeal, &reply.words.as_str().into()) {
        Called::Nothing => {}
        Called::Text(said) => {
            let mut words = said;
            let notes = reply.words.as_str().lines();
            for note in notes.filter(|line| internal_note::is_note(line)) {
                words.push("\n", &Style::default());
                words.push(note, &Style::default());
            }
            let told = reply.text.as_str();
            reply.text = Text(told.replacen(reply.words.as_str(), words.as_str(), 1));
            reply.say(&words);
        }
        Called::Unknown(name, nearest) => {
            let note = StaffNote::NoTemplate(&name, nearest.as_ref());
            staff_chat::says(ctx, appeal, (reply.message, false), note);
            return Err(NoTemplate);
        }
    }
    Ok(reply)
}

fn called(ctx: &DecisionContext<'_>, appeal: &Appeal, answer: &Styled) -> Called {
    let answer = spoken(answer);
    if !is_call(answer.as_str()) {
        return Called::Nothing;
    }
    let name = name_of(ctx, appeal);
    let number = appeal.number.map(|number| number.to_string());
    let fillings = Fillings {
        name: &name,
        number: number.as_deref().unwrap_or_default(),
    };
    ctx.templates().called(&answer, fillings)
}

/// What of an answer is for the partner.
pub(super) fn spoken(answer: &Styled) -> Styled {
    if internal_note::noted(answer.as_str()).is_empty() {
        return answer.clone();
    }
    let mut spoken = Styled::default();
    for line in answer
        .lines()
        .filter(|line| !internal_note::is_note(line.as_str()))
    {
        spoken.append(&line);
        spoken.push("\n", &Style::default());
    }
    spoken.trimmed()
}

/// What the staff list calls the partner; a word for anybody where it does not.
fn name_of(ctx: &DecisionContext<'_>, appeal: &Appeal) -> String {
    let session = ctx.session(appeal.chat);
    let code = session
        .as_ref()
        .and_then(|session| session.partner.as_ref());
    let partner = code.or(appeal.partner.as_ref());
    let partner = partner.and_then(|code| ctx.partner(code));
    let named = partner.filter(|partner| !partner.name.is_blank());
    let locale = session.map_or_else(Locale::default, |session| session.locale);
    named.map_or_else(
        || ctx.rules.wording.say(locale, Say::Nameless),
        |partner| partner.name.as_str().trim().to_owned(),
    )
}
