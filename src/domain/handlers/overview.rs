//! `/appeals`: a partner's appeals, newest first, and the dialogue of one, in a message that changes; and the buttons below the chat.
//!
//! Invariant: a partner sees his own appeals alone, and of an answer what he has of it; a page fits into one message.

use crate::domain::{
    appeal::{Appeal, Author, Line},
    context::DecisionContext,
    effect::{Button, Keyboard},
    ids::{AppealId, MessageId},
    markdown,
    session::Session,
    text::{Html, Text, beginning},
    wording::{MenuButton, Say},
};

use super::lines;

/// Appeals a page.
const APPEALS: usize = 5;
/// Lines of a dialogue a page.
const LINES: usize = 5;
/// As much of a line as is shown, in UTF-16 code units: five of them and who wrote them fit into a message.
const SHOWN: usize = 700;
/// As much of an appeal's first words as the list shows, in characters.
const FIRST_WORDS: usize = 80;
/// As much of them as a button shows.
const LABELLED: usize = 24;

/// The buttons that stay below a partner's chat.
pub(super) fn menu(ctx: &DecisionContext<'_>, session: &Session) -> Keyboard {
    let labels = MenuButton::ALL.map(|button| ctx.text(session, button.label()));
    Keyboard::Menu(labels.into())
}

/// Shows a page of the list, in place of the message that bears the button where there is one.
pub(super) fn list(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    page: u16,
    instead: Option<MessageId>,
) {
    let page = usize::from(page);
    let known = ctx.view.appeals_of(session.chat, (page + 1) * APPEALS + 1);
    if known.is_empty() {
        return ctx.say(session, Say::AppealsNone);
    }
    let page = page.min((known.len() - 1) / APPEALS);
    let shown = known.iter().skip(page * APPEALS).take(APPEALS);
    let mut text = ctx.text(session, Say::AppealsHeading);
    let mut buttons = Vec::new();
    for appeal in shown {
        let words = first_words(ctx, appeal);
        text.push_str("\n\n");
        text.push_str(&headline(ctx, session, appeal));
        if let Some(words) = &words {
            text.push('\n');
            text.push_str(&lines::quoted(words, FIRST_WORDS));
        }
        if !appeal.mixed {
            let number = ctx.text(session, Say::AppealsOpen(appeal.number));
            let label = words.map_or(number.clone(), |words| {
                format!("{number} · {}", lines::quoted(&words, LABELLED))
            });
            buttons.push(vec![(label, Button::Dialogue(appeal.id, 0))]);
        }
    }
    let newer = page.checked_sub(1).map(|to| (Say::PageNewer, to));
    let older = (known.len() > (page + 1) * APPEALS).then_some((Say::PageOlder, page + 1));
    buttons.extend(turns(ctx, session, [newer, older], Button::Appeals));
    ctx.show(
        session.chat,
        Html::escape(&text),
        Keyboard::Grid(buttons),
        instead,
    );
}

/// Shows a page of an appeal's dialogue, the newest line last; the list, where the appeal is not this partner's, or not his alone.
pub(super) fn dialogue(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    id: AppealId,
    page: u16,
    instead: Option<MessageId>,
) {
    let own = ctx.appeal(id).filter(|appeal| appeal.is_of(session.chat));
    let Some(appeal) = own else {
        return list(ctx, session, 0, instead);
    };
    let mut lines = ctx.view.lines(id, usize::MAX);
    lines.retain(is_shown);
    let pages = lines.len().div_ceil(LINES).max(1);
    let page = usize::from(page).min(pages - 1);
    let heading = Say::DialogueHeading {
        appeal: &headline(ctx, session, &appeal),
        page: page + 1,
        pages,
    };
    let heading = Html::escape(&ctx.text(session, heading));
    let mut text = format!("<b>{}</b>", heading.as_str());
    for line in lines.iter().skip(page * LINES).take(LINES).rev() {
        text.push_str("\n\n");
        text.push_str(&entry(ctx, session, line));
    }
    let earlier = (page + 1 < pages).then_some((Say::DialogueEarlier, page + 1));
    let later = page.checked_sub(1).map(|to| (Say::DialogueLater, to));
    let turned = turns(ctx, session, [earlier, later], |to| {
        Button::Dialogue(id, to)
    });
    let back = (ctx.text(session, Say::DialogueBack), Button::Appeals(0));
    let buttons = turned.into_iter().chain([vec![back]]).collect();
    ctx.show(
        session.chat,
        Html::trusted(text),
        Keyboard::Grid(buttons),
        instead,
    );
}

/// The buttons that turn the page, side by side, if there are any.
fn turns(
    ctx: &DecisionContext<'_>,
    session: &Session,
    ways: [Option<(Say<'_>, usize)>; 2],
    button: impl Fn(u16) -> Button,
) -> Option<Vec<(String, Button)>> {
    let turn = |(label, to): (Say<'_>, usize)| {
        let to = u16::try_from(to).ok()?;
        Some((ctx.text(session, label), button(to)))
    };
    let turns: Vec<_> = ways.into_iter().flatten().filter_map(turn).collect();
    (!turns.is_empty()).then_some(turns)
}

/// An appeal in one line: number, day, state.
fn headline(ctx: &DecisionContext<'_>, session: &Session, appeal: &Appeal) -> String {
    let date = appeal.stamp.map(|at| ctx.rules.day(at));
    let status = ctx.text(session, Say::StatusWord(&appeal.status));
    ctx.text(
        session,
        Say::AppealsLine {
            number: appeal.number,
            date: date.as_deref(),
            status: &status,
        },
    )
}

/// What an appeal begins with; nothing where that is a history from before our time, or where nobody can say whose it is.
fn first_words(ctx: &DecisionContext<'_>, appeal: &Appeal) -> Option<String> {
    let first = ctx.view.line(appeal.id, 0).filter(|_| !appeal.mixed)?;
    first.for_partner().map(|words| words.0.clone())
}

/// Whether the partner has anything of a line.
fn is_shown(line: &Line) -> bool {
    line.author == Author::Adopted || line.for_partner().is_some()
}

/// A line under the name of whoever wrote it. What was in a row before our time may have been written for those who work there.
fn entry(ctx: &DecisionContext<'_>, session: &Session, line: &Line) -> String {
    let at = ctx.rules.day_and_time(line.at);
    let (head, words) = match line.author {
        Author::Partner => {
            let words = beginning(line.text.as_str(), SHOWN);
            (Say::DialoguePartner(&at), Html::escape(&words))
        }
        Author::Specialist | Author::Note => {
            let words = line.for_partner().map_or("", Text::as_str);
            let words = markdown::beginning(&words.into(), SHOWN);
            (Say::DialogueSpecialist(&at), words)
        }
        Author::Adopted => (Say::DialogueBefore, Html::escape("")),
    };
    let head = Html::escape(&ctx.text(session, head));
    format!("<i>{}</i>\n{}", head.as_str(), words.as_str())
}
