//! The tour: what a partner and a specialist go through, step by step, over real HTTP.
//!
//! Invariant: a step is printed only after it was seen to hold; the first that does not ends the tour.

mod promotion;

use std::time::Duration;

use simulator::{
    sheets::TOUR_PARTNER,
    telegram::{Attachment, Fault, FaultKind, Person, Profile, SentMessage},
};

use crate::{
    app::Ended,
    clock,
    testbed::{APPEALS, PARTNERS, Service, Testbed, TestbedError},
};

/// How long any step may take; most take well under a second, writes to the sheet up to some seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// The predecessor stopped in minutes, or never.
const STOP_LIMIT: Duration = Duration::from_secs(2);
/// Telegram's number of the partner.
const MARINA: i64 = 700_001_042;

/// The old row of the sample workbook gets № 1; hers are the next two.
const HERS: u32 = 2;
/// The appeal that follows the closed one.
const NEXT: u32 = 3;

/// What she photographs.
const PICTURE: &[u8] = b"\xff\xd8\xff\xe0 a picture of her mailbox";

const ANSWER: &str = "Здравствуйте, Марина! Отчёт отправили на вашу почту.";
const SECOND_ANSWER: &str = "Новый договор уже у юристов, пришлём до пятницы.";

/// Plays the tour and hands over the running service.
pub(super) async fn play(testbed: &Testbed) -> Result<Service, TestbedError> {
    let tour = Tour::open(testbed);
    let partners = promotion::partners(testbed)?;
    println!(
        "Sheetdesk: the real service between two stand-ins, on loopback. No account, no network.\n"
    );
    let service = tour.testbed.open().await?;
    tour.step(
        "the service runs; the sample workbook is the predecessor's",
        "",
    );
    tour.register().await?;
    tour.write_an_appeal().await?;
    tour.answer().await?;
    tour.close().await?;
    tour.promote(&partners).await?;
    let service = tour.survive_a_stop(service).await?;
    let status = tour.testbed.settled(PATIENCE).await?;
    tour.step(
        "nothing is left to send or to write",
        &format!(
            "Google calls left this minute: {} reads, {} writes",
            status.quota.reads, status.quota.writes
        ),
    );
    println!("\nEvery step held.\n");
    Ok(service)
}

struct Tour<'a> {
    testbed: &'a Testbed,
    marina: Person,
    began: tokio::time::Instant,
}

impl<'a> Tour<'a> {
    fn open(testbed: &'a Testbed) -> Self {
        let profile = Profile {
            language_code: Some("ru".to_owned()),
            ..Profile::new(MARINA, "Марина")
        };
        let marina = testbed.telegram.person(profile);
        Self {
            testbed,
            marina,
            began: clock::monotonic(),
        }
    }

    async fn register(&self) -> Result<(), TestbedError> {
        self.marina
            .write("Здравствуйте! Не приходит отчёт за февраль");
        let told = self.hears("Сообщение сохранили").await?;
        self.step("a partner writes before registering and is told how", &told);
        self.marina.write(TOUR_PARTNER.code);
        let asked = self.hears("Код записали").await?;
        self.step("she sends her partner code", &asked);
        self.marina.share_contact("79123456789");
        let welcomed = self.hears("Готово").await?;
        self.step("she shares her contact and is registered", &welcomed);
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
        self.step("her row in the staff list shows it", &seen);
        Ok(())
    }

    async fn write_an_appeal(&self) -> Result<(), TestbedError> {
        let offer = self.find("До знакомства вы прислали").await?;
        self.marina
            .press(offer.message_id, "kept:send")
            .map_err(|error| TestbedError::Call(error.to_string()))?;
        let receipt = self.hears(&format!("Приняли, обращение № {HERS}")).await?;
        self.step(
            "one button turns what she wrote before into an appeal",
            &receipt,
        );
        let sent = self
            .marina
            .send_file(Attachment::photo(PICTURE).caption("Почта прежняя, проверила спам"));
        let history = self
            .row(HERS, "текст_обращений", |text| {
                text.contains("проверила спам")
            })
            .await?;
        self.step(
            "she adds a picture; the appeal is a row of the sheet, newest message on top",
            &history,
        );
        let message = self.marina.message_of(sent);
        let message = message.ok_or_else(|| missing("her message"))?;
        let reaction = self.testbed.reaction(&self.marina, message, PATIENCE);
        let reaction = reaction.await?;
        self.step(
            "a reaction tells her that it stands in the sheet",
            &reaction,
        );
        let mut words = history.split_whitespace();
        let link = words.find(|word| word.starts_with("http"));
        let opened = open(link.ok_or_else(|| missing("a link to the picture"))?).await?;
        self.step(
            "the link in the cell opens the picture, for thirty days",
            &opened,
        );
        Ok(())
    }

