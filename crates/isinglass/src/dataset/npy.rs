//! NPY: one NumPy array, versions 1 to 3 of the format, numeric and boolean types of either byte order.
//!
//! A file consists of the magic bytes, a header in the form of a Python dictionary (`descr`, `fortran_order`, `shape`),
//! and the values. The shape is checked against the length of the file before it is used.
//!
//! # References
//! NumPy reference, `numpy.lib.format`.

mod header;

use thiserror::Error;

use self::header::Header;
use super::array::{Array, num_values};
use super::error::{BytePlace, DatasetError};
use super::read::Limits;

/// Why an NPY array cannot be read: malformed bytes, unsupported type or shape.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NpyFault {
    /// The file does not begin as an NPY file.
    #[error("this is not an NPY file: it does not begin with the bytes 93 4E 55 4D 50 59")]
    BadMagic,
    /// The version of the format is unknown.
    #[error("version {major}.{minor} of the NPY format is not supported; 1.0, 2.0 and 3.0 are")]
    Version {
        /// First number of the version.
        major: u8,
        /// Second number of the version.
        minor: u8,
    },
    /// The file ends inside its header.
    #[error("the file ends inside its header")]
    TruncatedHeader,
    /// The header is malformed.
    #[error("the header is not a dictionary with descr, fortran_order and shape")]
    BadHeader,
    /// The value type is not supported.
    #[error("values of the type \"{descr}\" are not supported")]
    Type {
        /// The type as NumPy writes it.
        descr: String,
    },
    /// The number of value bytes does not match the shape.
    #[error("an array of the shape {shape:?} needs {expected} bytes of values, the file has {found}")]
    Length {
        /// The shape.
        shape: Vec<usize>,
        /// Bytes needed.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The shape is over the limit on cells.
    #[error("an array of the shape {shape:?} is over the limit of {allowed} cells")]
    TooManyValues {
        /// The shape.
        shape: Vec<usize>,
        /// The limit.
        allowed: u64,
    },
    /// A value is infinite.
    #[error("value {index} is infinite")]
    Infinite {
        /// Which value, from 0, in the order of the file.
        index: usize,
    },
    /// An integer is too large for an exact `f64`.
    #[error("value {index}, {value}, cannot be held exactly as a float")]
    Inexact {
        /// Which value, from 0, in the order of the file.
        index: usize,
        /// The value.
        value: i128,
    },
}

impl NpyFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Type { .. } => Some("save the array as bool, integers, float32 or float64".into()),
            Self::Length { expected, found, .. } if found > expected => {
                Some("something was added to the file; save it again".into())
            }
            Self::Length { .. } | Self::TruncatedHeader => {
                Some("the file may have been cut short; save it again".into())
            }
            Self::Infinite { .. } => Some("replace infinite values first".into()),
            Self::Inexact { .. } => Some("integers up to 2^53 are exact; renumber the values".into()),
            _ => None,
        }
    }
}

/// The type of a value in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// The stored form of a value: its type, size in bytes and byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) kind: Kind,
    pub(super) size: usize,
    pub(super) big_endian: bool,
}

impl Element {
    /// The value held in `bytes`, which are `size` long; NaN, which denotes a missing value, is left to the table.
    fn decode(self, bytes: &[u8], index: usize) -> Result<f64, NpyFault> {
        let mut little = [0_u8; 8];
        for (place, &byte) in bytes.iter().enumerate() {
            little[if self.big_endian { self.size - 1 - place } else { place }] = byte;
        }
        let raw = u64::from_le_bytes(little);
        let unused_bits = 64 - 8 * self.size as u32;
        let exact = |value: i128| {
            let float = value as f64;
            if float as i128 == value { Ok(float) } else { Err(NpyFault::Inexact { index, value }) }
        };
        match self.kind {
            Kind::Bool => Ok(f64::from(u8::from(raw != 0))),
            Kind::Unsigned => exact(i128::from(raw)),
            // The shift to the top and back copies the sign into the bits the value does not have.
            Kind::Signed => exact(i128::from((raw << unused_bits) as i64 >> unused_bits)),
            Kind::Float => {
                let value = if self.size == 4 { f64::from(f32::from_bits(raw as u32)) } else { f64::from_bits(raw) };
                if value.is_infinite() { Err(NpyFault::Infinite { index }) } else { Ok(value) }
            }
        }
    }

    /// All values of `bytes`, whose length is a multiple of `size`; a fault comes with its byte.
    pub(super) fn decode_all(self, bytes: &[u8]) -> Result<Vec<f64>, (usize, NpyFault)> {
        bytes
            .chunks_exact(self.size)
            .enumerate()
            .map(|(index, chunk)| self.decode(chunk, index).map_err(|fault| (index * self.size, fault)))
            .collect()
    }
}

pub(super) fn read(content: &[u8], name: &str, limits: &Limits) -> Result<Array, DatasetError> {
    let fail = |offset: usize, fault| DatasetError::Npy {
        place: BytePlace { path: name.to_owned(), offset: offset as u64 },
        fault,
    };
    let (header, start) = Header::parse(content).map_err(|(offset, fault)| fail(offset, fault))?;
    let data = &content[start..];
    let Some(count) = num_values(&header.shape, limits) else {
        return Err(fail(start, NpyFault::TooManyValues { shape: header.shape, allowed: limits.cells }));
    };
    let expected = (count as u64).saturating_mul(header.element.size as u64);
    if expected != data.len() as u64 {
        return Err(fail(start, NpyFault::Length { shape: header.shape, expected, found: data.len() as u64 }));
    }
    let values = header.element.decode_all(data).map_err(|(offset, fault)| fail(start + offset, fault))?;
    let values = if header.fortran_order { to_c_order(&values, &header.shape) } else { values };
    Ok(Array { shape: header.shape, values })
}

/// Reorders values whose first index runs fastest into those whose last does.
fn to_c_order(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut index = vec![0_usize; shape.len()];
    let mut ordered = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let offset = index.iter().zip(shape).rev().fold(0, |offset, (&i, &size)| offset * size + i);
        ordered.push(values[offset]);
        for (i, &size) in index.iter_mut().zip(shape).rev() {
            *i += 1;
            if *i < size {
                break;
            }
            *i = 0;
        }
    }
    ordered
}

#[cfg(test)]
mod tests;
