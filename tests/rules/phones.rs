//! Phones against libphonenumber's own verdicts, where the collected vectors are at hand.

use std::path::Path;

use sheetdesk::domain::phone::Phone;

/// A number cell arrives as a float; we cut its `.0` off, which libphonenumber cannot know of.
const FLOAT: &str = ".0";

#[test]
fn possible_numbers_are_read_as_libphonenumber_reads_them() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/phones_ru_oracle.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        return println!("no vectors at {}: skipped", path.display());
    };
    let mut compared = 0;
    for line in lines.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).expect("a vector is JSON");
        let input = vector["input"].as_str().expect("an input");
        if vector["region"] != "RU" || input.ends_with(FLOAT) {
            continue;
        }
        let expected = vector["e164"]
            .as_str()
            .filter(|_| vector["possible"] == true);
        assert_eq!(
            Phone::parse(input).as_ref().map(Phone::as_e164),
            expected,
            "{input}"
        );
        compared += 1;
    }
    assert!(compared > 30, "{compared} vectors");
}
