//! dimod's SampleSet JSON, schema 3.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SampleFile, check_lengths};
use crate::io::dimod_json::integers;
use crate::io::error::{Fault, Feature, ReadCause, excerpt};
use crate::io::labels;
use crate::io::problem::{Label, MAX_VARIABLES, ReadOptions};
use crate::io::report::WriteError;
use crate::model::Vartype;
use crate::sample_set::SampleSet;

/// The type of the object.
pub(super) const TYPE: &str = "SampleSet";
/// Bits in a word of packed samples.
const WORD: usize = 32;

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Version {
    sampleset_schema: String,
}

/// One array of the file.
#[derive(Serialize, Deserialize)]
struct Array<T> {
    #[serde(rename = "type")]
    kind: String,
    data: T,
    data_type: String,
    shape: Vec<u64>,
    use_bytes: bool,
}

#[derive(Deserialize)]
struct Read {
    version: Version,
    num_variables: u64,
    num_rows: u64,
    sample_data: Array<Value>,
    #[serde(default = "packed_unless_said")]
    sample_packed: bool,
    vectors: ReadVectors,
    variable_labels: Vec<Value>,
    variable_type: Vartype,
}

#[derive(Deserialize)]
struct ReadVectors {
    num_occurrences: Option<Array<Value>>,
}

/// Schema 3.0 had no such field and only packed samples.
fn packed_unless_said() -> bool {
    true
}

/// The fields in dimod's order.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    version: Version,
    num_variables: usize,
    num_rows: usize,
    sample_data: Array<Vec<&'a [i8]>>,
    sample_type: &'a str,
    sample_packed: bool,
    vectors: WrittenVectors<'a>,
    variable_labels: Vec<Label>,
    variable_type: Vartype,
    info: serde_json::Map<String, Value>,
}

#[derive(Serialize)]
struct WrittenVectors<'a> {
    energy: Array<&'a [f64]>,
    num_occurrences: Array<Vec<u64>>,
}

/// The type that a JSON object says it has, `None` for anything without one.
pub(super) fn type_of(text: &str) -> Option<String> {
    serde_json::from_str::<Kind>(text).ok().map(|head| head.kind)
}

pub(super) fn read(text: &str, options: &ReadOptions) -> Result<SampleFile, Fault> {
    let file: Read = serde_json::from_str(text)?;
    if !file.version.sampleset_schema.starts_with("3.") {
        let found = excerpt(&file.version.sampleset_schema);
        return Err(Fault::in_file(ReadCause::Version { found, supported: "sampleset_schema 3" }));
    }
    let vartype = options.settle_vartype(Some(file.variable_type)).map_err(Fault::in_file)?;
    let num_variables = file.variable_labels.len();
    check_count("variable labels", file.num_variables, num_variables)?;
    if num_variables > MAX_VARIABLES {
        let found = num_variables.to_string();
        return Err(Fault::in_file(ReadCause::TooManyVariables { found, limit: MAX_VARIABLES }));
    }
    let rows = if file.sample_packed {
        let words: Vec<Vec<u32>> = numbers(file.sample_data)?;
        unpack(&words, num_variables, vartype).map_err(Fault::in_file)?
    } else {
        let rows: Vec<Vec<i8>> = numbers(file.sample_data)?;
        check_lengths(&rows, num_variables).and_then(|()| check_values(&rows, vartype)).map_err(Fault::in_file)?;
        rows
    };
    check_count("samples", file.num_rows, rows.len())?;
    let num_occurrences = match file.vectors.num_occurrences {
        Some(array) => numbers(array)?,
        None => vec![1; rows.len()],
    };
    check_count("numbers of occurrences", file.num_rows, num_occurrences.len())?;
    let labels = labels::from_json(&file.variable_labels).map_err(Fault::in_file)?;
    Ok(SampleFile { rows, num_occurrences, labels, vartype })
}

fn check_count(what: &'static str, declared: u64, found: usize) -> Result<(), Fault> {
    if declared == found as u64 {
        return Ok(());
    }
    Err(Fault::in_file(ReadCause::Count { what, declared, found: found as u64 }))
}

/// The numbers of an array. Raw bytes are refused before their shape can confuse the message.
fn numbers<T: serde::de::DeserializeOwned>(array: Array<Value>) -> Result<T, Fault> {
    if array.use_bytes {
        let found = "use_bytes: true".to_owned();
        return Err(Fault::in_file(ReadCause::Unsupported { feature: Feature::Bytes, found }));
    }
    Ok(serde_json::from_value(array.data)?)
}

/// Variable `i` is bit `i % 32`, least significant first, of word `i / 32`.
fn unpack(rows: &[Vec<u32>], num_variables: usize, vartype: Vartype) -> Result<Vec<Vec<i8>>, ReadCause> {
    let expected = num_variables.div_ceil(WORD);
    let [low, high] = vartype.values();
    let unpacked = rows.iter().enumerate().map(|(row, words)| {
        if words.len() != expected {
            return Err(ReadCause::PackedLength { row, found: words.len(), expected });
        }
        let value = |variable: usize| if words[variable / WORD] >> (variable % WORD) & 1 == 1 { high } else { low };
        Ok((0..num_variables).map(value).collect())
    });
    unpacked.collect()
}

fn check_values(rows: &[Vec<i8>], vartype: Vartype) -> Result<(), ReadCause> {
    let allowed = match vartype {
        Vartype::Binary => "0 and 1",
        Vartype::Spin => "-1 and 1",
    };
    for (row, values) in rows.iter().enumerate() {
        if let Some(variable) = values.iter().position(|value| !vartype.values().contains(value)) {
            let found = values[variable].to_string();
            return Err(ReadCause::SampleValue { row, variable, found, allowed });
        }
    }
    Ok(())
}

pub(super) fn write(
    samples: &SampleSet,
    vartype: Vartype,
    labels: Option<&[Label]>,
    info: serde_json::Map<String, Value>,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let (num_rows, num_variables) = (samples.len(), samples.num_variables());
    if let Some(row) = samples.energies().iter().position(|energy| !energy.is_finite()) {
        return Err(WriteError::EnergyNotFinite { row, energy: samples.energies()[row] });
    }
    let sample_data = samples.rows().map(|row| row.sample).collect();
    let written = Written {
        kind: TYPE,
        version: Version { sampleset_schema: "3.2.0".to_owned() },
        num_variables,
        num_rows,
        sample_data: array(sample_data, "int8", &[num_rows, num_variables]),
        sample_type: "int8",
        sample_packed: false,
        vectors: WrittenVectors {
            energy: array(samples.energies(), "float64", &[num_rows]),
            num_occurrences: array(vec![1; num_rows], "int64", &[num_rows]),
        },
        variable_labels: labels.map_or_else(|| integers(num_variables), <[Label]>::to_vec),
        variable_type: vartype,
        info,
    };
    serde_json::to_writer(&mut *out, &written)?;
    Ok(out.write_all(b"\n")?)
}

fn array<T>(data: T, data_type: &str, shape: &[usize]) -> Array<T> {
    Array {
        kind: "array".to_owned(),
        data,
        data_type: data_type.to_owned(),
        shape: shape.iter().map(|&size| size as u64).collect(),
        use_bytes: false,
    }
}
