//! A dialogue that outgrows its cell: which of it moves to the archive, and what the row goes on showing.
//!
//! Invariant: a part depends on the lines alone, from the oldest on, whatever was written since: proposed again it is the same part.

use std::collections::VecDeque;

use super::{
    appeal::{Appeal, ArchiveState, Author, Line},
    ids::Number,
    rules::Rules,
    text::Text,
    view::View,
    wording::Note,
};

/// The most that stands around a line's text: its moment, its author, a line break.
const FRAME: usize = 64;
/// The most parts that leave in one batch; further ones follow in the next.
const MOST_PARTS: usize = 10;
/// How many parts an adopted history may speak of.
const MOST_TOLD: u32 = 1_000;

/// What the row should show, and what must be in the archive before it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// The history cell.
    pub(super) history: String,
    /// Parts that leave the cell, in their order, by their numbers.
    pub(super) parts: Vec<(u32, Text)>,
    /// The lines that are covered: the later ones wait for the next batch.
    pub(super) lines: u32,
}

/// Lines that the row shows or that are about to leave it, oldest first.
struct Scroll {
    pieces: VecDeque<Piece>,
    /// No less than what the cell would hold, in UTF-16 code units.
    weight: usize,
}

/// A line, or what is left of it.
struct Piece {
    line: Line,
    /// Its beginning is elsewhere, and with it the moment and the author.
    headless: bool,
}

/// The dialogue as its cell should show it, and the parts that it has no room for.
pub(super) fn show(rules: &Rules, view: &dyn View, number: Number, appeal: &Appeal) -> Shown {
    let mut scroll = Scroll::of(view, appeal, appeal.dialogue.lines);
    let (mut parts, mut last) = (Vec::new(), appeal.dialogue.shelf.parts);
    while scroll.weight > rules.cell && parts.len() < MOST_PARTS {
        last += 1;
        parts.push((last, Text(text(rules, scroll.take_part(room(rules))))));
    }
    let mut lines = appeal.dialogue.lines;
    while scroll.weight > rules.cell {
        let waits = scroll.pop_newest();
        lines = waits.map_or(lines, |piece| piece.line.index);
    }
    let shelf = ArchiveState {
        parts: last,
        ..appeal.dialogue.shelf
    };
    Shown {
        history: cell(rules, Some(number), &shelf, scroll.pieces),
        parts,
        lines,
    }
}

/// The cell that covers so many lines, as it stands when every confirmed part has left it and no other.
pub(super) fn shown(rules: &Rules, view: &dyn View, appeal: &Appeal, covered: u32) -> String {
    cell(
        rules,
        appeal.number,
        &appeal.dialogue.shelf,
        Scroll::of(view, appeal, covered).pieces,
    )
}

/// Whether the dialogue is too long for its cell, so that a part of it is on its way to the archive, or may be.
pub(super) fn overflows(rules: &Rules, view: &dyn View, appeal: &Appeal) -> bool {
    Scroll::of(view, appeal, appeal.dialogue.lines).weight > rules.cell
}

/// Every part up to this number is in the archive: the row shows the rest.
pub(super) fn confirm(rules: &Rules, view: &dyn View, appeal: &mut Appeal, parts: u32) {
    if parts <= appeal.dialogue.shelf.parts {
        return;
    }
    let mut scroll = Scroll::of(view, appeal, appeal.dialogue.lines);
    while appeal.dialogue.shelf.parts < parts && !scroll.pieces.is_empty() {
        drop(scroll.take_part(room(rules)));
        appeal.dialogue.shelf.parts += 1;
    }
    let oldest = scroll.pieces.front();
    appeal.dialogue.shown_from = oldest.map_or(appeal.dialogue.lines, |piece| piece.line.index);
    appeal.dialogue.shelf.kept = oldest.and_then(|piece| {
        let whole = view
            .lines(appeal.id, lines_from(appeal, piece.line.index))
            .pop()?;
        (whole.text != piece.line.text).then(|| units(piece.line.text.as_str()))
    });
}

/// The shelf of a row that is taken over with this history, whose last line may speak of earlier parts, in any language.
pub(super) fn told(rules: &Rules, number: Number, history: &Text) -> ArchiveState {
    let last = history
        .as_str()
        .trim_end()
        .lines()
        .last()
        .unwrap_or_default();
    let speaks = last.contains(rules.archive.as_str());
    let spellings = |part| rules.wording.every_note(pointer(rules, number, part));
    let parts = (1..=MOST_TOLD)
        .filter(|_| speaks)
        .find(|&part| spellings(part).iter().any(|it| it == last));
    let parts = parts.unwrap_or_default();
    ArchiveState {
        parts,
        told: parts,
        kept: None,
    }
}

/// Whether a history holds this line, in whatever language it was written there.
pub(super) fn holds(rules: &Rules, history: &Text, line: &Line) -> bool {
    let history = history.as_str();
    let Some(said) = said(line) else {
        return history.contains(&entry(rules, line));
    };
    let at = rules.date_time(line.at);
    let mut spellings = rules.wording.every_note(said).into_iter();
    spellings.any(|said| history.contains(&format!("{at}: {said}")))
}

