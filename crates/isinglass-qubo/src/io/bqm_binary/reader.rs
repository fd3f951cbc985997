//! Reading `.bqm`: every size is compared with the bytes that are there before anything of that size is made.

use serde::Deserialize;
use serde_json::Value;

use super::{LABELS_MAGIC, MAGIC};
use crate::io::error::{Fault, Feature, ReadCause, excerpt};
use crate::io::labels;
use crate::io::problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions};
use crate::model::{BqmBuilder, Vartype};

#[derive(Deserialize)]
struct Header {
    dtype: String,
    itype: String,
    ntype: String,
    shape: (u64, u64),
    #[serde(rename = "type")]
    kind: String,
    /// Whether a label section follows; in version 1 the labels themselves.
    variables: Value,
    vartype: Vartype,
}

#[derive(Clone, Copy)]
enum Float {
    Single,
    Double,
}

#[derive(Clone, Copy)]
enum Integer {
    Narrow,
    Wide,
}

impl Float {
    fn from_name(name: &str) -> Result<Self, ReadCause> {
        match name {
            "float32" => Ok(Self::Single),
            "float64" => Ok(Self::Double),
            _ => Err(ReadCause::Unsupported { feature: Feature::NumberType, found: excerpt(name) }),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::Single => 4,
            Self::Double => 8,
        }
    }
}

impl Integer {
    fn from_name(name: &str) -> Result<Self, ReadCause> {
        match name {
            "int32" => Ok(Self::Narrow),
            "int64" => Ok(Self::Wide),
            _ => Err(ReadCause::Unsupported { feature: Feature::NumberType, found: excerpt(name) }),
        }
    }

    fn size(self) -> usize {
        match self {
            Self::Narrow => 4,
            Self::Wide => 8,
        }
    }
}

/// The bytes from a position on.
struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize, expected: &'static str) -> Result<&'a [u8], Fault> {
        let rest = &self.bytes[self.position..];
        let truncated = || Fault::at_byte(self.bytes.len(), ReadCause::Truncated { expected });
        let taken = rest.get(..length).ok_or_else(truncated)?;
        self.position += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Fault> {
        Ok(self.take(N, expected)?.try_into().expect("`take` gives as many bytes as asked for"))
    }

    fn float(&mut self, float: Float) -> Result<f64, Fault> {
        const EXPECTED: &str = "the last bias";
        let at = self.position;
        let value = match float {
            Float::Single => f32::from_le_bytes(self.array(EXPECTED)?).into(),
            Float::Double => f64::from_le_bytes(self.array(EXPECTED)?),
        };
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Fault::at_byte(at, ReadCause::NotFinite { found: value.to_string() }))
        }
    }

    fn integer(&mut self, integer: Integer) -> Result<i64, Fault> {
        const EXPECTED: &str = "the last index";
        match integer {
            Integer::Narrow => Ok(i32::from_le_bytes(self.array(EXPECTED)?).into()),
            Integer::Wide => Ok(i64::from_le_bytes(self.array(EXPECTED)?)),
        }
    }

    /// A `u32` length and as many bytes.
    fn section(&mut self, expected: &'static str) -> Result<&'a [u8], Fault> {
        let length = u32::from_le_bytes(self.array(expected)?);
        self.take(length as usize, expected)
    }
}

