//! Data of the experiments: the paper's data set, or a declared substitute.

use isinglass::bits::BitMatrix;
use isinglass::dataset::order::numpy_shuffle;
use isinglass::dataset::{Classes, Dataset, DatasetError, Pipeline, PipelineOptions, Table, builtin};
use isinglass::network::Codebook;
use isinglass::task::Task;

/// SHA-256 of the file `a1a`: 1,605 training rows of UCI Adult as LIBSVM encodes them.
pub const A1A_SHA256: &str = "eb54c45f1bdb51286f803dd092eb8202b44637a858fc6c4e533a2d64a0d94b4e";
/// SHA-256 of the file `a1a.t`: the 30,956 test rows that belong to it.
pub const A1A_TEST_SHA256: &str = "b98244653c31ac5b151097866216831b962cb5a2857c91e8b276cdfcc4c44771";

/// The columns of `a1a` that the notebook chooses for its experiments.
const PAPER_COLUMNS: [&str; 3] = ["6", "22", "36"];
/// Its seed of numpy's shuffle.
const PAPER_SHUFFLE: u32 = 2;
/// Its other choices of columns: those whose mean over the training rows lies between two numbers.
const PAPER_MEANS: [(f64, f64); 3] = [(0.3, 0.65), (0.3, 0.7), (0.21, 0.79)];

/// The built-in data set used as a substitute for a1a, and its inputs.
const SUBSTITUTE: &str = "monks-1";
const SUBSTITUTE_COLUMNS: [&str; 3] = ["a1=1", "a2=1", "a5=1"];
const SUBSTITUTE_SETS: [&[&str]; 3] = [&["a1", "a2", "a3"], &["a1", "a2", "a5"], &["a1", "a2", "a3", "a4", "a5", "a6"]];
/// One row in this many is kept for testing.
const SUBSTITUTE_TEST: usize = 4;

/// Data set of a reproduction.
#[derive(Clone, Debug, PartialEq)]
pub struct ReproduceData {
    /// Source of the rows.
    pub source: String,
    /// SHA-256 of the training file.
    pub sha256: String,
    /// Note on the rows if they are a substitute or differ from the paper's file; `None` for the paper's own data.
    pub notice: Option<String>,
    /// Whether the rows are a substitute.
    pub is_substitute: bool,
    /// Rows of the batches, in the order in which batches are taken.
    pub batches: Task,
    /// Input names.
    pub input_names: Vec<String>,
    /// The whole training set with each choice of inputs.
    pub sets: Vec<FeatureSet>,
}

/// Training set with one choice of inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureSet {
    /// Name in tables.
    pub name: String,
    /// Training rows.
    pub train: Dataset,
    /// Test rows, if any.
    pub test: Option<Dataset>,
}

impl FeatureSet {
    /// Codewords of the classes.
    #[must_use]
    pub fn codebook(&self) -> Codebook {
        Codebook::for_classes(self.train.classes.len())
    }
}

impl ReproduceData {
    /// The paper's rows: columns 6, 22 and 36 in the order of numpy's shuffle with seed 2 for the batches; these columns and those
    /// of the notebook's other choices (7, 9 and 15 of them) for the whole set.
    ///
    /// # Errors
    /// [`DatasetError`] if the table is not a1a: columns or labels are missing.
    pub fn a1a(train: &Table, test: Option<&Table>) -> Result<Self, DatasetError> {
        let classes = Classes::fit(train)?;
        let set = |options: &PipelineOptions| {
            let pipeline = Pipeline::fit(train, options)?;
            let encode = |table: &Table| Dataset::encode(table, &pipeline, &classes);
            let name = format!("a1a-{}", pipeline.num_inputs());
            Ok::<_, DatasetError>(FeatureSet { name, train: encode(train)?, test: test.map(encode).transpose()? })
        };
        let features = Some(PAPER_COLUMNS.map(str::to_owned).to_vec());
        let mut sets = vec![set(&PipelineOptions { features, ..PipelineOptions::default() })?];
        for range in PAPER_MEANS {
            sets.push(set(&PipelineOptions { feature_mean: Some(range), ..PipelineOptions::default() })?);
        }
        let notice = (train.sha256() != A1A_SHA256).then(|| {
            format!("{} is not the file a1a of the paper (another SHA-256): its numbers will differ", train.source())
        });
        let (source, sha256) = (train.source().to_owned(), train.sha256().to_owned());
        Ok(Self::new(source, sha256, notice, false, sets))
    }

