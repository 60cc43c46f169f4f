//! A state in memory, a clock that stands still, and decisions told in words.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sheetdesk::{
    domain::{
        appeal::{Appeal, Status, rating::Rating, row::RowLink},
        decide::decide,
        effect::{Button, Decision, Effect, Entity, Keyboard, MessageForm, Wake},
        event::{
            AnswerCell, AppealCells, Event, Looked, Outcome, PartnerCells, RowEvent, RowResult,
            TelegramCell, Update, WriteReport, WrittenRow,
        },
        files::Links,
        identity::{self, Asked, RowKeys, matching::assign, news::AppealsRead},
        ids::{
            AppealId, BatchToken, CallbackId, ChatId, MessageId, Number, OutboxId, PartnerCode,
            RowKey, Seq, SpreadsheetId,
        },
        message::{Content, Context, Message},
        ownership,
        partner::RowTrouble,
        row::{CellValue, Column, DesiredRow},
        rules::Rules,
        session::Locale,
        tab::Tab,
        text::Text,
        view::View,
    },
    journal::MemoryStore,
};

pub(crate) const ANNA: ChatId = ChatId(7001);
pub(crate) const BORIS: ChatId = ChatId(7002);
pub(crate) const ADMIN: ChatId = ChatId(1);

/// The state of one test.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) rules: Rules,
    pub(crate) state: MemoryStore,
    pub(crate) now: Timestamp,
    seq: u64,
    messages: i64,
    /// The appeals tab.
    sheet: Vec<SheetRow>,
    displaced: BTreeSet<Number>,
    /// What the last read showed of each appeal's number beside a row that is not its.
    strays: BTreeMap<AppealId, Vec<(usize, RowTrouble)>>,
}

/// A row of the appeals tab.
#[derive(Debug, Clone)]
pub(crate) struct SheetRow {
    pub(crate) number: Option<u32>,
    pub(crate) chat: TelegramCell,
    pub(crate) status: Option<Status>,
    pub(crate) answer: AnswerCell,
    pub(crate) delivery: Text,
    pub(crate) updated: Text,
    pub(crate) waiting: Option<Text>,
    pub(crate) rating: Option<Rating>,
    pub(crate) partner: Option<PartnerCode>,
    pub(crate) history: Option<Text>,
}

impl Table {
    /// A journal that has never seen anything, at 11:00 in Moscow.
    pub(crate) fn empty() -> Self {
        let rules = Rules {
            time_zone: TimeZone::get("Europe/Moscow").expect("a zone"),
            admin_chat: Some(ADMIN),
            links: Some(Links::new(
                "https://desk.example",
                b"a secret of the tests",
                SignedDuration::from_hours(24),
            )),
            ..Rules::default()
        };
        Self {
            rules,
            state: MemoryStore::default(),
            now: "2026-03-02T08:00:00Z".parse().expect("a moment"),
            seq: 0,
            messages: 100,
            sheet: Vec::new(),
            displaced: BTreeSet::new(),
            strays: BTreeMap::new(),
        }
    }

    /// The staff list and the appeals have been seen; Anna's code is П-1, her phone +7 912 345-67-89.
    pub(crate) fn sighted() -> Self {
        let mut table = Self::empty();
        table.lists("П-1", "Анна", "8 (912) 345-67-89");
        table.looked(Tab::Partners);
        table.looked(Tab::Appeals);
        table
    }

    /// Anna is registered.
    pub(crate) fn registered() -> Self {
        let mut table = Self::sighted();
        table.text(ANNA, "П-1");
        table.contact(ANNA, "79123456789", true);
        table
    }

