//! A person leaves the journal: what each table holds of somebody, and what becomes of it.
//!
//! Invariant: after the commit no key and no value holds the person's Telegram ID, nor anything that was written or sent. What may stay:
//! numbers of appeals (`numbered`), by which their rows are left alone; marks of updates (`dedup`), which hold nothing personal; and the line of
//! the staff list, while the list holds it. Freed pages of the file are written over as it is used.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::Serialize;

use super::{
    Intent,
    error::Result,
    keys,
    records::{self, AllMisplaced, Body, Incoming, Quarantined, QueuedMessage},
    store::{TableId, WriteTables},
    tokens,
};
use crate::domain::{
    appeal::Line,
    effect::Erasure,
    ids::{AppealId, ChatId, OutboxId, RowKey, Seq},
    message::Post,
    partner::Partner,
};

/// Erases one person, by the operator's word that was stored at `word`.
pub(super) fn erase(tables: &mut WriteTables<'_>, word: Seq, person: &Erasure) -> Result<()> {
    let left = left_behind(tables, person)?;
    let marks = Marks::of(tables, person, &left)?;
    let mut files = records(tables, word, &marks)?;
    if let Some(chat) = person.chat {
        let appeals = appeals_of(tables, chat)?;
        for appeal in &appeals {
            files.extend(dialogue(tables, chat, *appeal)?);
        }
        messages(tables, chat, &appeals)?;
        tables.remove(TableId::Sessions, &keys::chat(chat))?;
        let (first, last) = keys::posts_of(chat);
        tables.remove_range(TableId::Posts, (&first, &last))?;
        staff_posts(tables, &appeals)?;
        announcements(tables, chat)?;
    }
    for file in files {
        tables.remove(TableId::Files, &keys::seq(file))?;
    }
    timers(tables, &marks)?;
    intents(tables, &marks)?;
    misplaced(tables, &marks)?;
    let unlisted = person.codes().filter(|(_, listed)| !listed);
    let unlisted = unlisted.map(|(code, _)| code);
    for code in unlisted.chain(left.iter().map(|partner| &partner.code)) {
        tables.remove(TableId::Partners, code.as_str().as_bytes())?;
        undirty(tables, &RowKey::Partner(code.clone()))?;
    }
    Ok(())
}

/// Lines of the staff list that are gone, and of which the person's account is all that was left: older spellings of the code.
fn left_behind(tables: &WriteTables<'_>, person: &Erasure) -> Result<Vec<Partner>> {
    let mut left = Vec::new();
    for pair in tables.all(TableId::Partners)? {
        let partner: Partner = records::decode(&pair?.1)?;
        let is_left = person.chat.is_some_and(|chat| partner.is_left_of(chat));
        left.extend(is_left.then_some(partner));
    }
    Ok(left)
}

/// By what a stored record is known to speak of the person.
struct Marks {
    /// Numbers that are alone: the Telegram ID, the digits of the phone.
    numbers: Vec<String>,
    /// Words: the code as it is spelled, the name.
    words: Vec<String>,
}

impl Marks {
    fn of(tables: &WriteTables<'_>, person: &Erasure, left: &[Partner]) -> Result<Self> {
        let mut marks = Self {
            numbers: person.chat.iter().map(|chat| chat.0.to_string()).collect(),
            words: Vec::new(),
        };
        // What was written into a row is kept beside its appeal, which names nobody.
        let appeals = match person.chat {
            Some(chat) => appeals_of(tables, chat)?,
            None => Vec::new(),
        };
        let told = |appeal: &AppealId| format!("\"appeal\":{}}}", serde_json::json!(appeal));
        marks.words.extend(appeals.iter().map(told));
        left.iter().for_each(|partner| marks.add(partner));
        for (code, _) in person.codes() {
            let known = tables.read::<Partner>(TableId::Partners, code.as_str().as_bytes())?;
            marks.add(&known.unwrap_or_else(|| Partner::new(code.clone())));
        }
        Ok(marks)
    }

