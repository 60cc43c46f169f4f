//! The templates of answers: as their tab shows them.
//!
//! Invariant: answers that wait for a template are read again when the templates have changed.

use super::answers;
use crate::domain::{
    appeal::{Appeal, Delivery},
    context::DecisionContext,
    effect::Entity,
    template::Template,
};

/// The tab of the templates was read; `None` if there is none. Answers that called what was not there are read again. A tab that was there
/// and is gone is one without templates: nobody gets a name in place of its text.
pub(super) fn found(ctx: &mut DecisionContext<'_>, all: Option<&Vec<Template>>) {
    let mut templates = ctx.templates();
    let all = all
        .cloned()
        .or_else(|| templates.all.as_ref().map(|_| Vec::new()));
    if templates.all == all {
        return;
    }
    templates.all = all;
    let awaited = std::mem::take(&mut templates.awaited);
    ctx.put(Entity::Templates(templates));
    for id in awaited {
        let waits = |appeal: &Appeal| matches!(appeal.delivery.state, Delivery::NoTemplate(_));
        if ctx.appeal(id).is_some_and(|appeal| waits(&appeal)) {
            answers::send_again(ctx, id);
        }
    }
}
