//! What a partner's message looks like as a line of a dialogue; lines that change after they were written.
//!
//! Invariant: a line is changed in place only while nothing of its dialogue is on its way to the archive, and what it said before stays
//! legible; otherwise the change is a line of its own.

use jiff::Timestamp;

use crate::domain::{
    appeal::{Appeal, Line},
    archive,
    context::DecisionContext,
    effect::Entity,
    files::{DOWNLOAD_LIMIT, FileId, StoredFile},
    ids::RowKey,
    message::{Attachment, Content, Context, Message, Post},
    rules::Rules,
    session::Kept,
    text::{Text, fold, visible},
    wording::{FileNote, NoLink, Note},
};

/// How much of a message is quoted that another replies to, in characters.
const QUOTED: usize = 100;
/// What begins a line on somebody's screen (Unicode: mandatory breaks).
const BREAKS: [char; 7] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
];
/// What stands between a speaker and his words.
const SPEAKS: [char; 7] = [':', '：', '-', '–', '—', '.', '('];
/// How long a line may grow by being changed, in bytes; a further change is a line of its own.
const CHANGED_IN_PLACE: usize = 12_000;

/// The line that holds a message; `None` for what cannot be passed on. A file in it is remembered, so that its link works.
pub(super) fn of(ctx: &mut DecisionContext<'_>, message: &Message) -> Option<Text> {
    let body = body(ctx, &message.content).filter(|body| !Text::from(body.as_str()).is_blank())?;
    Some(Text(apart(ctx.rules, &framed(ctx, &message.context, body))))
}

/// A partner's words in which no line can be taken for a specialist's or his note.
fn apart(rules: &Rules, text: &str) -> String {
    let speakers = [Note::HistorySpecialist("", None), Note::HistoryNote("")]
        .map(|speaker| rules.wording.every_note(speaker));
    let speakers = speakers.concat();
    let speakers: Vec<String> = speakers.iter().map(|speaker| fold(speaker)).collect();
    let marked = |line: &str| {
        // A line may be headed by a moment, as those of a history are.
        let word = fold(visible(line).trim_start_matches(|c: char| !c.is_alphabetic()));
        let mut behind = (speakers.iter()).filter_map(|speaker| word.strip_prefix(speaker));
        let speaks = behind
            .any(|behind| behind.trim().is_empty() || behind.trim_start().starts_with(SPEAKS));
        if speaks {
            format!("> {line}")
        } else {
            line.to_owned()
        }
    };
    text.split_inclusive(BREAKS).map(marked).collect()
}

/// Adds to a line what belongs to it; whether it could be done in place.
pub(super) fn extend(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    index: u32,
    more: &Text,
) -> bool {
    change(ctx, appeal, index, |line| {
        Some(format!("{}\n{}", line.text.as_str(), more.as_str()))
    })
}

/// Puts new words into a line in place of those that its message said there, which stay legible beside them; whether it could be done.
pub(super) fn correct(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    index: u32,
    post: &Post,
    entry: &Kept,
) -> bool {
    let rules = ctx.rules;
    change(ctx, appeal, index, |line| {
        let (whole, text) = (line.text.as_str(), entry.text.as_str());
        // What an earlier version remembered does not tell whether anything has changed.
        let same = post.held.is_none() && whole.starts_with(&format!("{text}\n"));
        let changed = || changed(rules, whole, post.said.as_ref(), text, entry.at);
        if same { None } else { changed() }
    })
}

/// Puts a specialist's new words into the line of his answer, or that it was taken back; what it said stays legible. Whether it could be done.
pub(super) fn restate(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    index: u32,
    before: &Text,
    now_says: &Text,
) -> bool {
    let (rules, at) = (ctx.rules, ctx.now);
    change(ctx, appeal, index, |line| {
        let whole = line.text.as_str();
        if !now_says.is_blank() {
            return changed(rules, whole, Some(before), now_says.as_str(), at);
        }
        let before = Some(before.as_str()).filter(|before| whole.contains(before));
        let before = before.unwrap_or(whole);
        let time = rules.time_of_day(at);
        let note = Note::LineWithdrawn {
            before,
            time: &time,
        };
        Some(whole.replacen(before, &rules.wording.note(note), 1))
    })
}

