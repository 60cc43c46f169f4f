//! Plays with the service in this very process.
//!
//! Invariant: a flow that ends here has left nothing to do.

use std::{path::Path, sync::OnceLock};

use serde_json::Value;
use sheetdesk::{
    app::Ended,
    domain::operator::OperatorRequest,
    operator::{ConsoleReply, ask},
    testbed::{BOOK, Service},
};

use simulator::{
    conformance::{self, BotApi, Discovery},
    telegram::MessageId,
};

use crate::play::{PATIENCE, Play};

impl Play {
    /// The service runs.
    pub(crate) async fn open() -> (Self, Service) {
        let play = Self::set().await;
        let service = play.start().await;
        (play, service)
    }

    /// The service runs, and Marina is registered.
    pub(crate) async fn registered() -> (Self, Service) {
        let (play, service) = Self::open().await;
        play.registers().await;
        (play, service)
    }

    /// The service runs, and Marina has appeal № 2 in the sheet.
    pub(crate) async fn with_appeal() -> (Self, Service) {
        let (play, service) = Self::registered().await;
        play.opens_appeal().await;
        (play, service)
    }

    /// The same with one setting that is not the testbed's own.
    pub(crate) async fn with_appeal_and(setting: &str, value: &str) -> (Self, Service) {
        let mut play = Self::set().await;
        play.testbed.configure(setting, value);
        let service = play.start().await;
        play.registers().await;
        play.opens_appeal().await;
        (play, service)
    }

    pub(crate) async fn start(&self) -> Service {
        self.testbed.open().await.expect("the service starts")
    }

    /// The operator lets the held answers go.
    pub(crate) async fn releases(&self) {
        let reply = ask(&self.testbed.data_dir(), &OperatorRequest::ReleaseAnswers).await;
        assert!(matches!(reply, Ok(ConsoleReply::Released(_))), "{reply:?}");
    }

    /// Marina writes; the message's number.
    pub(crate) fn writes(&self, text: &str) -> MessageId {
        let update = self.marina.write(text);
        self.marina
            .message_of(update)
            .expect("the message is there")
    }

    /// Somebody types into a cell, gives the text looks with the buttons above the sheet, and the script calls.
    pub(crate) async fn types_rich(
        &self,
        (tab, key, header): (&str, (&str, &str), &str),
        text: &str,
        looks: &Value,
    ) {
        let looks = looks.as_object().expect("fields of a cell").clone();
        self.testbed.sheets.with(BOOK, |book| {
            let at = book.address(tab, key, header);
            let at = at.expect("there is such a cell");
            let typed = book.type_rich(tab, &at, text, looks);
            typed.expect("it is typed");
        });
        let called = self.testbed.callback(tab).await;
        called.expect("the callback is taken");
    }

    /// Marina's message gets its reaction.
    pub(crate) async fn sees_reaction(&self, message: MessageId) {
        self.testbed
            .reaction(&self.marina, message, PATIENCE)
            .await
            .expect("the reaction is there");
    }

    /// The end of a flow: everything done, then stopped; and no call of ours, no answer of theirs that the protocols do not know.
    pub(crate) async fn ends(self, service: Service) {
        self.settled().await;
        assert_eq!(service.stop().await, Ended::Stopped);
        self.conforms();
    }

    /// The end of a flow in which calls may still be in hand: the stop may cut them off.
    pub(crate) async fn ends_with_calls_in_hand(self, service: Service) {
        self.settled().await;
        service.stop().await;
        self.conforms();
    }

    /// Every call and every answer is as the Bot API and the Sheets API describe them.
    fn conforms(&self) {
        let Some((bot_api, discovery)) = protocols() else {
            return;
        };
        let mut violations = conformance::telegram(bot_api, &self.testbed.telegram);
        violations.extend(conformance::sheets(discovery, &self.testbed.sheets));
        let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}

/// The descriptions of both protocols, which are beside the repository; where they are absent, the test says so.
fn protocols() -> Option<&'static (BotApi, Discovery)> {
    static PROTOCOLS: OnceLock<Option<(BotApi, Discovery)>> = OnceLock::new();
    PROTOCOLS
        .get_or_init(|| {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
            if !directory.exists() {
                println!(
                    "no descriptions at {}: calls are not judged",
                    directory.display()
                );
                return None;
            }
            let bot_api =
                BotApi::load(directory.join("botapi.json")).expect("the description can be read");
            let discovery = Discovery::load(directory.join("sheets.v4.json"))
                .expect("the document can be read");
            Some((bot_api, discovery))
        })
        .as_ref()
}
