//! Which words the sheets have: one field per column, status or fill.
//!
//! Invariant: each field is the setting of the same name in `sheets.toml`.

use super::addresses::TabName;
use super::keys::inside;
use super::sheets::{Fill, FromWords, WordReader};
use crate::domain::word::Word;

macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_about])* pub $field: $kind,)*
        }

        impl FromWords for $name {
            fn read(words: &mut WordReader, path: &str) -> Option<Self> {
                $(let $field = FromWords::read(words, &inside(path, stringify!($field)));)*
                Some(Self { $($field: $field?,)* })
            }
        }
    )*};
}

words! {
    /// The headers of the partners' tab.
    PartnerColumns {
        /// The partner's code.
        code: Word,
        /// Full name.
        name: Word,
        /// Telephone.
        phone: Word,
        /// Whether the partner is authorized.
        status: Word,
        /// Whom the code is bound to.
        telegram_id: Word,
        /// Since when.
        authorized_at: Word,
    }
    /// The statuses of a partner.
    PartnerStatuses {
        /// Not bound, or revoked by a person.
        not_authorized: Word,
        /// Bound.
        authorized: Word,
    }
    /// The headers of the appeals' tab.
    AppealColumns {
        /// The partner's code.
        code: Word,
        /// Telephone.
        phone: Word,
        /// Full name.
        name: Word,
        /// The chat.
        telegram_id: Word,
        /// The whole dialogue, newest on top.
        dialogue: Word,
        /// The appeal's status.
        status: Word,
        /// Where the specialist types.
        answer: Word,
        /// When the row last changed.
        updated_at: Word,
        /// The predecessor's memory, left alone; not in every copy.
        memory: Word,
        /// Ours: the appeal's number.
        number: Word,
        /// Ours: what became of the answer.
        delivery: Word,
        /// Ours, where it stands: since when the partner waits.
        waiting: Word,
        /// Who takes care of it; not in every copy.
        responsible: Word,
        /// Ours where it stands: what the partner thinks of it.
        rating: Word,
    }
    /// What the service adds to what stands in a cell of its own.
    AppealMarks {
        /// It waits too long.
        overdue: Word,
    }
    /// The filters that people choose by name.
    AppealViews {
        /// The partner waits.
        waiting: Word,
        /// He waits too long.
        overdue: Word,
        /// It is closed.
        closed: Word,
        /// Nobody looks after it.
        unassigned: Word,
    }
    /// The statuses of an appeal.
    AppealStatuses {
        /// Nobody has looked at it yet.
        new: Word,
        /// Answered, still open.
        in_work: Word,
        /// Waits for a specialist.
        handed_over: Word,
        /// Answered by the predecessor's machine.
        ai_answer: Word,
        /// Closed.
        solved: Word,
    }
    /// What a specialist can ask for in the status column.
    AppealOrders {
        /// To change the last answer, or to take it back.
        correct: Word,
        /// To send an answer once more.
        send_again: Word,
    }
    /// The fills that show an appeal's status.
    AppealFills {
        /// For a new one.
        new: Fill,
        /// For one in work.
        in_work: Fill,
        /// For a closed one.
        solved: Fill,
    }
    /// The headers of the tab with overflowing dialogues.
    ArchiveColumns {
        /// The appeal's number.
        number: Word,
        /// Which part of its dialogue this is.
        part: Word,
        /// The part.
        text: Word,
    }
    /// The headers of the promotions' tab.
    PromotionColumns {
        /// When it was released.
        released_at: Word,
        /// Its name.
        name: Word,
        /// Its text.
        description: Word,
        /// Its status.
        status: Word,
        /// Its first day.
        starts_on: Word,
        /// Its last day.
        ends_on: Word,
        /// Its picture.
        content: Word,
        /// Becomes a button; not in every copy.
        link: Word,
        /// What the marketer orders.
        action: Word,
        /// The predecessor's mark; written if its column exists.
        notification: Word,
        /// Ours: the promotion's key.
        key: Word,
        /// Ours: how far the announcement is.
        broadcast: Word,
    }
    /// The statuses of a promotion.
    PromotionStatuses {
        /// Its first day is yet to come.
        waiting: Word,
        /// It runs.
        active: Word,
        /// It is over.
        ended: Word,
    }
    /// What a marketer can order.
    PromotionActions {
        /// Announce it.
        publish: Word,
        /// Show it in the admin chat.
        test: Word,
        /// Let its announcement rest.
        pause: Word,
        /// Let its announcement go on.
        resume: Word,
        /// Announce it no further.
        cancel: Word,
        /// End it.
        end: Word,
    }
    /// The predecessor's marks.
    PromotionNotifications {
        /// It was announced.
        sent: Word,
    }
    /// The words of the partners' tab.
    PartnerWords {
        /// Headers.
        columns: PartnerColumns,
        /// Statuses.
        statuses: PartnerStatuses,
    }
    /// The words of the appeals' tab.
    AppealWords {
        /// Headers.
        columns: AppealColumns,
        /// Statuses.
        statuses: AppealStatuses,
        /// Orders, in the column of the statuses.
        orders: AppealOrders,
        /// Fills.
        fills: AppealFills,
        /// Marks.
        marks: AppealMarks,
        /// Filters.
        views: AppealViews,
    }
    /// The words of the tab with overflowing dialogues, in the appeals' spreadsheet.
    ArchiveWords {
        /// Its name.
        tab: TabName,
        /// Headers.
        columns: ArchiveColumns,
    }
    /// The headers of the tab with the templates of answers.
    TemplateColumns {
        /// What a template is called.
        name: Word,
        /// What it becomes.
        text: Word,
    }
    /// The words of the tab with the templates of answers, in the appeals' spreadsheet.
    TemplateWords {
        /// Its name.
        tab: TabName,
        /// Headers.
        columns: TemplateColumns,
    }
    /// The status tab, in the appeals' spreadsheet.
    StateWords {
        /// Its name.
        tab: TabName,
    }
    /// The words of the promotions' tab.
    PromotionWords {
        /// Headers.
        columns: PromotionColumns,
        /// Statuses.
        statuses: PromotionStatuses,
        /// Orders.
        actions: PromotionActions,
        /// The predecessor's marks.
        notifications: PromotionNotifications,
    }
    /// The words of all tabs.
    SheetWords {
        /// Who may write to us.
        partners: PartnerWords,
        /// What they write.
        appeals: AppealWords,
        /// What no longer fits there.
        archive: ArchiveWords,
        /// What specialists answer by a name.
        templates: TemplateWords,
        /// What they are told.
        promotions: PromotionWords,
        /// The state of the service.
        state: StateWords,
    }
}
