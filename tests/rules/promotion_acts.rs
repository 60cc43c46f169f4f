//! Whatever people do in the promotions tab and in their chats while promotions go out, and wherever the service dies meanwhile:
//! nobody gets one twice without a lost response, and nobody is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sheetdesk::domain::{
    appeal::RejectReason,
    broadcast::{AnnouncementState, BroadcastState},
    effect::OutboxState,
    event::{Outcome, RetryAfter},
    ids::{ChatId, MessageId, OutboxId, PromotionKey},
    promotion::Stage,
    text::Text,
    view::View,
};

use crate::{
    broadcasts::{register, with_partners},
    pinboard::{Pinboard, Pinned},
    table::Table,
};

/// Partners who are there from the beginning.
const PARTNERS: i64 = 7;

/// Something that happens.
#[derive(Debug, Clone)]
enum Act {
    /// The n-th message that waits is sent, with this outcome.
    Send(usize, u8),
    /// The n-th message that waits is on its way when the service dies.
    Crash(usize),
    /// In a row an action is chosen.
    Choose(usize, u8),
    /// A cell is edited: title, description, or the first day.
    Edit(usize, u8),
    /// The rows stand the other way round, whole, or without our columns.
    Sort(bool),
    /// A row is copied below itself, whole, or without our columns.
    Copy(usize, bool),
    /// A row is deleted, and put back by the next of these.
    Delete(usize),
    /// A key is wiped out.
    EraseKey(usize),
    /// A read, and the write that follows, or the service dies before that.
    Look(bool),
    Stop(i64),
    Block(i64),
    Return(i64),
    Register,
    Days(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let row = || 0..6_usize;
    prop_oneof![
        8 => (0..9_usize, 0..8_u8).prop_map(|(n, outcome)| Act::Send(n, outcome)),
        1 => (0..9_usize).prop_map(Act::Crash),
        5 => (row(), 0..6_u8).prop_map(|(row, action)| Act::Choose(row, action)),
        2 => (row(), 0..3_u8).prop_map(|(row, cell)| Act::Edit(row, cell)),
        1 => any::<bool>().prop_map(Act::Sort),
        2 => (row(), any::<bool>()).prop_map(|(row, whole)| Act::Copy(row, whole)),
        1 => row().prop_map(Act::Delete),
        1 => row().prop_map(Act::EraseKey),
        8 => any::<bool>().prop_map(Act::Look),
        1 => (1..=PARTNERS).prop_map(Act::Stop),
        1 => (1..=PARTNERS).prop_map(Act::Block),
        1 => (1..=PARTNERS).prop_map(Act::Return),
        1 => Just(Act::Register),
        1 => (1..4_i64).prop_map(Act::Days),
    ]
}

/// The tab, and who has got what.
struct World {
    table: Table,
    board: Pinboard,
    reached: BTreeMap<(PromotionKey, ChatId), u32>,
    unknown: BTreeSet<(PromotionKey, ChatId)>,
    left: BTreeSet<ChatId>,
    deleted: Option<Pinned>,
    registered: i64,
}

impl World {
    fn new() -> Self {
        let mut table = with_partners(PARTNERS);
        let mut board = Pinboard::of(&[
            "Скидка|Только сегодня|01.03.2026|31.12.2030",
            "Подарок|Каждому|01.03.2026|31.12.2030",
            "Весна|Скоро|04.03.2026|31.12.2030",
        ]);
        board.cycle(&mut table);
        Self {
            table,
            board,
            reached: BTreeMap::new(),
            unknown: BTreeSet::new(),
            left: BTreeSet::new(),
            deleted: None,
            registered: PARTNERS,
        }
    }

    /// Promotions that wait in the outbox.
    fn waiting(&self) -> Vec<(PromotionKey, ChatId)> {
        let ids = self
            .table
            .state
            .waiting(self.table.now)
            .into_iter()
            .map(|entry| entry.send.id);
        let promotion = |id| {
            if let OutboxId::Promotion(key, chat) = id {
                Some((key, chat))
            } else {
                None
            }
        };
        ids.filter_map(promotion).collect()
    }

    fn send(&mut self, (key, chat): (PromotionKey, ChatId), outcome: Outcome) {
        match outcome {
            Outcome::Delivered(_) => *self.reached.entry((key.clone(), chat)).or_default() += 1,
            Outcome::Unknown => drop(self.unknown.insert((key.clone(), chat))),
            Outcome::Rejected(_) => drop(self.left.insert(chat)),
            Outcome::Uploaded(..) | Outcome::Retry(_) => {}
        }
        let id = OutboxId::Promotion(key, chat);
        self.table.state.claim(&id);
        self.table.sent(&id, outcome);
    }

    /// The row that an act means, if there are any.
    fn row(&self, row: usize) -> Option<usize> {
        row.checked_rem(self.board.rows.len())
    }

    fn perform(&mut self, act: &Act) {
        match act {
            Act::Send(n, outcome) => {
                let Some(to) = self.waiting().into_iter().nth(*n) else {
                    return;
                };
                let outcome = match outcome {
                    0 => Outcome::Rejected(RejectReason::Blocked),
                    1 => Outcome::Retry(RetryAfter::Schedule),
                    2 => Outcome::Unknown,
                    _ => Outcome::Delivered(MessageId(1)),
                };
                self.send(to, outcome);
            }
            Act::Crash(n) => {
                // It may have arrived; at the next start nobody knows.
                if let Some((key, chat)) = self.waiting().into_iter().nth(*n) {
                    *self.reached.entry((key.clone(), chat)).or_default() += 1;
                    self.send((key, chat), Outcome::Unknown);
                }
                self.board.look(&mut self.table);
            }
            Act::Look(writes) => {
                self.board.look(&mut self.table);
                if *writes {
                    self.board.write(&mut self.table);
                }
            }
            Act::Stop(n) => {
                self.left.insert(ChatId(*n));
                self.table.text(ChatId(*n), "/stop");
            }
            Act::Block(n) => {
                self.left.insert(ChatId(*n));
                self.table.blocked(ChatId(*n), true);
            }
            Act::Return(n) => drop(self.table.blocked(ChatId(*n), false)),
            Act::Register => {
                self.registered += 1;
                register(&mut self.table, self.registered);
            }
            Act::Days(days) => self.table.later(days * 86_400),
            Act::Choose(..)
            | Act::Edit(..)
            | Act::Sort(_)
            | Act::Copy(..)
            | Act::Delete(_)
            | Act::EraseKey(_) => self.type_in(act),
        }
        self.table.later(1);
    }

