//! What a row should show: entity → desired row.
//!
//! Invariant: a projection depends on the journal alone, so writing it again is always right.

use super::{
    appeal::{
        Appeal, Delivery, Status,
        orders::DeclinedOrder,
        rating::Rating,
        row::{Lacks, RowLink},
    },
    archive,
    ids::{AppealId, Number, PartnerCode, PromotionKey, RowKey},
    promotion::{Stage, words},
    row::{CellValue, Column, CoveredDialogue, DesiredRow, Find, PromotionFind, SharedCell},
    rules::Rules,
    text::Text,
    view::View,
    waiting,
    wording::Note,
};

/// The row as the journal wants it; `None` where there is nothing to show (yet).
#[must_use]
pub fn project(rules: &Rules, view: &dyn View, key: &RowKey) -> Option<DesiredRow> {
    match key {
        RowKey::Partner(code) => partner(rules, view, code),
        RowKey::Appeal(id) => appeal(rules, view, *id),
        RowKey::Promotion(key) => promotion(rules, view, key),
    }
}

fn partner(rules: &Rules, view: &dyn View, code: &PartnerCode) -> Option<DesiredRow> {
    let partner = view.partner(code)?;
    let ours = match partner.binding {
        Some(binding) => vec![
            (Column::Access, CellValue::Text(rules.authorized.clone())),
            (Column::Telegram, CellValue::Number(binding.chat.0)),
            (Column::Since, CellValue::Text(binding.since)),
        ],
        None if partner.emptied => vec![
            (
                Column::Access,
                CellValue::Text(rules.not_authorized.clone()),
            ),
            (Column::Telegram, CellValue::Text(Text::default())),
            (Column::Since, CellValue::Text(Text::default())),
        ],
        // What is in a row that was never ours is none of our business.
        None => return None,
    };
    Some(DesiredRow {
        key: RowKey::Partner(code.clone()),
        find: Find::Partner(code.clone()),
        ours,
        shared: Vec::new(),
        dialogue: None,
    })
}

fn appeal(rules: &Rules, view: &dyn View, id: AppealId) -> Option<DesiredRow> {
    let appeal = view.appeal(id)?;
    let number = appeal.number?;
    let find = find(&appeal, number)?;
    let mut covered = CoveredDialogue {
        lines: appeal.dialogue.lines,
        parts: Vec::new(),
        asks_formula: appeal.delivery.formula && appeal.delivery.state == Delivery::Waiting,
    };
    let text = |column, text| (column, CellValue::Text(Text(text)));
    let (mut ours, mut shared) = (Vec::new(), Vec::new());
    if appeal.row.is_left_alone() {
        // Nothing but words may be written until a person has looked at the rows.
        covered.lines = appeal.dialogue.written;
    } else {
        ours.push(text(Column::Delivery, delivery(rules, &appeal)));
        ours.push((Column::Number, CellValue::Number(number.0.into())));
        ours.push(text(Column::Updated, updated(rules, &appeal).0));
        ours.push(text(Column::Waiting, waiting::words(rules, view, &appeal)));
        if rules.rating {
            let rating = appeal.rating.as_ref();
            ours.push(text(
                Column::Rating,
                rating.map(Rating::shown).unwrap_or_default(),
            ));
        }
        // The cell is long and never read: it is written only when it lacks a line.
        if appeal.row.is_stale() || appeal.dialogue.unwritten() > 0 {
            let shown = archive::show(rules, view, number, &appeal);
            ours.push(text(Column::History, shown.history));
            (covered.lines, covered.parts) = (shown.lines, shown.parts);
        }
        ours.extend(lacking(view, &appeal));
        shared = self::shared(view, &appeal);
    }
    Some(DesiredRow {
        key: RowKey::Appeal(id),
        find,
        ours,
        shared,
        dialogue: Some(covered),
    })
}

/// How its row is found; none where it is gone.
fn find(appeal: &Appeal, number: Number) -> Option<Find> {
    Some(match appeal.row.link() {
        RowLink::Unnumbered(history) => Find::Unnumbered {
            chat: appeal.chat,
            history: history.clone(),
            answer: appeal.row.seen().answer.clone(),
        },
        RowLink::Traded(shown) => Find::Traded(*shown, appeal.chat),
        RowLink::Numbered if appeal.row.lacks() == Some(Lacks::Account) => {
            Find::Incomplete(number, appeal.chat)
        }
        RowLink::Numbered => Find::Numbered(number, appeal.chat),
        RowLink::Pending => Find::Pending(number, appeal.chat),
        RowLink::Lost => return None,
    })
}

