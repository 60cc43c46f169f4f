//! Answers that call a template.
//!
//! Invariant: the text counts that the template had when the answer was taken.

use crate::domain::{
    appeal::{Appeal, Delivery},
    context::DecisionContext,
    effect::Entity,
    ids::RowKey,
    internal_note,
    session::Locale,
    template::{Called, Fillings, is_call},
    text::Text,
    view::View,
    wording::Say,
};

/// There is no template of this name; the row says so.
pub(super) struct NoTemplate;

/// What an answer says in place of its own words, if it calls a template; the row says so if there is no such.
pub(super) fn text(
    ctx: &mut DecisionContext<'_, impl View>,
    appeal: &mut Appeal,
    text: &Text,
) -> Result<Option<Text>, NoTemplate> {
    if !is_call(&internal_note::spoken(text.as_str())) {
        return Ok(None);
    }
    let mut templates = ctx.templates();
    let name = name_of(ctx, appeal);
    let number = appeal.number.map(|number| number.to_string());
    let fillings = Fillings {
        name: &name,
        number: number.as_deref().unwrap_or_default(),
    };
    match templates.called(&internal_note::spoken(text.as_str()), fillings) {
        Called::Nothing => Ok(None),
        Called::Text(said) => Ok(Some(said)),
        Called::Unknown(name, nearest) => {
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

/// What the staff list calls the partner; a word for anybody where it does not.
fn name_of(ctx: &DecisionContext<'_, impl View>, appeal: &Appeal) -> String {
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
