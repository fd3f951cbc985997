//! IDX: the format of the MNIST files. Two zero bytes, the type, the number of dimensions, each size as a big-endian
//! 32-bit integer, and the values, big-endian, the last index fastest.
//!
//! # References
//! Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits, 1998.

use thiserror::Error;

use super::array::{Array, num_values};
use super::error::{BytePlace, DatasetError};
use super::npy::{Element, Kind, NpyFault};
use super::read::Limits;

/// Why an IDX file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdxFault {
    /// The file does not begin with two zero bytes, a type and a number of dimensions.
    #[error("this is not an IDX file: it does not begin with two zero bytes, a type and a number of dimensions")]
    BadMagic,
    /// The value type is unknown.
    #[error("0x{code:02X} is not a type of IDX values; 08, 09, 0B, 0C, 0D and 0E are")]
    Type {
        /// The type found.
        code: u8,
    },
    /// The file ends inside its header.
    #[error("the file ends inside its header of {expected} bytes")]
    TruncatedHeader {
        /// The length of the header.
        expected: usize,
    },
    /// The number of value bytes does not match the sizes.
    #[error("the sizes {shape:?} need {expected} bytes of values, the file has {found}")]
    Length {
        /// The sizes.
        shape: Vec<usize>,
        /// Bytes needed.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// The sizes are over the limit on cells.
    #[error("the sizes {shape:?} are over the limit of {allowed} cells")]
    TooManyValues {
        /// The sizes.
        shape: Vec<usize>,
        /// The limit.
        allowed: u64,
    },
    /// A value cannot be represented.
    #[error(transparent)]
    Value(NpyFault),
}

impl IdxFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Length { expected, found, .. } if found > expected => {
                Some("something was added to the file; fetch it again".into())
            }
            Self::TruncatedHeader { .. } | Self::Length { .. } => {
                Some("the file may have been cut short; fetch it again".into())
            }
            Self::Value(fault) => fault.hint(),
            Self::BadMagic | Self::Type { .. } | Self::TooManyValues { .. } => None,
        }
    }
}

pub(super) fn read(content: &[u8], name: &str, limits: &Limits) -> Result<Array, DatasetError> {
    let fail = |offset: usize, fault| DatasetError::Idx {
        place: BytePlace { path: name.to_owned(), offset: offset as u64 },
        fault,
    };
    let Some(&[0, 0, code, num_dimensions]) = content.first_chunk::<4>() else {
        return Err(fail(0, IdxFault::BadMagic));
    };
    if num_dimensions == 0 {
        return Err(fail(3, IdxFault::BadMagic));
    }
    let (kind, size) = match code {
        0x08 => (Kind::Unsigned, 1),
        0x09 => (Kind::Signed, 1),
        0x0b => (Kind::Signed, 2),
        0x0c => (Kind::Signed, 4),
        0x0d => (Kind::Float, 4),
        0x0e => (Kind::Float, 8),
        _ => return Err(fail(2, IdxFault::Type { code })),
    };
    let start = 4 + 4 * usize::from(num_dimensions);
    let sizes = content.get(4..start).ok_or_else(|| fail(4, IdxFault::TruncatedHeader { expected: start }))?;
    let shape: Vec<usize> = sizes.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes) as usize).collect();
    let data = &content[start..];
    let Some(count) = num_values(&shape, limits) else {
        return Err(fail(4, IdxFault::TooManyValues { shape, allowed: limits.cells }));
    };
    let expected = (count as u64).saturating_mul(size as u64);
    if expected != data.len() as u64 {
        return Err(fail(start, IdxFault::Length { shape, expected, found: data.len() as u64 }));
    }
    let element = Element { kind, size, big_endian: true };
    let values = element.decode_all(data).map_err(|(offset, fault)| fail(start + offset, IdxFault::Value(fault)))?;
    Ok(Array { shape, values })
}

#[cfg(test)]
mod tests;
