//! Binary quadratic models: coefficients, energies, and exact change between 0/1 and ±1 variables.

mod builder;
#[cfg(test)]
mod tests;

pub use builder::{BqmBuilder, ModelError};

use crate::dyadic::{self, DoubledSum, ExactSum};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The values that the variables of a model take (dimod's word).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Vartype {
    /// `-1` and `+1`: an Ising model.
    Spin,
    /// `0` and `1`: a QUBO.
    Binary,
}

impl Vartype {
    /// The two values, lower first.
    #[must_use]
    pub fn values(self) -> [i8; 2] {
        match self {
            Self::Spin => [-1, 1],
            Self::Binary => [0, 1],
        }
    }

    /// dimod's name: `SPIN` or `BINARY`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spin => "SPIN",
            Self::Binary => "BINARY",
        }
    }
}

/// A binary quadratic model over variables `0..num_variables`, immutable once built (see [`BqmBuilder`]).
///
/// `E(x) = offset + sum_i linear_i x_i + sum_{i<j} quadratic_ij x_i x_j`. All coefficients are finite. Neighbours are kept
/// as compressed rows, each interaction in both rows, sorted by neighbour. Energies have no unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Bqm {
    vartype: Vartype,
    offset: f64,
    linear: Vec<f64>,
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
    biases: Vec<f64>,
    sums_are_exact: bool,
}

impl Bqm {
    /// The values its variables take.
    #[must_use]
    pub fn vartype(&self) -> Vartype {
        self.vartype
    }

    /// The constant term.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The mean energy of all samples: the offset, and for 0/1 variables half of each linear and a quarter of each quadratic bias.
    #[must_use]
    pub fn mean_energy(&self) -> f64 {
        match self.vartype {
            Vartype::Spin => self.offset,
            // each pair is in two rows
            Vartype::Binary => {
                self.offset + self.linear.iter().sum::<f64>() / 2.0 + self.biases.iter().sum::<f64>() / 8.0
            }
        }
    }

    /// Number of variables, isolated ones included.
    #[must_use]
    pub fn num_variables(&self) -> usize {
        self.linear.len()
    }

    /// Number of pairs of variables with a quadratic term.
    #[must_use]
    pub fn num_interactions(&self) -> usize {
        self.neighbors.len() / 2
    }

    /// Linear biases by variable.
    #[must_use]
    pub fn linear(&self) -> &[f64] {
        &self.linear
    }

    /// Number of interactions of `variable`.
    ///
    /// # Panics
    /// When `variable` is out of range.
    #[must_use]
    pub fn degree(&self, variable: usize) -> usize {
        self.row_starts[variable + 1] - self.row_starts[variable]
    }

    /// Neighbours of `variable` in ascending order, and the biases of these interactions.
    ///
    /// # Panics
    /// When `variable` is out of range.
    #[must_use]
    pub fn neighborhood(&self, variable: usize) -> (&[u32], &[f64]) {
        let range = self.row_starts[variable]..self.row_starts[variable + 1];
        (&self.neighbors[range.clone()], &self.biases[range])
    }

    /// The quadratic bias of a pair; zero when they do not interact.
    ///
    /// # Panics
    /// When a variable is out of range.
    #[must_use]
    pub fn quadratic(&self, first: usize, second: usize) -> f64 {
        let (neighbors, biases) = self.neighborhood(first);
        assert!(second < self.num_variables(), "variable {second} of {}", self.num_variables());
        neighbors.binary_search(&(second as u32)).map_or(0.0, |position| biases[position])
    }

