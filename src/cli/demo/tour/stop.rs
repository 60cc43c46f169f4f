//! The tour's last act: the service is stopped in the middle of an answer, and started again.
//!
//! Invariant: the stop is measured at the process, from the signal to its end.

use simulator::telegram::{Fault, FaultKind};

use super::{PATIENCE, Tour};
use crate::{
    cli::demo::service::{STOP_LIMIT, Tempo, timed},
    testbed::{APPEALS, TestbedError},
};

/// What a specialist types just before the stop.
const ANSWER: &str = "Новый договор уже у юристов, пришлём до пятницы.";

impl Tour {
    /// Telegram holds the answer while the service is told to stop: the send is in hand, its outcome is not known.
    pub(super) async fn stops_half_way(&self) -> Result<(), TestbedError> {
        let (testbed, telegram) = (&self.testbed, &self.testbed.telegram);
        let hold = Fault::next(1, FaultKind::Hold).of("sendMessage");
        telegram.fault(hold.to(self.marina.id()));
        testbed.type_in(self.next, "специалист_ответ", ANSWER)?;
        testbed.callback(APPEALS).await?;
        let held = telegram.await_held(1, PATIENCE).await;
        held.map_err(|late| TestbedError::Call(late.to_string()))?;
        let exit = self.service.stop().await?;
        let in_time = exit.is_some_and(|exit| exit.took <= STOP_LIMIT && exit.code == Some(0));
        let Some(exit) = exit.filter(|_| in_time) else {
            return Err(TestbedError::TooLate {
                what: "the service did not stop".to_owned(),
                within: STOP_LIMIT,
                seen: format!("{exit:?}"),
            });
        };
        self.holds(
            "the service is stopped while an answer is half-way to Telegram",
            timed("остановлен за", "stopped in", exit.took, "", ""),
        );
        telegram.release();
        Ok(())
    }

    pub(super) async fn finishes_the_answer(&self) -> Result<(), TestbedError> {
        self.marina.write("И ещё: нужна ли доверенность?");
        self.service.start(Tempo::Watched).await?;
        let admits = |text: &str| text.ends_with("возможно дважды");
        let delivery = self.row(self.next, "Доставка", admits).await?;
        let cleared = self
            .row(self.next, "специалист_ответ", str::is_empty)
            .await?;
        self.hears(ANSWER).await?;
        self.holds(
            "started again, it finishes the answer, and admits what nobody can know",
            &format!("специалист_ответ: «{cleared}» | Доставка: {delivery}"),
        );
        Ok(())
    }

    pub(super) async fn has_what_came_meanwhile(&self) -> Result<(), TestbedError> {
        let is_there = |text: &str| text.contains("доверенность");
        let history = self.row(self.next, "текст_обращений", is_there).await?;
        self.holds(
            "what the partner wrote meanwhile is there too: nothing is lost",
            &history,
        );
        Ok(())
    }
}
