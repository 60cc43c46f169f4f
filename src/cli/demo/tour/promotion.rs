//! The tour's promotion: published in the sheet, with a picture, to all partners, and overtaken by an answer.
//!
//! Invariant: what is printed was counted at the stand-ins, not at the service; whoever else has registered by hand counts as well.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use simulator::telegram::{MessageId, Person, Profile};

use super::{PATIENCE, Tour};
use crate::{
    cli::demo::{bilingual::Bilingual, service::Tempo},
    testbed::{ADMIN_CHAT, ALLA, PAVEL, PROMOTIONS, Testbed, TestbedError},
};

/// The row of the sample workbook that lacks only its action.
pub(super) const ROW: (&str, &str) = ("Название", "Двойное вознаграждение");
/// A picture; a cell holds it as an address that begins with `data:`.
const PICTURE: &[u8] = include_bytes!("river.png");
/// Words of the promotion.
const WORDS: &str = "двойная комиссия";
/// Registered partners beside the two of the sample workbook.
const OTHERS: i64 = 58;
/// The sample's two.
const OF_OLD: [(i64, &str); 2] = [(PAVEL, "Павел"), (ALLA, "Алла")];
/// So many of the others have blocked the bot.
const BLOCKED: usize = 2;

/// Sixty registered partners; Marina will be one more.
pub(super) fn partners(testbed: &Testbed) -> Result<Vec<Person>, TestbedError> {
    let person = |(id, name): (i64, &str)| {
        testbed
            .telegram
            .person(Profile::new(id, name))
            .has_met_bot()
    };
    let others: Vec<Person> = (0..OTHERS)
        .map(|n| person((700_002_000 + n, "Партнёр")))
        .collect();
    testbed.enlist(&others)?;
    block(&others);
    Ok(others.into_iter().chain(OF_OLD.map(person)).collect())
}

/// The first two of them block the bot, unless they have done so already.
fn block(partners: &[Person]) {
    for person in partners.iter().take(BLOCKED) {
        person.block();
    }
}

impl Tour {
    /// A marketer adds a picture.
    pub(super) async fn offers(&self) -> Result<(), TestbedError> {
        self.service.start(Tempo::Watched).await?;
        block(&self.partners);
        let picture = BASE64_STANDARD.encode(PICTURE);
        let picture = format!("data:image/png;base64,{picture}");
        self.testbed
            .type_into(PROMOTIONS, ROW, "Контент", &picture)?;
        let before = self.testbed.registered().len();
        self.testbed.callback(PROMOTIONS).await?;
        // Somebody may register meanwhile, and whether the row knows that already is open.
        let is_true = |count: usize| {
            let now = self.testbed.registered().len();
            (before.min(now)..=before.max(now)).contains(&count)
        };
        let ready = self.mailing(|text| announced(text).is_some_and(is_true));
        let ready = ready.await?;
        self.holds(
            "a marketer adds a picture to a promotion; the row says whom it will reach, and how soon",
            &ready,
        );
        Ok(())
    }

    /// He publishes, and watches the row.
    pub(super) async fn publishes(&mut self) -> Result<(), TestbedError> {
        self.uploads = self.testbed.telegram.calls().uploads;
        self.audience = self.testbed.registered();
        self.audience.retain(|person| !person.has_blocked_bot());
        self.testbed
            .type_into(PROMOTIONS, ROW, "Действие", "Опубликовать")?;
        self.testbed.callback(PROMOTIONS).await?;
        let admin = Profile::new(ADMIN_CHAT, "Оператор");
        let admin = self.testbed.telegram.person(admin);
        let shown = admin
            .await_message(|message| message.content.media.is_some(), PATIENCE)
            .await;
        let shown = shown.map_err(|late| TestbedError::Call(late.to_string()))?;
        self.holds(
            "«Опубликовать»: the admin chat sees it first, and the picture is uploaded there",
            &shown.content.text,
        );
        // Both while it goes out, so that neither waits for the other.
        let counts = self.mailing(|text| text.contains("осталось"));
        let (counting, (overtaken, reply)) = tokio::try_join!(counts, self.overtake())?;
        self.reply = reply;
        self.holds(
            "the partners get it one by one, and the row counts up",
            &counting,
        );
        self.holds(
            "a specialist's reply in the group, which is an answer, overtakes it",
            overtaken,
        );
        Ok(())
    }

    /// Everybody has it.
    pub(super) async fn is_announced(&self) -> Result<(), TestbedError> {
        let over = self.mailing(|text| text.starts_with("разослана")).await?;
        self.hears(WORDS).await?;
        let wrong = |person: &&Person| match times(person) {
            0 => !person.has_blocked_bot(),
            times => times > 1,
        };
        let (wrong, all) = (
            self.audience.iter().filter(wrong).count(),
            self.audience.len(),
        );
        let uploads = self.testbed.telegram.calls().uploads - self.uploads;
        if wrong > 0 || uploads != 1 {
            return Err(TestbedError::Call(format!(
                "{wrong} of {all} partners have it not, or not once; {uploads} uploads"
            )));
        }
        let status = self.testbed.cell(PROMOTIONS, ROW, "Статус");
        self.holds(
            "two have blocked the bot; everybody else has it once, from one upload",
            &format!("Статус: {status} | Рассылка: {over}"),
        );
        Ok(())
    }

    /// A specialist answers while the promotion goes out: the answer, how many partners the promotion had not reached by then, and the reply.
    async fn overtake(&self) -> Result<(Bilingual, Option<MessageId>), TestbedError> {
        let (answer, reply) = self.replies().await?;
        let has_none = |person: &&Person| times(person) == 0;
        let left = self.audience.iter().filter(has_none).count();
        if left == 0 {
            return Err(TestbedError::Call(
                "the answer came only after the whole broadcast".to_owned(),
            ));
        }
        let told = Bilingual::new(
            format!("{answer}\n(акцию ещё не получили партнёров: {left})"),
            format!("{answer}\n({left} partners have yet to get the promotion)"),
        );
        Ok((told, reply))
    }

    async fn mailing(&self, wanted: impl Fn(&str) -> bool + Send) -> Result<String, TestbedError> {
        self.testbed
            .cell_where(PROMOTIONS, ROW, "Рассылка", wanted, PATIENCE)
            .await
    }
}

/// How many will get it, as its row says before it goes out.
fn announced(mailing: &str) -> Option<usize> {
    let count = mailing.strip_prefix("готово: ")?;
    let end = count.find(|letter: char| !letter.is_ascii_digit())?;
    count[..end].parse().ok()
}

/// How often somebody has the promotion.
fn times(person: &Person) -> usize {
    let messages = person.messages().into_iter();
    messages
        .filter(|message| message.content.text.contains(WORDS))
        .count()
}

#[cfg(test)]
mod tests {
    use super::announced;

    #[test]
    fn the_row_says_how_many_will_get_it() {
        assert_eq!(announced("готово: 61 получатель, 16 с"), Some(61));
        assert_eq!(announced("готово; сколько получателей, скажем"), None);
        assert_eq!(announced("ещё не готово: нет названия"), None);
    }
}