/// The partner has these words now of what a line of ours says, or, without any, nothing.
pub(super) fn tell(ctx: &mut DecisionContext<'_>, appeal: &Appeal, index: u32, told: &Text) {
    if let Some(line) = line(ctx, appeal, index) {
        let told = Some(told.clone());
        ctx.put(Entity::Line(Line { told, ..line }));
    }
}

/// The text with a changed message; `None` if it says the same.
pub(super) fn changed(
    rules: &Rules,
    whole: &str,
    said: Option<&Text>,
    text: &str,
    at: Timestamp,
) -> Option<String> {
    let before = said.map(Text::as_str);
    let before = before.filter(|said| whole.contains(said)).unwrap_or(whole);
    let time = rules.time_of_day(at);
    let note = Note::LineChanged {
        text,
        time: &time,
        before,
    };
    (before != text).then(|| whole.replacen(before, &rules.wording.note(note), 1))
}

/// The line of an appeal as this decision leaves it.
fn line(ctx: &DecisionContext<'_>, appeal: &Appeal, index: u32) -> Option<Line> {
    let changed = ctx.fresh_line(appeal.id, index);
    changed.or_else(|| ctx.view.line(appeal.id, index))
}

/// Changes a line in place unless the part of the dialogue that holds it is being moved. No words mean that there is nothing to change.
fn change(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    index: u32,
    words: impl FnOnce(&Line) -> Option<String>,
) -> bool {
    let whole = index > appeal.dialogue.shown_from
        || (index == appeal.dialogue.shown_from && appeal.dialogue.shelf.kept.is_none());
    if !whole || archive::overflows(ctx.rules, ctx.view, appeal) {
        return false;
    }
    let Some(mut line) = line(ctx, appeal, index) else {
        return false;
    };
    let Some(text) = words(&line) else {
        return true;
    };
    if text.len() > CHANGED_IN_PLACE {
        return false;
    }
    line.text = Text(text);
    appeal.row.distrust();
    appeal.dialogue.changed = ctx.seq;
    appeal.stamp = Some(ctx.now);
    ctx.put(Entity::Line(line));
    ctx.dirty(RowKey::Appeal(appeal.id));
    true
}

/// What a message of the staff chat looks like in the dialogue; `None` for what cannot be passed on.
pub(super) fn of_staff(ctx: &mut DecisionContext<'_>, content: &Content) -> Option<Text> {
    let body = body(ctx, content).map(Text)?;
    (!body.is_blank()).then_some(body)
}

/// The answer in this line answers nothing any more; returns how many lines it did.
pub(super) fn uncover(ctx: &mut DecisionContext<'_>, appeal: &Appeal, index: u32) -> u32 {
    let Some(line) = line(ctx, appeal, index) else {
        return 0;
    };
    let covered = line.covers.unwrap_or(index);
    let covers = Some(0);
    ctx.put(Entity::Line(Line { covers, ..line }));
    covered
}

fn body(ctx: &mut DecisionContext<'_>, content: &Content) -> Option<String> {
    let note = |ctx: &DecisionContext<'_>, note: Note<'_>| ctx.rules.wording.note(note);
    Some(match content {
        Content::Text(text) => text.0.clone(),
        Content::Contact { phone, name, .. } => note(
            ctx,
            Note::LineContact {
                name: name.as_str(),
                phone: phone.as_str(),
            },
        ),
        Content::Described { kind, words } => {
            let kind = note(ctx, Note::OtherKind(kind));
            note(
                ctx,
                Note::LineDescribed {
                    kind: &kind,
                    words: words.as_str(),
                },
            )
        }
        Content::File(attachment, caption) => {
            let file = file(ctx, attachment);
            if caption.is_blank() {
                file
            } else {
                format!("{file}\n{}", caption.as_str())
            }
        }
        Content::Place { position, name } => note(
            ctx,
            Note::LinePlace {
                name: name.as_str(),
                position: position.as_str(),
            },
        ),
        Content::Poll { question, options } => {
            let heading = note(ctx, Note::LinePoll(question.as_str()));
            let options = options
                .iter()
                .map(|option| format!("\n– {}", option.as_str()));
            options.fold(heading, |poll, option| poll + &option)
        }
        Content::Service(_) | Content::Other(_) => return None,
    })
}

