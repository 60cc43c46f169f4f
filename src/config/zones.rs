//! The time zone that is meant by a name that no zone has.
//!
//! Invariant: what is named is a zone of the database that travels in the binary.

use super::keys;

/// What people call zones, in small letters.
const SPELLINGS: [(&str, &[&str]); 14] = [
    (
        "Europe/Moscow",
        &[
            "msk",
            "мск",
            "moskva",
            "moskau",
            "москва",
            "московское",
            "спб",
            "spb",
            "питер",
            "piter",
            "петербург",
            "санкт-петербург",
            "казань",
            "kazan",
            "нижний новгород",
            "воронеж",
            "краснодар",
            "ростов-на-дону",
            "сочи",
        ],
    ),
    ("Europe/Kaliningrad", &["калининград"]),
    ("Europe/Samara", &["самара", "ижевск"]),
    ("Europe/Saratov", &["саратов"]),
    ("Europe/Volgograd", &["волгоград"]),
    ("Europe/Minsk", &["минск"]),
    (
        "Asia/Yekaterinburg",
        &[
            "екатеринбург",
            "екб",
            "ekaterinburg",
            "пермь",
            "уфа",
            "челябинск",
            "тюмень",
        ],
    ),
    ("Asia/Omsk", &["омск"]),
    ("Asia/Novosibirsk", &["новосибирск", "нск"]),
    ("Asia/Krasnoyarsk", &["красноярск"]),
    ("Asia/Irkutsk", &["иркутск"]),
    ("Asia/Yakutsk", &["якутск", "чита", "благовещенск"]),
    ("Asia/Vladivostok", &["владивосток", "хабаровск"]),
    ("Asia/Kamchatka", &["камчатка", "петропавловск-камчатский"]),
];

/// The zone whose name, or what people call it, is most like this.
pub(super) fn nearest_to(unknown: &str) -> String {
    let zones = jiff::tz::db().available().map(|zone| {
        let zone = zone.to_string();
        (zone.to_lowercase(), zone)
    });
    let called = SPELLINGS.iter().flat_map(|(zone, names)| {
        let names = names.iter();
        names.map(|name| ((*name).to_owned(), (*zone).to_owned()))
    });
    let known: Vec<(String, String)> = zones.chain(called).collect();
    let names = known.iter().map(|(name, _)| name.as_str());
    let unknown = unknown.to_lowercase();
    let nearest = keys::nearest(&unknown, "/", names);
    let mut known = known.iter();
    known
        .find(|(name, _)| name == nearest)
        .map_or_else(String::new, |(_, zone)| zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_what_people_call_them() {
        for (unknown, zone) in [
            ("MSK", "Europe/Moscow"),
            ("Moskva", "Europe/Moscow"),
            ("МСК", "Europe/Moscow"),
            ("Москва", "Europe/Moscow"),
            ("Питер", "Europe/Moscow"),
            ("moscow", "Europe/Moscow"),
            ("Europe/Moskva", "Europe/Moscow"),
            ("europe moscow", "Europe/Moscow"),
            ("Екатиринбург", "Asia/Yekaterinburg"),
            ("Владивосток", "Asia/Vladivostok"),
            ("Berlin", "Europe/Berlin"),
            ("Asia/Almata", "Asia/Almaty"),
        ] {
            assert_eq!(nearest_to(unknown), zone, "{unknown}");
        }
    }

    #[test]
    fn every_zone_that_is_called_something_is_there() {
        for (zone, names) in SPELLINGS {
            assert!(
                jiff::tz::TimeZoneDatabase::bundled().get(zone).is_ok(),
                "{zone}"
            );
            for name in names {
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }
}
