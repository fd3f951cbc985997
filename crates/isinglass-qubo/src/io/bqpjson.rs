//! bqpjson 1.0.0, the JSON of Los Alamos' benchmark tools: a model over `boolean` or `spin` variables with ids of its own.
//!
//! `E = scale (offset + sum coeff_i v_i + sum coeff_ij v_i v_j)`. The ids in `variable_ids`, in their order, are the labels.
//! As in the format's own validation ids are known and different, no term comes twice, and the scale is not negative.
//! `metadata`, `description` and `solutions` are not looked at.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::error::{Fault, ReadCause, excerpt};
use super::labels;
use super::problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::utf8;
use crate::model::{Bqm, Vartype};

const VERSION: &str = "1.0.0";

/// The largest id that is read: what a label holds.
const LARGEST_ID: u64 = i64::MAX as u64;

#[derive(Deserialize)]
struct Head {
    version: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Domain {
    Spin,
    Boolean,
}

/// The fields that the schema requires.
#[derive(Deserialize)]
struct Body {
    #[serde(rename = "id")]
    _id: u64,
    variable_ids: Vec<u64>,
    variable_domain: Domain,
    scale: f64,
    offset: f64,
    linear_terms: Vec<LinearTerm>,
    quadratic_terms: Vec<QuadraticTerm>,
    #[serde(rename = "metadata")]
    _metadata: HashMap<String, IgnoredAny>,
}

#[derive(Serialize, Deserialize)]
struct LinearTerm {
    id: u64,
    coeff: f64,
}

#[derive(Serialize, Deserialize)]
struct QuadraticTerm {
    id_tail: u64,
    id_head: u64,
    coeff: f64,
}

#[derive(Serialize)]
struct Written {
    version: &'static str,
    id: u64,
    variable_ids: Vec<u64>,
    variable_domain: Domain,
    scale: f64,
    offset: f64,
    linear_terms: Vec<LinearTerm>,
    quadratic_terms: Vec<QuadraticTerm>,
    metadata: serde_json::Map<String, serde_json::Value>,
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    // serde would take a list for the fields in order
    if !text.trim_start().starts_with('{') {
        let expected = "a JSON object";
        return Err(Fault::in_file(ReadCause::Unexpected { found: excerpt(text.trim()), expected }));
    }
    let head: Head = serde_json::from_str(text)?;
    if head.version != VERSION {
        let cause = ReadCause::Version { found: excerpt(&head.version), supported: VERSION };
        return Err(Fault::in_file(cause));
    }
    model(&serde_json::from_str(text)?, options).map_err(Fault::in_file)
}

fn model(body: &Body, options: &ReadOptions) -> Result<ProblemFile, ReadCause> {
    let vartype = options.settle_vartype(Some(match body.variable_domain {
        Domain::Spin => Vartype::Spin,
        Domain::Boolean => Vartype::Binary,
    }))?;
    let scale = body.scale;
    if scale < 0.0 {
        return Err(ReadCause::Unexpected { found: scale.to_string(), expected: "a scale that is not negative" });
    }
    let variables = variables_by_id(&body.variable_ids)?;
    let variable =
        |id: u64| variables.get(&id).copied().ok_or_else(|| ReadCause::Undeclared { name: format!("id {id}") });
    let mut builder = options.builder(vartype, body.variable_ids.len())?;
    builder.add_offset(scale * body.offset);
    let mut seen = HashSet::with_capacity(body.linear_terms.len().max(body.quadratic_terms.len()));
    for term in &body.linear_terms {
        builder.add_linear(variable(term.id)?, scale * term.coeff);
        if !seen.insert((term.id, term.id)) {
            return Err(ReadCause::GivenTwice { what: "the linear term of a variable" });
        }
    }
    for term in &body.quadratic_terms {
        let (tail, head) = (term.id_tail, term.id_head);
        if tail == head {
            return Err(ReadCause::Loop { variable: tail.to_string() });
        }
        builder.add_quadratic(variable(tail)?, variable(head)?, scale * term.coeff);
        if !seen.insert((tail.min(head), tail.max(head))) {
            return Err(ReadCause::PairTwice { first: tail.to_string(), second: head.to_string() });
        }
    }
    let labels: Vec<Label> = body.variable_ids.iter().map(|&id| Label::Integer(id as i64)).collect();
    Ok(ProblemFile::new(builder.build()?, (!labels::are_range(&labels)).then_some(labels)))
}

fn variables_by_id(ids: &[u64]) -> Result<HashMap<u64, usize>, ReadCause> {
    if ids.len() > MAX_VARIABLES {
        return Err(ReadCause::TooManyVariables { found: ids.len().to_string(), limit: MAX_VARIABLES });
    }
    let mut variables = HashMap::with_capacity(ids.len());
    for (variable, &id) in ids.iter().enumerate() {
        if id > LARGEST_ID {
            return Err(ReadCause::Unexpected { found: id.to_string(), expected: "an id below 2^63" });
        }
        if variables.insert(id, variable).is_some() {
            return Err(ReadCause::DuplicateLabel { label: Label::Integer(id as i64) });
        }
    }
    Ok(variables)
}

/// Writes any model; labels are kept when all of them are natural numbers.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let natural = |label: &Label| match label {
        Label::Integer(id) => u64::try_from(*id).ok(),
        Label::Text(_) => None,
    };
    let ids: Option<Vec<u64>> = labels.and_then(|labels| labels.iter().map(natural).collect());
    if labels.is_some() && ids.is_none() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    let ids = ids.unwrap_or_else(|| (0..bqm.num_variables() as u64).collect());
    let linear = bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0);
    let written = Written {
        version: VERSION,
        id: 0,
        variable_domain: match bqm.vartype() {
            Vartype::Spin => Domain::Spin,
            Vartype::Binary => Domain::Boolean,
        },
        scale: 1.0,
        offset: bqm.offset(),
        linear_terms: linear.map(|(variable, &coeff)| LinearTerm { id: ids[variable], coeff }).collect(),
        // the smaller id is the tail, as the format's own tools expect
        quadratic_terms: bqm
            .interactions()
            .map(|(first, second, coeff)| (ids[first], ids[second], coeff))
            .map(|(one, two, coeff)| QuadraticTerm { id_tail: one.min(two), id_head: one.max(two), coeff })
            .collect(),
        variable_ids: ids,
        metadata: serde_json::Map::new(),
    };
    serde_json::to_writer(&mut *out, &written)?;
    out.write_all(b"\n")?;
    Ok(report)
}

#[cfg(test)]
mod tests;
