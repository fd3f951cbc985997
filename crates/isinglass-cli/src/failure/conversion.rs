//! Errors of the libraries as failures, with the hints they bring.

use isinglass::dataset::DatasetError;
use isinglass_qubo::SampleError;
use isinglass_qubo::io::{ReadError, WriteError};

use super::Failure;

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        Self::from_error(&error).with_optional_hint(error.hint())
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::from_error(&error).with_optional_hint(error.hint())
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
