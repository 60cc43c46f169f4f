//! The tour's specialists in their chat: they hear of an appeal at once, take it, answer it there; and an answer is mended in the sheet.
//!
//! Invariant: what the partner has is looked at in her own chat.

use simulator::telegram::{MessageId, SentMessage};

use super::{PATIENCE, Tour, button, missing, unsaid};
use crate::testbed::{APPEALS, TestbedError};

/// What a specialist writes in the chat.
const REPLY: &str = "Договор подпишем сегодня до вечера.";
/// What it becomes in the sheet.
pub(super) const MENDED: &str = "Договор подпишем завтра до обеда.";

impl Tour {
    /// The group has her next appeal, and Olga takes it.
    pub(super) async fn is_heard(&self) -> Result<(), TestbedError> {
        let head = self.head().await?;
        let pressed = self
            .group
            .press(&self.olga, head.message_id, &button(&head, "Беру")?);
        pressed.map_err(|error| TestbedError::Call(error.to_string()))?;
        let taken = self.told("В работе: ", |message| {
            message.message_id == head.message_id
        });
        let taken = taken.await?.content.text;
        self.holds(
            "the specialists' group hears of it at once, and one of them takes it by a button",
            &taken,
        );
        Ok(())
    }

    /// She answers it there; the answer as the partner has it, and the reply.
    pub(super) async fn replies(&self) -> Result<(String, Option<MessageId>), TestbedError> {
        let head = self.head().await?;
        let reply = self.group.reply(&self.olga, head.message_id, REPLY);
        let reply = reply.map_err(|error| TestbedError::Call(error.to_string()))?;
        Ok((self.hears(REPLY).await?, self.group.message_of(reply)))
    }

    /// Group and row say that the answer has arrived, and whose it is.
    pub(super) async fn is_known_to_have_replied(&self) -> Result<(), TestbedError> {
        let beneath = |message: &SentMessage| message.reply_to == self.reply;
        let beneath = self.told("Доставлено в ", beneath).await?.content.text;
        let is_out = |text: &str| text.starts_with("доставлено");
        let delivery = self.row(self.next, "Доставка", is_out).await?;
        let is_named = |text: &str| !text.is_empty();
        let name = self.row(self.next, "Ответственный", is_named).await?;
        self.holds(
            "her reply in the group was the answer; group and row say that it has arrived",
            &format!("{beneath}\nОтветственный: {name} | Доставка: {delivery}"),
        );
        Ok(())
    }

    /// The answer is mended in the sheet, and so is the partner's message.
    pub(super) async fn is_corrected(&self) -> Result<(), TestbedError> {
        let (testbed, next) = (&self.testbed, self.next);
        testbed.type_in(next, "статус", "Исправить ответ")?;
        testbed.callback(APPEALS).await?;
        let is_back = |text: &str| text == REPLY;
        self.row(next, "специалист_ответ", is_back).await?;
        testbed.type_in(next, "специалист_ответ", MENDED)?;
        testbed.callback(APPEALS).await?;
        let mended = self.find(MENDED).await?;
        if mended.earlier.is_empty() {
            return Err(missing("the edit of the message that she had"));
        }
        let is_said = |text: &str| text.starts_with("доставлено: исправлено");
        let delivery = self.row(next, "Доставка", is_said).await?;
        self.row(next, "специалист_ответ", str::is_empty).await?;
        self.holds(
            "«Исправить ответ» puts the answer back into its cell; the changed text changes her message",
            &format!("{}\nДоставка: {delivery}", mended.content.text),
        );
        Ok(())
    }

    /// The message in the group that her next appeal began with.
    async fn head(&self) -> Result<SentMessage, TestbedError> {
        let head = format!("№ {} · ", self.next);
        self.told(&head, |message| message.content.text.starts_with(&head))
            .await
    }

    /// Waits for a message to the group that contains these words and is as wanted.
    async fn told(
        &self,
        words: &str,
        wanted: impl Fn(&SentMessage) -> bool + Send,
    ) -> Result<SentMessage, TestbedError> {
        let is_it =
            move |message: &SentMessage| message.content.text.contains(words) && wanted(message);
        let found = self.group.await_message(is_it, PATIENCE).await;
        found.map_err(|late| unsaid(words, late))
    }
}