    /// Anna has appeal № 1, and its row is in the sheet.
    pub(crate) fn with_appeal() -> Self {
        let mut table = Self::registered();
        table.text(ANNA, "Не приходит отчёт");
        table.placed(1);
        table
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Decides one event, stores what follows and tells it in words.
    pub(crate) fn event(&mut self, event: &Event) -> Vec<String> {
        self.seq += 1;
        let seq = Seq(self.seq);
        let decision = decide(&self.rules, &self.state, seq, event, self.now);
        assert_eq!(
            ownership::check(&self.state, &decision),
            Ok(()),
            "{event:?}"
        );
        let words = self.tell(&decision);
        self.state.apply(seq, decision, self.now);
        words
    }

    pub(crate) fn text(&mut self, chat: ChatId, text: &str) -> Vec<String> {
        self.message(chat, Content::Text(Text::from(text)))
    }

    pub(crate) fn contact(&mut self, chat: ChatId, phone: &str, own: bool) -> Vec<String> {
        self.message(
            chat,
            Content::Contact {
                phone: Text::from(phone),
                own,
                name: Text::default(),
            },
        )
    }

    pub(crate) fn message(&mut self, chat: ChatId, content: Content) -> Vec<String> {
        self.message_in(chat, content, Context::default())
    }

    /// A message that is in something; its id is told by [`Table::last_message`].
    pub(crate) fn message_in(
        &mut self,
        chat: ChatId,
        content: Content,
        context: Context,
    ) -> Vec<String> {
        self.messages += 1;
        let message = Message {
            chat,
            message: MessageId(self.messages),
            at: self.now,
            locale: Locale::Ru,
            content,
            context,
        };
        self.event(&Event::Update(Update::Message(message)))
    }

    /// The id of the person's last message.
    pub(crate) fn last_message(&self) -> MessageId {
        MessageId(self.messages)
    }

    /// An earlier message was changed.
    pub(crate) fn edited(
        &mut self,
        chat: ChatId,
        message: MessageId,
        content: Content,
    ) -> Vec<String> {
        let message = Message {
            chat,
            message,
            at: self.now,
            locale: Locale::Ru,
            content,
            context: Context::default(),
        };
        self.event(&Event::Update(Update::Edited(message)))
    }

    /// A button is pressed, of a message as far as Telegram remembers it.
    pub(crate) fn press(
        &mut self,
        chat: ChatId,
        message: Option<MessageId>,
        button: Option<Button>,
    ) -> Vec<String> {
        self.event(&Event::Update(Update::Pressed {
            chat,
            callback: CallbackId("c".into()),
            message,
            button,
            by: None,
            locale: Locale::Ru,
        }))
    }

    pub(crate) fn blocked(&mut self, chat: ChatId, blocked: bool) -> Vec<String> {
        self.event(&Event::Update(Update::Membership {
            chat,
            blocked,
            locale: Locale::Ru,
        }))
    }

    /// A line of the staff list, without an account.
    pub(crate) fn lists(&mut self, code: &str, name: &str, phone: &str) -> Vec<String> {
        self.lists_bound(code, name, phone, TelegramCell::Empty)
    }

    /// A line of the staff list as the sheet shows it.
    pub(crate) fn lists_bound(
        &mut self,
        code: &str,
        name: &str,
        phone: &str,
        telegram: TelegramCell,
    ) -> Vec<String> {
        self.event(&Event::Row(RowEvent::Partner(PartnerCells {
            code: self::code(code),
            written_code: Text::from(code),
            name: Text::from(name),
            phone: Text::from(phone),
            authorized: telegram != TelegramCell::Empty,
            refused: false,
            telegram,
            since: Text::default(),
        })))
    }

    pub(crate) fn looked(&mut self, tab: Tab) -> Vec<String> {
        self.looked_since(tab, self.now)
    }

    /// A read ends that began at this moment, and whoever waited for it is answered.
    pub(crate) fn looked_since(&mut self, tab: Tab, began: Timestamp) -> Vec<String> {
        let words = self.event(&Event::Looked(Looked {
            tab,
            began,
            highest: None,
            sheet: None,
        }));
        let waited =
            |(at, wake): &(Timestamp, Wake)| *at <= self.now && matches!(wake, Wake::Parked(_));
        let due: Vec<_> = self
            .state
            .timers()
            .into_iter()
            .filter(|timer| waited(timer))
            .collect();
        let answered = due.into_iter().flat_map(|timer| {
            self.state.remove_timer(&timer);
            self.event(&Event::Due(timer.1))
        });
        let words = words.into_iter().filter(|word| word != "wake in 0 s");
        words.chain(answered.collect::<Vec<_>>()).collect()
    }

    /// The row of an appeal as a read shows it.
    pub(crate) fn row(&mut self, number: u32, status: Status, answer: &str) -> Vec<String> {
        self.shows(vec![cells(number, status, answer)])
    }

    /// A read finds that these rows stand in place of those that bore their numbers; told in words.
    pub(crate) fn shows(&mut self, rows: Vec<SheetRow>) -> Vec<String> {
        let replaced: BTreeSet<u32> = rows.iter().filter_map(|row| row.number).collect();
        let stays = |row: &SheetRow| row.number.is_none_or(|number| !replaced.contains(&number));
        self.sheet.retain(stays);
        let old = self.sheet.len();
        self.sheet.extend(rows);
        self.reads(old, &BTreeSet::new())
    }

    /// A read finds that nobody bears this number any more.
    pub(crate) fn misses(&mut self, number: u32) -> Vec<String> {
        self.sheet.retain(|row| row.number != Some(number));
        self.reads(self.sheet.len(), &[Number(number)].into())
    }

    /// A read of the appeals tab that shows something new from this row on.
    fn reads(&mut self, new_from: usize, gone: &BTreeSet<Number>) -> Vec<String> {
        let rows = self.sheet.clone();
        let keys: Vec<RowKeys<'_>> = rows.iter().map(SheetRow::keys).collect();
        let asked = Asked {
            rows: keys
                .iter()
                .map(|keys| (keys.number, keys.telegram.chat()))
                .collect(),
            gone: gone | &self.displaced,
            ..Asked::default()
        };
        let index = identity::index(&self.rules, &self.state, &asked);
        let assignment = assign(&keys, &asked.gone, &index);
        let changed: Vec<bool> = (0..rows.len()).map(|at| at >= new_from).collect();
        let strays = self.strays.iter();
        let strays = strays.map(|(appeal, rows)| (*appeal, rows.len())).collect();
        let reading = AppealsRead {
            strays: &strays,
            rows: &keys,
            changed: &changed,
            cells: |at: usize| rows[at].cells(),
            by_code: &vec![false; rows.len()],
            highest: keys.iter().filter_map(|keys| keys.number).max(),
        };
        let events = reading.events(&assignment, &index);
        self.strays = assignment.strays();
        self.displaced = assignment.displaced;
        let events = events.into_iter().map(Event::Row);
        events.flat_map(|event| self.event(&event)).collect()
    }

    /// What the rows are told that bear the number of an appeal and are not its row.
    pub(crate) fn strays(&self, number: u32) -> Vec<RowTrouble> {
        let id = self.appeal(number).id;
        let rows = self.strays.get(&id).into_iter().flatten();
        rows.map(|(_, why)| *why).collect()
    }

    /// The read-back confirms the row as the journal wants it.
    pub(crate) fn placed(&mut self, number: u32) -> Vec<String> {
        let appeal = self.appeal(number);
        let of_appeal = |row: &&mut SheetRow| {
            let known = match appeal.row.link() {
                RowLink::Unnumbered(history) => Some(history),
                _ => None,
            };
            let bare = row.number.is_none() && row.history.as_ref() == known;
            row.number == Some(number) || (bare && row.chat.chat() == Some(appeal.chat))
        };
        if let Some(row) = self.sheet.iter_mut().find(of_appeal) {
            row.number = Some(number);
        } else {
            self.sheet.push(SheetRow {
                chat: TelegramCell::Id(appeal.chat),
                ..cells(number, appeal.status.clone(), "")
            });
        }
        let cleared = appeal.delivered_answer().map(|answer| answer.text.clone());
        let result = RowResult::Confirmed {
            status: Some(appeal.status.clone()),
            cleared,
            filled: appeal.text_to_correct().cloned(),
            lines: appeal.dialogue.lines,
            parts: 0,
            formula: None,
        };
        self.wrote(number, result)
    }

    pub(crate) fn wrote(&mut self, number: u32, result: RowResult) -> Vec<String> {
        self.wrote_row(RowKey::Appeal(self.appeal(number).id), result)
    }

    /// A write of a row ends.
    pub(crate) fn wrote_row(&mut self, key: RowKey, result: RowResult) -> Vec<String> {
        let rows = vec![WrittenRow {
            key,
            dirtied: Seq(self.seq),
            result,
        }];
        let report = WriteReport {
            spreadsheet: SpreadsheetId("book".into()),
            token: Some(BatchToken(1)),
            rows,
            misplaced: None,
        };
        self.event(&Event::Wrote(report))
    }

    pub(crate) fn sent(&mut self, id: &OutboxId, outcome: Outcome) -> Vec<String> {
        self.event(&Event::Sent(id.clone(), outcome))
    }

    /// The n-th message of the appeal's answer, by revision.
    pub(crate) fn answer_id(&self, number: u32, revision: u32, part: u8) -> OutboxId {
        OutboxId::Answer(
            self.appeal(number).id,
            sheetdesk::domain::ids::Revision(revision),
            part,
        )
    }

    pub(crate) fn appeal(&self, number: u32) -> Appeal {
        let id = self
            .state
            .numbered(Number(number))
            .expect("the number is given");
        self.state.appeal(id).expect("the appeal exists")
    }

    /// What `Доставка` should say.
    pub(crate) fn delivery(&self, number: u32) -> String {
        let row = self
            .project(&RowKey::Appeal(self.appeal(number).id))
            .expect("a row");
        let words = row
            .ours
            .into_iter()
            .find_map(|(column, value)| match (column, value) {
                (Column::Delivery, CellValue::Text(text)) => Some(text.0),
                _ => None,
            });
        words.expect("always projected")
    }

    pub(crate) fn project(&self, key: &RowKey) -> Option<DesiredRow> {
        sheetdesk::domain::project::project(&self.rules, &self.state, key)
    }

    fn tell(&self, decision: &Decision) -> Vec<String> {
        let puts = decision.puts.iter().filter_map(tell_put);
        let effects = decision
            .effects
            .iter()
            .map(|effect| self.tell_effect(effect));
        let dirty = decision
            .dirty
            .iter()
            .map(|key| format!("dirty {}", tell_key(key)));
        let clean = decision
            .clean
            .iter()
            .map(|(key, _)| format!("clean {}", tell_key(key)));
        let settled = decision
            .settled
            .iter()
            .map(|(_, token)| format!("settle {}", token.0));
        puts.chain(effects)
            .chain(dirty)
            .chain(clean)
            .chain(settled)
            .collect()
    }

    fn tell_effect(&self, effect: &Effect) -> String {
        match effect {
            Effect::Send(send) => {
                let keyboard = match &send.keyboard {
                    Keyboard::Keep => String::new(),
                    Keyboard::ShareContact(label) => format!(" [share: {label}]"),
                    Keyboard::Link(label, url) => format!(" [{label}: {url}]"),
                    Keyboard::Remove => " [no keyboard]".to_owned(),
                    Keyboard::Menu(labels) => format!(" [below: {}]", labels.join(" | ")),
                    Keyboard::Inline(buttons) | Keyboard::Row(buttons) => {
                        format!(" [{}]", labels(buttons))
                    }
                    Keyboard::Grid(lines) => {
                        let lines = lines.iter().map(|buttons| labels(buttons));
                        format!(" [{}]", lines.collect::<Vec<_>>().join(" / "))
                    }
                };
                let first = send
                    .text
                    .as_str()
                    .lines()
                    .filter(|line| !line.is_empty())
                    .collect::<Vec<_>>()
                    .join(" / ");
                let form = form(&send.form);
                let reply = send.reply_to;
                let reply = reply.map_or_else(String::new, |to| format!(" [replies to {}]", to.0));
                let topic = send.topic;
                let topic = topic.map_or_else(String::new, |id| format!(" [in topic {}]", id.0));
                format!("{}: {first}{keyboard}{form}{reply}{topic}", send.to)
            }
            Effect::Reschedule { at, lost, .. } => format!(
                "again in {} s, lost {lost}",
                at.duration_since(self.now).as_secs()
            ),
            Effect::Silence(until) => {
                format!("silent for {} s", until.duration_since(self.now).as_secs())
            }
            Effect::Finish(_, ending) => format!("ended {ending:?}"),
            Effect::Withdraw(_) => "withdrawn".to_owned(),
            Effect::AnswerButton(_) => "button answered".to_owned(),
            Effect::React(chat, message) => format!("{chat}: reaction to {}", message.0),
            Effect::Answer(ask) => format!("asked {ask:?}"),
            Effect::Requeue(seq) => format!("decide {seq} anew"),
            Effect::Discard(seq) => format!("discard {seq}"),
            Effect::Resend(id) => format!("resend {}", id.name()),
            Effect::Forget(id) => format!("forget {}", id.name()),
            Effect::DropLedger(key) => format!("drop the ledger of {}", key.0),
            Effect::Erase(_) => "a person is erased".to_owned(),
            Effect::Look(tab) => format!("look {}", tab.name()),
            Effect::Then { at, .. } => {
                format!("wake in {} s", at.duration_since(self.now).as_secs())
            }
        }
    }
}

fn form(form: &MessageForm) -> String {
    match form {
        MessageForm::Message | MessageForm::Receipt => String::new(),
        MessageForm::Silent => " [silent]".to_owned(),
        MessageForm::Edit(message) => format!(" [edits {}]", message.0),
        MessageForm::Caption(message, _) => format!(" [beneath {}]", message.0),
        MessageForm::Delete(message) => format!(" [deletes {}]", message.0),
        MessageForm::File(address) => format!(" [file {}]", address.as_str()),
        MessageForm::Picture(source) => format!(" [picture {}]", source.as_str()),
        MessageForm::Kept(media) => format!(" [kept {:?} {}]", media.kind, media.file),
        MessageForm::Captioned(from, message) => {
            format!(" [file of {}/{}]", from, message.0)
        }
        MessageForm::Copy(from, message) => {
            format!(" [copy of {}/{}]", from, message.0)
        }
        MessageForm::Topic => " [topic]".to_owned(),
        MessageForm::CloseTopic(topic) => format!(" [closes topic {}]", topic.0),
        MessageForm::ReopenTopic(topic) => format!(" [reopens topic {}]", topic.0),
    }
}

fn labels(buttons: &[(String, Button)]) -> String {
    let labels: Vec<&str> = buttons.iter().map(|(label, _)| label.as_str()).collect();
    labels.join(" | ")
}

impl SheetRow {
    fn keys(&self) -> RowKeys<'_> {
        let answer = match &self.answer {
            AnswerCell::Text(text) => text.as_str(),
            AnswerCell::Blank | AnswerCell::Unready(_) => "",
        };
        RowKeys {
            number: self.number.map(Number),
            telegram: self.chat,
            history: self.history.as_ref().map(Text::as_str),
            said: ["", answer, ""],
        }
    }

