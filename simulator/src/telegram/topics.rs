//! Topics of a group that is a forum: the bot makes, closes and opens them, people write in them and delete them.
//! Invariant: a topic goes by the number of the message that made it. Only an administrator who manages topics makes one, or writes into
//! one that is closed.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::TimedOut;
use super::groups::Group;
use super::ids::{MessageId, UpdateId};
use super::messages;
use super::params::Params;
use super::parts;
use super::person::Person;
use super::refusal::Refusal;
use super::state::{Chat, Entry, Standing, State};
use crate::clock::Moment;

/// The longest name, in characters (Bot API, `createForumTopic`).
const NAME: usize = 128;
/// The first of the colours that an icon may have (Bot API, `createForumTopic`).
const COLOUR: u32 = 7_322_096;

/// What an administrator may do, beside managing topics (Bot API, `ChatMemberAdministrator`).
const RIGHTS: [&str; 11] = [
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
];

/// A topic of a forum, which the bot has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The message that made it.
    pub id: MessageId,
    /// What it is called.
    pub name: String,
    /// Nobody but an administrator can write in it.
    pub closed: bool,
    /// Somebody has deleted it, with all that stood there.
    pub deleted: bool,
    /// When it was made, in Unix time.
    at: i64,
}

/// `createForumTopic`.
pub(super) fn create(state: &mut State, params: &Params, now: Moment) -> Result<Value, Refusal> {
    let chat_id = messages::chat_id(params)?;
    let chat = state.heard_of(chat_id)?;
    chat.accepts()?;
    chat.is_forum()?;
    if !chat.manages_topics {
        return Err(Refusal::NoTopicRights);
    }
    let name = params.text("name")?.unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(Refusal::TopicUnnamed);
    }
    if name.chars().count() > NAME {
        return Err(Refusal::NotImplemented("a longer name of a topic".into()));
    }
    state.flood.admit(chat_id, now.steady)?;
    let id = state.number_message();
    let made = json!({ "message_thread_id": id, "name": name, "icon_color": COLOUR });
    let topic = Topic {
        id,
        name,
        closed: false,
        deleted: false,
        at: now.unix(),
    };
    state.heard_of(chat_id)?.topics.insert(id, topic);
    Ok(made)
}

/// `closeForumTopic`, `reopenForumTopic`; the bot may do it with its own topics whatever its rights.
pub(super) fn turn(
    state: &mut State,
    params: &Params,
    closes: bool,
    now: Moment,
) -> Result<Value, Refusal> {
    let chat_id = messages::chat_id(params)?;
    let chat = state.heard_of(chat_id)?;
    chat.accepts()?;
    chat.is_forum()?;
    let id = params.integer("message_thread_id")?.map(MessageId);
    let id = id.ok_or(Refusal::TopicInvalid)?;
    let topic = chat.topics.get(&id).filter(|topic| !topic.deleted);
    if topic.ok_or(Refusal::TopicInvalid)?.closed == closes {
        return Err(Refusal::TopicNotModified);
    }
    state.flood.admit(chat_id, now.steady)?;
    if let Some(topic) = state.heard_of(chat_id)?.topics.get_mut(&id) {
        topic.closed = closes;
    }
    Ok(Value::Bool(true))
}

/// What a message says of the topic in which it stands.
pub(super) fn place(topic: MessageId) -> Map<String, Value> {
    let mut place = Map::new();
    place.insert("message_thread_id".into(), json!(topic));
    place.insert("is_topic_message".into(), json!(true));
    place
}

impl Chat {
    fn is_forum(&self) -> Result<(), Refusal> {
        (self.about["is_forum"] == true)
            .then_some(())
            .ok_or(Refusal::NoForum)
    }

    /// The topic that a call names. One that was deleted takes its messages into the chat itself, as was measured with the real server.
    pub(super) fn thread(&self, params: &Params) -> Result<Option<MessageId>, Refusal> {
        let Some(id) = params.integer("message_thread_id")?.map(MessageId) else {
            return Ok(None);
        };
        let topic = self.topics.get(&id).ok_or(Refusal::ThreadNotFound)?;
        if topic.closed && !topic.deleted && !self.manages_topics {
            return Err(Refusal::TopicClosed);
        }
        Ok((!topic.deleted).then_some(id))
    }

