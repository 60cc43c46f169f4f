//! The alert rules and the dashboard beside the program that they watch.
//!
//! Invariant: they ask only for metrics that the program has, and every alert leads to what is to be done about it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// How the names of our metrics begin.
const PREFIX: &str = "sheetdesk_";
/// What Prometheus adds to the name of a histogram.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_count", "_sum"];

#[test]
fn rules_and_dashboard_ask_for_metrics_that_there_are() {
    let known = sources()
        .iter()
        .flat_map(|file| metrics(&read(file)))
        .collect::<BTreeSet<_>>();
    for file in [
        "deploy/monitoring/alerts.yaml",
        "deploy/monitoring/dashboard.json",
    ] {
        let asked = metrics(&read(&at(file)));
        assert!(asked.len() > 5, "{file} names {asked:?}");
        let strangers: Vec<_> = asked
            .iter()
            .filter(|name| !known.contains(plain(name, &known)))
            .collect();
        assert!(strangers.is_empty(), "{file} asks for {strangers:?}");
    }
}

#[test]
fn every_alert_leads_to_what_is_to_be_done() {
    let runbook = read(&at("docs/OPERATIONS.md"));
    let anchors: BTreeSet<_> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let rules = read(&at("deploy/monitoring/alerts.yaml"));
    let of = |key: &str| -> Vec<String> {
        let values = rules
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix(key));
        values.map(|value| value.trim().to_owned()).collect()
    };
    let (alerts, runbooks) = (of("- alert:"), of("runbook:"));
    assert!(!alerts.is_empty());
    assert_eq!(alerts.len(), runbooks.len(), "each alert has its runbook");
    for (alert, runbook) in alerts.iter().zip(runbooks) {
        assert!(
            anchors.contains(alert.as_str()),
            "docs/OPERATIONS.md has nothing about {alert}"
        );
        assert_eq!(
            runbook,
            format!("docs/OPERATIONS.md#{}", alert.to_lowercase())
        );
    }
}

#[test]
fn every_panel_asks_the_chosen_source_and_has_a_unit() {
    let dashboard: Value = serde_json::from_str(&read(&at("deploy/monitoring/dashboard.json")))
        .expect("the dashboard is JSON");
    assert!(
        dashboard["schemaVersion"]
            .as_u64()
            .is_some_and(|version| version >= 39)
    );
    let variables = dashboard["templating"]["list"]
        .as_array()
        .expect("variables");
    let kind = |name: &str| {
        variables
            .iter()
            .find(|variable| variable["name"] == name)
            .map(|variable| &variable["type"])
    };
    assert_eq!(kind("datasource"), Some(&Value::from("datasource")));

    let panels = dashboard["panels"].as_array().expect("panels");
    let drawn: Vec<_> = panels
        .iter()
        .filter(|panel| panel["type"] != "row")
        .collect();
    assert!(drawn.len() > 10);
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].to_string()).collect();
    assert_eq!(ids.len(), panels.len(), "every panel has an id of its own");
    for panel in drawn {
        let title = panel["title"].as_str().expect("every panel has a title");
        assert!(
            panel["fieldConfig"]["defaults"]["unit"].is_string(),
            "{title} has no unit"
        );
        let targets = panel["targets"]
            .as_array()
            .expect("every panel asks something");
        assert!(!targets.is_empty(), "{title} asks nothing");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let expression = target["expr"].as_str().expect("an expression");
            assert!(
                expression.contains(PREFIX) && expression.contains("$job"),
                "{title}: {expression}"
            );
        }
    }
}

/// The name without what Prometheus adds to a histogram's, if that is a metric of ours.
fn plain<'n>(name: &'n str, known: &BTreeSet<String>) -> &'n str {
    let bare = OF_HISTOGRAMS
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix));
    bare.filter(|bare| known.contains(*bare)).unwrap_or(name)
}

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<String> {
    let of_a_name = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    let names = text.split(|sign| !of_a_name(sign));
    names
        .filter(|name| name.starts_with(PREFIX))
        .map(str::to_owned)
        .collect()
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every source file of the program.
fn sources() -> Vec<PathBuf> {
    let (mut files, mut directories) = (Vec::new(), vec![at("src")]);
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("a directory of sources") {
            let path = entry.expect("an entry of it").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