    /// What a line of the staff list says of the person.
    fn add(&mut self, partner: &Partner) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        self.words.push(quoted(partner.code.as_str()));
        let spelled = [&partner.written_code, &partner.name, &partner.written_phone];
        let spelled = spelled.iter().map(|text| quoted(text.as_str()));
        self.words.extend(spelled.filter(|word| word.len() > 2));
        let phone = partner.written_phone.as_str().chars();
        let digits: String = phone.filter(char::is_ascii_digit).collect();
        // The last ten digits are the same in every spelling of a Russian number.
        self.numbers
            .extend((digits.len() >= 10).then(|| digits[digits.len() - 10..].to_owned()));
    }

    /// Whether a part of a record speaks of the person.
    fn speak_in(&self, part: &impl Serialize) -> bool {
        serde_json::to_string(part).is_ok_and(|text| self.are_in(&text))
    }

    fn are_in(&self, text: &str) -> bool {
        let is_it = |run: &str, number: &String| {
            run == number || (number.len() == 10 && run.ends_with(number.as_str()))
        };
        let runs = text.split(|sign: char| !sign.is_ascii_digit());
        let mut runs = runs.filter(|run| run.len() > 4);
        let number = runs.any(|run| self.numbers.iter().any(|number| is_it(run, number)));
        number || self.words.iter().any(|word| text.contains(word))
    }
}

/// Records as they came, and those that were set aside: they stay, by number and moment, without what they held.
/// Tells which they were.
fn records(tables: &mut WriteTables<'_>, word: Seq, marks: &Marks) -> Result<BTreeSet<Seq>> {
    let mut emptied = BTreeSet::new();
    for key in meant(tables, TableId::Inbox, marks)? {
        // What came after the operator's word is a new beginning.
        if keys::to_seq(&key)? > word {
            continue;
        }
        if let Some(mut incoming) = tables.read::<Incoming>(TableId::Inbox, &key)? {
            incoming.body = Body::Raw(String::new());
            tables.write(TableId::Inbox, &key, &incoming)?;
        }
        emptied.insert(keys::to_seq(&key)?);
    }
    for key in meant(tables, TableId::Quarantine, marks)? {
        if let Some(mut record) = tables.read::<Quarantined>(TableId::Quarantine, &key)? {
            record.body = None;
            tables.write(TableId::Quarantine, &key, &record)?;
        }
    }
    Ok(emptied)
}

/// Keys of the records that speak of the person.
fn meant(tables: &WriteTables<'_>, table: TableId, marks: &Marks) -> Result<Vec<Vec<u8>>> {
    let mut meant = Vec::new();
    for pair in tables.all(table)? {
        let (key, value) = pair?;
        // A raw update is a string in its record, with its quotes escaped.
        let text = String::from_utf8_lossy(&value).replace("\\\"", "\"");
        if marks.are_in(&text) {
            meant.push(key);
        }
    }
    Ok(meant)
}

fn appeals_of(tables: &WriteTables<'_>, chat: ChatId) -> Result<Vec<AppealId>> {
    let (from, to) = keys::appeals_of(chat);
    let pairs = tables.pairs(TableId::AppealsOf, &from, Bound::Included(&to), usize::MAX)?;
    let keys = pairs.iter().map(|(key, _)| keys::to_appeal_of(key));
    keys.collect()
}

/// An appeal with its dialogue; tells which files its lines link to.
fn dialogue(tables: &mut WriteTables<'_>, chat: ChatId, appeal: AppealId) -> Result<Vec<Seq>> {
    let (from, to) = keys::lines_of(appeal);
    let mut files = Vec::new();
    for (_, value) in tables.pairs(TableId::Lines, &from, Bound::Included(&to), usize::MAX)? {
        if let Ok(line) = records::decode::<Line>(&value) {
            files.extend(links(line.text.as_str()));
        }
    }
    tables.remove_range(TableId::Lines, (&from, &to))?;
    tables.remove(TableId::Appeals, &keys::appeal(appeal))?;
    tables.remove(TableId::Held, &keys::appeal(appeal))?;
    tables.remove(TableId::AppealsOf, &keys::appeal_of(chat, appeal))?;
    undirty(tables, &RowKey::Appeal(appeal))?;
    Ok(files)
}