    /// The topic in which a message stands.
    pub(super) fn topic_of(&self, message: MessageId) -> Option<MessageId> {
        match self.log.get(&message)? {
            Entry::Ours(sent) => sent.topic,
            Entry::Theirs(theirs) => theirs.message["message_thread_id"].as_i64().map(MessageId),
        }
    }

    /// The message that made a topic, which whatever is written there plainly shows as what it answers.
    fn creation(&self, topic: &Topic, bot: &Value) -> Value {
        let mut message = json!({
            "message_id": topic.id,
            "from": bot,
            "chat": self.about,
            "date": topic.at,
            "forum_topic_created": { "name": topic.name, "icon_color": COLOUR },
        });
        for (name, value) in place(topic.id) {
            message[name] = value;
        }
        message
    }
}

impl Group {
    /// The group, which has to be a supergroup, has topics from now on.
    pub fn becomes_forum(&self) {
        self.change(|chat| chat.about["is_forum"] = json!(true));
    }

    /// Somebody makes the bot an administrator who manages topics, or takes that from it; it is told by
    /// `my_chat_member`, whose number this is.
    pub fn lets_manage_topics(&self, by: &Person, may: bool) -> UpdateId {
        self.telegram().0.change(|state| {
            let bot = state.bot.user();
            let chat = state.chats.get_mut(&self.id());
            let about = chat.map(|chat| {
                chat.manages_topics = may;
                chat.about.clone()
            });
            let (before, after) = (member(&bot, !may), member(&bot, may));
            let body = json!({
                "chat": about,
                "from": by.profile().user(),
                "date": Moment::now().unix(),
                "old_chat_member": before,
                "new_chat_member": after,
            });
            state.queue("my_chat_member", body, Some(self.id()))
        })
    }

    /// The topics that the bot has made, oldest first.
    pub fn topics(&self) -> Vec<Topic> {
        let state = self.telegram().0.lock();
        let chat = state.chats.get(&self.id());
        chat.into_iter()
            .flat_map(|chat| chat.topics.values().cloned())
            .collect()
    }

    /// The first topic that `wanted` accepts, as soon as there is one.
    ///
    /// # Errors
    /// [`TimedOut`], naming the topics that are there instead.
    pub async fn await_topic(
        &self,
        wanted: impl Fn(&Topic) -> bool,
        within: Duration,
    ) -> Result<Topic, TimedOut> {
        let look = || self.topics().into_iter().find(&wanted);
        let found = self.telegram().0.until(within, look);
        found.await.ok_or_else(|| TimedOut {
            within,
            seen: format!("{:?}", self.topics()),
        })
    }

    /// Somebody writes in a topic, in answer to nothing; `None` if the bot is not there to hear it, or nobody can write there.
    pub fn write_in(&self, topic: MessageId, from: &Person, text: &str) -> Option<UpdateId> {
        self.telegram().0.change(|state| {
            let chat = state.chats.get(&self.id())?;
            let is_open = |topic: &&Topic| !topic.deleted && !topic.closed;
            let topic = chat.topics.get(&topic).filter(is_open)?;
            let mut part = parts::text(text);
            part.extend(place(topic.id));
            let creation = chat.creation(topic, &state.bot.user());
            part.insert("reply_to_message".into(), creation);
            let is_in = chat.standing == Standing::Member;
            is_in.then(|| state.post(self.id(), from.profile(), part, Moment::now()))
        })
    }

    /// Somebody deletes a topic, and with it all that stands there; nobody tells the bot.
    pub fn delete_topic(&self, topic: MessageId) {
        self.change(|chat| {
            if let Some(topic) = chat.topics.get_mut(&topic) {
                topic.deleted = true;
            }
            let gone: Vec<MessageId> = chat.log.keys().copied().collect();
            for message in gone {
                if chat.topic_of(message) == Some(topic) {
                    chat.log.remove(&message);
                }
            }
        });
    }

    fn change(&self, step: impl FnOnce(&mut Chat)) {
        self.telegram().0.change(|state| {
            if let Some(chat) = state.chats.get_mut(&self.id()) {
                step(chat);
            }
        });
    }
}

/// The bot's `ChatMember` object.
fn member(bot: &Value, manages_topics: bool) -> Value {
    if !manages_topics {
        return json!({ "user": bot, "status": "member" });
    }
    let mut member = json!({ "user": bot, "status": "administrator", "can_be_edited": false });
    for right in RIGHTS {
        member[right] = json!(right == "can_manage_chat");
    }
    member["can_manage_topics"] = json!(true);
    member
}
