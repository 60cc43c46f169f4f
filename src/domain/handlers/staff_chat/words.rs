//! What the staff chat reads of an appeal.
//!
//! Invariant: every message fits into Telegram's limit; a file is shown itself, so its line says nothing there.

use std::collections::BTreeSet;

use crate::domain::{
    appeal::{Appeal, Author, Line},
    context::DecisionContext,
    effect::{Button, Keyboard},
    text::{Html, Text, beginning},
    thread::{SpokenLines, StaffThread},
    wording::{Note, StaffNote},
};

/// The most that is shown of words, in UTF-16 code units: with the heading it fits into one message.
const WORDS: usize = 3_500;
/// A message of more lines than these is not said anew.
const LINES: usize = 50;
/// The most of an appeal's words in a summary.
const FIRST_WORDS: usize = 80;
/// The longest name of a topic is 128 characters (Bot API: `createForumTopic`), the dots behind what was cut among them.
const TOPIC: usize = 127;

/// What a thread lacks, in words.
pub(super) struct ThreadNews {
    /// The words.
    pub(super) text: String,
    /// The lines in it, where it can be said anew from them.
    pub(super) lines: Option<Vec<u32>>,
    /// It says that the appeal is closed.
    pub(super) closes: bool,
}

/// What a thread lacks, and what was changed in these lines; nothing where only files are new, or what the chat itself has said.
pub(super) fn news(
    ctx: &DecisionContext<'_>,
    appeal: &Appeal,
    thread: &StaffThread,
    changed: &BTreeSet<u32>,
) -> Option<ThreadNews> {
    let held = |index: u32| thread.files.iter().any(|file| file.line == index);
    let mut words: Vec<String> = Vec::new();
    for line in changed.iter().filter_map(|&at| line(ctx, appeal, at)) {
        words.push(if held(line.index) {
            note(ctx, StaffNote::EditedFile)
        } else {
            note(ctx, StaffNote::Edited(line.text.as_str()))
        });
    }
    let mut lines = lines_from(ctx, appeal, thread.shown);
    lines.retain(|line| line.author != Author::Partner || !held(line.index));
    let closes = appeal.status.is_closed() && !thread.closed;
    words.extend(spoken(ctx, &lines, closes));
    words.extend(thread.unsaid.iter().map(|unsaid| unsaid.0.clone()));
    if words.is_empty() && thread.head.is_none() && !thread.files.is_empty() {
        words.push(note(ctx, StaffNote::FilesFollow));
    }
    let said = words.join("\n\n");
    let text = short(&said);
    let is_theirs = changed.is_empty() && text == said && lines.len() <= LINES;
    let lines: Vec<u32> = lines.iter().map(|line| line.index).collect();
    (!words.is_empty()).then(|| ThreadNews {
        text,
        lines: (is_theirs && !lines.is_empty()).then_some(lines),
        closes,
    })
}

/// What a message says with its lines as they are now; nothing where that is too long for it.
pub(super) fn anew(
    ctx: &DecisionContext<'_>,
    appeal: &Appeal,
    message: &SpokenLines,
) -> Option<String> {
    let lines = message.lines.iter();
    let lines: Vec<Line> = lines.filter_map(|&at| line(ctx, appeal, at)).collect();
    let said = spoken(ctx, &lines, message.closes).join("\n\n");
    (short(&said) == said).then_some(said)
}

/// Lines in words, and the closing behind them.
fn spoken(ctx: &DecisionContext<'_>, lines: &[Line], closes: bool) -> Vec<String> {
    let said = |line: &Line| match line.author {
        Author::Partner => Some(line.text.0.clone()),
        // What was answered in the chat stands there.
        Author::Specialist if line.by.is_some() => None,
        Author::Specialist => Some(note(ctx, StaffNote::Answered(line.text.as_str()))),
        Author::Note | Author::Adopted => None,
    };
    let closing = closes.then(|| note(ctx, StaffNote::Closed));
    lines.iter().filter_map(said).chain(closing).collect()
}

/// The first message of a thread: who asks, what, and how it stands; with what can be done.
pub(super) fn head(
    ctx: &DecisionContext<'_>,
    appeal: &Appeal,
    thread: &StaffThread,
) -> (Html, Keyboard) {
    let number = note(ctx, StaffNote::Number(appeal.number));
    let number = match row(ctx, appeal).or_else(|| address(ctx)) {
        Some(address) => Html::link(&address, &number),
        None => Html::escape(&number),
    };
    let (name, code) = who(ctx, appeal);
    let who = note(
        ctx,
        StaffNote::Who {
            name: &name,
            code: &code,
        },
    );
    let text = format!("{who}\n\n{}", thread.opening.as_str());
    let text = Html::join(&[number, Html::escape(&text)]).followed_by(thread.standing.as_str());
    let button = |label, button| (note(ctx, label), button);
    let buttons = vec![
        button(StaffNote::Take, Button::Take(appeal.id)),
        button(StaffNote::Solve, Button::Solve(appeal.id)),
    ];
    let keyboard = match appeal.status.is_closed() {
        true => Keyboard::Keep,
        false => Keyboard::Row(buttons),
    };
    (text, keyboard)
}

