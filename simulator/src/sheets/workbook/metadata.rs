//! Developer metadata of the spreadsheet and its tabs.
//!
//! Invariant: an ID exists at most once in a spreadsheet. That a used ID is
//! refused is our reading of "unique" in the discovery document.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Workbook;
use super::address::SheetId;
use crate::sheets::error::ApiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CreateDeveloperMetadata {
    developer_metadata: DeveloperMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeveloperMetadata {
    metadata_id: Option<i32>,
    metadata_key: Option<String>,
    metadata_value: Option<String>,
    location: Option<Location>,
    visibility: Option<Visibility>,
}

/// `locationType` is read-only, so what stands in it is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(default)]
    spreadsheet: bool,
    sheet_id: Option<SheetId>,
    dimension_range: Option<Value>,
}

#[derive(Clone, Copy, Deserialize, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Visibility {
    Document,
    Project,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeleteDeveloperMetadata {
    data_filter: DataFilter,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataFilter {
    developer_metadata_lookup: Option<Lookup>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Lookup {
    metadata_id: Option<i32>,
    metadata_key: Option<String>,
}

impl Workbook {
    pub(super) fn create_developer_metadata(
        &mut self,
        request: CreateDeveloperMetadata,
    ) -> Result<Value, ApiError> {
        let wanted = request.developer_metadata;
        let Some(key) = wanted.metadata_key.filter(|key| !key.is_empty()) else {
            return Err(ApiError::invalid(
                "developerMetadata.metadataKey must be set.",
            ));
        };
        let Some(visibility) = wanted.visibility else {
            return Err(ApiError::invalid(
                "developerMetadata.visibility must be set.",
            ));
        };
        let location = self.metadata_location(wanted.location.as_ref())?;
        let id = match wanted.metadata_id {
            Some(id) => self.unused_metadata_id(id)?,
            None => self.free_metadata_id(),
        };
        let mut metadata = json!({
            "metadataId": id,
            "metadataKey": key,
            "location": location,
            "visibility": visibility,
        });
        if let Some(value) = wanted.metadata_value {
            metadata["metadataValue"] = json!(value);
        }
        self.metadata.insert(id, metadata.clone());
        Ok(json!({"createDeveloperMetadata": {"developerMetadata": metadata}}))
    }

    /// Deletes what the lookup matches; nothing matched is no error.
    pub(super) fn delete_developer_metadata(
        &mut self,
        request: &DeleteDeveloperMetadata,
    ) -> Result<Value, ApiError> {
        let Some(lookup) = &request.data_filter.developer_metadata_lookup else {
            return Err(ApiError::invalid(
                "dataFilter.developerMetadataLookup must be set.",
            ));
        };
        if lookup.metadata_id.is_none() && lookup.metadata_key.is_none() {
            return Err(ApiError::invalid("The lookup must name an ID or a key."));
        }
        let matched = |id: i32, metadata: &Value| {
            lookup.metadata_id.is_none_or(|wanted| wanted == id)
                && lookup
                    .metadata_key
                    .as_ref()
                    .is_none_or(|wanted| metadata["metadataKey"] == **wanted)
        };
        let deleted: Vec<Value> = self
            .metadata
            .extract_if(.., |id, metadata| matched(*id, metadata))
            .map(|(_, metadata)| metadata)
            .collect();
        if deleted.is_empty() {
            return Ok(json!({"deleteDeveloperMetadata": {}}));
        }
        Ok(json!({"deleteDeveloperMetadata": {"deletedDeveloperMetadata": deleted}}))
    }

    /// The metadata of the spreadsheet itself (None) or of one tab.
    pub(super) fn metadata_json(&self, sheet: Option<SheetId>) -> Vec<Value> {
        let here = |metadata: &&Value| match sheet {
            None => metadata["location"]["spreadsheet"] == true,
            Some(id) => metadata["location"]["sheetId"] == id.0,
        };
        self.metadata.values().filter(here).cloned().collect()
    }

    fn metadata_location(&mut self, location: Option<&Location>) -> Result<Value, ApiError> {
        match location {
            Some(Location {
                dimension_range: Some(_),
                ..
            }) => Err(ApiError::not_simulated("metadata of a row or column")),
            Some(Location {
                spreadsheet: true,
                sheet_id: None,
                ..
            }) => Ok(json!({"locationType": "SPREADSHEET", "spreadsheet": true})),
            Some(Location {
                spreadsheet: false,
                sheet_id: Some(sheet_id),
                ..
            }) => {
                self.tab_with_id(*sheet_id)?;
                Ok(json!({"locationType": "SHEET", "sheetId": sheet_id}))
            }
            _ => Err(ApiError::invalid(
                "developerMetadata.location must name one place.",
            )),
        }
    }

    fn unused_metadata_id(&self, id: i32) -> Result<i32, ApiError> {
        if id <= 0 {
            return Err(ApiError::invalid(
                "developerMetadata.metadataId must be positive.",
            ));
        }
        if self.metadata.contains_key(&id) {
            return Err(ApiError::invalid(format!(
                "Developer metadata with ID {id} already exists."
            )));
        }
        Ok(id)
    }

    fn free_metadata_id(&self) -> i32 {
        let last = self.metadata.keys().next_back().copied().unwrap_or(0);
        (last.saturating_add(1)..=i32::MAX)
            .chain(1..=last)
            .find(|id| !self.metadata.contains_key(id))
            .expect("a spreadsheet never holds two billion metadata")
    }
}

#[cfg(test)]
mod tests {
    use super::super::GetQuery;
    use super::*;

    fn workbook() -> Workbook {
        let mut workbook = Workbook::new("book", "Book");
        workbook.add_tab_sized("Лист", 2, 2).unwrap();
        workbook
    }

    fn create(id: i32) -> Value {
        json!({"createDeveloperMetadata": {"developerMetadata": {
            "metadataId": id, "metadataKey": "fence", "visibility": "DOCUMENT",
            "location": {"spreadsheet": true},
        }}})
    }

    fn delete(id: i32) -> Value {
        json!({"deleteDeveloperMetadata": {"dataFilter":
            {"developerMetadataLookup": {"metadataId": id}}}})
    }

    fn apply(workbook: &mut Workbook, requests: &[Value]) -> Result<Value, ApiError> {
        workbook.apply(&json!({"requests": requests}))
    }

    #[test]
    fn an_id_is_taken_once_until_it_is_deleted() {
        let mut workbook = workbook();
        let response = apply(&mut workbook, &[create(41)]).unwrap();
        let created = &response["replies"][0]["createDeveloperMetadata"]["developerMetadata"];
        assert_eq!(created["location"]["locationType"], "SPREADSHEET");
        let error = apply(&mut workbook, &[create(41)]).unwrap_err();
        assert_eq!(error.code, 400);
        assert!(error.message.contains("41 already exists"), "{error}");
        apply(&mut workbook, &[delete(41), create(41)]).unwrap();
        let seen = workbook.get(&GetQuery::default()).unwrap();
        assert_eq!(seen["developerMetadata"][0]["metadataId"], 41);
        let nothing = apply(&mut workbook, &[delete(40)]).unwrap();
        assert_eq!(nothing["replies"], json!([{"deleteDeveloperMetadata": {}}]));
    }

    #[test]
    fn key_visibility_and_place_are_mandatory() {
        let full = json!({"metadataId": 5, "metadataKey": "k", "visibility": "PROJECT",
            "location": {"sheetId": 0}});
        let with = |name: &str, value: Option<Value>| {
            let mut metadata = full.clone();
            match value {
                Some(value) => metadata[name] = value,
                None => {
                    metadata.as_object_mut().unwrap().remove(name);
                }
            }
            json!({"createDeveloperMetadata": {"developerMetadata": metadata}})
        };
        for (name, value) in [
            ("metadataKey", None),
            ("visibility", None),
            (
                "visibility",
                Some(json!("DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED")),
            ),
            ("location", None),
            ("location", Some(json!({"sheetId": 9}))),
            ("metadataId", Some(json!(0))),
        ] {
            let error = apply(&mut workbook(), &[with(name, value)]).unwrap_err();
            assert_eq!(error.code, 400, "{name}: {error}");
        }
        let mut workbook = workbook();
        apply(&mut workbook, &[with("metadataId", None)]).unwrap();
        apply(&mut workbook, &[with("metadataId", None)]).unwrap();
        assert_eq!(workbook.metadata_json(Some(SheetId(0))).len(), 2);
    }
}
