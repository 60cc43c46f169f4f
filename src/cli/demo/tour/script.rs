//! The script of the tour: its steps in order, what each is called, and where to look.
//!
//! Invariant: ids never change, since addresses of the page hold them.

use serde_json::{Value, json};

use super::{Tour, cell_of};
use crate::{
    cli::demo::bilingual::Bilingual,
    testbed::{ADMIN_CHAT, APPEALS, MARINA, PARTNERS, PROMOTIONS, SPECIALISTS, TestbedError},
};

/// A step of the tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli::demo) enum Step {
    Start,
    Write,
    Code,
    Contact,
    Listed,
    Appeal,
    Picture,
    Reaction,
    Link,
    Answer,
    Delivered,
    Closed,
    Rated,
    Again,
    Heard,
    Offer,
    Publish,
    Replied,
    Corrected,
    Sent,
    Stop,
    Restart,
    Meanwhile,
    Settled,
}

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub(super) enum Focus {
    /// At what travels.
    Strip,
    /// Into a chat.
    Chat(i64),
    /// At the message of a chat that has these words.
    Message(i64, &'static str),
    /// At a cell of Marina's row in the staff list.
    Listed(&'static str),
    /// At a cell of her first appeal's row.
    Hers(&'static str),
    /// At a cell of her next appeal's row.
    Next(&'static str),
    /// At a cell of the promotion's row.
    Promotion(&'static str),
}

/// What is said of a step: Russian, English.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli::demo) struct About {
    pub(in crate::cli::demo) step: Step,
    pub(in crate::cli::demo) id: &'static str,
    title: (&'static str, &'static str),
    look: (&'static str, &'static str),
    focus: Focus,
}

/// All steps, in their order.
pub(in crate::cli::demo) const SCRIPT: [About; 24] = [
    About {
        step: Step::Start,
        id: "start",
        title: ("Сервис запущен", "The service is running"),
        look: (
            "Слева телефоны, справа обычная таблица, посередине видно всё, что пробегает между ними. Сервис настоящий, вместо Telegram и Google – их двойники на этой машине.",
            "Phones on the left, an ordinary spreadsheet on the right, and in between all that travels. The service is the real one; stand-ins on this machine play Telegram and Google.",
        ),
        focus: Focus::Strip,
    },
    About {
        step: Step::Write,
        id: "write",
        title: ("Марина пишет первой", "Marina writes first"),
        look: (
            "Бот её ещё не знает. Он сохраняет сообщение и объясняет, как познакомиться.",
            "The bot does not know her yet. It keeps her message and says how to get acquainted.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Code,
        id: "code",
        title: ("Код партнёра", "Her partner code"),
        look: (
            "Марина прислала код, бот просит номер телефона: внизу появилась кнопка.",
            "Marina has sent her code, and the bot asks for her phone number: a button has appeared below.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Contact,
        id: "contact",
        title: ("Номер телефона – и готово", "Her phone number, and done"),
        look: (
            "Код и номер сошлись со списком. Теперь можно просто писать.",
            "Code and number match the list. From now on she simply writes.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Listed,
        id: "listed",
        title: ("Её строка в списке", "Her row in the list"),
        look: (
            "Статус, Telegram ID и дату вписал сервис, остальное – люди.",
            "The service has written the status, the Telegram ID and the date; the rest is people's.",
        ),
        focus: Focus::Listed("Статус авторизации"),
    },
    About {
        step: Step::Appeal,
        id: "appeal",
        title: (
            "Первое сообщение стало обращением",
            "Her first message is an appeal",
        ),
        look: (
            "То, что она написала до знакомства, не пропало: одна кнопка, и обращение принято.",
            "What she wrote before is not lost: one button, and the appeal is taken.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Picture,
        id: "picture",
        title: ("Снимок – в той же строке", "A picture, in the same row"),
        look: (
            "Обращение – это строка таблицы: новое сверху, вместо снимка ссылка.",
            "An appeal is a row of the sheet: newest on top, and a link in place of the picture.",
        ),
        focus: Focus::Hers("текст_обращений"),
    },
    About {
        step: Step::Reaction,
        id: "reaction",
        title: ("👍 – значит, записано", "👍 means it is written down"),
        look: (
            "Реакция под её снимком появляется, только когда он уже стоит в таблице.",
            "The reaction under her picture comes only once it stands in the sheet.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Link,
        id: "link",
        title: ("Ссылка открывает снимок", "The link opens the picture"),
        look: (
            "Щёлкните ссылку в ячейке: снимок откроется, и так тридцать дней.",
            "Click the link in the cell: it opens the picture, for thirty days.",
        ),
        focus: Focus::Hers("текст_обращений"),
    },
    About {
        step: Step::Answer,
        id: "answer",
        title: (
            "Специалист отвечает в ячейке",
            "A specialist answers in a cell",
        ),
        look: (
            "Он только набрал текст в «специалист_ответ» – и ответ уже у Марины.",
            "All he did was type into «специалист_ответ», and Marina has the answer.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Delivered,
        id: "delivered",
        title: (
            "Строка сама говорит, что доставлено",
            "The row says that it is delivered",
        ),
        look: (
            "Ячейка ответа снова пуста, «Доставка» называет минуту, статус стал «В работе».",
            "The answer cell is empty again, «Доставка» names the minute, the status is «В работе».",
        ),
        focus: Focus::Hers("Доставка"),
    },
    About {
        step: Step::Closed,
        id: "closed",
        title: ("«Решено»", "«Решено»: solved"),
        look: (
            "Статус выбрали рукой, и Марина об этом узнала.",
            "Somebody has chosen the status by hand, and Marina is told.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Rated,
        id: "rated",
        title: ("Как ответили? 👍", "How was it? 👍"),
        look: (
            "Под сообщением стоят 👍 и 👎. Марине хватило одного нажатия.",
            "Below the message stand 👍 and 👎. For Marina it took one press.",
        ),
        focus: Focus::Chat(MARINA),
    },
    About {
        step: Step::Again,
        id: "again",
        title: ("Новый вопрос – новая строка", "A new question, a new row"),
        look: (
            "Прежнее обращение закрыто, в его строке стоит оценка; следующее сообщение открывает новое.",
            "The first appeal is closed, and its row has the rating; her next message opens another.",
        ),
        focus: Focus::Next("текст_обращений"),
    },
    About {
        step: Step::Heard,
        id: "heard",
        title: ("Специалисты узнают сразу", "The specialists hear at once"),
        look: (
            "Обращение тут же пришло в их группу. Ольга нажала «Беру», и все видят, кто им занят.",
            "The appeal has come to their group. Olga has pressed «Беру», “mine”, and everybody sees who takes care of it.",
        ),
        focus: Focus::Chat(SPECIALISTS),
    },
    About {
        step: Step::Offer,
        id: "offer",
        title: ("Акция готовится", "A promotion is prepared"),
        look: (
            "Маркетолог вставил картинку. Строка говорит, скольких она достигнет и как скоро.",
            "A marketer has put a picture in. The row says whom it will reach, and how soon.",
        ),
        focus: Focus::Promotion("Рассылка"),
    },
    About {
        step: Step::Publish,
        id: "publish",
        title: (
            "«Опубликовать» – и ответ обгоняет рассылку",
            "Published, and an answer overtakes it",
        ),
        look: (
            "Сначала акцию видит чат оператора, потом партнёры по одному; счётчик в строке растёт. Ольга тем временем отвечает Марине прямо в группе, и этот ответ никого не ждёт.",
            "The admin chat sees it first, then the partners one by one; the row counts up. Meanwhile Olga replies to Marina in the group, and that answer waits for nobody.",
        ),
        focus: Focus::Chat(ADMIN_CHAT),
    },
    About {
        step: Step::Replied,
        id: "replied",
        title: ("Ответ был прямо из чата", "That was answered in the chat"),
        look: (
            "Ольга просто ответила на сообщение в группе. Под ним стоит «Доставлено», и строка в таблице тоже говорит, кто ответил и когда дошло.",
            "Olga simply replied to the message in the group. Below her words it says «Доставлено», delivered, and the row says as well whose the answer was, and when it arrived.",
        ),
        focus: Focus::Chat(SPECIALISTS),
    },
    About {
        step: Step::Corrected,
        id: "corrected",
        title: ("Ответ можно исправить", "An answer can be mended"),
        look: (
            "В статусе выбрали «Исправить ответ»: текст вернулся в ячейку, его поправили – и сообщение у Марины изменилось, второго нет.",
            "«Исправить ответ» was chosen as the status: the text came back into its cell, was changed, and Marina's message changed with it. There is no second one.",
        ),
        focus: Focus::Message(MARINA, super::chat::MENDED),
    },
    About {
        step: Step::Sent,
        id: "sent",
        title: ("У каждого – ровно один раз", "Everybody has it once"),
        look: (
            "Двое заблокировали бота, и строка об этом говорит; у всех остальных акция есть. Картинку загрузили один раз.",
            "Two have blocked the bot, and the row says so; everybody else has it. The picture was uploaded once.",
        ),
        focus: Focus::Promotion("Рассылка"),
    },
    About {
        step: Step::Stop,
        id: "stop",
        title: ("Остановка на полпути", "Stopped half-way"),
        look: (
            "Ответ ушёл, но Telegram ещё молчит, и тут сервис останавливают. Меньше двух секунд, код 0.",
            "An answer is out, Telegram is still silent, and the service is told to stop. Under two seconds, exit code 0.",
        ),
        focus: Focus::Strip,
    },
    About {
        step: Step::Restart,
        id: "restart",
        title: ("Снова запущен – и честен", "Started again, and honest"),
        look: (
            "Дошёл ли тот ответ, не знает никто. Сервис отправил его ещё раз и так и пишет: «возможно дважды».",
            "Nobody knows whether that answer arrived. The service has sent it once more and says so: «возможно дважды», perhaps twice.",
        ),
        focus: Focus::Next("Доставка"),
    },
    About {
        step: Step::Meanwhile,
        id: "meanwhile",
        title: ("Ничего не потерялось", "Nothing is lost"),
        look: (
            "Пока сервис лежал, Марина писала. Её слова тоже в таблице.",
            "While the service was down, Marina wrote. Her words are in the sheet, too.",
        ),
        focus: Focus::Next("текст_обращений"),
    },
    About {
        step: Step::Settled,
        id: "settled",
        title: ("Всё сделано", "All is done"),
        look: (
            "Нечего отправлять и нечего дописывать. Кто ждёт ответа дольше пяти минут, у того строка станет оранжевой. Дальше – ваша очередь: пишите, правьте, сортируйте, ломайте.",
            "Nothing is left to send or to write. A row that waits over five minutes for an answer turns orange. Now it is your turn: write, edit, sort, break things.",
        ),
        focus: Focus::Strip,
    },
];

impl About {
    /// As the page shows it, where cells stand as this tour knows it.
    pub(super) fn shown(&self, tour: Option<&Tour>) -> Value {
        json!({
            "id": self.id,
            "title": {"ru": self.title.0, "en": self.title.1},
            "look": {"ru": self.look.0, "en": self.look.1},
            "focus": self.focus.shown(tour),
        })
    }

    /// Why the step did not hold, in words.
    pub(super) fn failed(&self, error: &TestbedError) -> Bilingual {
        let (ru, en) = self.title;
        let why = match error {
            TestbedError::TooLate { within, .. } => {
                format!("за {} с так и не дождались", within.as_secs())
            }
            other => other.to_string(),
        };
        Bilingual::new(
            format!("Шаг экскурсии «{ru}» не получился: {why}."),
            format!("The tour's step “{en}” did not hold: {error}."),
        )
    }
}

impl Focus {
    fn shown(self, tour: Option<&Tour>) -> Value {
        let cell = |tab: &str, key: (&str, String), header: &str| {
            let address =
                tour.and_then(|tour| cell_of(&tour.testbed, tab, (key.0, &key.1), header));
            json!({"tab": tab, "cell": address})
        };
        let number = |of: fn(&Tour) -> u32| tour.map_or(0, of).to_string();
        match self {
            Self::Strip => json!({"strip": true}),
            Self::Chat(id) => json!({"chat": id}),
            Self::Message(id, words) => json!({"chat": id, "words": words}),
            Self::Listed(header) => {
                let code = simulator::sheets::TOUR_PARTNER.code.to_owned();
                cell(PARTNERS, ("Код партнера", code), header)
            }
            Self::Hers(header) => cell(APPEALS, ("№", number(|tour| tour.hers)), header),
            Self::Next(header) => cell(APPEALS, ("№", number(|tour| tour.next)), header),
            Self::Promotion(header) => {
                let (key, name) = super::promotion::ROW;
                cell(PROMOTIONS, (key, name.to_owned()), header)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_addresses_and_every_step_has_words_in_both_languages() {
        let ids: BTreeSet<&str> = SCRIPT.iter().map(|about| about.id).collect();
        assert_eq!(ids.len(), SCRIPT.len());
        let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_lowercase());
        for about in &SCRIPT {
            assert!(is_plain(about.id), "{}", about.id);
            for words in [about.title.0, about.title.1, about.look.0, about.look.1] {
                assert!(!words.is_empty(), "{}", about.id);
            }
        }
    }
}
