//! dimod's JSON of a model, schema 3.0.0: what `BinaryQuadraticModel.to_serializable()` returns with `use_bytes=False`.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Fault, Feature, ReadCause, excerpt};
use super::labels;
use super::problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteReport};
use super::text::utf8;
use crate::model::{Bqm, Vartype};

const TYPE: &str = "BinaryQuadraticModel";
const SCHEMA: &str = "3.0.0";

/// What must be right before the rest is looked at.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    version: Version,
    #[serde(default)]
    use_bytes: bool,
}

#[derive(Serialize, Deserialize)]
struct Version {
    bqm_schema: String,
}

#[derive(Deserialize)]
struct Body {
    num_variables: u64,
    num_interactions: u64,
    variable_labels: Vec<Value>,
    variable_type: Vartype,
    offset: f64,
    linear_biases: Vec<f64>,
    quadratic_biases: Vec<f64>,
    quadratic_head: Vec<i64>,
    quadratic_tail: Vec<i64>,
}

/// The fields in dimod's order.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    version: Version,
    use_bytes: bool,
    index_type: &'a str,
    bias_type: &'a str,
    num_variables: usize,
    num_interactions: usize,
    variable_labels: Vec<Label>,
    variable_type: Vartype,
    offset: f64,
    info: serde_json::Map<String, Value>,
    linear_biases: &'a [f64],
    quadratic_biases: Vec<f64>,
    quadratic_head: Vec<usize>,
    quadratic_tail: Vec<usize>,
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    // serde would take a list for the fields in order
    if !text.trim_start().starts_with('{') {
        let expected = "a JSON object";
        return Err(Fault::in_file(ReadCause::Unexpected { found: excerpt(text.trim()), expected }));
    }
    check_head(&serde_json::from_str(text)?)?;
    let body: Body = serde_json::from_str(text)?;
    let num_variables = checked_counts(&body)?;
    let vartype = options.settle_vartype(Some(body.variable_type)).map_err(Fault::in_file)?;
    let labels = labels::from_json(&body.variable_labels).map_err(Fault::in_file)?;
    let mut builder = options.builder(vartype, num_variables).map_err(Fault::in_file)?;
    builder.add_offset(body.offset);
    for (variable, &bias) in body.linear_biases.iter().enumerate() {
        builder.add_linear(variable, bias);
    }
    let in_range = |index: i64| match usize::try_from(index) {
        Ok(index) if index < num_variables => Ok(index),
        _ => Err(Fault::in_file(ReadCause::IndexOutOfRange { index, num_variables, base: 0 })),
    };
    let pairs = body.quadratic_head.iter().zip(&body.quadratic_tail);
    for ((&head, &tail), &bias) in pairs.zip(&body.quadratic_biases) {
        builder.add_quadratic(in_range(head)?, in_range(tail)?, bias);
    }
    Ok(ProblemFile::new(builder.build()?, labels))
}

fn check_head(head: &Head) -> Result<(), Fault> {
    let wrong = |cause| Err(Fault::in_file(cause));
    if head.kind != TYPE {
        return wrong(ReadCause::WrongType { found: excerpt(&head.kind), expected: TYPE });
    }
    if !head.version.bqm_schema.starts_with("3.") {
        let found = excerpt(&head.version.bqm_schema);
        return wrong(ReadCause::Version { found, supported: "bqm_schema 3" });
    }
    if head.use_bytes {
        let found = "use_bytes: true".to_owned();
        return wrong(ReadCause::Unsupported { feature: Feature::Bytes, found });
    }
    Ok(())
}

/// The number of variables, when all lists have the lengths that the file declares.
fn checked_counts(body: &Body) -> Result<usize, Fault> {
    let counts = [
        ("labels", body.num_variables, body.variable_labels.len()),
        ("linear biases", body.num_variables, body.linear_biases.len()),
        ("quadratic biases", body.num_interactions, body.quadratic_biases.len()),
        ("heads of interactions", body.num_interactions, body.quadratic_head.len()),
        ("tails of interactions", body.num_interactions, body.quadratic_tail.len()),
    ];
    for (what, declared, found) in counts {
        if declared != found as u64 {
            return Err(Fault::in_file(ReadCause::Count { what, declared, found: found as u64 }));
        }
    }
    let num_variables = body.linear_biases.len();
    if num_variables > MAX_VARIABLES {
        let cause = ReadCause::TooManyVariables { found: num_variables.to_string(), limit: MAX_VARIABLES };
        return Err(Fault::in_file(cause));
    }
    Ok(num_variables)
}

pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let variables = bqm.num_variables();
    let written = Written {
        kind: TYPE,
        version: Version { bqm_schema: SCHEMA.to_owned() },
        use_bytes: false,
        index_type: "int32",
        bias_type: "float64",
        num_variables: variables,
        num_interactions: bqm.num_interactions(),
        variable_labels: labels.map_or_else(|| integers(variables), <[Label]>::to_vec),
        variable_type: bqm.vartype(),
        offset: bqm.offset(),
        info: serde_json::Map::new(),
        linear_biases: bqm.linear(),
        quadratic_biases: bqm.interactions().map(|(_, _, bias)| bias).collect(),
        quadratic_head: bqm.interactions().map(|(head, _, _)| head).collect(),
        quadratic_tail: bqm.interactions().map(|(_, tail, _)| tail).collect(),
    };
    serde_json::to_writer(&mut *out, &written)?;
    out.write_all(b"\n")?;
    Ok(WriteReport::default())
}

/// The labels of a model without labels.
pub(super) fn integers(count: usize) -> Vec<Label> {
    (0..count as i64).map(Label::Integer).collect()
}

#[cfg(test)]
mod tests;