pub(in crate::io) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    if bytes.is_empty() {
        return Err(Fault::in_file(ReadCause::Empty));
    }
    let mut cursor = Cursor { bytes, position: 0 };
    let major = read_prefix(&mut cursor)?;
    let header = read_header(&mut cursor)?;
    let vartype = options.settle_vartype(Some(header.vartype)).map_err(Fault::in_file)?;
    let in_header = |cause| Fault::at_byte(super::PREFIX, cause);
    let float = Float::from_name(&header.dtype).map_err(in_header)?;
    let index = Integer::from_name(&header.itype).map_err(in_header)?;
    let start = Integer::from_name(&header.ntype).map_err(in_header)?;
    let (variables, entries) = checked_shape(&header, &cursor, float, index, start)?;

    let mut builder = options.builder(vartype, variables).map_err(Fault::in_file)?;
    builder.add_offset(cursor.float(float)?);
    let mut starts = Vec::with_capacity(variables + 1);
    for variable in 0..variables {
        let at = cursor.position;
        let value = cursor.integer(start)?;
        let previous = starts.last().copied().unwrap_or(0);
        // the first neighbourhood starts at 0, and none starts before the one ahead of it
        match usize::try_from(value) {
            Ok(value) if value >= previous && value <= entries && (variable > 0 || value == 0) => starts.push(value),
            _ => {
                let cause =
                    ReadCause::Unexpected { found: value.to_string(), expected: "the start of a neighbourhood" };
                return Err(Fault::at_byte(at, cause));
            }
        }
        builder.add_linear(variable, cursor.float(float)?);
    }
    starts.push(entries);
    read_neighborhoods(&mut cursor, &starts, (index, float), &mut builder)?;
    let labels = read_labels(&mut cursor, major, &header.variables, variables)?;
    if cursor.position < bytes.len() {
        let found = format!("{} more bytes", bytes.len() - cursor.position);
        return Err(Fault::at_byte(cursor.position, ReadCause::Trailing { found }));
    }
    Ok(ProblemFile::new(builder.build()?, labels))
}

/// The major version.
fn read_prefix(cursor: &mut Cursor<'_>) -> Result<u8, Fault> {
    let magic = cursor.take(MAGIC.len(), "the prefix `DIMODBQM`")?;
    if magic != MAGIC {
        let found = excerpt(&String::from_utf8_lossy(magic));
        return Err(Fault::at_byte(0, ReadCause::Unexpected { found, expected: "the prefix `DIMODBQM`" }));
    }
    let [major, minor] = cursor.array("the version")?;
    if !matches!((major, minor), (1 | 2, 0)) {
        let cause = ReadCause::Version { found: format!("{major}.{minor}"), supported: "1.0 or 2.0" };
        return Err(Fault::at_byte(MAGIC.len(), cause));
    }
    Ok(major)
}

fn read_header(cursor: &mut Cursor<'_>) -> Result<Header, Fault> {
    let json = cursor.section("the end of the header")?;
    // a line inside the header says nothing about the file: its byte does
    let in_header = |error: serde_json::Error| Fault::at_byte(super::PREFIX, Fault::from(error).cause);
    let header: Header = serde_json::from_slice(json).map_err(in_header)?;
    if header.kind != "BinaryQuadraticModel" {
        let cause = ReadCause::WrongType { found: excerpt(&header.kind), expected: "BinaryQuadraticModel" };
        return Err(Fault::at_byte(super::PREFIX, cause));
    }
    Ok(header)
}

/// Numbers of variables and of neighbourhood entries, once the file is known to be long enough for them.
fn checked_shape(
    header: &Header,
    cursor: &Cursor<'_>,
    float: Float,
    index: Integer,
    start: Integer,
) -> Result<(usize, usize), Fault> {
    let (variables, interactions) = header.shape;
    if variables > MAX_VARIABLES as u64 {
        let cause = ReadCause::TooManyVariables { found: variables.to_string(), limit: MAX_VARIABLES };
        return Err(Fault::at_byte(super::PREFIX, cause));
    }
    let linear = u128::from(variables) * (start.size() + float.size()) as u128;
    let quadratic = 2 * u128::from(interactions) * (index.size() + float.size()) as u128;
    let available = cursor.bytes.len() - cursor.position;
    if float.size() as u128 + linear + quadratic > available as u128 {
        let cause = ReadCause::Truncated { expected: "all biases that its header declares" };
        return Err(Fault::at_byte(cursor.bytes.len(), cause));
    }
    // both fit, as the bytes for them are in memory
    Ok((variables as usize, 2 * interactions as usize))
}

