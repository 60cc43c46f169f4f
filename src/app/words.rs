//! The settings, said in the words of the rooms: rules for the domain, headers and statuses for the synchroniser.
//!
//! Invariant: no room but this one knows both the settings and what they are for.

use std::{collections::BTreeMap, num::NonZeroU32};

use jiff::SignedDuration;

use crate::{
    config::{
        AppealWords, ArchiveWords, Fill, Hours, PartnerWords, PromotionWords, Settings, SheetWords,
        TemplateWords,
    },
    domain::{
        appeal::{
            Status,
            orders::{AnswerOrder, AnswerOrders},
        },
        broadcast::QuietWindow,
        files::Links,
        hours::WorkingHours,
        ids::ChatId,
        promotion::{Action, PromotionStatus, vocabulary::Vocabulary},
        row::Column,
        rules::{CELL, Rules, StaffChat},
        session::Locale,
        tab::Tab,
        word::Word,
        wording::{Say, Term, Wording},
    },
    sheets::table::layout::words::{TabWords, troubles, unaddressed},
    telegram::webhook::Menu,
};

/// What decisions depend on.
pub(super) fn rules(settings: &Settings) -> Rules {
    let (access, promotions) = (&settings.words.partners.statuses, &settings.promotions);
    let (late, orders) = (
        promotions.hold_if_later_than,
        &settings.words.appeals.orders,
    );
    Rules {
        time_zone: settings.time_zone.clone(),
        admin_chat: admin_chat(settings),
        staff: staff(settings),
        grace: SignedDuration::try_from(settings.appeals.grace).unwrap_or(SignedDuration::ZERO),
        orders: AnswerOrders([
            (AnswerOrder::Correct, orders.correct.clone()),
            (AnswerOrder::SendAgain, orders.send_again.clone()),
        ]),
        rating: settings.appeals.rating,
        resend_unknown: settings.appeals.resend_unknown,
        answer_within: (settings.appeals.answer_within)
            .map(|within| SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX)),
        hours: working_hours(&settings.hours),
        overdue: settings.words.appeals.marks.overdue.written().into(),
        authorized: access.authorized.written().into(),
        not_authorized: access.not_authorized.written().into(),
        cell: CELL,
        archive: settings.words.archive.tab.as_str().into(),
        links: links(settings),
        resend_announcements: promotions.resend_unknown,
        quiet: promotions.quiet_hours.map(|hours| QuietWindow {
            from: hours.from,
            until: hours.until,
        }),
        hold_if_later_than: late
            .map(|hours| SignedDuration::try_from(hours).unwrap_or(SignedDuration::MAX)),
        rate: settings.telegram.rate_per_second.map_or(0, NonZeroU32::get),
        promotions: vocabulary(&settings.words.promotions),
        wording: settings.texts.clone().calling(terms(&settings.words)),
    }
}

/// What the sheets call what texts send people to.
fn terms(words: &SheetWords) -> impl Iterator<Item = (Term, String)> + use<> {
    let (actions, orders) = (&words.promotions.actions, &words.appeals.orders);
    let columns = &words.promotions.columns;
    let state = (Term::State, words.state.tab.as_str().to_owned());
    let words = [
        (Term::Publish, &actions.publish),
        (Term::Resume, &actions.resume),
        (Term::Cancel, &actions.cancel),
        (Term::Correct, &orders.correct),
        (Term::SendAgain, &orders.send_again),
        (Term::NotAuthorized, &words.partners.statuses.not_authorized),
        (Term::Delivery, &words.appeals.columns.delivery),
        (Term::Mailing, &columns.broadcast),
        (Term::Content, &columns.content),
    ];
    let words = words.map(|(term, word)| (term, word.written().to_owned()));
    words.into_iter().chain([state])
}

/// The chat of the specialists.
fn staff(settings: &Settings) -> Option<StaffChat> {
    let chat = settings.staff.chat?;
    let names = settings.staff.names.iter().flat_map(|names| &names.0);
    let named = |(account, name): (&i64, &String)| (ChatId(*account), name.as_str().into());
    Some(StaffChat {
        chat: ChatId(chat.number()),
        spreadsheet: settings.sheets.appeals.spreadsheet.clone(),
        names: names.map(named).collect(),
        topics: settings.staff.topics,
    })
}

/// When people work.
fn working_hours(hours: &Hours) -> WorkingHours {
    WorkingHours {
        week: (hours.week.clone()).unwrap_or_else(|| WorkingHours::default().week),
        holidays: hours.holidays.clone().unwrap_or_default(),
    }
}

/// The admin chat of the settings.
pub(super) fn admin_chat(settings: &Settings) -> Option<ChatId> {
    let chat = settings.telegram.admin_chat?;
    Some(ChatId(chat.number()))
}

/// Links to files that partners sent; without a public address there are none. Their key comes from the secret of the sheets' calls:
/// a new one closes all old links.
pub(super) fn links(settings: &Settings) -> Option<Links> {
    let lifetime =
        SignedDuration::try_from(settings.files.lifetime).unwrap_or(SignedDuration::ZERO);
    let url = settings.http.public_url.as_ref()?.as_str();
    let key = settings.sheets.callback_secret.key();
    Some(Links::new(url, key, lifetime))
}