    /// Substitute for a1a: robots of the first MONK's problem, with three of its bits for the batches.
    ///
    /// # Errors
    /// Never, as long as the set is built in.
    pub fn substitute() -> Result<Self, DatasetError> {
        let table = builtin(SUBSTITUTE, 0)?;
        let order = numpy_shuffle(table.num_rows(), PAPER_SHUFFLE);
        let (test, train) = order.split_at(table.num_rows() / SUBSTITUTE_TEST);
        let (train, test) = (table.select_rows(train)?, table.select_rows(test)?);
        let classes = Classes::fit(&table)?;
        let set = |columns: &[&str]| {
            let features = Some(columns.iter().map(|&name| name.to_owned()).collect());
            let pipeline = Pipeline::fit(&train, &PipelineOptions { features, ..PipelineOptions::default() })?;
            let encode = |table: &Table| Dataset::encode(table, &pipeline, &classes);
            let name = format!("{SUBSTITUTE}-{}", pipeline.num_inputs());
            Ok::<_, DatasetError>(FeatureSet { name, train: encode(&train)?, test: Some(encode(&test)?) })
        };
        let sets = SUBSTITUTE_SETS.iter().map(|columns| set(columns)).collect::<Result<Vec<_>, _>>()?;
        let all = &sets[sets.len() - 1];
        let three = FeatureSet {
            name: format!("{SUBSTITUTE}-3"),
            train: only_inputs(&all.train, &SUBSTITUTE_COLUMNS),
            test: all.test.as_ref().map(|test| only_inputs(test, &SUBSTITUTE_COLUMNS)),
        };
        let notice = format!(
            "SUBSTITUTE: the paper's data a1a was not found, so these are rows of the built-in set {SUBSTITUTE} (inputs {}); \
             no number here can be compared with the paper's",
            SUBSTITUTE_COLUMNS.join(", ")
        );
        let sets = std::iter::once(three).chain(sets).collect();
        Ok(Self::new(SUBSTITUTE.to_owned(), table.sha256().to_owned(), Some(notice), true, sets))
    }

    /// Batches come from the first set; a substitute is in its order already.
    fn new(source: String, sha256: String, notice: Option<String>, is_substitute: bool, sets: Vec<FeatureSet>) -> Self {
        let first = &sets[0];
        let task = Task::new(first.train.inputs.clone(), first.codebook().targets(&first.train.labels))
            .expect("a set has as many labels as rows, and some");
        let batches =
            if is_substitute { task } else { task.select_rows(&numpy_shuffle(task.num_rows(), PAPER_SHUFFLE)) };
        Self { source, sha256, notice, is_substitute, batches, input_names: first.train.input_names.clone(), sets }
    }
}

/// The rows with these of their input bits, in the order that they have.
fn only_inputs(data: &Dataset, names: &[&str]) -> Dataset {
    let is_wanted = |&column: &usize| names.contains(&data.input_names[column].as_str());
    let columns: Vec<usize> = (0..data.input_names.len()).filter(is_wanted).collect();
    let inputs =
        BitMatrix::from_fn(data.inputs.num_rows(), columns.len(), |row, column| data.inputs.get(row, columns[column]));
    Dataset { inputs, input_names: names.iter().map(|&name| name.to_owned()).collect(), ..data.clone() }
}