    pub(crate) fn cells(&self) -> AppealCells {
        AppealCells {
            styles: Vec::new(),
            status: self.status.clone(),
            answer: self.answer.clone(),
            delivery: self.delivery.clone(),
            updated: self.updated.clone(),
            waiting: self.waiting.clone(),
            rating: self.rating.clone(),
            partner: self.partner.clone(),
            history: self.history.clone(),
        }
    }
}

/// A row of Anna's with this history, which has no number.
pub(crate) fn bare(history: &str) -> SheetRow {
    SheetRow {
        number: None,
        history: Some(history.into()),
        ..cells(0, Status::New, "")
    }
}

pub(crate) fn cells(number: u32, status: Status, answer: &str) -> SheetRow {
    let answer = if answer.is_empty() {
        AnswerCell::Blank
    } else {
        AnswerCell::Text(Text::from(answer))
    };
    SheetRow {
        number: Some(number),
        chat: TelegramCell::Id(ANNA),
        status: Some(status),
        answer,
        delivery: Text::default(),
        updated: Text::default(),
        waiting: None,
        rating: None,
        partner: None,
        history: None,
    }
}

pub(crate) fn code(text: &str) -> PartnerCode {
    PartnerCode::fold(text).expect("a code")
}

fn tell_key(key: &RowKey) -> String {
    match key {
        RowKey::Partner(code) => format!("partner {}", code.as_str()),
        RowKey::Appeal(id) => format!("appeal {}", id),
        RowKey::Promotion(key) => format!("promotion {}", key.0),
    }
}

/// Entities whose change a reader wants to see; sessions and tabs are looked at where a test is about them.
fn tell_put(entity: &Entity) -> Option<String> {
    match entity {
        Entity::Line(line) => Some(format!("line {}: {}", line.index, line.text.as_str())),
        Entity::Partner(partner) => Some(format!(
            "partner {} bound to {:?}",
            partner.code.as_str(),
            partner.binding.as_ref().map(|b| b.chat.0)
        )),
        Entity::File(file) => Some(format!("file {}", file.attachment.remote)),
        Entity::Appeal(_)
        | Entity::Session(_)
        | Entity::Tab(_)
        | Entity::Post(_)
        | Entity::Group(_)
        | Entity::Broadcast(_)
        | Entity::Alerts(_)
        | Entity::Announced(_)
        | Entity::Promotion(_)
        | Entity::Templates(_) => None,
    }
}
