//! dimod's binary `.bqm` files: version 2.0 both ways, version 1.0 in.
//!
//! All numbers are little-endian. A prefix of 8 bytes, two version bytes, a `u32` length and a JSON header padded so that
//! the next part starts at a multiple of 64; the offset; for each variable the start of its neighbourhood and its linear
//! bias; all neighbourhoods, each interaction in both; and labels in a section `VARS` unless they are `0..n`. The two
//! entries of an interaction must agree, although dimod reads only one of them.
//!
//! Written with `float64` and `int32`, which keeps every coefficient; read with `float32` and `int64` too.

mod reader;
#[cfg(test)]
mod tests;

use std::io::Write;

pub(super) use reader::read;

use super::problem::Label;
use super::report::{WriteError, WriteReport};
use crate::model::Bqm;

pub(super) const MAGIC: &[u8; 8] = b"DIMODBQM";
const LABELS_MAGIC: &[u8; 4] = b"VARS";
/// Sections start at multiples of this many bytes.
const ALIGNMENT: usize = 64;
/// Bytes before the JSON header: magic, version, length.
const PREFIX: usize = 14;

pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let (variables, interactions) = (bqm.num_variables(), bqm.num_interactions());
    let limit = i32::MAX as usize / 2;
    if interactions > limit {
        return Err(WriteError::TooMany { what: "interactions", found: interactions, limit });
    }
    // dimod's own spacing here and in the labels, so that equal models make equal files
    let header = format!(
        "{{\"dtype\": \"float64\", \"itype\": \"int32\", \"ntype\": \"int32\", \"shape\": [{variables}, {interactions}], \
         \"type\": \"BinaryQuadraticModel\", \"variables\": {}, \"vartype\": \"{}\"}}\n",
        labels.is_some(),
        bqm.vartype().name()
    );
    out.write_all(MAGIC)?;
    out.write_all(&[2, 0])?;
    write_padded(PREFIX - 4, header.as_bytes(), out)?;
    out.write_all(&bqm.offset().to_le_bytes())?;
    let mut start = 0_u32;
    for (variable, bias) in bqm.linear().iter().enumerate() {
        out.write_all(&start.to_le_bytes())?;
        out.write_all(&bias.to_le_bytes())?;
        start += bqm.degree(variable) as u32;
    }
    for variable in 0..variables {
        let (neighbors, biases) = bqm.neighborhood(variable);
        for (neighbor, bias) in neighbors.iter().zip(biases) {
            out.write_all(&neighbor.to_le_bytes())?;
            out.write_all(&bias.to_le_bytes())?;
        }
    }
    if let Some(labels) = labels {
        out.write_all(LABELS_MAGIC)?;
        let labels = labels.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        write_padded(LABELS_MAGIC.len(), format!("[{}]", labels.join(", ")).as_bytes(), out)?;
    }
    Ok(WriteReport::default())
}

/// A length and `content` with spaces, so that a section with `before` bytes ahead of the length fills whole blocks.
fn write_padded(before: usize, content: &[u8], out: &mut dyn Write) -> Result<(), WriteError> {
    let unpadded = before + 4 + content.len();
    let padding = unpadded.next_multiple_of(ALIGNMENT) - unpadded;
    let length = u32::try_from(content.len() + padding).map_err(|_| WriteError::TooMany {
        what: "bytes of labels",
        found: content.len(),
        limit: u32::MAX as usize,
    })?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(content)?;
    out.write_all(&vec![b' '; padding])?;
    Ok(())
}