/// One line as a cell shows it.
fn entry(rules: &Rules, line: &Line) -> String {
    let (at, text) = (rules.date_time(line.at), line.text.as_str());
    match said(line) {
        Some(said) => format!("{at}: {}", rules.wording.note(said)),
        None if line.author == Author::Adopted => text.to_owned(),
        None => format!("{at}: {text}"),
    }
}

/// What stands in a line of our own people, with who speaks.
fn said(line: &Line) -> Option<Note<'_>> {
    let (text, name) = (line.text.as_str(), line.by.as_ref().map(Text::as_str));
    match line.author {
        Author::Specialist => Some(Note::HistorySpecialist(text, name)),
        Author::Note => Some(Note::HistoryNote(text)),
        Author::Partner | Author::Adopted => None,
    }
}

impl Scroll {
    fn of(view: &dyn View, appeal: &Appeal, covered: u32) -> Self {
        let lines = view
            .lines(appeal.id, lines_from(appeal, appeal.dialogue.shown_from))
            .into_iter()
            .rev();
        let shown =
            lines.filter(|line| (appeal.dialogue.shown_from..covered).contains(&line.index));
        let mut pieces: VecDeque<Piece> = shown
            .map(|line| Piece {
                line,
                headless: false,
            })
            .collect();
        if let (Some(oldest), Some(kept)) = (pieces.front_mut(), appeal.dialogue.shelf.kept) {
            let at = at_unit(oldest.line.text.as_str(), kept as usize);
            oldest.line.text.0.truncate(at);
        }
        let weight = pieces.iter().map(Piece::weight).sum();
        Self { pieces, weight }
    }

    fn pop_newest(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_back()?;
        self.weight -= piece.weight();
        Some(piece)
    }

    fn pop_oldest(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_front()?;
        self.weight -= piece.weight();
        Some(piece)
    }

    fn put_back(&mut self, piece: Piece) {
        self.weight += piece.weight();
        self.pieces.push_front(piece);
    }

    /// Takes off the oldest lines that fit into a part; of one that is too long by itself, its end.
    fn take_part(&mut self, room: usize) -> Vec<Piece> {
        let (mut taken, mut weight) = (Vec::new(), 0);
        while let Some(oldest) = self.pop_oldest() {
            if weight + oldest.weight() <= room {
                weight += oldest.weight();
                taken.push(oldest);
                continue;
            }
            if taken.is_empty() {
                let (head, tail) = oldest.part(room);
                self.put_back(head);
                return vec![tail];
            }
            self.put_back(oldest);
            break;
        }
        taken
    }
}

impl Piece {
    fn weight(&self) -> usize {
        self.line.text.as_str().encode_utf16().count() + FRAME
    }

    /// Parts what is too long: its end fits into one part.
    fn part(self, room: usize) -> (Self, Self) {
        let text = self.line.text.as_str();
        let units = text.encode_utf16().count();
        let end = at_unit(text, units.saturating_sub(room.saturating_sub(FRAME + 1)));
        let near = &text[end..end + at_unit(&text[end..], room / 4)];
        let cut = near
            .find('\n')
            .or_else(|| near.find(' '))
            .map_or(end, |at| end + at + 1);
        let tail = Line {
            text: text[cut..].into(),
            ..self.line.clone()
        };
        let head = Line {
            text: text[..cut].into(),
            ..self.line
        };
        let headless = |line, headless| Self { line, headless };
        (headless(head, self.headless), headless(tail, true))
    }
}

/// Lines from this one on, newest on top, and below them where the earlier ones are.
fn cell(
    rules: &Rules,
    number: Option<Number>,
    shelf: &ArchiveState,
    pieces: VecDeque<Piece>,
) -> String {
    let mut text = text(rules, pieces);
    if let Some(number) = number.filter(|_| shelf.parts > shelf.told) {
        text.push('\n');
        let pointer = pointer(rules, number, shelf.parts);
        text.push_str(&rules.wording.note(pointer));
    }
    text
}

/// Newest on top.
fn text(
    rules: &Rules,
    pieces: impl IntoIterator<Item = Piece, IntoIter: DoubleEndedIterator>,
) -> String {
    let entry = |piece: Piece| {
        if piece.headless {
            piece.line.text.0
        } else {
            entry(rules, &piece.line)
        }
    };
    let entries: Vec<String> = pieces.into_iter().rev().map(entry).collect();
    let mut text = entries.join("\n");
    text.truncate(text.trim_end().len());
    text
}

/// The most that one part holds, in UTF-16 code units: half a cell, so that a dialogue moves seldom and the cell is never bare.
fn room(rules: &Rules) -> usize {
    rules.cell / 2
}

/// Where the earlier lines are.
fn pointer(rules: &Rules, number: Number, part: u32) -> Note<'_> {
    Note::HistoryArchived {
        tab: rules.archive.as_str(),
        number,
        part,
    }
}

fn lines_from(appeal: &Appeal, index: u32) -> usize {
    usize::try_from(appeal.dialogue.lines.saturating_sub(index)).unwrap_or(usize::MAX)
}

fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// The first character that begins at or behind so many UTF-16 code units.
fn at_unit(text: &str, units: usize) -> usize {
    let mut before = 0;
    for (at, c) in text.char_indices() {
        if before >= units {
            return at;
        }
        before += c.len_utf16();
    }
    text.len()
}
