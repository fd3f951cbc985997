//! Solver descriptions in JSON.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::collections::BTreeMap;

/// Expected content of a description.
const EXPECTED: &str = "expected the properties of a solver, a JSON object with `qubits` and `couplers`, or an object with these under \
    `properties`";

/// The name of a solver, if it has one, and those of its properties that are asked for.
pub(crate) struct Description<P> {
    pub(crate) name: Option<String>,
    pub(crate) properties: P,
}

/// The property `topology`.
#[derive(Deserialize)]
#[serde(expecting = "an object with `type` and `shape`")]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) name: String,
    pub(crate) shape: Vec<u32>,
}

/// A solver description from the service. The name is `None` if its form is unknown.
#[derive(Deserialize)]
struct Solver<P> {
    identity: Option<Value>,
    id: Option<Value>,
    properties: P,
}

#[derive(Deserialize)]
struct ChipId {
    chip_id: Option<Value>,
}

impl<P: DeserializeOwned> Description<P> {
    /// Reads what the service sends about a solver, or its properties alone, as Ocean's `DWaveSampler().properties`.
    pub(crate) fn from_json(json: &str) -> Result<Self, String> {
        let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(json).map_err(|error| match error.is_data() {
            true => EXPECTED.to_owned(),
            false => format!("it is not JSON: {error}"),
        })?;
        let has = |key: &str| keys.contains_key(key);
        if has("properties") {
            let Solver { identity, id, properties } = read::<Solver<P>>(json)?;
            let name = identity.as_ref().and_then(|identity| identity.get("name")).or(id.as_ref());
            let name = name.and_then(Value::as_str).map(str::to_owned);
            let chip_id = || read::<Solver<ChipId>>(json).ok()?.properties.name();
            return Ok(Self { name: name.or_else(chip_id), properties });
        }
        if !has("qubits") && !has("couplers") {
            return Err(EXPECTED.to_owned());
        }
        Ok(Self { name: read::<ChipId>(json)?.name(), properties: read(json)? })
    }
}

impl ChipId {
    fn name(&self) -> Option<String> {
        self.chip_id.as_ref()?.as_str().map(str::to_owned)
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Qubits {
        qubits: Vec<u32>,
    }

    fn of(json: &str) -> Result<(Option<String>, Vec<u32>), String> {
        let description = Description::<Qubits>::from_json(json)?;
        Ok((description.name, description.properties.qubits))
    }

    #[test]
    fn properties_stand_alone_or_in_the_answer_of_the_service() {
        let named = |name: &str| Ok((Some(name.to_owned()), vec![3]));
        assert_eq!(of(r#"{"qubits": [3], "chip_id": "a"}"#), named("a"));
        assert_eq!(of(r#"{"properties": {"qubits": [3], "chip_id": "a"}}"#), named("a"));
        assert_eq!(of(r#"{"id": "b", "properties": {"qubits": [3], "chip_id": "a"}}"#), named("b"));
        assert_eq!(of(r#"{"identity": {"name": "c"}, "id": "b", "properties": {"qubits": [3]}}"#), named("c"));
        assert_eq!(of(r#"{"identity": 7, "properties": {"qubits": [3]}}"#), Ok((None, vec![3])));
    }

    #[test]
    fn other_json_is_refused_with_what_is_expected() {
        for json in ["[]", "[1, 2]", "7", "{}", r#"{"0": [1, 2]}"#] {
            assert_eq!(of(json), Err(EXPECTED.to_owned()), "{json}");
        }
        insta::assert_snapshot!(of("{").unwrap_err(), @"it is not JSON: EOF while parsing an object at line 1 column 1");
        insta::assert_snapshot!(of(r#"{"qubits": 7}"#).unwrap_err(), @"invalid type: integer `7`, expected a sequence at line 1 column 12");
    }
}