/// The files whose links are in a text.
fn links(text: &str) -> impl Iterator<Item = Seq> {
    let after = text.split("/files/").skip(1);
    after.filter_map(|rest| rest.split('-').next()?.parse().ok().map(Seq))
}

/// Messages to the person and about his appeals, whatever became of them.
fn messages(tables: &mut WriteTables<'_>, chat: ChatId, appeals: &[AppealId]) -> Result<()> {
    let mut gone = BTreeMap::new();
    for pair in tables.all(TableId::Outbox)? {
        let (key, value) = pair?;
        let message: QueuedMessage = records::decode(&value)?;
        let send = &message.entry.send;
        let about = match &send.id {
            OutboxId::Thread(appeal, _) => Some(*appeal),
            _ => send.about,
        };
        if send.to == chat || about.is_some_and(|appeal| appeals.contains(&appeal)) {
            gone.insert(key, keys::waiting(send.lane, message.order));
        }
    }
    for (id, waiting) in &gone {
        tables.remove(TableId::Waiting, waiting)?;
        for table in [
            TableId::Outbox,
            TableId::Sending,
            TableId::Failed,
            TableId::Unknown,
        ] {
            tables.remove(table, id)?;
        }
    }
    let ended = tables.pairs(TableId::Ended, &[], Bound::Unbounded, usize::MAX)?;
    for (key, _) in ended {
        let id = key.get(size_of::<i64>()..).unwrap_or_default();
        if gone.contains_key(id) {
            tables.remove(TableId::Ended, &key)?;
        }
    }
    Ok(())
}

/// What the staff chat was shown of the person's appeals is replied to in vain.
fn staff_posts(tables: &mut WriteTables<'_>, appeals: &[AppealId]) -> Result<()> {
    let (from, to) = keys::posts_of_groups();
    for (key, value) in tables.pairs(TableId::Posts, &from, Bound::Excluded(&to), usize::MAX)? {
        let post: Post = records::decode(&value)?;
        if appeals.contains(&post.appeal) {
            tables.remove(TableId::Posts, &key)?;
        }
    }
    Ok(())
}

/// What became of the person's announcements.
fn announcements(tables: &mut WriteTables<'_>, chat: ChatId) -> Result<()> {
    let mark = keys::chat(chat);
    let mut fates = Vec::new();
    for pair in tables.all(TableId::Announced)? {
        let (key, _) = pair?;
        fates.extend(key.ends_with(&mark).then_some(key));
    }
    for key in fates {
        tables.remove(TableId::Announced, &key)?;
    }
    Ok(())
}

fn timers(tables: &mut WriteTables<'_>, marks: &Marks) -> Result<()> {
    for key in meant(tables, TableId::Timers, marks)? {
        tables.remove(TableId::Timers, &key)?;
    }
    Ok(())
}

/// Batches whose outcome is open: of the person's rows nothing is remembered.
fn intents(tables: &mut WriteTables<'_>, marks: &Marks) -> Result<()> {
    for key in meant(tables, TableId::Intents, marks)? {
        if let Some(mut intent) = tables.read::<Intent>(TableId::Intents, &key)? {
            intent.touched.retain(|row| !marks.speak_in(row));
            tables.write(TableId::Intents, &key, &intent)?;
        }
    }
    Ok(())
}

/// What is to be put right in the person's rows is left as it stands.
fn misplaced(tables: &mut WriteTables<'_>, marks: &Marks) -> Result<()> {
    for key in meant(tables, TableId::Misplaced, marks)? {
        if let Some(AllMisplaced(mut all)) = tables.read(TableId::Misplaced, &key)? {
            all.retain(|one| !marks.speak_in(one));
            tokens::remember_misplaced(tables, &key, all)?;
        }
    }
    Ok(())
}

fn undirty(tables: &mut WriteTables<'_>, key: &RowKey) -> Result<()> {
    super::dirty::clean(tables, key, Seq(u64::MAX))
}
