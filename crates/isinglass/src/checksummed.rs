//! Versioned JSON files with a format name and a checksum.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The format version that this program reads and writes.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    format: String,
    version: u32,
    /// SHA-256 of `content` as compact JSON with sorted keys.
    sha256: String,
    content: serde_json::Value,
}

/// Why a checksummed file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChecksummedError {
    /// The file is not valid JSON, or is truncated.
    #[error("not an {format} file: invalid JSON (line {line}, column {column})")]
    Json {
        /// The expected format.
        format: &'static str,
        /// The line of the fault.
        line: usize,
        /// Its column.
        column: usize,
        /// The parser error.
        source: serde_json::Error,
    },
    /// The file has another format.
    #[error("not an {format} file: its `format` is {found}")]
    Foreign {
        /// The expected format.
        format: &'static str,
        /// The `format` value found.
        found: String,
    },
    /// The version is not supported.
    #[error("version {found} of {format} is not supported; this program reads version {VERSION}")]
    Version {
        /// The format.
        format: &'static str,
        /// The version.
        found: String,
    },
    /// The checksum does not match the content.
    #[error("the {format} file is damaged: its checksum is {found}, but the file says {expected}")]
    Checksum {
        /// The format.
        format: &'static str,
        /// The checksum computed from the content.
        found: String,
        /// The checksum stated in the file.
        expected: String,
    },
    /// The format is right but the content is invalid.
    #[error("the {format} file is damaged")]
    Content {
        /// The format.
        format: &'static str,
        /// The cause.
        source: serde_json::Error,
    },
}

impl ChecksummedError {
    /// A hint that tells the user how to fix the error.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Json { format, .. } | Self::Foreign { format, .. } => match *format {
                "isinglass-model" => "give a file that `isinglass train --out` wrote".to_owned(),
                "isinglass-certificate" => "give a file that `isinglass train --certificate` wrote".to_owned(),
                "isinglass-layout" => "give a file that `isinglass compile --layout` wrote".to_owned(),
                _ => "give a file that `isinglass train --checkpoint` wrote".to_owned(),
            },
            Self::Version { .. } => "use the version of isinglass that wrote it, or create the file again".to_owned(),
            Self::Checksum { .. } | Self::Content { .. } => {
                "create the file again, or restore it from a backup".to_owned()
            }
        }
    }
}

/// SHA-256 of a value as compact JSON with sorted keys, hexadecimal.
pub(crate) fn digest(content: &serde_json::Value) -> String {
    Sha256::digest(content.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Serialises the content to the text of a file: JSON, ending with a newline.
pub(crate) fn write<T: Serialize>(format: &'static str, content: &T) -> String {
    let content = serde_json::to_value(content).expect("contents are plain data");
    let sealed = Sealed { format: format.to_owned(), version: VERSION, sha256: digest(&content), content };
    let mut text = serde_json::to_string_pretty(&sealed).expect("contents are plain data");
    text.push('\n');
    text
}

/// Parses the content of a file.
pub(crate) fn read<T: DeserializeOwned>(format: &'static str, text: &str) -> Result<T, ChecksummedError> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|source| ChecksummedError::Json {
        format,
        line: source.line(),
        column: source.column(),
        source,
    })?;
    let field = |name: &str| value.get(name).map_or_else(|| "missing".to_owned(), ToString::to_string);
    if value.get("format").and_then(|found| found.as_str()) != Some(format) {
        return Err(ChecksummedError::Foreign { format, found: field("format") });
    }
    if value.get("version").and_then(serde_json::Value::as_u64) != Some(u64::from(VERSION)) {
        return Err(ChecksummedError::Version { format, found: field("version") });
    }
    let sealed: Sealed =
        serde_json::from_value(value).map_err(|source| ChecksummedError::Content { format, source })?;
    let found = digest(&sealed.content);
    if found != sealed.sha256 {
        return Err(ChecksummedError::Checksum { format, found, expected: sealed.sha256 });
    }
    serde_json::from_value(sealed.content).map_err(|source| ChecksummedError::Content { format, source })
}