/// Takes each pair from the neighbourhood of its larger variable and compares it with the entry of the smaller one.
fn read_neighborhoods(
    cursor: &mut Cursor<'_>,
    starts: &[usize],
    (index, float): (Integer, Float),
    builder: &mut BqmBuilder,
) -> Result<(), Fault> {
    let variables = starts.len() - 1;
    let entry = index.size() + float.size();
    let table = cursor.position;
    let mut entries = Vec::with_capacity(starts[variables]);
    for row in 0..variables {
        let mut previous = -1;
        for _ in starts[row]..starts[row + 1] {
            let at = cursor.position;
            let neighbor = cursor.integer(index)?;
            if neighbor < 0 || neighbor >= variables as i64 {
                let cause = ReadCause::IndexOutOfRange { index: neighbor, num_variables: variables, base: 0 };
                return Err(Fault::at_byte(at, cause));
            }
            if neighbor <= previous || neighbor == row as i64 {
                let expected = "a larger neighbour than the one before, and not the variable itself";
                return Err(Fault::at_byte(at, ReadCause::Unexpected { found: neighbor.to_string(), expected }));
            }
            previous = neighbor;
            entries.push((neighbor as usize, cursor.float(float)?));
        }
    }
    // rows ascend, so the entries that a row has above itself are met in order
    let upper = |row: usize| {
        starts[row] + entries[starts[row]..starts[row + 1]].partition_point(|&(neighbor, _)| neighbor < row)
    };
    let mut next: Vec<usize> = (0..variables).map(upper).collect();
    let unequal = |at: usize, first: usize, second: usize| {
        let cause = ReadCause::NotSymmetric { first: first.to_string(), second: second.to_string() };
        Fault::at_byte(table + at * entry, cause)
    };
    for row in 0..variables {
        for position in starts[row]..upper(row) {
            let (smaller, bias) = entries[position];
            let twin = next[smaller];
            if twin >= starts[smaller + 1] || entries[twin] != (row, bias) {
                return Err(unequal(position, smaller, row));
            }
            next[smaller] += 1;
            builder.add_quadratic(smaller, row, bias);
        }
    }
    match (0..variables).find(|&row| next[row] < starts[row + 1]) {
        Some(row) => Err(unequal(next[row], row, entries[next[row]].0)),
        None => Ok(()),
    }
}

fn read_labels(
    cursor: &mut Cursor<'_>,
    major: u8,
    in_header: &Value,
    variables: usize,
) -> Result<Option<Vec<Label>>, Fault> {
    let (at, values) = match in_header {
        Value::Bool(false) => return Ok(None),
        Value::Array(values) if major == 1 => (super::PREFIX, values.clone()),
        Value::Bool(true) if major == 2 => {
            let at = cursor.position;
            if cursor.take(LABELS_MAGIC.len(), "the labels")? != LABELS_MAGIC {
                let found = excerpt(&String::from_utf8_lossy(&cursor.bytes[at..at + LABELS_MAGIC.len()]));
                return Err(Fault::at_byte(at, ReadCause::Unexpected { found, expected: "the labels (`VARS`)" }));
            }
            let json = cursor.section("the end of the labels")?;
            let values = serde_json::from_slice(json).map_err(|error| Fault::at_byte(at, Fault::from(error).cause))?;
            (at, values)
        }
        other => {
            let cause = ReadCause::Unexpected { found: excerpt(&other.to_string()), expected: "`variables`" };
            return Err(Fault::at_byte(super::PREFIX, cause));
        }
    };
    if values.len() != variables {
        let cause = ReadCause::Count { what: "variables", declared: variables as u64, found: values.len() as u64 };
        return Err(Fault::at_byte(at, cause));
    }
    labels::from_json(&values).map_err(|cause| Fault::at_byte(at, cause))
}
