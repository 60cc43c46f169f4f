//! A stand-in for the Telegram Bot API, with people who write to the bot.
//! Invariant: written after the protocol alone; it refuses what Telegram refuses, in the same words.
//!
//! Deliberate differences from the real server: webhooks over plain HTTP are taken on loopback,
//! methods and parameters that it does not model are answered with 501, a flood wait begun in
//! one private chat refuses sending, editing and button answers everywhere (the harshest of what was
//! seen), one begun by the limit of a group refuses them in that group,
//! a conflict of polls is told at once and not after some seconds, and a file that the bot gives by
//! its address is noted, not fetched: its size stays unknown, and it reads as empty.

mod attachment;
mod delivery;
mod download;
mod faults;
mod files;
mod groups;
mod html;
mod ids;
mod limits;
mod marks;
mod markup;
mod media;
mod messages;
mod method;
mod methods;
mod options;
mod params;
mod parts;
mod people;
mod person;
mod polling;
mod reactions;
mod record;
mod refusal;
mod render;
mod seen;
mod seen_message;
mod sent;
mod server;
pub(crate) mod sim;
mod state;
mod topics;
mod updates;
mod webhook;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::attachment::{Attachment, FileKind, Held};
pub use self::faults::{Fault, FaultKind};
pub use self::groups::Group;
pub use self::ids::{ChatId, MessageId, Profile, UpdateId};
pub use self::limits::Limits;
pub use self::method::known_methods;
pub use self::options::TelegramOptions;
pub use self::parts::Origin;
pub use self::people::ActError;
pub use self::person::Person;
pub use self::reactions::REACTIONS;
pub use self::record::Exchange;
pub use self::sent::{ButtonAnswer, Content, FileSource, SentFile, SentMessage};
pub use self::state::{Calls, CommandSet};
pub use self::topics::Topic;
pub use crate::weather::Weather as TelegramWeather;

pub(crate) use self::seen::Written;
use self::state::State;
use crate::clock::Moment;
use crate::trail::Mark;

/// What was awaited did not come in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing such within {within:?}; instead: {seen}")]
pub struct TimedOut {
    /// How long was waited.
    pub within: Duration,
    /// What was there instead.
    pub seen: String,
}

/// The running stand-in; clones share it.
#[derive(Clone, Debug)]
pub struct Telegram(Arc<Shared>);

