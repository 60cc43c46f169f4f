//! The tour's partner: she registers, her appeal becomes a row, a specialist answers and closes it.
//!
//! Invariant: numbers of appeals are those that she is told, whatever others have written before her.

use simulator::{sheets::TOUR_PARTNER, telegram::Attachment};

use super::{PATIENCE, Tour, button, missing};
use crate::{
    cli::demo::bilingual::Bilingual,
    testbed::{APPEALS, PARTNERS, TestbedError},
};

/// What she photographs.
const PICTURE: &[u8] = include_bytes!("mailbox.png");
/// What a specialist types.
const ANSWER: &str = "Здравствуйте, Марина! Отчёт отправили на вашу почту.";
/// How a receipt begins that names a number.
const RECEIPT: &str = "Приняли, обращение № ";

impl Tour {
    pub(super) async fn writes_unknown(&self) -> Result<(), TestbedError> {
        self.marina
            .write("Здравствуйте! Не приходит отчёт за февраль");
        let told = self.hears("Сообщение сохранили").await?;
        self.holds("a partner writes before registering and is told how", &told);
        Ok(())
    }

    pub(super) async fn sends_code(&self) -> Result<(), TestbedError> {
        self.marina.write(TOUR_PARTNER.code);
        let asked = self.hears("Код записали").await?;
        self.holds("she sends her partner code", &asked);
        Ok(())
    }

    pub(super) async fn shares_contact(&self) -> Result<(), TestbedError> {
        self.marina.share_contact("79123456789");
        let welcomed = self.hears("Готово").await?;
        self.holds("she shares her contact and is registered", &welcomed);
        Ok(())
    }

    pub(super) async fn is_listed(&self) -> Result<(), TestbedError> {
        let key = ("Код партнера", TOUR_PARTNER.code);
        let (status, is_in) = ("Статус авторизации", |text: &str| {
            text == "авторизован"
        });
        let status = self
            .testbed
            .cell_where(PARTNERS, key, status, is_in, PATIENCE);
        let status = status.await?;
        let [id, date] = ["Telegram ID", "Дата авторизации"]
            .map(|header| self.testbed.cell(PARTNERS, key, header));
        let seen = format!("{status} | {id} | {date}");
        self.holds("her row in the staff list shows it", &seen);
        Ok(())
    }

    pub(super) async fn makes_an_appeal(&mut self) -> Result<(), TestbedError> {
        let offer = self.find("До знакомства вы прислали").await?;
        self.marina
            .press(offer.message_id, "kept:send")
            .map_err(|error| TestbedError::Call(error.to_string()))?;
        let receipt = self.hears(RECEIPT).await?;
        self.hers = number(&receipt)?;
        self.holds(
            "one button turns what she wrote before into an appeal",
            &receipt,
        );
        Ok(())
    }

    pub(super) async fn adds_a_picture(&mut self) -> Result<(), TestbedError> {
        let picture = Attachment::photo(PICTURE).caption("Почта прежняя, проверила спам");
        self.picture = Some(self.marina.send_file(picture));
        let is_there = |text: &str| text.contains("проверила спам");
        let history = self.row(self.hers, "текст_обращений", is_there).await?;
        self.holds(
            "she adds a picture; the appeal is a row of the sheet, newest message on top",
            &history,
        );
        Ok(())
    }

    pub(super) async fn sees_a_reaction(&self) -> Result<(), TestbedError> {
        let message = self
            .picture
            .and_then(|update| self.marina.message_of(update));
        let message = message.ok_or_else(|| missing("her message"))?;
        let reaction = self.testbed.reaction(&self.marina, message, PATIENCE);
        let reaction = reaction.await?;
        self.holds(
            "a reaction tells her that it stands in the sheet",
            &reaction,
        );
        Ok(())
    }

    pub(super) async fn opens_the_link(&self) -> Result<(), TestbedError> {
        let history = self.testbed.appeal_cell(self.hers, "текст_обращений");
        let mut words = history.split_whitespace();
        let link = words.find(|word| word.starts_with("http"));
        let opened = open(link.ok_or_else(|| missing("a link to the picture"))?).await?;
        self.holds(
            "the link in the cell opens the picture, for thirty days",
            opened,
        );
        Ok(())
    }

