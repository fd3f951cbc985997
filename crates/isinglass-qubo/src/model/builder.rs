//! Building a model: terms in any order, merged, and refused where they are not numbers.

use super::{Bqm, Vartype};
use crate::dyadic;

/// Why a model cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A linear bias is not finite, or became so when duplicates were added.
    #[error("linear bias of variable {variable} is {bias}, not a finite number")]
    LinearNotFinite {
        /// The variable.
        variable: usize,
        /// The sum of its biases.
        bias: f64,
    },
    /// A quadratic bias is not finite, or became so when duplicates were added.
    #[error("quadratic bias of ({first}, {second}) is {bias}, not a finite number")]
    QuadraticNotFinite {
        /// The smaller variable.
        first: usize,
        /// The larger variable.
        second: usize,
        /// The sum of their biases.
        bias: f64,
    },
    /// The offset is not finite.
    #[error("offset is {offset}, not a finite number")]
    OffsetNotFinite {
        /// The sum of the offsets.
        offset: f64,
    },
    /// More variables than a 32-bit index can name.
    #[error("{num_variables} variables, but an index reaches only to {}", u32::MAX)]
    TooManyVariables {
        /// How many were asked for.
        num_variables: usize,
    },
}

/// Collects the terms of a [`Bqm`]; duplicates add up.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype};
/// let mut builder = BqmBuilder::new(Vartype::Binary, 3);
/// builder.add_quadratic(2, 0, 1.0);
/// builder.add_quadratic(0, 2, 0.5);
/// let bqm = builder.build()?;
/// assert_eq!((bqm.num_interactions(), bqm.quadratic(0, 2)), (1, 1.5));
/// # Ok::<(), isinglass_qubo::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BqmBuilder {
    vartype: Vartype,
    offset: f64,
    linear: Vec<f64>,
    /// `rows[i]` holds the pairs `(i, j)` with `i < j`.
    rows: Vec<PairRow>,
    drop_zeros: bool,
}

/// Pairs of one variable with larger ones, merged whenever they have doubled: so memory and time follow the number of
/// pairs and terms, and the terms of one row stay in cache.
#[derive(Clone, Debug, Default)]
struct PairRow {
    pairs: Vec<(u32, f64)>,
    num_merged: usize,
}

/// Rows merged between two looks at whether to stop.
const ROWS_PER_CHECK: usize = 64;

/// The fewest terms of a row worth merging before the end.
const MERGE_AT_LEAST: usize = 256;

impl PairRow {
    fn add(&mut self, second: u32, bias: f64) {
        if self.pairs.len() >= MERGE_AT_LEAST.max(2 * self.num_merged) {
            self.merge();
        }
        self.pairs.push((second, bias));
    }

    /// Sorts by the second variable and adds up equal pairs, in the order in which they came.
    fn merge(&mut self) {
        self.pairs.sort_by_key(|&(second, _)| second);
        self.pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.num_merged = self.pairs.len();
    }
}

impl BqmBuilder {
    /// An empty model with variables `0..num_variables`.
    #[must_use]
    pub fn new(vartype: Vartype, num_variables: usize) -> Self {
        Self {
            vartype,
            offset: 0.0,
            linear: vec![0.0; num_variables],
            rows: vec![PairRow::default(); num_variables],
            drop_zeros: false,
        }
    }

    /// Leaves out interactions whose biases add up to exactly zero. By default they stay, as in dimod.
    #[must_use]
    pub fn drop_zeros(mut self) -> Self {
        self.drop_zeros = true;
        self
    }

    /// Number of variables so far.
    #[must_use]
    pub fn num_variables(&self) -> usize {
        self.linear.len()
    }

    /// Adds a variable and returns its index.
    pub fn add_variable(&mut self) -> usize {
        self.linear.push(0.0);
        self.rows.push(PairRow::default());
        self.linear.len() - 1
    }

    /// Adds to the constant term.
    pub fn add_offset(&mut self, offset: f64) {
        self.offset += offset;
    }

    /// Adds to the linear bias of `variable`.
    ///
    /// # Panics
    /// When `variable` is out of range.
    pub fn add_linear(&mut self, variable: usize, bias: f64) {
        self.linear[variable] += bias;
    }

