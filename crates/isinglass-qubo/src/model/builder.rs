//! Building a model: terms in any order, merged, and refused where they are not numbers.

use super::{Bqm, Vartype};

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
    quadratic: Vec<(u32, u32, f64)>,
    drop_zeros: bool,
    /// Terms are merged when there are this many, so that memory follows the number of pairs, not of terms.
    merge_at: usize,
}

/// The fewest terms worth merging before the end.
const MERGE_AT_LEAST: usize = 1 << 22;

impl BqmBuilder {
    /// An empty model with variables `0..num_variables`.
    #[must_use]
    pub fn new(vartype: Vartype, num_variables: usize) -> Self {
        Self {
            vartype,
            offset: 0.0,
            linear: vec![0.0; num_variables],
            quadratic: Vec::new(),
            drop_zeros: false,
            merge_at: MERGE_AT_LEAST,
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
            self.quadratic.push((first.min(second) as u32, first.max(second) as u32, bias));
            if self.quadratic.len() >= self.merge_at {
                self.quadratic = merge(num_variables, &self.quadratic);
                self.merge_at = MERGE_AT_LEAST.max(2 * self.quadratic.len());
            }
        }
    }

    /// Merges duplicates and makes the model.
    ///
    /// # Errors
    /// [`ModelError`] when a coefficient is not finite or there are too many variables.
    pub fn build(self) -> Result<Bqm, ModelError> {
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
        let mut merged = merge(num_variables, &self.quadratic);
        if let Some(&(first, second, bias)) = merged.iter().find(|(.., bias)| !bias.is_finite()) {
            return Err(ModelError::QuadraticNotFinite { first: first as usize, second: second as usize, bias });
        }
        if self.drop_zeros {
            merged.retain(|&(.., bias)| bias != 0.0);
        }
        let (row_starts, neighbors, biases) = symmetric_rows(num_variables, &merged);
        Ok(Bqm { vartype: self.vartype, offset: self.offset, linear: self.linear, row_starts, neighbors, biases })
    }
}

/// Terms sorted by pair, duplicates added in the order in which they came.
///
/// A counting sort by the smaller variable and a short sort inside each row: linear in the number of terms for rows of
/// bounded length.
fn merge(num_variables: usize, terms: &[(u32, u32, f64)]) -> Vec<(u32, u32, f64)> {
    let mut starts = vec![0; num_variables + 1];
    for &(first, _, _) in terms {
        starts[first as usize + 1] += 1;
    }
    for row in 0..num_variables {
        starts[row + 1] += starts[row];
    }
    let mut cursor = starts.clone();
    let mut by_row = vec![(0, 0.0); terms.len()];
    for &(first, second, bias) in terms {
        by_row[cursor[first as usize]] = (second, bias);
        cursor[first as usize] += 1;
    }
    let mut merged: Vec<(u32, u32, f64)> = Vec::with_capacity(terms.len().min(1 << 16));
    for row in 0..num_variables {
        let entries = &mut by_row[starts[row]..starts[row + 1]];
        entries.sort_by_key(|&(second, _)| second);
        for group in entries.chunk_by(|left, right| left.0 == right.0) {
            let bias: f64 = group.iter().map(|&(_, bias)| bias).sum();
            merged.push((row as u32, group[0].0, bias));
        }
    }
    merged
}

/// Compressed rows with each pair in both rows. Pairs come sorted, so each row comes out sorted as well.
fn symmetric_rows(num_variables: usize, pairs: &[(u32, u32, f64)]) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
    let mut row_starts = vec![0; num_variables + 1];
    for &(first, second, _) in pairs {
        row_starts[first as usize + 1] += 1;
        row_starts[second as usize + 1] += 1;
    }
    for row in 0..num_variables {
        row_starts[row + 1] += row_starts[row];
    }
    let mut cursor = row_starts.clone();
    let mut neighbors = vec![0; 2 * pairs.len()];
    let mut biases = vec![0.0; 2 * pairs.len()];
    let mut place = |row: u32, neighbor: u32, bias: f64| {
        let position = &mut cursor[row as usize];
        neighbors[*position] = neighbor;
        biases[*position] = bias;
        *position += 1;
    };
    // all smaller neighbours of a row are placed before its larger ones: a pair (i, j) reaches row j while row i < j is read
    for &(first, second, bias) in pairs {
        place(second, first, bias);
    }
    for &(first, second, bias) in pairs {
        place(first, second, bias);
    }
    (row_starts, neighbors, biases)
}