/// How an appeal stands, in a line of its first message; nothing while nobody has taken it up.
pub(super) fn standing(ctx: &DecisionContext<'_>, appeal: &Appeal) -> Text {
    let responsible = appeal.responsible.as_ref().map(|it| it.name.as_str());
    Text(match (appeal.status.is_closed(), responsible) {
        (true, _) => note(ctx, StaffNote::Solved),
        (false, Some(name)) => note(ctx, StaffNote::Taken(name)),
        (false, None) => String::new(),
    })
}

/// An appeal in one line of a summary.
pub(super) fn in_a_line(ctx: &DecisionContext<'_>, appeal: &Appeal) -> String {
    let thread = appeal.thread.as_ref();
    let untold = thread.map_or(0, |thread| {
        let changed = thread.changed.first().copied();
        changed.unwrap_or(thread.shown)
    });
    let lines = lines_from(ctx, appeal, untold);
    let (name, _) = who(ctx, appeal);
    let words = in_brief(lines.first());
    let line = StaffNote::SummaryLine {
        number: appeal.number,
        name: &name,
        words: &words,
    };
    note(ctx, line)
}

/// What the topic of an appeal is called: its number, who asks, and his first words.
pub(super) fn topic(ctx: &DecisionContext<'_>, appeal: &Appeal, thread: &StaffThread) -> String {
    let lines = lines_from(ctx, appeal, thread.shown);
    let is_file = |index| thread.files.iter().any(|file| file.line == index);
    let said = lines
        .iter()
        .find(|line| line.author == Author::Partner && !is_file(line.index));
    let (name, _) = who(ctx, appeal);
    let number = note(ctx, StaffNote::Number(appeal.number));
    let mut parts = vec![number, name, in_brief(said)];
    parts.retain(|part| !part.is_empty());
    beginning(&parts.join(" · "), TOPIC)
}

/// The beginning of a line, in one.
fn in_brief(line: Option<&Line>) -> String {
    let words = line.map_or("", |line| line.text.as_str());
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    beginning(&words, FIRST_WORDS)
}

/// A text of the chat.
pub(super) fn note(ctx: &DecisionContext<'_>, note: StaffNote<'_>) -> String {
    ctx.rules.wording.note(Note::Staff(note))
}

/// Words that fit into a message.
pub(super) fn short(words: &str) -> String {
    beginning(words, WORDS)
}

/// The way to an appeal's row by this service, which knows where it stands.
fn row(ctx: &DecisionContext<'_>, appeal: &Appeal) -> Option<String> {
    ctx.rules.links.as_ref()?.row(appeal.number?)
}

/// The tab of the appeals. It leads to no row: rows move under a sort, and a link that leads to another partner's row is worse than a look for the
/// number that stands in it.
pub(super) fn address(ctx: &DecisionContext<'_>) -> Option<String> {
    let staff = ctx.rules.staff.as_ref()?;
    let sheet = ctx.appeals_tab().sheet?;
    let book = &staff.spreadsheet.0;
    Some(format!(
        "https://docs.google.com/spreadsheets/d/{book}/edit#gid={sheet}"
    ))
}

fn who(ctx: &DecisionContext<'_>, appeal: &Appeal) -> (String, String) {
    let partner = appeal.partner.as_ref().and_then(|code| ctx.partner(code));
    partner.map_or_else(Default::default, |partner| {
        (partner.name.0, partner.written_code.0)
    })
}

/// A line of a dialogue, as this decision leaves it.
fn line(ctx: &DecisionContext<'_>, appeal: &Appeal, index: u32) -> Option<Line> {
    let fresh = ctx.fresh_line(appeal.id, index);
    fresh.or_else(|| ctx.view.line(appeal.id, index))
}

/// The lines of a dialogue from this one on, oldest first, as this decision leaves them.
fn lines_from(ctx: &DecisionContext<'_>, appeal: &Appeal, from: u32) -> Vec<Line> {
    let indices = from..appeal.dialogue.lines;
    let stored = ctx.view.lines(appeal.id, indices.len());
    let line = |index| {
        let fresh = ctx.fresh_line(appeal.id, index);
        fresh.or_else(|| stored.iter().find(|line| line.index == index).cloned())
    };
    indices.filter_map(line).collect()
}