    /// What people do in the tab.
    fn type_in(&mut self, act: &Act) {
        const ACTIONS: [&str; 6] = [
            "Опубликовать",
            "Опубликовать",
            "Пауза",
            "Продолжить",
            "Тест",
            "Опубликовать",
        ];
        let (Act::Choose(row, _)
        | Act::Edit(row, _)
        | Act::Copy(row, _)
        | Act::Delete(row)
        | Act::EraseKey(row)) = act
        else {
            return self.sort(act);
        };
        let Some(row) = self.row(*row) else { return };
        let rows = &mut self.board.rows;
        match act {
            Act::Choose(_, action) => rows[row].cells.action = ACTIONS[usize::from(*action)].into(),
            Act::Edit(_, cell) => {
                let offer = &mut rows[row].cells.offer;
                match cell {
                    0 => offer.title.0.push('!'),
                    1 => offer.description.0.push('!'),
                    _ => offer.starts = "05.03.2026".into(),
                }
            }
            Act::Copy(_, whole) => {
                let mut copy = rows[row].clone();
                if !whole {
                    (copy.cells.key, copy.mailing) = (Text::default(), String::new());
                }
                rows.insert(row + 1, copy);
            }
            Act::EraseKey(_) => rows[row].cells.key = Text::default(),
            _ => match self.deleted.take() {
                Some(back) => rows.push(back),
                None => self.deleted = Some(rows.remove(row)),
            },
        }
    }

    fn sort(&mut self, act: &Act) {
        self.board.rows.reverse();
        if matches!(act, Act::Sort(false)) {
            let mut keys: Vec<Text> = self
                .board
                .rows
                .iter()
                .map(|row| row.cells.key.clone())
                .collect();
            keys.reverse();
            for (row, key) in self.board.rows.iter_mut().zip(keys) {
                row.cells.key = key;
            }
        }
    }

    /// Whatever is still to go out goes out.
    fn finish(&mut self) {
        if let Some(back) = self.deleted.take() {
            self.board.rows.push(back);
        }
        for _ in 0..3 {
            self.board.cycle(&mut self.table);
            for row in 0..self.board.rows.len() {
                self.board.acts(&mut self.table, row, "Продолжить");
            }
        }
        for _ in 0..400 {
            self.table.later(400);
            let Some(to) = self.waiting().into_iter().next() else {
                break;
            };
            self.send(to, Outcome::Delivered(MessageId(1)));
        }
        self.board.cycle(&mut self.table);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_one_twice_and_nobody_is_forgotten(acts in prop::collection::vec(act(), 0..80)) {
        let mut world = World::new();
        acts.iter().for_each(|act| world.perform(act));
        world.finish();
        let keys: BTreeSet<_> = world.board.rows.iter().map(|row| row.cells.key.clone()).collect();
        prop_assert_eq!(keys.len(), world.board.rows.len(), "every row has a key of its own");
        for ((key, chat), times) in &world.reached {
            let unknown = world.unknown.contains(&(key.clone(), *chat));
            prop_assert!(*times <= 1, "{} got {} {} times", chat, key.0, times);
            let promotion = world.table.state.promotion(key).expect("it was announced");
            let fate = world.table.state.announced(key, *chat).map(|it| it.fate);
            // The ledger lives as long as its row.
            prop_assert!(promotion.unledgered || fate == Some(if unknown { AnnouncementState::Unknown } else { AnnouncementState::Sent }), "{:?}", fate);
        }
        for promotion in world.table.state.promotions() {
            let Some(broadcast) = world.table.state.broadcast(&promotion.key) else {
                prop_assert!(!matches!(promotion.stage, Stage::Announced(_)));
                continue;
            };
            if promotion.gone.is_some() {
                // Where a row was edited beyond recognition before its key was beside it, what goes out rests, and the operator knows.
                prop_assert_ne!(broadcast.state, BroadcastState::Running, "{:?}", broadcast);
                continue;
            }
            prop_assert_eq!(broadcast.state, BroadcastState::Over, "{:?} {:?}", broadcast, promotion);
            let began = broadcast.started;
            for chat in (1..=PARTNERS).map(ChatId) {
                let fate = world.table.state.announced(&promotion.key, chat).map(|it| it.fate);
                let excused = world.left.contains(&chat) || matches!(fate, Some(AnnouncementState::Failed(_)));
                let has = matches!(fate, Some(AnnouncementState::Sent | AnnouncementState::Unknown));
                let was_blocked = world.table.state.session(chat).is_some_and(|session| session.blocked || session.silent);
                let told = has || promotion.unledgered;
                prop_assert!(told || excused || was_blocked, "{} was forgotten by {} ({began}): {:?}", chat, promotion.key.0, fate);
            }
        }
        let open = world.table.state.waiting(world.table.now).into_iter().filter(|entry| entry.state == OutboxState::Sending);
        prop_assert_eq!(open.count(), 0);
    }
}