/// What its row does not say yet of whose it is.
fn lacking(view: &dyn View, appeal: &Appeal) -> Vec<(Column, CellValue)> {
    let is_numbered = *appeal.row.link() == RowLink::Numbered;
    let mut cells = identity(view, appeal);
    cells.retain(|(column, _)| match appeal.row.lacks() {
        _ if !appeal.row.is_placed() => true,
        Some(Lacks::Account) if is_numbered => !matches!(column, Column::Code | Column::Telegram),
        Some(Lacks::Names) if is_numbered => *column != Column::Telegram,
        // They go with the code.
        None if is_recoded(appeal) => matches!(column, Column::Phone | Column::Name),
        Some(_) | None => false,
    });
    cells
}

fn promotion(rules: &Rules, view: &dyn View, key: &PromotionKey) -> Option<DesiredRow> {
    let promotion = view
        .promotion(key)
        .filter(|promotion| promotion.gone.is_none())?;
    let words = &rules.promotions;
    let announced = match promotion.stage {
        Stage::Announced(_) => words.sent.written().into(),
        Stage::Adopted => promotion.row.notified.clone(),
        // The mark may have come with a copied row.
        Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) => Text::default(),
    };
    let text = |column, text| (column, CellValue::Text(text));
    let ours = vec![
        text(Column::Key, Text(key.0.clone())),
        text(
            Column::Mailing,
            Text(words::mailing(rules, view, &promotion)),
        ),
        text(Column::Notified, announced),
    ];
    let mut shared = Vec::new();
    if let Some(status) = promotion
        .status
        .filter(|&status| words.status(&promotion.row.status) != Some(status))
    {
        let shown = promotion.row.status.as_str().trim();
        shared.push(SharedCell::Status {
            expect: (!shown.is_empty()).then(|| Status::Other(shown.into())),
            set: Status::Other(words.written(status)),
        });
    }
    if promotion.taken {
        shared.push(SharedCell::Clear {
            column: Column::Action,
            expect: promotion.row.action.clone(),
        });
    }
    Some(DesiredRow {
        key: RowKey::Promotion(key.clone()),
        find: Find::Promotion(Box::new(PromotionFind {
            key: key.clone(),
            shown: promotion.row.key,
            offer: promotion.row.offer,
            nth: promotion.nth,
        })),
        ours,
        shared,
        dialogue: None,
    })
}

/// The cells that are written once, when the row is made.
fn identity(view: &dyn View, appeal: &Appeal) -> Vec<(Column, CellValue)> {
    let mut cells = vec![(Column::Telegram, CellValue::Number(appeal.chat.0))];
    let session = || view.session(appeal.chat)?.partner;
    let code = appeal.partner.clone().or_else(session);
    if let Some(partner) = code.and_then(|code| view.partner(&code)) {
        cells.push((Column::Code, CellValue::Text(partner.written_code)));
        cells.push((Column::Phone, CellValue::Text(partner.written_phone)));
        cells.push((Column::Name, CellValue::Text(partner.name)));
    }
    cells
}

/// Whether its row, which is complete, is to show another code.
fn is_recoded(appeal: &Appeal) -> bool {
    let row = &appeal.row;
    appeal.recoded.is_some() && *row.link() == RowLink::Numbered && row.lacks().is_none()
}

fn shared(view: &dyn View, appeal: &Appeal) -> Vec<SharedCell> {
    let mut cells = Vec::new();
    let completed = *appeal.row.link() == RowLink::Numbered && appeal.row.lacks().is_some();
    let unset = !appeal.row.is_placed() || (completed && appeal.row.seen().status.is_none());
    if completed && appeal.row.lacks() == Some(Lacks::Account) {
        cells.push(SharedCell::Account(appeal.chat));
    }
    if unset
        || appeal
            .row
            .seen()
            .status
            .as_ref()
            .is_some_and(|seen| *seen != appeal.status)
    {
        cells.push(SharedCell::Status {
            expect: appeal.row.seen().status.clone(),
            set: appeal.status.clone(),
        });
    }
    // A row without a number is told from others by the answer in it.
    let unproven =
        matches!(appeal.row.link(), RowLink::Unnumbered(_)) && appeal.row.lacks().is_some();
    if let Some(answer) = appeal
        .delivered_answer()
        .filter(|_| !unproven)
        .filter(|answer| appeal.row.seen().answer.as_ref() == Some(&answer.text))
    {
        cells.push(SharedCell::Clear {
            column: Column::Answer,
            expect: answer.text.clone(),
        });
    }
    if let Some(text) = appeal.text_to_correct().filter(|_| !unset) {
        cells.push(SharedCell::Fill(text.clone()));
    }
    let code = appeal.partner.as_ref().and_then(|code| view.partner(code));
    if let (Some(recoded), Some(partner), true) = (&appeal.recoded, code, is_recoded(appeal)) {
        cells.push(SharedCell::Code {
            before: recoded.before.clone(),
            set: partner.written_code,
        });
    }
    let responsible = appeal.responsible.as_ref();
    if let Some(responsible) = responsible.filter(|it| !it.written && !unset) {
        cells.push(SharedCell::Assign {
            expect: responsible.before.clone(),
            set: responsible.name.clone(),
        });
    }
    cells
}

