//! The formats that samples are written in.

use std::ffi::OsStr;
use std::path::Path;
use std::str::FromStr;

/// A file format for samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SampleFormat {
    /// dimod's SampleSet JSON, `.json`. Keeps everything.
    DimodJson,
    /// A table, `.csv`, as pandas writes dimod's SampleSet. No vartype and no `info`.
    Csv,
}

/// A name that no format of samples has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown sample format `{name}`: expected json or csv")]
pub struct UnknownSampleFormat {
    /// The name.
    pub name: String,
}

impl SampleFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::DimodJson, Self::Csv];

    /// The name, which is the ending of file names as well. [`FromStr`] reads it back.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DimodJson => "json",
            Self::Csv => "csv",
        }
    }

    /// The format that the ending of a file name stands for, in upper or lower case.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?;
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(ending))
    }
}

impl FromStr for SampleFormat {
    type Err = UnknownSampleFormat;

    fn from_str(name: &str) -> Result<Self, UnknownSampleFormat> {
        let unknown = || UnknownSampleFormat { name: name.to_owned() };
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_endings_tell_the_format() {
        for format in SampleFormat::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(
                SampleFormat::from_path(Path::new(&format!("a.b.{}", format.name().to_uppercase()))),
                Some(format)
            );
        }
        assert_eq!(SampleFormat::from_path(Path::new("samples")), None);
        assert_eq!(SampleFormat::from_path(Path::new("samples.xlsx")), None);
        insta::assert_snapshot!("xml".parse::<SampleFormat>().unwrap_err(), @"unknown sample format `xml`: expected json or csv");
    }
}