    async fn answer(&self) -> Result<(), TestbedError> {
        self.testbed.type_in(HERS, "специалист_ответ", ANSWER)?;
        self.testbed.callback(APPEALS).await?;
        let answer = self.hears(ANSWER).await?;
        self.step(
            "a specialist types into the answer cell; the signed callback fires; the answer is in the chat",
            &answer,
        );
        let delivery = self
            .row(HERS, "Доставка", |text| {
                text.starts_with("доставлено")
            })
            .await?;
        let cleared = self.row(HERS, "специалист_ответ", str::is_empty).await?;
        let status = self.row(HERS, "статус", |text| text == "В работе").await?;
        self.step(
            "the cell is empty again, and the row says when",
            &format!("статус: {status} | специалист_ответ: «{cleared}» | Доставка: {delivery}"),
        );
        Ok(())
    }

    async fn close(&self) -> Result<(), TestbedError> {
        self.testbed.type_in(HERS, "статус", "Решено")?;
        self.testbed.callback(APPEALS).await?;
        let closed = self.hears("решено. Если").await?;
        self.step("«Решено», typed by hand, reaches the partner", &closed);
        self.marina.write("Добрый день! Когда будет новый договор?");
        let receipt = self.hears(&format!("Приняли, обращение № {NEXT}")).await?;
        let history = self
            .row(NEXT, "текст_обращений", |text| {
                text.contains("новый договор")
            })
            .await?;
        self.step(
            "her next message opens a new row",
            &format!("{receipt}\n{history}"),
        );
        Ok(())
    }

    /// Telegram holds the answer while the service is told to stop: the send is in hand, its outcome is not known.
    async fn survive_a_stop(&self, service: Service) -> Result<Service, TestbedError> {
        let (testbed, telegram) = (self.testbed, &self.testbed.telegram);
        telegram.fault(Fault::next(1, FaultKind::Hold).of("sendMessage"));
        testbed.type_in(NEXT, "специалист_ответ", SECOND_ANSWER)?;
        testbed.callback(APPEALS).await?;
        let held = telegram.await_held(1, PATIENCE).await;
        held.map_err(|late| TestbedError::Call(late.to_string()))?;
        let asked = clock::monotonic();
        let ended = service.stop().await;
        let took = clock::monotonic().duration_since(asked);
        if took > STOP_LIMIT || matches!(ended, Ended::Failed(_)) {
            return Err(TestbedError::TooLate {
                what: "the service did not stop".to_owned(),
                within: STOP_LIMIT,
                seen: format!("{ended:?} after {took:?}"),
            });
        }
        self.step(
            "the service is stopped while an answer is half-way to Telegram",
            &format!("stopped in {:.2} s", took.as_secs_f64()),
        );
        self.testbed.telegram.release();
        self.marina.write("И ещё: нужна ли доверенность?");
        let service = self.testbed.open().await?;
        let delivery = self
            .row(NEXT, "Доставка", |text| {
                text.ends_with("возможно дважды")
            })
            .await?;
        let cleared = self.row(NEXT, "специалист_ответ", str::is_empty).await?;
        self.hears(SECOND_ANSWER).await?;
        self.step(
            "started again, it finishes the answer, and admits what nobody can know",
            &format!("специалист_ответ: «{cleared}» | Доставка: {delivery}"),
        );
        let history = self
            .row(NEXT, "текст_обращений", |text| {
                text.contains("доверенность")
            })
            .await?;
        self.step(
            "what the partner wrote meanwhile is there too: nothing is lost",
            &history,
        );
        Ok(service)
    }

    /// Waits for a cell of an appeal's row.
    async fn row(
        &self,
        number: u32,
        header: &str,
        wanted: impl Fn(&str) -> bool,
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
        found.map_err(|late| TestbedError::Call(late.to_string()))
    }

    /// Prints a step that held, and below it what was seen.
    fn step(&self, what: &str, seen: &str) {
        let at = clock::monotonic().duration_since(self.began).as_secs_f64();
        println!("{at:7.2} s  ✓ {what}");
        for line in seen.lines().filter(|line| !line.is_empty()) {
            println!("             {line}");
        }
    }
}

/// Opens a link as a specialist does, and tells what comes.
async fn open(link: &str) -> Result<String, TestbedError> {
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
    Ok(format!("{status}, {media_type}, {} bytes", bytes.len()))
}

fn missing(what: &str) -> TestbedError {
    TestbedError::Call(format!("{what} is missing"))
}
