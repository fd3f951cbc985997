//! Labels in JSON, their uniqueness, and names for formats that take only some names.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::error::{ReadCause, excerpt};
use super::problem::Label;
use super::report::{WriteNote, WriteReport};
use crate::mip::{Mip, Variable};

/// The labels of a JSON list. Floats, nested lists (dimod's tuples) and anything else are refused.
///
/// `None` when they are the integers from 0 in order, which is what no labels mean.
pub(super) fn from_json(values: &[Value]) -> Result<Option<Vec<Label>>, ReadCause> {
    let labels = values.iter().enumerate().map(|(variable, value)| match value {
        Value::String(text) => Ok(Label::Text(text.clone())),
        other => other
            .as_i64()
            .map(Label::Integer)
            .ok_or_else(|| ReadCause::Label { variable, found: excerpt(&other.to_string()) }),
    });
    let labels: Vec<Label> = labels.collect::<Result<_, _>>()?;
    if let Some(label) = duplicate(&labels) {
        return Err(ReadCause::DuplicateLabel { label: label.clone() });
    }
    Ok((!are_range(&labels)).then_some(labels))
}

/// Whether labels say no more than the indices do.
pub(super) fn are_range(labels: &[Label]) -> bool {
    labels.iter().zip(0..).all(|(label, index)| *label == Label::Integer(index))
}

/// The first label that occurs a second time.
pub(super) fn duplicate(labels: &[Label]) -> Option<&Label> {
    let mut seen = HashSet::with_capacity(labels.len());
    labels.iter().find(|label| !seen.insert(*label))
}

/// The names of variables in a file: their own where all of them are `legal`, else `x0`, `x1`, ...
pub(super) struct Names<'a> {
    names: Option<Vec<&'a str>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(labels: Option<&'a [Label]>, legal: impl Fn(&str) -> bool) -> Self {
        let own = |label: &'a Label| match label {
            Label::Text(text) if legal(text) => Some(text.as_str()),
            _ => None,
        };
        Self { names: labels.and_then(|labels| labels.iter().map(own).collect()) }
    }

    /// Names of a program; a note tells where they are not its own.
    pub(super) fn of_mip(mip: &'a Mip, legal: impl Fn(&str) -> bool, report: &mut WriteReport) -> Self {
        let own = |variable: &'a Variable| legal(&variable.name).then_some(variable.name.as_str());
        let names: Option<Vec<&str>> = mip.variables().iter().map(own).collect();
        if names.is_none() {
            report.notes.push(WriteNote::LabelsLeftOut);
        }
        Self { names }
    }

    pub(super) fn keeps_labels(&self) -> bool {
        self.names.is_some()
    }

    pub(super) fn name(&self, variable: usize) -> Cow<'a, str> {
        match &self.names {
            Some(names) => Cow::Borrowed(names[variable]),
            None => Cow::Owned(format!("x{variable}")),
        }
    }
}
