//! Samples as plain JSON: lists of values, objects from labels to values, or lists of either.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::{Values, check_lengths};
use crate::io::error::{Fault, ReadCause, excerpt};
use crate::io::labels::{are_range, duplicate};
use crate::io::problem::Label;

/// The JSON that samples are made of, with the order of keys.
enum Node {
    Integer(i64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an integer, a text, a list or an object")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value).map(Node::Integer).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        // programs that keep values as floats print 1.0
        if [-1.0, 0.0, 1.0].contains(&value) {
            Ok(Node::Integer(value as i64))
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        while let Some((key, node)) = access.next_entry::<String, Node>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("the key `{key}` is given twice")));
            }
            entries.push((key, node));
        }
        Ok(Node::Object(entries))
    }
}

pub(super) fn read(text: &str) -> Result<Values, Fault> {
    let samples = match serde_json::from_str(text)? {
        Node::Object(entries) if entries.iter().any(|(_, node)| !matches!(node, Node::Integer(_) | Node::Text(_))) => {
            return wrapped(entries).map_err(Fault::in_file);
        }
        node => node,
    };
    rows(samples).map_err(Fault::in_file)
}

/// `{"samples": ..., "labels": ...}`
fn wrapped(entries: Vec<(String, Node)>) -> Result<Values, ReadCause> {
    let (mut samples, mut labels) = (None, None);
    for (key, node) in entries {
        match key.as_str() {
            "samples" => samples = Some(node),
            "labels" => labels = Some(label_list(node)?),
            _ => return Err(ReadCause::Unexpected { found: key, expected: "`samples` or `labels`" }),
        }
    }
    let mut values = rows(samples.ok_or_else(|| ReadCause::Json { message: "missing field `samples`".to_owned() })?)?;
    if let Some(labels) = labels {
        if values.labels.is_some() {
            return Err(ReadCause::GivenTwice { what: "labels" });
        }
        if let Some(label) = duplicate(&labels) {
            return Err(ReadCause::DuplicateLabel { label: label.clone() });
        }
        check_lengths(&values.rows, labels.len())?;
        values.labels = (!are_range(&labels)).then_some(labels);
    }
    Ok(values)
}

fn label_list(node: Node) -> Result<Vec<Label>, ReadCause> {
    let Node::List(nodes) = node else { return Err(shape(&node, "a list of labels")) };
    nodes
        .into_iter()
        .map(|node| match node {
            Node::Text(text) => Ok(Label::Text(text)),
            Node::Integer(integer) => Ok(Label::Integer(integer)),
            node => Err(shape(&node, "an integer or a text")),
        })
        .collect()
}

/// One sample or a list of samples.
fn rows(samples: Node) -> Result<Values, ReadCause> {
    match samples {
        Node::List(nodes) if nodes.first().is_none_or(|node| matches!(node, Node::List(_))) => {
            let rows: Vec<Vec<i8>> = nodes.into_iter().enumerate().map(value_list).collect::<Result<_, _>>()?;
            check_lengths(&rows, rows.first().map_or(0, Vec::len))?;
            Ok(Values { rows, labels: None, num_occurrences: None })
        }
        Node::List(nodes) if matches!(nodes.first(), Some(Node::Object(_))) => labelled_rows(nodes),
        Node::List(_) => Ok(Values { rows: vec![value_list((0, samples))?], labels: None, num_occurrences: None }),
        Node::Object(_) => labelled_rows(vec![samples]),
        node => Err(shape(&node, "samples")),
    }
}

fn value_list((row, node): (usize, Node)) -> Result<Vec<i8>, ReadCause> {
    let Node::List(nodes) = node else { return Err(shape(&node, "a list of values")) };
    nodes.into_iter().enumerate().map(|(variable, node)| value(row, variable, &node)).collect()
}

fn value(row: usize, variable: usize, node: &Node) -> Result<i8, ReadCause> {
    match node {
        Node::Integer(value @ -1..=1) => Ok(*value as i8),
        node => Err(ReadCause::SampleValue { row, variable, found: describe(node), allowed: "-1, 0 and 1" }),
    }
}

/// Objects with equal keys; the first gives their order, unless the labels are numbers, which are sorted.
fn labelled_rows(nodes: Vec<Node>) -> Result<Values, ReadCause> {
    let mut labels: Vec<Label> = Vec::new();
    let mut rows = Vec::with_capacity(nodes.len());
    for (row, node) in nodes.into_iter().enumerate() {
        let Node::Object(entries) = node else { return Err(shape(&node, "an object from labels to values")) };
        let mut values = HashMap::with_capacity(entries.len());
        if row == 0 {
            labels = entries.iter().map(|(key, _)| label(key)).collect();
            if labels.iter().all(|label| matches!(label, Label::Integer(_))) {
                labels.sort();
            }
        }
        let found = entries.len();
        for (variable, (key, node)) in entries.iter().enumerate() {
            values.insert(label(key), value(row, variable, node)?);
        }
        if found > labels.len() {
            return Err(ReadCause::RowLength { row, found, expected: labels.len() });
        }
        let missing = |label: &Label| ReadCause::MissingValue { row, label: label.clone() };
        let values = labels.iter().map(|label| values.get(label).copied().ok_or_else(|| missing(label)));
        rows.push(values.collect::<Result<Vec<i8>, _>>()?);
    }
    Ok(Values { rows, labels: (!are_range(&labels)).then_some(labels), num_occurrences: None })
}

/// An integer where the text is exactly how one is written: JSON has no other keys than texts.
pub(super) fn label(text: &str) -> Label {
    match text.parse::<i64>() {
        Ok(integer) if integer.to_string() == text => Label::Integer(integer),
        _ => Label::Text(text.to_owned()),
    }
}

fn shape(node: &Node, expected: &'static str) -> ReadCause {
    ReadCause::Unexpected { found: describe(node), expected }
}

fn describe(node: &Node) -> String {
    match node {
        Node::Integer(integer) => integer.to_string(),
        Node::Text(text) => excerpt(text),
        Node::List(_) => "[...]".to_owned(),
        Node::Object(_) => "{...}".to_owned(),
    }
}
