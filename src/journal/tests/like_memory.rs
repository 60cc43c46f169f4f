//! The journal and the maps of the rules' own tests are two implementations of one thing: any decisions leave both alike.

use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{
        appeal::{AnswerDelivery, Appeal, Delivery, Dialogue, Status, row::AppealRow},
        broadcast::{Announced, AnnouncementState},
        ids::{Number, PartnerCode, PromotionKey, RowKey},
        memory,
        message::Post,
        partner::Partner,
        session::{Group, Session},
        tab::{AppealsTab, TabState},
    },
    journal::{apply::apply, error::TableError, keys, tables::TableId},
};

const CHATS: i64 = 3;
const APPEALS: u64 = 4;
const MESSAGES: u64 = 4;

fn appeal(id: u64, chat: i64, number: Option<u32>, held: bool) -> Appeal {
    Appeal {
        id: AppealId::first(Seq(id)),
        number: number.map(Number),
        chat: ChatId(chat),
        partner: None,
        status: Status::New,
        stamp: Some(Timestamp::UNIX_EPOCH),
        dialogue: Dialogue::default(),
        row: AppealRow::pending(),
        delivery: Box::new(AnswerDelivery {
            state: if held {
                Delivery::Held
            } else {
                Delivery::Empty
            },
            ..AnswerDelivery::default()
        }),
        receipt: None,
        mixed: false,
        thread: None,
        responsible: None,
        overdue: None,
        rating: None,
        recoded: None,
    }
}

fn code(n: u64) -> PartnerCode {
    PartnerCode::fold(&format!("P-{n}")).unwrap()
}

fn entity() -> impl Strategy<Value = Entity> {
    // A number belongs to one appeal at a time, as the rules see to it: each appeal has two of its own.
    let appeals = (
        0..APPEALS,
        0..CHATS,
        prop::option::of(0..2_u32),
        any::<bool>(),
    )
        .prop_map(|(id, chat, number, held)| {
            let own = u32::try_from(id).unwrap() * 2;
            Entity::Appeal(appeal(
                id,
                chat,
                number.map(|number| own + number + 1),
                held,
            ))
        });
    prop_oneof![
        4 => appeals,
        2 => (0..APPEALS, 0..5_u32, any::<u8>()).prop_map(|(id, index, text)| Entity::Line(Line {
            appeal: AppealId::first(Seq(id)),
            index,
            author: Author::Specialist,
            at: Timestamp::UNIX_EPOCH,
            text: Text(text.to_string()),
            message: None,
            by: None,
            covers: None,
            told: None,
        })),
        2 => (0..CHATS, any::<bool>(), prop::option::of(0..3_u64)).prop_map(|(chat, blocked, partner)| {
            let partner = partner.map(code);
            Entity::Session(Session { blocked, partner, ..Session::new(ChatId(chat), Locale::Ru) })
        }),
        1 => (0..CHATS, 0..4_i64, 0..APPEALS, prop::option::of(0..5_u32)).prop_map(|(chat, message, appeal, line)| Entity::Post(Post {
            chat: ChatId(chat),
            message: MessageId(message),
            appeal: AppealId::first(Seq(appeal)),
            line,
            said: None,
            held: None,
        })),
        1 => (0..CHATS, any::<bool>()).prop_map(|(chat, told)| Entity::Group(Group { chat: ChatId(-chat), told, asked: Vec::new() })),
        1 => (promotion(), 0..CHATS, any::<bool>()).prop_map(|(key, chat, sent)| Entity::Announced(Announced {
            key,
            chat: ChatId(chat),
            fate: if sent { AnnouncementState::Sent } else { AnnouncementState::Waiting },
        })),
        1 => (0..3_u64, any::<u8>()).prop_map(|(n, name)| Entity::Partner(Partner {
            name: Text(name.to_string()),
            ..Partner::new(code(n))
        })),
        1 => any::<u32>().prop_map(|next| Entity::Tab(TabState::Appeals(AppealsTab { next_number: Number(next), ..AppealsTab::default() }))),
    ]
}

/// Keys of which one begins with the other.
fn promotion() -> impl Strategy<Value = PromotionKey> {
    prop_oneof![Just("А"), Just("А1")].prop_map(|key| PromotionKey(key.to_owned()))
}

