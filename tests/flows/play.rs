//! A play: the stage, the service on it, and the people of the sample workbook.

use std::time::Duration;

use sheetdesk::{
    app::Status,
    stage::{ADMIN_CHAT, Service, Stage},
};
use simulator::{
    sheets::{Quotas, SheetsOptions, TOUR_PARTNER},
    telegram::{Limits, Person, Profile, SentMessage, TelegramOptions},
};

/// How long anything may take before a test fails; far longer than anything does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Play {
    pub(crate) stage: Stage,
    pub(crate) marina: Person,
    pub(crate) operator: Person,
}

impl Play {
    /// The stage is set; nothing runs yet. Limits and quotas are off, so that only the flow takes time.
    pub(crate) async fn set() -> Self {
        let retry = [0, 1, 1].map(Duration::from_secs).into();
        let telegram = TelegramOptions {
            limits: Limits::off(),
            webhook_retry: retry,
            ..TelegramOptions::default()
        };
        let sheets = SheetsOptions {
            quotas: Quotas::off(),
            ..SheetsOptions::default()
        };
        let mut stage = Stage::set(telegram, sheets).await.expect("the stage is set");
        stage.configure("TELEGRAM__RATE_PER_SECOND", "0");
        let operator = stage.telegram.person(Profile::new(ADMIN_CHAT, "Оператор")).has_met_bot();
        let marina = stage.telegram.person(Profile::new(700_001_042, "Марина"));
        Self { stage, marina, operator }
    }

    /// The service runs.
    pub(crate) async fn open() -> (Self, Service) {
        let play = Self::set().await;
        let service = play.start().await;
        (play, service)
    }

    /// The service runs, and Marina is registered.
    pub(crate) async fn registered() -> (Self, Service) {
        let (play, service) = Self::open().await;
        play.marina.write(TOUR_PARTNER.code);
        play.marina.share_contact("79123456789");
        play.hears("Готово").await;
        play.settled().await;
        (play, service)
    }

    /// The service runs, and Marina has appeal № 2 (№ 1 is an old row's) in the sheet.
    pub(crate) async fn with_appeal() -> (Self, Service) {
        let (play, service) = Self::registered().await;
        play.marina.write("Не приходит отчёт");
        play.hears("Приняли, обращение № 2").await;
        play.settled().await;
        (play, service)
    }

    pub(crate) async fn start(&self) -> Service {
        self.stage.open().await.expect("the service starts")
    }

    /// Marina is told something with these words.
    pub(crate) async fn hears(&self, words: &str) -> SentMessage {
        hears(&self.marina, words).await
    }

    /// How often Marina was told something with these words.
    pub(crate) fn heard(&self, words: &str) -> usize {
        self.marina
            .messages()
            .iter()
            .filter(|message| message.content.text.contains(words))
            .count()
    }

    /// Nothing is left to do.
    pub(crate) async fn settled(&self) -> Status {
        self.stage.settled(PATIENCE).await.expect("everything is done")
    }

    /// A specialist types, and the script calls.
    pub(crate) async fn types(&self, number: u32, header: &str, text: &str) {
        self.stage.type_in(number, header, text).expect("there is such a cell");
        self.stage.callback(sheetdesk::stage::APPEALS).await.expect("the callback is taken");
    }

    /// A cell of the appeals tab comes to hold what is wanted.
    pub(crate) async fn shows(&self, number: u32, header: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.stage
            .appeal_cell_where(number, header, wanted, PATIENCE)
            .await
            .expect("the cell is as wanted")
    }

    /// The end of a flow: everything done, then stopped.
    pub(crate) async fn ends(self, service: Service) {
        self.settled().await;
        assert_eq!(service.stop().await, sheetdesk::app::Ended::Stopped);
    }
}

pub(crate) async fn hears(person: &Person, words: &str) -> SentMessage {
    person
        .await_message(|message| message.content.text.contains(words), PATIENCE)
        .await
        .expect("the words arrive")
}