/// What the server, the delivery and the handles share.
#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    token: String,
    state: Mutex<State>,
    /// Counts changes of the state, so that nobody has to poll it.
    changed: watch::Sender<u64>,
    /// Counts releases of held calls.
    released: watch::Sender<u64>,
    /// The page for people, if there is one.
    front: OnceLock<String>,
    client: reqwest::Client,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Telegram {
    /// Starts listening and delivering.
    ///
    /// # Errors
    /// If the address can't be bound, or the token does not begin with the bot's number.
    pub async fn start(options: TelegramOptions) -> io::Result<Self> {
        let bot = bot_id(&options.token)?;
        let listener = TcpListener::bind(options.listen).await?;
        let shared = Arc::new(Shared {
            address: listener.local_addr()?,
            client: client(options.webhook_timeout)?,
            state: Mutex::new(State::new(bot, &options, Moment::now())),
            token: options.token,
            changed: watch::Sender::new(0),
            released: watch::Sender::new(0),
            front: OnceLock::new(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        });
        shared.tasks.spawn(delivery::run(Arc::clone(&shared)));
        let telegram = Self(shared);
        let tasks = &telegram.0.tasks;
        tasks.spawn(server::run(telegram.clone(), listener));
        Ok(telegram)
    }

    /// `http://127.0.0.1:PORT`, what the service takes for `https://api.telegram.org`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Whoever opens its address in a browser is sent on to this page; the first one that is named stays.
    pub fn leads_to(&self, page: &str) {
        self.0.front.get_or_init(|| page.to_owned());
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// Somebody with a Telegram account. The bot has not heard of him until he does something,
    /// or [`Person::has_met_bot`] says that he did so long ago.
    pub fn person(&self, profile: Profile) -> Person {
        self.0.change(|state| {
            state.chat_with(&profile);
        });
        Person::new(self.clone(), profile)
    }

    /// A group; with an id that begins with `-100` a supergroup. The bot is not in it until
    /// [`Group::add_bot`].
    pub fn group(&self, id: i64, title: &str) -> Group {
        let id = ChatId(id);
        self.0.change(|state| state.found_group(id, title));
        Group::new(self.clone(), id)
    }

    /// Everybody set up so far, in the order of their ids.
    pub fn people(&self) -> Vec<Person> {
        let profiles: Vec<Profile> = self
            .0
            .lock()
            .chats
            .values()
            .filter_map(|chat| chat.profile.clone())
            .collect();
        profiles
            .into_iter()
            .map(|profile| Person::new(self.clone(), profile))
            .collect()
    }

    /// Queues any update. It is given an `update_id` if it has none; the chat in it becomes known.
    ///
    /// # Errors
    /// [`ActError::NotAnUpdate`] if it has no part that is an object.
    pub fn update(&self, update: Value) -> Result<UpdateId, ActError> {
        self.0.change(|state| state.raw(update))
    }

    /// From now on every update has these bytes wherever it says `text`: bots may put bytes into their buttons that are no text,
    /// and the server passes them on.
    pub fn garble(&self, text: &str, bytes: &[u8]) {
        self.0
            .change(|state| state.garbled = Some((text.to_owned(), bytes.to_vec())));
    }

    /// What the bot has sent to a chat, oldest first.
    pub fn messages(&self, chat: ChatId) -> Vec<SentMessage> {
        let state = self.0.lock();
        let chat = state.chats.get(&chat);
        chat.into_iter()
            .flat_map(|chat| chat.sent().cloned())
            .collect()
    }

    /// The bot's reactions to a message, as it stands now.
    pub fn reactions(&self, chat: ChatId, message: MessageId) -> Vec<String> {
        let state = self.0.lock();
        let reactions = state
            .chats
            .get(&chat)
            .and_then(|chat| chat.reactions.get(&message));
        reactions.cloned().unwrap_or_default()
    }

    /// The first message of the bot in a chat that `wanted` accepts, as soon as there is one;
    /// messages sent before and edited messages count.
    ///
    /// # Errors
    /// [`TimedOut`], naming the texts that are there instead.
    pub async fn await_message(
        &self,
        chat: ChatId,
        wanted: impl Fn(&SentMessage) -> bool,
        within: Duration,
    ) -> Result<SentMessage, TimedOut> {
        let found = self
            .0
            .until(within, || self.messages(chat).into_iter().find(&wanted));
        found.await.ok_or_else(|| {
            let messages = self.messages(chat);
            let texts: Vec<&str> = messages.iter().map(|m| m.content.text.as_str()).collect();
            TimedOut {
                within,
                seen: format!("{texts:?}"),
            }
        })
    }

    /// Waits until the bot has taken every update.
    ///
    /// # Errors
    /// [`TimedOut`], naming how many are left and the last error.
    pub async fn await_idle(&self, within: Duration) -> Result<(), TimedOut> {
        let idle = self.0.until(within, || {
            self.0.lock().webhook.updates.is_idle().then_some(())
        });
        idle.await.ok_or_else(|| TimedOut {
            within,
            seen: self.0.lock().webhook.info().to_string(),
        })
    }

    /// Updates that the bot has not yet taken: its webhook answered, or a poll confirmed them.
    pub fn pending_updates(&self) -> usize {
        self.0.lock().webhook.updates.pending()
    }

    /// How often the bot called and what came of it.
    pub fn calls(&self) -> Calls {
        self.0.lock().calls.clone()
    }

    /// The last calls and their answers, oldest first, as many as [`TelegramOptions::record`] says.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().exchanges.all()
    }

    /// The last updates that people's acts became, oldest first, whether the bot wanted them or
    /// not; updates out of [`Telegram::update`] are not among them.
    pub fn emitted(&self) -> Vec<Value> {
        self.0.lock().emitted.all()
    }

    /// The bot's commands, one set for each scope and language.
    pub fn commands(&self) -> Vec<CommandSet> {
        self.0.lock().commands.clone()
    }

    /// Other flood limits from now on; a running flood wait goes on.
    pub fn limit(&self, limits: Limits) {
        self.0.change(|state| state.flood.limit(limits));
    }

    /// Adds a fault; faults strike in the order in which they were added.
    pub fn fault(&self, fault: Fault) {
        self.0.change(|state| state.faults.add(fault));
    }

    /// Forgets the faults that have not struck yet.
    pub fn clear_faults(&self) {
        self.0.change(|state| state.faults.clear());
    }

    /// Waits until so many calls are held.
    ///
    /// # Errors
    /// [`TimedOut`], naming how many are held instead.
    pub async fn await_held(&self, count: usize, within: Duration) -> Result<(), TimedOut> {
        let held = || self.0.lock().held;
        let enough = self.0.until(within, || (held() >= count).then_some(()));
        enough.await.ok_or_else(|| TimedOut {
            within,
            seen: format!("{} calls are held", held()),
        })
    }

    /// Lets the calls go on that are held now; see [`Telegram::await_held`].
    pub fn release(&self) {
        self.0.released.send_modify(|count| *count += 1);
    }

    /// The routes below `/sim`, to be served elsewhere too.
    pub(crate) fn sim(&self) -> Router {
        sim::router(self.clone())
    }

    /// A new number whenever anything has changed: what people and the bot say, what waits, what goes wrong.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes()
    }

    /// What goes wrong with every call from now on, and with every delivery.
    pub fn weather(&self, weather: TelegramWeather) {
        self.0.change(|state| state.sky.set(weather));
    }

    /// The weather as it is now.
    pub fn current_weather(&self) -> TelegramWeather {
        self.0.lock().sky.now()
    }

    /// What travels from now on.
    pub fn trail(&self) -> broadcast::Receiver<Mark> {
        self.0.lock().trail.listen()
    }

    /// The last things that have travelled, oldest first; 200 at most.
    pub fn marks(&self) -> Vec<Mark> {
        self.0.lock().trail.kept()
    }

    /// Stops listening and delivering; connections break.
    pub async fn stop(self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panics while it looks must not take the whole stand-in with it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and tells everybody who waits for something.
    fn change<R>(&self, step: impl FnOnce(&mut State) -> R) -> R {
        let result = step(&mut self.lock());
        self.changed.send_modify(|count| *count += 1);
        result
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Looks again after each change until `look` finds something, or `within` is over.
    async fn until<R>(&self, within: Duration, look: impl Fn() -> Option<R>) -> Option<R> {
        let mut changes = self.changes();
        let search = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look() {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(within, search).await.ok().flatten()
    }
}

fn bot_id(token: &str) -> io::Result<i64> {
    let number = token.split_once(':').and_then(|(id, _)| id.parse().ok());
    number
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a token is <bot id>:<secret>"))
}

fn client(timeout: Duration) -> io::Result<reqwest::Client> {
    // An error means that somebody has installed a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(timeout)
        .no_proxy()
        .build()
        .map_err(io::Error::other)
}