    /// Adds to the quadratic bias of a pair. A pair of a variable with itself becomes what it is worth:
    /// linear for 0/1 (`x² = x`), constant for ±1 (`s² = 1`).
    ///
    /// # Panics
    /// When a variable is out of range.
    pub fn add_quadratic(&mut self, first: usize, second: usize, bias: f64) {
        let num_variables = self.num_variables();
        assert!(first < num_variables && second < num_variables, "({first}, {second}) of {num_variables} variables");
        if first == second {
            match self.vartype {
                Vartype::Binary => self.linear[first] += bias,
                Vartype::Spin => self.offset += bias,
            }
        } else {
            // indices above u32::MAX cannot lose bits unnoticed: `build` refuses so many variables
            self.rows[first.min(second)].add(first.max(second) as u32, bias);
        }
    }

    /// Merges duplicates and makes the model.
    ///
    /// # Errors
    /// [`ModelError`] when a coefficient is not finite or there are too many variables.
    ///
    /// # Panics
    /// Never: nothing stops it.
    pub fn build(self) -> Result<Bqm, ModelError> {
        Ok(self.build_until(|| false)?.expect("it is not stopped"))
    }

    /// As [`build`](Self::build); nothing once `stop`, which is asked before each row of pairs is merged, says so.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_until(mut self, stop: impl Fn() -> bool) -> Result<Option<Bqm>, ModelError> {
        let num_variables = self.linear.len();
        if u32::try_from(num_variables).is_err() {
            return Err(ModelError::TooManyVariables { num_variables });
        }
        if !self.offset.is_finite() {
            return Err(ModelError::OffsetNotFinite { offset: self.offset });
        }
        if let Some(variable) = self.linear.iter().position(|bias| !bias.is_finite()) {
            return Err(ModelError::LinearNotFinite { variable, bias: self.linear[variable] });
        }
        for (first, row) in self.rows.iter_mut().enumerate() {
            if first.is_multiple_of(ROWS_PER_CHECK) && stop() {
                return Ok(None);
            }
            row.merge();
            if let Some(&(second, bias)) = row.pairs.iter().find(|(_, bias)| !bias.is_finite()) {
                return Err(ModelError::QuadraticNotFinite { first, second: second as usize, bias });
            }
            if self.drop_zeros {
                row.pairs.retain(|&(_, bias)| bias != 0.0);
            }
        }
        if stop() {
            return Ok(None);
        }
        let (row_starts, neighbors, biases) = symmetric_rows(&self.rows);
        let numbers = self.linear.iter().chain(self.rows.iter().flat_map(|row| row.pairs.iter().map(|(_, bias)| bias)));
        let sums_are_exact = dyadic::sums_are_exact(numbers.chain([&self.offset]).copied());
        let Self { vartype, offset, linear, .. } = self;
        Ok(Some(Bqm { vartype, offset, linear, row_starts, neighbors, biases, sums_are_exact }))
    }
}

/// Compressed rows with each pair in both rows, each sorted by neighbour.
fn symmetric_rows(rows: &[PairRow]) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
    let mut row_starts = vec![0; rows.len() + 1];
    for (first, row) in rows.iter().enumerate() {
        row_starts[first + 1] += row.pairs.len();
        for &(second, _) in &row.pairs {
            row_starts[second as usize + 1] += 1;
        }
    }
    for row in 0..rows.len() {
        row_starts[row + 1] += row_starts[row];
    }
    let mut cursor = row_starts.clone();
    let mut neighbors = vec![0; row_starts[rows.len()]];
    let mut biases = vec![0.0; row_starts[rows.len()]];
    let mut place = |row: usize, neighbor: usize, bias: f64| {
        let position = &mut cursor[row];
        neighbors[*position] = neighbor as u32;
        biases[*position] = bias;
        *position += 1;
    };
    // row j gets its smaller neighbours while the rows i < j are read, and then, at its own turn, its larger ones
    for (first, row) in rows.iter().enumerate() {
        for &(second, bias) in &row.pairs {
            place(second as usize, first, bias);
        }
        for &(second, bias) in &row.pairs {
            place(first, second as usize, bias);
        }
    }
    (row_starts, neighbors, biases)
}
