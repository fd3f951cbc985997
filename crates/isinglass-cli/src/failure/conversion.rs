//! Errors of the libraries as failures, with the hints they bring or, where a flag helps, with its name.

use isinglass::baseline::BaselineError;
use isinglass::compiled_task::HandoverError;
use isinglass::dataset::{
    BuiltinFault, ClassError, CsvFault, DatasetError, DropFault, Format, NpzFault, PipelineError, SplitError,
    builtin_list,
};
use isinglass::formulation::FormulationError;
use isinglass::model::ModelError;
use isinglass::train::{CheckpointError, PlanError, TrainError};
use isinglass::trainer::FitError;
use isinglass_chip::embedding::{EmbedError, EmbeddingCompositeError, EmbeddingFileError, FindError};
use isinglass_chip::qpu;
use isinglass_paper::ablation::AblationError;
use isinglass_paper::reproduce::ReproduceError;
use isinglass_qubo::io::{ReadCause, ReadError, WriteError};
use isinglass_qubo::{SampleError, SampleStatus};

use super::Failure;
use crate::arguments::embedding::OTHER_EMBEDDING;
use crate::arguments::table::drop_flag;

/// Columns that a hint lists one by one.
const MAX_DROPPED: usize = 8;

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        let hint = match &error {
            DatasetError::UnknownFormat { .. } => {
                Some(format!("name the format with --format: {}", Format::NAMES.join(", ")))
            }
            DatasetError::Npz { fault: NpzFault::NoArray { present, .. }, .. } if !present.is_empty() => {
                Some("name the arrays with --features-array and --labels-array".to_owned())
            }
            DatasetError::Missing { missing, .. } if missing.columns.iter().all(|column| !column.is_label) => {
                let names = missing.columns.iter().map(|column| column.name.as_str());
                let flag =
                    if missing.columns.len() > MAX_DROPPED { "--drop COLUMNS".to_owned() } else { drop_flag(names) };
                Some(format!("fill the cells, or leave the columns out with {flag}; missing values are not imputed"))
            }
            DatasetError::Drop { fault: DropFault::IsLabel { .. }, .. } => {
                Some("choose another label with --label COLUMN; without it the last column is the label".to_owned())
            }
            DatasetError::Class(ClassError::TooMany { is_numeric, .. }) => Some(format!(
                "choose the label column with --label COLUMN{}, or list the classes with --classes",
                if *is_numeric { ", divide the numbers into a few classes" } else { "" }
            )),
            DatasetError::Pipeline(PipelineError::TooManyLevels { column, is_text: true, .. }) => {
                Some(format!("leave the column out with {}, or merge its categories", drop_flag([column.as_str()])))
            }
            DatasetError::Split(SplitError::NoRowToSpare { .. }) => {
                Some("use more rows, or take the last rows with --test-order last".to_owned())
            }
            _ => error.hint(),
        };
        Self::from_error(&error).with_optional_hint(hint).with_possible_values(names_to_choose(&error))
    }
}

