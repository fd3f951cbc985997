//! Errors of the libraries as failures, with the hints they bring or, where a flag helps, with its name.

use isinglass::dataset::{DatasetError, Format};
use isinglass_qubo::SampleError;
use isinglass_qubo::io::{ReadCause, ReadError, WriteError};

use super::Failure;

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        let hint = match &error {
            DatasetError::UnknownFormat { .. } => {
                Some(format!("name the format with --format: {}", Format::NAMES.join(", ")))
            }
            _ => error.hint(),
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let hint = match &error.cause {
            ReadCause::VartypeMissing => Some("say it with --vartype binary or --vartype spin".to_owned()),
            _ => error.hint(),
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::from_error(&error)
    }
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        let hint = match &error {
            SampleError::TooLarge { .. } => Some("use `--solver sa`".to_owned()),
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}