fn message_id() -> impl Strategy<Value = OutboxId> {
    (0..MESSAGES).prop_map(|n| OutboxId::Reply(Seq(n), 0))
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![
        message_id().prop_map(|id| send(id, Lane::Talk)),
        (message_id(), 0..3_u8).prop_map(|(id, lost)| Effect::Reschedule {
            id,
            at: Timestamp::MAX,
            lost
        }),
        message_id().prop_map(Effect::Withdraw),
        (0..5_i64, 0..CHATS).prop_map(|(at, chat)| Effect::Then {
            at: Timestamp::from_second(at).unwrap(),
            wake: Wake::Session(ChatId(chat)),
        }),
    ]
}

fn row() -> impl Strategy<Value = RowKey> {
    (0..APPEALS).prop_map(|id| RowKey::Appeal(AppealId::first(Seq(id))))
}

fn decision() -> impl Strategy<Value = Decision> {
    let few = 0..4;
    (
        prop::collection::vec(entity(), few.clone()),
        prop::collection::vec(effect(), few.clone()),
        prop::collection::vec(row(), few.clone()),
        prop::collection::vec((row(), (0..20_u64).prop_map(Seq)), few),
    )
        .prop_map(|(puts, effects, dirty, clean)| Decision {
            given_elsewhere: None,
            puts,
            effects,
            dirty,
            clean,
            settled: None,
            misplaced: None,
        })
}

/// Everything that a view tells about the few things of this test.
fn seen(view: &impl View) -> String {
    let chats = (0..CHATS).map(ChatId);
    let appeals = (0..APPEALS).map(|id| AppealId::first(Seq(id)));
    let all = (
        chats
            .map(|chat| {
                (
                    view.session(chat),
                    view.appeals_of(chat, 2),
                    view.appeals_of(chat, 9),
                )
            })
            .collect::<Vec<_>>(),
        appeals
            .map(|id| (view.appeal(id), view.lines(id, 2), view.lines(id, 9)))
            .collect::<Vec<_>>(),
        (0..10)
            .map(|number| view.numbered(Number(number)))
            .collect::<Vec<_>>(),
        (0..3).map(|n| view.partner(&code(n))).collect::<Vec<_>>(),
        (0..MESSAGES)
            .map(|n| view.outbox(&OutboxId::Reply(Seq(n), 0)))
            .collect::<Vec<_>>(),
        [Tab::Partners, Tab::Appeals, Tab::Promotions].map(|tab| view.tab(tab)),
        view.held(),
        [None, Some(-1), Some(0), Some(1)]
            .map(|after| [1, 9].map(|most| view.audience_after(after.map(ChatId), most))),
        (0..CHATS)
            .map(|chat| beside(view, ChatId(chat)))
            .collect::<Vec<_>>(),
    );
    format!("{all:#?}")
}

/// What a view tells beside a chat's appeals.
fn beside(view: &impl View, chat: ChatId) -> String {
    let posts: Vec<_> = (0..4)
        .map(|message| view.post(chat, MessageId(message)))
        .collect();
    let announced = ["А", "А1"].map(|key| view.announced(&PromotionKey(key.to_owned()), chat));
    format!("{posts:?} {announced:?} {:?}", view.group(ChatId(-chat.0)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_decisions_leave_both_alike(decisions in prop::collection::vec(decision(), 1..12)) {
        let (db, mut maps, now) = (database(), memory::Memory::default(), Timestamp::UNIX_EPOCH);
        disk::transact::<_, TableError>(&db, |tables| {
            for (seq, decision) in (1..).map(Seq).zip(decisions) {
                maps.apply(seq, decision.clone(), now);
                apply(tables, seq, decision, now)?;
            }
            assert_eq!(seen(tables), seen(&maps));
            assert_eq!(tables.failure(), None);
            for (key, generation) in &maps.dirty {
                let mark = tables.bytes(TableId::Dirty, &keys::of(key)?)?.expect("dirty in both");
                assert_eq!(keys::to_seq(&mark)?, *generation);
            }
            let counts = [TableId::Dirty, TableId::DirtyByAge, TableId::Timers].map(|table| tables.count(table).unwrap());
            let dirty = maps.dirty.len() as u64;
            assert_eq!(counts, [dirty, dirty, maps.timers.len() as u64]);
            let waiting = tables.pairs(TableId::Waiting, &[], Bound::Unbounded, usize::MAX)?;
            let messages = (0..MESSAGES).filter(|n| maps.outbox(&OutboxId::Reply(Seq(*n), 0)).is_some());
            assert_eq!(waiting.len(), messages.count());
            Ok(())
        })
        .unwrap();
    }
}