/// `время_обновления`: the last change; what was there before in a row that we have not changed yet.
pub(super) fn updated(rules: &Rules, appeal: &Appeal) -> Text {
    appeal.stamp.map_or_else(
        || appeal.row.seen().updated.clone(),
        |stamp| Text(rules.date_time(stamp)),
    )
}

/// `Доставка`.
pub(super) fn delivery(rules: &Rules, appeal: &Appeal) -> String {
    let words = answered(rules, appeal);
    let aside = appeal.delivery.aside.as_ref();
    let stands = aside.is_some() && aside == appeal.row.seen().answer.as_ref();
    if stands {
        rules.wording.note(Note::DeliveryAside(&words))
    } else {
        words
    }
}

/// What became of the answer.
fn answered(rules: &Rules, appeal: &Appeal) -> String {
    let note = |note: Note<'_>| rules.wording.note(note);
    if appeal.mixed {
        return note(Note::DeliveryMixed);
    }
    match &appeal.delivery.state {
        Delivery::Empty => String::new(),
        Delivery::Adopted => appeal.row.seen().delivery.as_str().to_owned(),
        Delivery::Grace { until } => note(Note::DeliveryGrace(&rules.time_with_seconds(*until))),
        Delivery::Formula => note(Note::DeliveryFormula),
        Delivery::Unready(shown) => {
            note(Note::DeliveryUnready(shown.as_str(), appeal.delivery.holds))
        }
        Delivery::Delivered { at, .. } if appeal.delivery.formula => {
            note(Note::DeliveryFormulaKept(&rules.time_of_day(*at)))
        }
        Delivery::Noted { at } => note(Note::DeliveryNoted(&rules.time_of_day(*at))),
        Delivery::Waiting => note(Note::DeliveryWaiting),
        Delivery::NoTemplate(call) => note(Note::DeliveryNoTemplate(&call.0, call.1.as_ref())),
        Delivery::Held => note(Note::DeliveryHeld(appeal.delivery.copied)),
        Delivery::Delivered { at, maybe_twice } => note(Note::DeliveryDelivered(
            &rules.time_of_day(*at),
            *maybe_twice,
        )),
        Delivery::Blocked => note(Note::DeliveryRefused(&super::appeal::RejectReason::Blocked)),
        Delivery::Failed(why) => note(Note::DeliveryRefused(why)),
        Delivery::Unknown { twice } => note(Note::DeliveryUnknown(*twice)),
        Delivery::Correcting { until } => {
            note(Note::DeliveryCorrecting(&rules.time_of_day(*until)))
        }
        Delivery::CorrectingSoon { until, withdraws } => note(Note::DeliveryCorrectingSoon(
            &rules.time_with_seconds(*until),
            *withdraws,
        )),
        Delivery::Corrected {
            at,
            withdrawn,
            left,
        } => note(Note::DeliveryCorrected {
            time: &rules.time_of_day(*at),
            withdrawn: *withdrawn,
            left: *left,
        }),
        Delivery::Uncorrected { why, partly } => note(Note::DeliveryUncorrected(
            &note(Note::Unchangeable(why)),
            *partly,
        )),
        Delivery::Declined(why) => declined(rules, *why),
    }
}

/// Why an order is not followed.
fn declined(rules: &Rules, why: DeclinedOrder) -> String {
    let note = |note: Note<'_>| rules.wording.note(note);
    match why {
        DeclinedOrder::NothingToCorrect => note(Note::DeclinedNothingToCorrect),
        DeclinedOrder::Occupied => note(Note::DeclinedOccupied),
        DeclinedOrder::OnItsWay => note(Note::DeclinedOnItsWay),
        DeclinedOrder::NothingToSend => note(Note::DeclinedNothingToSend),
        DeclinedOrder::Delivered(at) => note(Note::DeclinedDelivered(&rules.time_of_day(at))),
    }
}

/// The dialogue as a cell shows it that covers so many lines.
#[must_use]
pub fn shown_history(rules: &Rules, view: &dyn View, appeal: &Appeal, covered: u32) -> String {
    archive::shown(rules, view, appeal, covered)
}