    /// All interactions `(i, j, bias)` with `i < j`, in ascending order.
    pub fn interactions(&self) -> impl Iterator<Item = (usize, usize, f64)> + Clone + '_ {
        (0..self.num_variables()).flat_map(move |first| {
            let (neighbors, biases) = self.neighborhood(first);
            let upper = neighbors.partition_point(|&second| second as usize <= first);
            neighbors[upper..].iter().zip(&biases[upper..]).map(move |(&second, &bias)| (first, second as usize, bias))
        })
    }

    /// The energy of one sample, offset included: the `f64` nearest to the exact sum of the coefficients.
    ///
    /// Where all coefficients are multiples of a power of two, and their absolute values add up to at most `2^52` times it, that is the
    /// exact sum itself. Elsewhere energies are rounded once, at the end, so that a sample of less energy never shows more.
    ///
    /// # Panics
    /// When `sample` does not have one value for each variable. Values other than the vartype's are not checked here:
    /// [`SampleSet`](crate::SampleSet) checks them.
    ///
    /// # Examples
    /// ```
    /// # use isinglass_qubo::{BqmBuilder, Vartype};
    /// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    /// builder.add_quadratic(0, 1, 1.5);
    /// builder.add_offset(2.0);
    /// assert_eq!(builder.build()?.energy(&[1, -1]), 0.5);
    /// # Ok::<(), isinglass_qubo::ModelError>(())
    /// ```
    #[must_use]
    pub fn energy(&self, sample: &[i8]) -> f64 {
        if !self.sums_are_exact {
            let mut energy = DoubledSum::default();
            self.for_each_term(sample, |term| energy.add(term));
            return energy.nearest().unwrap_or_else(|| self.exact_energy(sample).nearest());
        }
        assert_eq!(sample.len(), self.num_variables(), "one value for each variable");
        let mut energy = self.offset;
        for (variable, &value) in sample.iter().enumerate() {
            if value == 0 {
                continue;
            }
            let (neighbors, biases) = self.neighborhood(variable);
            let mut field = 0.0;
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                if neighbor as usize > variable {
                    break;
                }
                field += bias * f64::from(sample[neighbor as usize]);
            }
            energy += f64::from(value) * (self.linear[variable] + field);
        }
        energy
    }

    /// The energy of one sample, offset included, without rounding.
    pub(crate) fn exact_energy(&self, sample: &[i8]) -> ExactSum {
        let mut energy = ExactSum::default();
        self.for_each_term(sample, |term| energy.add(term));
        energy
    }

    /// The terms that the energy of a sample is the sum of.
    fn for_each_term(&self, sample: &[i8], mut add: impl FnMut(f64)) {
        assert_eq!(sample.len(), self.num_variables(), "one value for each variable");
        add(self.offset);
        for (variable, &value) in sample.iter().enumerate().filter(|&(_, &value)| value != 0) {
            add(f64::from(value) * self.linear[variable]);
            let (neighbors, biases) = self.neighborhood(variable);
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                if neighbor as usize > variable {
                    break;
                }
                match i16::from(value) * i16::from(sample[neighbor as usize]) {
                    0 => {}
                    sign => add(f64::from(sign) * bias),
                }
            }
        }
    }

    /// The largest number that is not above the exact energy of a sample: what that sample, if it is a minimum, bounds all others by.
    pub(crate) fn energy_below(&self, sample: &[i8]) -> f64 {
        if self.sums_are_exact { self.energy(sample) } else { self.exact_energy(sample).below() }
    }

    /// The same model over variables of another type: equal energies for corresponding samples (`s = 2x - 1`).
    ///
    /// Exact as long as the coefficients are dyadic and far from the ends of the `f64` range, as isinglass's own are.
    ///
    /// # Errors
    /// [`ModelError`] when a coefficient overflows.
    ///
    /// # References
    /// `x = (s + 1) / 2` put into the energy: `J = q/4`, `h_i = b_i/2 + sum_j q_ij/4`; back: `q = 4J`,
    /// `b_i = 2 h_i - 2 sum_j J_ij`.
    pub fn to_vartype(&self, vartype: Vartype) -> Result<Self, ModelError> {
        if vartype == self.vartype {
            return Ok(self.clone());
        }
        // scale * y + shift for every variable, old x and new y
        let (scale, shift) = if vartype == Vartype::Spin { (0.5, 0.5) } else { (2.0, -1.0) };
        let mut offset = self.offset;
        let mut linear: Vec<f64> = self.linear.iter().map(|bias| bias * scale).collect();
        self.linear.iter().for_each(|bias| offset += bias * shift);
        for (first, second, bias) in self.interactions() {
            linear[first] += bias * scale * shift;
            linear[second] += bias * scale * shift;
            offset += bias * shift * shift;
        }
        let biases = self.biases.iter().map(|bias| bias * scale * scale).collect();
        let (row_starts, neighbors) = (self.row_starts.clone(), self.neighbors.clone());
        let mut converted = Self { vartype, offset, linear, row_starts, neighbors, biases, sums_are_exact: false };
        converted.check_finite()?;
        converted.sums_are_exact = {
            let quadratic = converted.interactions().map(|(.., bias)| bias);
            dyadic::sums_are_exact(converted.linear.iter().copied().chain(quadratic).chain([converted.offset]))
        };
        Ok(converted)
    }

    /// The model itself where it is of that type, and else [`to_vartype`](Self::to_vartype).
    pub(crate) fn as_vartype(&self, vartype: Vartype) -> Result<Cow<'_, Self>, ModelError> {
        if vartype == self.vartype { Ok(Cow::Borrowed(self)) } else { self.to_vartype(vartype).map(Cow::Owned) }
    }

    fn check_finite(&self) -> Result<(), ModelError> {
        if !self.offset.is_finite() {
            return Err(ModelError::OffsetNotFinite { offset: self.offset });
        }
        if let Some(variable) = self.linear.iter().position(|bias| !bias.is_finite()) {
            return Err(ModelError::LinearNotFinite { variable, bias: self.linear[variable] });
        }
        match self.interactions().find(|(.., bias)| !bias.is_finite()) {
            Some((first, second, bias)) => Err(ModelError::QuadraticNotFinite { first, second, bias }),
            None => Ok(()),
        }
    }

    /// The largest absolute coefficient, offset not counted; zero for a model without any.
    #[must_use]
    pub fn max_abs_coefficient(&self) -> f64 {
        self.linear.iter().chain(&self.biases).fold(0.0, |largest, bias| bias.abs().max(largest))
    }

    /// The smallest absolute coefficient that is not zero, offset not counted.
    #[must_use]
    pub fn min_abs_coefficient(&self) -> Option<f64> {
        let nonzero = self.linear.iter().chain(&self.biases).map(|bias| bias.abs()).filter(|&bias| bias > 0.0);
        nonzero.reduce(f64::min)
    }

    /// The largest degree; zero for a model without variables.
    #[must_use]
    pub fn max_degree(&self) -> usize {
        (0..self.num_variables()).map(|variable| self.degree(variable)).max().unwrap_or(0)
    }

    /// Interactions as a share of all pairs, 0 to 1; zero for fewer than two variables.
    #[must_use]
    pub fn density(&self) -> f64 {
        let variables = self.num_variables() as f64;
        if variables < 2.0 { 0.0 } else { self.num_interactions() as f64 / (variables * (variables - 1.0) / 2.0) }
    }
}
