//! `/promotions`: what runs now, newest first, a few at a time.
//!
//! Invariant: a page fits into one message; a page that is not there (any more) shows the nearest that is.

use std::cmp::Reverse;

use jiff::Timestamp;

use crate::domain::{
    broadcast::BroadcastState,
    context::DecisionContext,
    effect::{Button, Keyboard},
    ids::MessageId,
    markdown,
    promotion::{Promotion, PromotionStatus, Stage, offer},
    session::Session,
    text::Html,
    wording::Say,
};

/// Promotions a page.
const PAGE: usize = 3;
/// As much of a description as is shown, in UTF-16 code units: three of them and their names fit into a message.
const DESCRIBED: usize = 900;
/// As much of a name as is shown, in characters.
const NAMED: usize = 120;

/// Shows a page, in place of the message that bears the button where there is one.
pub(super) fn show(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    page: u16,
    instead: Option<MessageId>,
) {
    let all = ctx.view.promotions().into_iter();
    let mut active: Vec<(Option<Timestamp>, Promotion)> =
        all.filter_map(|it| dated(ctx, it)).collect();
    active.sort_by_key(|(announced, promotion)| {
        (Reverse(*announced), Reverse(promotion.key.number()))
    });
    if active.is_empty() {
        return ctx.say(session, Say::PromotionsNone);
    }
    let pages = active.len().div_ceil(PAGE);
    let page = usize::from(page).min(pages - 1);
    let heading = ctx.text(
        session,
        Say::PromotionsHeading {
            page: page + 1,
            pages,
        },
    );
    let shown = active.iter().skip(page * PAGE).take(PAGE);
    let shown = shown.map(|(_, promotion)| entry(ctx, session, promotion));
    let html = std::iter::once(Html::escape(&heading).as_str().to_owned()).chain(shown);
    let text = Html::trusted(html.collect::<Vec<_>>().join("\n\n"));
    let button = |there: bool, say, to: Option<usize>| {
        let to = to.and_then(|to| u16::try_from(to).ok()).filter(|_| there)?;
        Some((ctx.text(session, say), Button::Promotions(to)))
    };
    let back = button(page > 0, Say::PageNewer, page.checked_sub(1));
    let on = button(page + 1 < pages, Say::PageOlder, Some(page + 1));
    let buttons: Vec<_> = back.into_iter().chain(on).collect();
    let keyboard = if buttons.is_empty() {
        Keyboard::Keep
    } else {
        Keyboard::Row(buttons)
    };
    ctx.show(session.chat, text, keyboard, instead);
}

/// A promotion that runs, and when it was announced; before our time is before all others. One that nobody has got, and nobody is
/// getting, does not run.
fn dated(
    ctx: &DecisionContext<'_>,
    promotion: Promotion,
) -> Option<(Option<Timestamp>, Promotion)> {
    let announced = match promotion.stage {
        Stage::Announced(_) if !is_out(ctx, &promotion) => return None,
        Stage::Announced(at) => Some(at),
        Stage::Adopted => None,
        Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) => return None,
    };
    let runs = promotion.gone.is_none()
        && promotion.standing(&ctx.rules.promotions) == Some(PromotionStatus::Active);
    runs.then_some((announced, promotion))
}

/// Whether its broadcast has begun; neither one whose picture is awaited has, nor one that ended before it reached anybody.
fn is_out(ctx: &DecisionContext<'_>, promotion: &Promotion) -> bool {
    let broadcast = ctx.broadcast(&promotion.key);
    broadcast.is_none_or(|broadcast| {
        broadcast.state != BroadcastState::Preparing && !broadcast.reached_nobody()
    })
}

fn entry(ctx: &DecisionContext<'_>, session: &Session, promotion: &Promotion) -> String {
    let offer = &promotion.row.offer;
    let title: String = offer.title.as_str().trim().chars().take(NAMED).collect();
    let described = markdown::beginning(&promotion.description(), DESCRIBED);
    let described = match described.as_str() {
        "" => String::new(),
        described => format!("{described}\n"),
    };
    let period = Html::escape(&offer::period(&ctx.rules.wording, session.locale, offer));
    let link = offer::addresses::link(&offer.link).ok().flatten();
    let link = link.map(|link| {
        let label = ctx.text(session, Say::PromotionButton);
        format!("\n<a href=\"{}\">{label}</a>", Html::escape(&link).as_str())
    });
    format!(
        "<b>{}</b>\n{described}{}{}",
        Html::escape(&title).as_str(),
        period.as_str(),
        link.unwrap_or_default()
    )
}