/// A file in words: what it is, its name and size, and its link or why there is none.
fn file(ctx: &mut DecisionContext<'_>, attachment: &Attachment) -> String {
    let id = FileId(ctx.seq);
    let too_large = attachment.size.is_some_and(|size| size > DOWNLOAD_LIMIT);
    let link = match &ctx.rules.links {
        Some(_) if too_large => Err(NoLink::TooLarge),
        Some(links) => Ok(links.link(id, ctx.now)),
        None => Err(NoLink::NoAddress),
    };
    if link.is_ok() {
        ctx.put(Entity::File(StoredFile {
            id,
            attachment: attachment.clone(),
        }));
    }
    let note = |note: FileNote<'_>| ctx.rules.wording.note(Note::File(note));
    let mut described = note(FileNote::Kind(attachment.kind));
    if let Some(name) = &attachment.name {
        let (kind, name) = (&described, name.as_str());
        described = note(FileNote::Named { kind, name });
    }
    if let Some(bytes) = attachment.size {
        let (file, size) = (&described, &note(FileNote::Size(bytes)));
        described = note(FileNote::Sized { file, size });
    }
    note(FileNote::Line {
        described: &described,
        link: link.as_deref().map_err(|why| *why),
    })
}

fn framed(ctx: &DecisionContext<'_>, context: &Context, body: String) -> String {
    let note = |note: Note<'_>| ctx.rules.wording.note(note);
    let body = match &context.forwarded {
        Some(from) => note(Note::LineForwarded {
            from: from.as_str(),
            text: &body,
        }),
        None => body,
    };
    match &context.reply {
        Some(reply) if !reply.quote.is_blank() => note(Note::LineReply {
            quote: &quoted(reply.quote.as_str(), QUOTED),
            text: &body,
        }),
        Some(_) | None => body,
    }
}

/// The beginning of a text, so many characters at most, on one line.
pub(super) fn quoted(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{session::Locale, wording::Wording};

    #[test]
    fn sizes_are_spoken() {
        for (language, spoken) in [
            (Locale::Ru, "12 Б|999 Б|1 КБ|346 КБ|1,0 МБ|1,2 МБ|19,9 МБ"),
            (Locale::En, "12 B|999 B|1 KB|346 KB|1.0 MB|1.2 MB|19.9 MB"),
        ] {
            let wording = Wording::built_in().speaking(language);
            let sizes = [12, 999, 1_000, 345_600, 1_000_000, 1_250_000, 19_999_999];
            let sizes = sizes.map(|size| wording.note(Note::File(FileNote::Size(size))));
            assert_eq!(sizes.join("|"), spoken);
        }
    }

    #[test]
    fn nobody_speaks_as_a_specialist_in_any_language() {
        for language in Locale::ALL {
            let wording = Wording::built_in().speaking(language);
            let rules = Rules {
                wording,
                ..Rules::default()
            };
            for line in [
                "Специалист: всё решено",
                "Specialist: all is solved",
                "2026-03-02 10:00:00: Specialist (Ivanova): all is solved",
                "Заметка: сам дурак",
                "Note: his own fault",
            ] {
                assert_eq!(apart(&rules, line), format!("> {line}"));
            }
            for line in [
                "Специалисты не отвечают",
                "Specialists do not answer",
                "Notes",
            ] {
                assert_eq!(apart(&rules, line), line);
            }
        }
    }

    #[test]
    fn a_quote_is_short_and_on_one_line() {
        assert_eq!(quoted("раз\n\nдва", 100), "раз два");
        assert_eq!(quoted(&"ы".repeat(101), 100), "ы".repeat(100) + "…");
    }
}