/// The words of the staff list.
pub fn partners(title: &str, words: &PartnerWords) -> TabWords {
    let names = &words.columns;
    TabWords {
        columns: vec![
            column(Column::Code, &names.code),
            column(Column::Name, &names.name),
            column(Column::Phone, &names.phone),
            column(Column::Access, &names.status),
            column(Column::Telegram, &names.telegram_id),
            column(Column::Since, &names.authorized_at),
        ],
        authorized: words.statuses.authorized.clone(),
        not_authorized: words.statuses.not_authorized.clone(),
        ..plain(Tab::Partners, title)
    }
}

/// The words of the appeals tab.
pub fn appeals(title: &str, words: &AppealWords, wording: &Wording) -> TabWords {
    let (names, statuses, fills) = (&words.columns, &words.statuses, &words.fills);
    TabWords {
        columns: vec![
            column(Column::Code, &names.code),
            column(Column::Phone, &names.phone),
            column(Column::Name, &names.name),
            column(Column::Telegram, &names.telegram_id),
            column(Column::History, &names.dialogue),
            column(Column::Status, &names.status),
            column(Column::Answer, &names.answer),
            column(Column::Updated, &names.updated_at),
            column(Column::Number, &names.number),
            column(Column::Delivery, &names.delivery),
            column(Column::Waiting, &names.waiting),
            column(Column::Responsible, &names.responsible),
            column(Column::Rating, &names.rating),
        ],
        statuses: vec![
            status(Status::New, &statuses.new, Some(fills.new)),
            status(Status::InWork, &statuses.in_work, Some(fills.in_work)),
            status(Status::Forwarded, &statuses.handed_over, None),
            status(Status::AiAnswer, &statuses.ai_answer, None),
            status(Status::Resolved, &statuses.solved, Some(fills.solved)),
        ],
        troubles: troubles(wording),
        unaddressed: unaddressed(wording),
        ..plain(Tab::Appeals, title)
    }
}

/// The words of the promotions tab, as far as its columns go.
pub fn promotions(title: &str, words: &PromotionWords) -> TabWords {
    let names = &words.columns;
    TabWords {
        columns: vec![
            column(Column::Title, &names.name),
            column(Column::Description, &names.description),
            column(Column::Status, &names.status),
            column(Column::Starts, &names.starts_on),
            column(Column::Ends, &names.ends_on),
            column(Column::Content, &names.content),
            column(Column::Link, &names.link),
            column(Column::Action, &names.action),
            column(Column::Notified, &names.notification),
            column(Column::Key, &names.key),
            column(Column::Mailing, &names.broadcast),
        ],
        ..plain(Tab::Promotions, title)
    }
}

/// What the promotions tab's statuses and actions are called.
#[must_use]
pub fn vocabulary(words: &PromotionWords) -> Vocabulary {
    let (statuses, actions) = (&words.statuses, &words.actions);
    Vocabulary {
        statuses: [
            (PromotionStatus::Waiting, statuses.waiting.clone()),
            (PromotionStatus::Active, statuses.active.clone()),
            (PromotionStatus::Ended, statuses.ended.clone()),
        ],
        actions: [
            (Action::Publish, actions.publish.clone()),
            (Action::Test, actions.test.clone()),
            (Action::Pause, actions.pause.clone()),
            (Action::Resume, actions.resume.clone()),
            (Action::Cancel, actions.cancel.clone()),
            (Action::End, actions.end.clone()),
        ],
        sent: words.notifications.sent.clone(),
    }
}

/// The words of the tab to which the oldest part of a long dialogue moves.
pub(super) fn archive(words: &ArchiveWords) -> TabWords {
    let names = &words.columns;
    TabWords {
        columns: vec![
            column(Column::Number, &names.number),
            column(Column::Part, &names.part),
            column(Column::History, &names.text),
        ],
        ..plain(Tab::Appeals, words.tab.as_str())
    }
}

/// The words of the tab with the templates of answers.
pub(super) fn templates(words: &TemplateWords) -> TabWords {
    let names = &words.columns;
    TabWords {
        columns: vec![
            column(Column::Title, &names.name),
            column(Column::Description, &names.text),
        ],
        ..plain(Tab::Appeals, words.tab.as_str())
    }
}

/// The commands in the bot's menu: Russian for everybody, English where Telegram's interface is English.
#[must_use]
pub fn menus(wording: &Wording) -> Vec<Menu> {
    [(None, Locale::Ru), (Some("en"), Locale::En)]
        .into_iter()
        .map(|(language, locale)| Menu {
            language: language.map(str::to_owned),
            commands: [
                ("start", Say::MenuStart),
                ("appeals", Say::MenuAppeals),
                ("promotions", Say::MenuPromotions),
                ("help", Say::MenuHelp),
            ]
            .into_iter()
            .map(|(name, say)| (name.to_owned(), wording.say(locale, say)))
            .collect(),
        })
        .collect()
}

/// The words of a tab without columns.
fn plain(tab: Tab, title: &str) -> TabWords {
    TabWords {
        tab,
        title: title.to_owned(),
        columns: Vec::new(),
        statuses: Vec::new(),
        authorized: Word::default(),
        not_authorized: Word::default(),
        troubles: BTreeMap::new(),
        unaddressed: BTreeMap::new(),
    }
}

fn column(column: Column, word: &Word) -> (Column, Word) {
    (column, word.clone())
}

fn status(status: Status, word: &Word, fill: Option<Fill>) -> (Status, Word, Option<[u8; 3]>) {
    let fill = fill.map(|Fill { red, green, blue }| [red, green, blue]);
    (status, word.clone(), fill)
}
