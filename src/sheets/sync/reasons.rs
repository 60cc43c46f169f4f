//! Why Google refuses, in words for people, and what they can do.
//!
//! Invariant: where people can mend it, the words say how; else they are Google's own.

use super::memory::SyncMemory;
use crate::{domain::refusal::WriteRefusal, sheets::wire::SheetsError};

const NO_SPREADSHEET: &str =
    "такой таблицы нет. Проверьте её идентификатор в настройках; возможно, её удалили.";

const OFFICE_FILE: &str = "это файл Excel (.xlsx), а не Google Таблица. Откройте его, выберите «Файл» → «Сохранить как Google Таблицу» \
                           и впишите идентификатор новой таблицы в настройки.";

impl SyncMemory {
    /// Why the whole spreadsheet is out of reach, if that is what a failure says.
    pub(super) fn why_closed(&self, error: &SheetsError) -> Option<String> {
        match error {
            SheetsError::Denied(_) => Some(format!(
                "таблица закрыта для сервиса. Откройте её для {} с правом «Редактор».",
                self.account
            )),
            SheetsError::NotFound => Some(NO_SPREADSHEET.to_owned()),
            SheetsError::ApiOff { enable } => Some(format!(
                "в проекте Google, которому принадлежит {}, выключен Google Sheets API. Включите его: {enable} – через несколько минут всё пойдёт само.",
                self.account
            )),
            SheetsError::NotASpreadsheet => Some(OFFICE_FILE.to_owned()),
            SheetsError::Throttled { .. }
            | SheetsError::Unavailable(_)
            | SheetsError::Refused { .. }
            | SheetsError::BadRange(_)
            | SheetsError::Unknown(_) => None,
        }
    }

    /// Why Google refuses, and what to do.
    pub(super) fn reason(&self, words: &str) -> String {
        match WriteRefusal::of(words) {
            WriteRefusal::Protected => format!(
                "Лист или ячейки защищены: снимите защиту или добавьте {} в список тех, кому можно править.",
                self.account
            ),
            WriteRefusal::CellLimit => {
                "В таблице кончилось место (Google даёт 10 миллионов ячеек): удалите лишние строки, столбцы или листы.".to_owned()
            }
            WriteRefusal::CellLength => "Текст длиннее 50 000 знаков, столько в ячейку не помещается: сократите его.".to_owned(),
            WriteRefusal::Other(words) => format!("Ответ Google: {words}"),
        }
    }
}