    pub(super) async fn is_answered(&self) -> Result<(), TestbedError> {
        let testbed = &self.testbed;
        testbed.type_in(self.hers, "специалист_ответ", ANSWER)?;
        testbed.callback(APPEALS).await?;
        let answer = self.hears(ANSWER).await?;
        self.holds(
            "a specialist types into the answer cell; the signed callback fires; the answer is in the chat",
            &answer,
        );
        Ok(())
    }

    pub(super) async fn row_says_when(&self) -> Result<(), TestbedError> {
        let hers = self.hers;
        let is_out = |text: &str| text.starts_with("доставлено");
        let delivery = self.row(hers, "Доставка", is_out).await?;
        let cleared = self.row(hers, "специалист_ответ", str::is_empty).await?;
        let status = self.row(hers, "статус", |text| text == "В работе").await?;
        self.holds(
            "the cell is empty again, and the row says when",
            &format!("статус: {status} | специалист_ответ: «{cleared}» | Доставка: {delivery}"),
        );
        Ok(())
    }

    pub(super) async fn is_closed(&self) -> Result<(), TestbedError> {
        self.testbed.type_in(self.hers, "статус", "Решено")?;
        self.testbed.callback(APPEALS).await?;
        let closed = self.hears("решено. Если").await?;
        self.holds("«Решено», typed by hand, reaches the partner", &closed);
        Ok(())
    }

    /// She rates it by a thumb under the message that says so.
    pub(super) async fn rates(&self) -> Result<(), TestbedError> {
        let closed = self.find(&format!("№ {} решено", self.hers)).await?;
        self.marina
            .press(closed.message_id, &button(&closed, "👍")?)
            .map_err(|error| TestbedError::Call(error.to_string()))?;
        let thanked = self.hears("Ваша оценка: 👍").await?;
        self.holds("she rates it with a thumb below that message", &thanked);
        Ok(())
    }

    pub(super) async fn writes_again(&mut self) -> Result<(), TestbedError> {
        self.marina.write("Добрый день! Когда будет новый договор?");
        let first = format!("№ {}.", self.hers);
        let is_another = |message: &simulator::telegram::SentMessage| {
            let text = &message.content.text;
            text.contains(RECEIPT) && !text.contains(&first)
        };
        let receipt = self.marina.await_message(is_another, PATIENCE).await;
        let receipt = receipt.map_err(|late| TestbedError::Call(late.to_string()))?;
        let receipt = receipt.content.text;
        self.next = number(&receipt)?;
        let is_there = |text: &str| text.contains("новый договор");
        let history = self.row(self.next, "текст_обращений", is_there).await?;
        let seen = format!("{receipt}\n{history}");
        self.holds("her next message opens a new row", &seen);
        let rating = self.row(self.hers, "Оценка", |text| text == "👍").await?;
        self.holds(
            "and the row that is closed has her rating",
            &format!("Оценка: {rating}"),
        );
        Ok(())
    }
}

/// The number that a receipt names.
fn number(receipt: &str) -> Result<u32, TestbedError> {
    let digits = receipt.split_once(RECEIPT).map(|(_, rest)| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        &rest[..end.unwrap_or(rest.len())]
    });
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| missing("the number of her appeal"))
}

/// Opens a link as a specialist does, and tells what comes.
async fn open(link: &str) -> Result<Bilingual, TestbedError> {
    let failed = |error: reqwest::Error| TestbedError::Call(error.without_url().to_string());
    let response = reqwest::get(link).await.map_err(failed)?;
    let status = response.status();
    let media_type = response.headers().get("content-type");
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or("no type").to_owned();
    let bytes = response.bytes().await.map_err(failed)?;
    if bytes != PICTURE {
        return Err(missing("the picture behind the link"));
    }
    let (what, size) = (format!("{status}, {media_type}"), bytes.len());
    Ok(Bilingual::new(
        format!("{what}, байтов: {size}"),
        format!("{what}, {size} bytes"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_its_number() {
        assert_eq!(
            number("Приняли, обращение № 41. Ответим здесь же.").unwrap(),
            41
        );
        assert_eq!(number("Приняли, обращение № 7").unwrap(), 7);
        assert!(number("Сообщение сохранили").is_err());
    }
}
