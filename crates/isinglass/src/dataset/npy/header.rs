//! The header of an NPY file: a Python dictionary literal with three keys.

use super::{Element, Kind, NpyFault};

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy itself knows at most 64 dimensions.
const MAX_DIMENSIONS: usize = 64;

/// The array description in the header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// Parses the header and returns the offset of the first value; errors carry a byte offset.
    pub(super) fn parse(content: &[u8]) -> Result<(Self, usize), (usize, NpyFault)> {
        if !content.starts_with(MAGIC) {
            return Err((0, NpyFault::BadMagic));
        }
        let truncated = |offset| (offset, NpyFault::TruncatedHeader);
        let &[major, minor] = content.get(6..8).and_then(|b| b.first_chunk::<2>()).ok_or(truncated(6))?;
        let (length, start) = match (major, minor) {
            (1, 0) => {
                let bytes = content.get(8..10).and_then(|b| b.first_chunk::<2>()).ok_or(truncated(8))?;
                (usize::from(u16::from_le_bytes(*bytes)), 10)
            }
            (2 | 3, 0) => {
                let bytes = content.get(8..12).and_then(|b| b.first_chunk::<4>()).ok_or(truncated(8))?;
                (u32::from_le_bytes(*bytes) as usize, 12)
            }
            _ => return Err((6, NpyFault::Version { major, minor })),
        };
        let text = content.get(start..).and_then(|rest| rest.get(..length)).ok_or(truncated(start))?;
        let text = std::str::from_utf8(text).map_err(|error| (start + error.valid_up_to(), NpyFault::BadHeader))?;
        let header = dictionary(text).map_err(|fault| (start, fault))?;
        Ok((header, start + length))
    }
}

/// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`
fn dictionary(text: &str) -> Result<Header, NpyFault> {
    let mut rest = Rest(text);
    let (mut element, mut fortran_order, mut shape) = (None, None, None);
    rest.expect('{')?;
    while !rest.accept('}') {
        let key = rest.string()?;
        rest.expect(':')?;
        match key {
            // A list or a tuple here describes records.
            "descr" if rest.0.trim_start().starts_with(['[', '(']) => {
                let text = rest.0.trim_start();
                let fields = text.split_inclusive(']').next().unwrap_or(text);
                return Err(NpyFault::Type { descr: fields.chars().take(80).collect() });
            }
            "descr" => element = Some(element_of(rest.string()?)?),
            "fortran_order" => fortran_order = Some(rest.boolean()?),
            "shape" => shape = Some(rest.shape()?),
            _ => return Err(NpyFault::BadHeader),
        }
        if !rest.accept(',') {
            rest.expect('}')?;
            break;
        }
    }
    match (element, fortran_order, shape) {
        (Some(element), Some(fortran_order), Some(shape)) if rest.0.trim().is_empty() => {
            Ok(Header { element, fortran_order, shape })
        }
        _ => Err(NpyFault::BadHeader),
    }
}

fn element_of(descr: &str) -> Result<Element, NpyFault> {
    let unknown = || NpyFault::Type { descr: descr.to_owned() };
    let big_endian = match descr.chars().next() {
        Some('<' | '|') => false,
        Some('>') => true,
        Some('=') => cfg!(target_endian = "big"),
        _ => return Err(unknown()),
    };
    let (kind, size) = match &descr[1..] {
        "b1" | "?" => (Kind::Bool, 1),
        "i1" => (Kind::Signed, 1),
        "i2" => (Kind::Signed, 2),
        "i4" => (Kind::Signed, 4),
        "i8" => (Kind::Signed, 8),
        "u1" => (Kind::Unsigned, 1),
        "u2" => (Kind::Unsigned, 2),
        "u4" => (Kind::Unsigned, 4),
        "u8" => (Kind::Unsigned, 8),
        "f4" => (Kind::Float, 4),
        "f8" => (Kind::Float, 8),
        _ => return Err(unknown()),
    };
    Ok(Element { kind, size, big_endian })
}

/// The unparsed rest of the dictionary.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn accept(&mut self, sign: char) -> bool {
        match self.0.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: char) -> Result<(), NpyFault> {
        if self.accept(sign) { Ok(()) } else { Err(NpyFault::BadHeader) }
    }

    fn string(&mut self) -> Result<&'a str, NpyFault> {
        for quote in ['\'', '"'] {
            if self.accept(quote) {
                let (text, rest) = self.0.split_once(quote).ok_or(NpyFault::BadHeader)?;
                self.0 = rest;
                return Ok(text);
            }
        }
        Err(NpyFault::BadHeader)
    }

    fn boolean(&mut self) -> Result<bool, NpyFault> {
        let text = self.0.trim_start();
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = text.strip_prefix(word) {
                self.0 = rest;
                return Ok(value);
            }
        }
        Err(NpyFault::BadHeader)
    }

    fn shape(&mut self) -> Result<Vec<usize>, NpyFault> {
        let mut shape = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            let text = self.0.trim_start();
            let digits = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
            shape.push(text[..digits].parse().map_err(|_| NpyFault::BadHeader)?);
            self.0 = &text[digits..];
            if shape.len() > MAX_DIMENSIONS {
                return Err(NpyFault::BadHeader);
            }
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(shape)
    }
}
