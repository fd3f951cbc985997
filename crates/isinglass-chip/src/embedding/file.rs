//! Embedding files: JSON objects from variable labels to qubits, as Ocean's fixed embeddings are.

use isinglass_qubo::io::Label;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::collections::HashMap;
use std::fmt;

/// Error from reading an embedding file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddingFileError {
    /// The text is not a JSON object of qubit lists.
    #[error("invalid embedding file: {0}")]
    Json(String),
    /// A variable appears twice.
    #[error("the embedding names variable `{label}` twice")]
    Duplicate {
        /// Its label.
        label: String,
    },
    /// A variable of the problem has no chain.
    #[error("the embedding has no chain for variable `{label}`")]
    MissingVariable {
        /// Its label.
        label: String,
    },
    /// A chain belongs to no variable of the problem.
    #[error("the embedding has a chain for `{label}`, but the problem has no such variable")]
    UnknownVariable {
        /// The label.
        label: String,
    },
}

/// Embedding file: chains by variable label, in file order.
///
/// Ocean's `FixedEmbeddingComposite` takes the object directly if labels are strings. JSON keys are strings, so integer labels must be
/// converted back: `{int(v): chain for v, chain in json.load(file).items()}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingFile {
    chains: Vec<(String, Vec<u32>)>,
}

impl EmbeddingFile {
    /// Creates the file content for an embedding, with these variable labels or, without labels, variable indices.
    #[must_use]
    pub fn new(chains: &[Vec<u32>], labels: Option<&[Label]>) -> Self {
        let label = |variable: usize| match labels {
            Some(labels) => labels[variable].to_string(),
            None => variable.to_string(),
        };
        Self { chains: chains.iter().enumerate().map(|(variable, chain)| (label(variable), chain.clone())).collect() }
    }

    /// Labels and chains in file order.
    #[must_use]
    pub fn entries(&self) -> &[(String, Vec<u32>)] {
        &self.chains
    }

    /// Parses the JSON object.
    ///
    /// # Errors
    /// [`EmbeddingFileError`] for another structure, or a duplicate label.
    pub fn from_json(text: &str) -> Result<Self, EmbeddingFileError> {
        let Entries(chains) =
            serde_json::from_str(text).map_err(|error| EmbeddingFileError::Json(error.to_string()))?;
        let mut seen = std::collections::HashSet::new();
        match chains.iter().find(|(label, _)| !seen.insert(label.as_str())) {
            Some((label, _)) => Err(EmbeddingFileError::Duplicate { label: label.clone() }),
            None => Ok(Self { chains }),
        }
    }

    /// Formats the JSON object with one variable on each line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let line = |(label, chain): &(String, Vec<u32>)| {
            let qubits = chain.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            format!("  {}: [{qubits}]", serde_json::Value::from(label.as_str()))
        };
        format!("{{\n{}\n}}\n", self.chains.iter().map(line).collect::<Vec<_>>().join(",\n"))
    }

    /// Returns the chains in the order of the variables of a problem with these labels, or with variable indices without labels.
    ///
    /// # Errors
    /// [`EmbeddingFileError`] if the labels do not match the variables one to one.
    pub fn chains(&self, num_variables: usize, labels: Option<&[Label]>) -> Result<Vec<Vec<u32>>, EmbeddingFileError> {
        let by_label: HashMap<&str, &Vec<u32>> =
            self.chains.iter().map(|(label, chain)| (label.as_str(), chain)).collect();
        let names: Vec<String> = match labels {
            Some(labels) => labels.iter().map(Label::to_string).collect(),
            None => (0..num_variables).map(|variable| variable.to_string()).collect(),
        };
        let chain = |label: &String| match by_label.get(label.as_str()) {
            Some(&chain) => Ok(chain.clone()),
            None => Err(EmbeddingFileError::MissingVariable { label: label.clone() }),
        };
        let chains = names.iter().map(chain).collect::<Result<_, _>>()?;
        let known: std::collections::HashSet<&str> = names.iter().map(String::as_str).collect();
        match self.chains.iter().find(|(label, _)| !known.contains(label.as_str())) {
            Some((label, _)) => Err(EmbeddingFileError::UnknownVariable { label: label.clone() }),
            None => Ok(chains),
        }
    }
}

/// The entries of a JSON object in file order, duplicate labels included.
struct Entries(Vec<(String, Vec<u32>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object from labels to lists of qubits")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_come_back_in_the_order_of_the_problem() {
        let labels = [Label::Text("a \"b\"".to_owned()), Label::Integer(-3)];
        let chains = vec![vec![4, 5], vec![7]];
        let text = EmbeddingFile::new(&chains, Some(&labels)).to_json();
        insta::assert_snapshot!(text, @r#"
        {
          "a \"b\"": [4, 5],
          "-3": [7]
        }
        "#);
        let file = EmbeddingFile::from_json(&text).unwrap();
        assert_eq!(file.chains(2, Some(&labels)).unwrap(), chains);
        let reversed: Vec<Label> = labels.into_iter().rev().collect();
        assert_eq!(file.chains(2, Some(&reversed)).unwrap(), [vec![7], vec![4, 5]]);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let error = |text: &str| match EmbeddingFile::from_json(text) {
            Err(error) => error.to_string(),
            Ok(file) => file.chains(2, None).unwrap_err().to_string(),
        };
        insta::assert_snapshot!(error(r#"{"0": [1], "0": [2]}"#), @"the embedding names variable `0` twice");
        insta::assert_snapshot!(error(r#"{"0": [1]}"#), @"the embedding has no chain for variable `1`");
        insta::assert_snapshot!(error(r#"{"0": [1], "1": [2], "2": [3]}"#), @"the embedding has a chain for `2`, but the problem has no such variable");
        assert!(error(r#"[[1]]"#).starts_with("invalid embedding file: invalid type"));
    }
}
