//! The tour: what a partner and a specialist go through, step by step, over real HTTP.
//!
//! Invariant: a step holds only where it was seen to; the terminal and the page play the same steps, in the order of [`SCRIPT`].

mod appeal;
mod chat;
mod player;
mod promotion;
mod script;
mod stop;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use simulator::telegram::{Group, MessageId, Person, Profile, SentMessage, TimedOut, UpdateId};

pub(super) use self::{
    player::{Played, Player},
    script::{SCRIPT, Step},
};
use super::{
    bilingual::Bilingual,
    service::{DemoService, Tempo},
};
use crate::testbed::{BOOK, MARINA, Testbed, TestbedError};

/// How long any step may take; most take well under a second, writes to the sheet up to some seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// What can be done about a step that did not hold, while there is a page.
pub(super) const GO_ON: &str = "На странице её можно продолжить с этого шага или выйти. \
     On the page it can go on from this step, or be left.";

/// What a step has seen, as it is told: what holds, and what was seen of it.
type Tell = Box<dyn Fn(&str, Bilingual) + Send + Sync>;

/// Who takes part, and what one step leaves to the next.
pub(super) struct Tour {
    testbed: Arc<Testbed>,
    service: Arc<DemoService>,
    tell: Tell,
    marina: Person,
    olga: Person,
    /// The group of the specialists.
    group: Group,
    partners: Vec<Person>,
    /// Her first appeal, once it has a number.
    hers: u32,
    /// The appeal that follows the closed one.
    next: u32,
    /// A specialist's reply to it in the group.
    reply: Option<MessageId>,
    /// The picture that she sent.
    picture: Option<UpdateId>,
    /// Files that the bot had uploaded before the promotion.
    uploads: u64,
    /// Whoever was to get the promotion when it was published.
    audience: Vec<Person>,
}

impl Tour {
    /// Everybody is there; the service has not been started.
    pub(super) fn open(
        testbed: &Arc<Testbed>,
        service: &Arc<DemoService>,
        tell: Tell,
    ) -> Result<Self, TestbedError> {
        let marina = Profile::new(MARINA, "Марина").language("ru");
        Ok(Self {
            marina: testbed.telegram.person(marina),
            olga: testbed.olga(),
            group: testbed.specialists(),
            partners: promotion::partners(testbed)?,
            testbed: Arc::clone(testbed),
            service: Arc::clone(service),
            tell,
            hers: 0,
            next: 0,
            reply: None,
            picture: None,
            uploads: 0,
            audience: Vec::new(),
        })
    }

    /// The sixty who were registered before the tour; two of them have blocked the bot, until they write again.
    pub(super) fn partners(&self) -> &[Person] {
        &self.partners
    }

    /// Plays one step; those before it have been played.
    async fn play(&mut self, step: Step) -> Result<(), TestbedError> {
        match step {
            Step::Start => self.starts().await,
            Step::Write => self.writes_unknown().await,
            Step::Code => self.sends_code().await,
            Step::Contact => self.shares_contact().await,
            Step::Listed => self.is_listed().await,
            Step::Appeal => self.makes_an_appeal().await,
            Step::Picture => self.adds_a_picture().await,
            Step::Reaction => self.sees_a_reaction().await,
            Step::Link => self.opens_the_link().await,
            Step::Answer => self.is_answered().await,
            Step::Delivered => self.row_says_when().await,
            Step::Closed => self.is_closed().await,
            Step::Rated => self.rates().await,
            Step::Again => self.writes_again().await,
            Step::Heard => self.is_heard().await,
            Step::Offer => self.offers().await,
            Step::Publish => self.publishes().await,
            Step::Replied => self.is_known_to_have_replied().await,
            Step::Corrected => self.is_corrected().await,
            Step::Sent => self.is_announced().await,
            Step::Stop => self.stops_half_way().await,
            Step::Restart => self.finishes_the_answer().await,
            Step::Meanwhile => self.has_what_came_meanwhile().await,
            Step::Settled => self.is_settled().await,
        }
    }

    /// Whatever a step that was given up has left behind is put right.
    async fn leave(&self) -> Result<(), TestbedError> {
        self.testbed.telegram.clear_faults();
        self.testbed.telegram.release();
        self.service.start(Tempo::Watched).await
    }

    async fn starts(&self) -> Result<(), TestbedError> {
        self.service.start(Tempo::Watched).await?;
        self.holds(
            "the service runs; the sample workbook is the predecessor's, furnished by `setup sheets`",
            "",
        );
        Ok(())
    }

    async fn is_settled(&self) -> Result<(), TestbedError> {
        let status = self.testbed.settled(PATIENCE).await?;
        let (reads, writes) = (status.quota.reads, status.quota.writes);
        self.holds(
            "nothing is left to send or to write",
            Bilingual::new(
                format!("Google в эту минуту даст ещё: чтений {reads}, записей {writes}"),
                format!("Google calls left this minute: {reads} reads, {writes} writes"),
            ),
        );
        Ok(())
    }

    /// Waits for a cell of an appeal's row.
    async fn row(
        &self,
        number: u32,
        header: &str,
        wanted: impl Fn(&str) -> bool + Send,
    ) -> Result<String, TestbedError> {
        let cell = self
            .testbed
            .appeal_cell_where(number, header, wanted, PATIENCE);
        cell.await
    }

    /// Waits for a message to the partner that contains these words, and quotes it.
    async fn hears(&self, words: &str) -> Result<String, TestbedError> {
        Ok(self.find(words).await?.content.text)
    }

    async fn find(&self, words: &str) -> Result<SentMessage, TestbedError> {
        let wanted = |message: &SentMessage| message.content.text.contains(words);
        let found = self.marina.await_message(wanted, PATIENCE).await;
        found.map_err(|late| unsaid(words, late))
    }

    /// Tells what was seen to hold.
    fn holds(&self, what: &str, seen: impl Into<Bilingual>) {
        (self.tell)(what, seen.into());
    }
}

/// Where a cell is now, wherever people have moved its row.
pub(super) fn cell_of(
    testbed: &Testbed,
    tab: &str,
    key: (&str, &str),
    header: &str,
) -> Option<String> {
    testbed
        .sheets
        .look(BOOK, |book| book.address(tab, key, header).ok())
}

/// Words that nobody has said in time.
fn unsaid(words: &str, late: TimedOut) -> TestbedError {
    TestbedError::TooLate {
        what: format!("«{words}» is not said"),
        within: late.within,
        seen: late.seen,
    }
}

/// What the button of a message means that bears this label.
fn button(message: &SentMessage, label: &str) -> Result<String, TestbedError> {
    let markup = message.content.reply_markup.as_ref();
    let rows = markup.and_then(|markup| markup["inline_keyboard"].as_array());
    let mut buttons = rows
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten();
    let named = buttons.find(|button| button["text"] == label);
    let data = named.and_then(|button| button["callback_data"].as_str());
    let data = data.map(str::to_owned);
    data.ok_or_else(|| missing(&format!("the button «{label}»")))
}

fn missing(what: &str) -> TestbedError {
    TestbedError::Call(format!("{what} is missing"))
}