/// The names of which one should have been given.
fn names_to_choose(error: &DatasetError) -> Vec<String> {
    match error {
        DatasetError::UnknownFormat { .. } => Format::NAMES.map(str::to_owned).to_vec(),
        DatasetError::Builtin { fault: BuiltinFault::Unknown { .. }, .. } => {
            builtin_list().iter().map(|set| set.name.to_owned()).collect()
        }
        DatasetError::Csv { fault: CsvFault::NoSuchColumn { names, .. }, .. }
        | DatasetError::Drop { fault: DropFault::NoSuchColumn { names, .. }, .. }
        | DatasetError::Pipeline(PipelineError::UnknownColumn { names, .. }) => names.clone(),
        DatasetError::Class(ClassError::Unseen { classes: names, .. } | ClassError::Absent { present: names, .. })
        | DatasetError::Npz { fault: NpzFault::NoArray { present: names, .. }, .. } => names.clone(),
        _ => Vec::new(),
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
        let hint = match &error {
            WriteError::LinearInMaxCut { .. } => Some("write another format, such as coo or qh".to_owned()),
            WriteError::ColumnName { .. } => Some("write .json, which keeps labels apart".to_owned()),
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        let hint = match &error {
            SampleError::Memory { .. } => Some("lower --num-reads, or use a machine with more memory".to_owned()),
            SampleError::TooLarge { .. } => Some("use `--solver sa`".to_owned()),
            SampleError::OutOfRange { .. } => Some("leave --no-auto-scale out".to_owned()),
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}

impl From<AblationError> for Failure {
    fn from(error: AblationError) -> Self {
        match error {
            AblationError::Formulation(error) => error.into(),
            AblationError::Sample(error) => error.into(),
            error => Self::from_error(&error),
        }
    }
}

impl From<ReproduceError> for Failure {
    fn from(error: ReproduceError) -> Self {
        match error {
            ReproduceError::Formulation(error) => error.into(),
            ReproduceError::Sample(error) => error.into(),
            ReproduceError::Embedding(error) => error.into(),
            ReproduceError::Train(error) => error.into(),
            ReproduceError::Baseline(error) => error.into(),
            error => Self::from_error(&error),
        }
    }
}

impl From<FitError> for Failure {
    fn from(error: FitError) -> Self {
        match error {
            FitError::Formulation(error) => error.into(),
            FitError::Train(error) => error.into(),
            FitError::Baseline(error) => error.into(),
            error => Self::from_error(&error),
        }
    }
}

impl From<FindError> for Failure {
    fn from(error: FindError) -> Self {
        let hint = match &error {
            FindError::NotFound { fits, .. } => {
                Some(format!("try another seed of the search, or take a larger chip, such as --topology {fits}"))
            }
            FindError::Degree { .. } => Some("take a chip whose qubits have more couplers".to_owned()),
            FindError::TooSmall { .. } => Some("take a larger chip".to_owned()),
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint)
    }
}

impl From<EmbeddingCompositeError> for Failure {
    fn from(error: EmbeddingCompositeError) -> Self {
        match error {
            EmbeddingCompositeError::Find(error) => Self::from(error).context("no embedding was found"),
            EmbeddingCompositeError::Sample(error) => error.into(),
            EmbeddingCompositeError::AllDiscarded { .. } => {
                Self::from_error(&error).with_hint("increase --chain-strength, or pass --chain-break majority")
            }
            EmbeddingCompositeError::Given { .. } => Self::from_error(&error).with_hint(OTHER_EMBEDDING),
            EmbeddingCompositeError::Embed(EmbedError::ChainStrength(_) | EmbedError::Model(_))
            | EmbeddingCompositeError::Model(_) => Self::from_error(&error)
                .with_hint("coefficients or --chain-strength are too large: scale the problem down"),
            _ => Self::from_error(&error),
        }
    }
}

impl From<EmbeddingFileError> for Failure {
    fn from(error: EmbeddingFileError) -> Self {
        let hint = match &error {
            EmbeddingFileError::Json(_) => r#"an embedding is an object such as {"0": [3, 17], "1": [4]}"#,
            _ => OTHER_EMBEDDING,
        };
        Self::from_error(&error).with_hint(hint)
    }
}

impl From<qpu::PlanError> for Failure {
    fn from(error: qpu::PlanError) -> Self {
        let hint = match &error {
            qpu::PlanError::TooLong { .. } => Some("take a shorter --annealing-time or less cooling"),
            qpu::PlanError::Model(_) => Some("coefficients or --chain-strength are too large: scale the problem down"),
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint.map(str::to_owned))
    }
}

impl From<ModelError> for Failure {
    fn from(error: ModelError) -> Self {
        Self::from_error(&error).with_hint(error.hint())
    }
}

impl From<HandoverError> for Failure {
    fn from(error: HandoverError) -> Self {
        Self::from_error(&error).with_optional_hint(error.hint())
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        Self::from_error(&error).with_hint(error.hint())
    }
}

impl From<BaselineError> for Failure {
    fn from(error: BaselineError) -> Self {
        Self::from_error(&error)
    }
}

impl From<FormulationError> for Failure {
    fn from(error: FormulationError) -> Self {
        let hint = match &error {
            FormulationError::TooLarge { .. } | FormulationError::Memory { .. } => Some(
                "take fewer rows (--limit, --batch-size), fewer inputs (--features, --pool) or fewer neurons; \
                     `train --solver weights` needs no QUBO",
            ),
            FormulationError::Stopped { status: SampleStatus::TimeLimit } => {
                Some("raise --time-limit, take fewer rows (--limit, --batch-size), or use `train --solver weights`")
            }
            FormulationError::ProgramTooLarge { .. } | FormulationError::ProgramMemory { .. } => {
                Some("take fewer rows (--limit, --batch-size) or fewer neurons")
            }
            _ => None,
        };
        Self::from_error(&error).with_optional_hint(hint.map(str::to_owned))
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Formulation(error) => error.into(),
            TrainError::Sample(error) => error.into(),
            TrainError::Embedding(error) => error.into(),
            TrainError::EmbeddingFile(inner) => Self::from(inner).context("the embedding given does not fit the QUBO"),
            TrainError::Chip(error) => error.into(),
            TrainError::Mip(error) => {
                Self::from_error(&error).context("the program with hard constraints was not solved")
            }
            TrainError::Plan(PlanError::NothingToEmbed { .. }) => Self::from_error(&error)
                .with_hint("use a solver that samples the QUBO, such as --solver sa, or leave the chip out"),
            TrainError::Exact(error) => {
                let hint = error.hint().to_owned();
                Self::from_error(&error).with_hint(hint)
            }
            TrainError::Plan(PlanError::BatchTooLarge { .. }) => {
                Self::from_error(&error).with_hint("take a smaller --batch-size or more rows")
            }
            TrainError::Plan(PlanError::AlphaWithExact { .. }) => {
                Self::from_error(&error).with_hint("leave --alpha out, or use `--solver sa`")
            }
            _ => Self::from_error(&error),
        }
    }
}
