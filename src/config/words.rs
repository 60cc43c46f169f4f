//! Which words the sheets have: one field per column, status or fill.
//!
//! Invariant: each field is the setting of the same name in `sheets.toml`.

use super::addresses::TabName;
use super::sheets::{self, Fill, Names, WordReader};

macro_rules! words {
    ($($(#[$about:meta])* $name:ident from $section:literal { $($(#[$field_about:meta])* $field:ident: $kind:ident,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
        }

        impl $name {
            fn read(words: &mut WordReader) -> Option<Self> {
                $(let $field = words.read(concat!($section, ".", stringify!($field)), $kind::from_value);)*
                Some(Self { $($field: $field?,)* })
            }
        }
    )*};
}

words! {
    /// The headers of the partners' tab.
    PartnerColumns from "partners.columns" {
        /// The partner's code.
        code: Names,
        /// Full name.
        name: Names,
        /// Telephone.
        phone: Names,
        /// Whether the partner is authorized.
        status: Names,
        /// Whom the code is bound to.
        telegram_id: Names,
        /// Since when.
        authorized_at: Names,
    }
    /// The statuses of a partner.
    PartnerStatuses from "partners.statuses" {
        /// Not bound, or revoked by a person.
        not_authorized: Names,
        /// Bound.
        authorized: Names,
    }
    /// The headers of the appeals' tab.
    AppealColumns from "appeals.columns" {
        /// The partner's code.
        code: Names,
        /// Telephone.
        phone: Names,
        /// Full name.
        name: Names,
        /// The chat.
        telegram_id: Names,
        /// The whole dialogue, newest on top.
        dialogue: Names,
        /// The appeal's status.
        status: Names,
        /// Where the specialist types.
        answer: Names,
        /// When the row last changed.
        updated_at: Names,
        /// The predecessor's memory, left alone; not in every copy.
        memory: Names,
        /// Ours: the appeal's number.
        number: Names,
        /// Ours: what became of the answer.
        delivery: Names,
    }
    /// The statuses of an appeal.
    AppealStatuses from "appeals.statuses" {
        /// Nobody has looked at it yet.
        new: Names,
        /// Answered, still open.
        in_work: Names,
        /// Waits for a specialist.
        handed_over: Names,
        /// Answered by the predecessor's machine.
        ai_answer: Names,
        /// Closed.
        solved: Names,
    }
    /// The fills that show an appeal's status.
    AppealFills from "appeals.fills" {
        /// For a new one.
        new: Fill,
        /// For one in work.
        in_work: Fill,
        /// For a closed one.
        solved: Fill,
    }
    /// The headers of the tab with overflowing dialogues.
    ArchiveColumns from "archive.columns" {
        /// The appeal's number.
        number: Names,
        /// Which part of its dialogue this is.
        part: Names,
        /// The part.
        text: Names,
    }
    /// The headers of the promotions' tab.
    PromotionColumns from "promotions.columns" {
        /// When it was released.
        released_at: Names,
        /// Its name.
        name: Names,
        /// Its text.
        description: Names,
        /// Its status.
        status: Names,
        /// Its first day.
        starts_on: Names,
        /// Its last day.
        ends_on: Names,
        /// Its picture.
        content: Names,
        /// Becomes a button; not in every copy.
        link: Names,
        /// What the marketer orders.
        action: Names,
        /// The predecessor's mark; written if its column exists.
        notification: Names,
        /// Ours: the promotion's key.
        key: Names,
        /// Ours: how far the announcement is.
        broadcast: Names,
    }
    /// The statuses of a promotion.
    PromotionStatuses from "promotions.statuses" {
        /// Its first day is yet to come.
        waiting: Names,
        /// It runs.
        active: Names,
        /// It is over.
        ended: Names,
    }
    /// What a marketer can order.
    PromotionActions from "promotions.actions" {
        /// Announce it.
        publish: Names,
        /// Show it in the admin chat.
        test: Names,
        /// Let its announcement rest.
        pause: Names,
        /// Let its announcement go on.
        resume: Names,
        /// Announce it no further.
        cancel: Names,
        /// End it.
        end: Names,
    }
    /// The predecessor's marks.
    PromotionNotifications from "promotions.notifications" {
        /// It was announced.
        sent: Names,
    }
}

/// The words of the partners' tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerWords {
    /// Headers.
    pub columns: PartnerColumns,
    /// Statuses.
    pub statuses: PartnerStatuses,
}

/// The words of the appeals' tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealWords {
    /// Headers.
    pub columns: AppealColumns,
    /// Statuses.
    pub statuses: AppealStatuses,
    /// Fills.
    pub fills: AppealFills,
}

/// The words of the tab with overflowing dialogues, in the appeals' spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveWords {
    /// Its name.
    pub tab: TabName,
    /// Headers.
    pub columns: ArchiveColumns,
}

/// The status tab, in the appeals' spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateWords {
    /// Its name.
    pub tab: TabName,
}

/// The words of the promotions' tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionWords {
    /// Headers.
    pub columns: PromotionColumns,
    /// Statuses.
    pub statuses: PromotionStatuses,
    /// Orders.
    pub actions: PromotionActions,
    /// The predecessor's marks.
    pub notifications: PromotionNotifications,
}

/// The words of all tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetWords {
    /// Who may write to us.
    pub partners: PartnerWords,
    /// What they write.
    pub appeals: AppealWords,
    /// What no longer fits there.
    pub archive: ArchiveWords,
    /// What they are told.
    pub promotions: PromotionWords,
    /// The state of the service.
    pub state: StateWords,
}

/// All words; `None` if something is wrong with them, once all are read.
pub(super) fn read(words: &mut WordReader) -> Option<SheetWords> {
    let (partners, appeals) = (partners(words), appeals(words));
    let (archive, promotions) = (archive(words), promotions(words));
    let state = words
        .read("state.tab", sheets::tab)
        .map(|tab| StateWords { tab });
    Some(SheetWords {
        partners: partners?,
        appeals: appeals?,
        archive: archive?,
        promotions: promotions?,
        state: state?,
    })
}

fn partners(words: &mut WordReader) -> Option<PartnerWords> {
    let (columns, statuses) = (PartnerColumns::read(words), PartnerStatuses::read(words));
    Some(PartnerWords {
        columns: columns?,
        statuses: statuses?,
    })
}

fn appeals(words: &mut WordReader) -> Option<AppealWords> {
    let (columns, statuses) = (AppealColumns::read(words), AppealStatuses::read(words));
    let fills = AppealFills::read(words);
    Some(AppealWords {
        columns: columns?,
        statuses: statuses?,
        fills: fills?,
    })
}

fn archive(words: &mut WordReader) -> Option<ArchiveWords> {
    let (tab, columns) = (
        words.read("archive.tab", sheets::tab),
        ArchiveColumns::read(words),
    );
    Some(ArchiveWords {
        tab: tab?,
        columns: columns?,
    })
}

fn promotions(words: &mut WordReader) -> Option<PromotionWords> {
    let (columns, statuses) = (
        PromotionColumns::read(words),
        PromotionStatuses::read(words),
    );
    let (actions, notifications) = (
        PromotionActions::read(words),
        PromotionNotifications::read(words),
    );
    Some(PromotionWords {
        columns: columns?,
        statuses: statuses?,
        actions: actions?,
        notifications: notifications?,
    })
}
