//! Building a program: names once, rows with merged terms, nothing that is no number.

use super::{Mip, RowSense, Variable, VariableKind};
use std::collections::{BTreeMap, HashSet};

/// Why a program cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MipError {
    /// Two variables of one name.
    #[error("two variables are called `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// Bounds that leave no value, or are no numbers.
    #[error("variable {name} is to lie between {lower} and {upper}")]
    Bounds {
        /// The variable's name.
        name: String,
        /// Its least value.
        lower: f64,
        /// Its greatest value.
        upper: f64,
    },
    /// A coefficient that is infinite or no number.
    #[error("a coefficient {place} is {value}")]
    NotFinite {
        /// `of the objective`, or `of row c7`.
        place: String,
        /// Its value.
        value: f64,
    },
    /// A row without variables that does not hold.
    #[error("row c{row} has no variables and does not hold")]
    EmptyRow {
        /// The row, from 0.
        row: usize,
    },
    /// More than 32 bits can count.
    #[error("{found} variables are too many, at most {} are taken", u32::MAX)]
    TooMany {
        /// How many.
        found: usize,
    },
}

/// A program under construction. Faults are kept for [`build`](Self::build).
#[derive(Clone, Debug, Default)]
pub struct MipBuilder {
    variables: Vec<Variable>,
    linear: Vec<f64>,
    quadratic: BTreeMap<(usize, usize), f64>,
    offset: f64,
    row_starts: Vec<usize>,
    row_variables: Vec<u32>,
    row_coefficients: Vec<f64>,
    row_sides: Vec<(RowSense, f64)>,
    fault: Option<MipError>,
}

impl MipBuilder {
    /// A program without variables.
    #[must_use]
    pub fn new() -> Self {
        Self { row_starts: vec![0], ..Self::default() }
    }

    /// Adds a variable that is 0 or 1, and returns its index.
    pub fn add_binary(&mut self, name: impl Into<String>) -> usize {
        self.add_variable(name, VariableKind::Binary, 0.0, 1.0)
    }

    /// Adds a variable, and returns its index. The bounds of a binary one are 0 and 1, whatever is given.
    pub fn add_variable(&mut self, name: impl Into<String>, kind: VariableKind, lower: f64, upper: f64) -> usize {
        let (lower, upper) = if kind == VariableKind::Binary { (0.0, 1.0) } else { (lower, upper) };
        let name = name.into();
        let has_values = lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY;
        if !has_values {
            self.fault.get_or_insert(MipError::Bounds { name: name.clone(), lower, upper });
        }
        self.variables.push(Variable { name, kind, lower, upper });
        self.linear.push(0.0);
        self.variables.len() - 1
    }

    /// Adds `coefficient * x_variable` to the objective.
    ///
    /// # Panics
    /// When there is no such variable.
    pub fn add_linear(&mut self, variable: usize, coefficient: f64) {
        self.linear[variable] += coefficient;
    }

    /// Adds `coefficient * x_first * x_second` to the objective.
    ///
    /// # Panics
    /// When there is no such variable, or both are the same.
    pub fn add_quadratic(&mut self, first: usize, second: usize, coefficient: f64) {
        assert!(first != second && first.max(second) < self.variables.len(), "a pair of variables");
        *self.quadratic.entry((first.min(second), first.max(second))).or_default() += coefficient;
    }

    /// Adds a constant to the objective.
    pub fn add_offset(&mut self, offset: f64) {
        self.offset += offset;
    }

    /// Adds a row; terms of one variable are added up. A row that no variable is left in is dropped if it holds.
    ///
    /// # Panics
    /// When there is no such variable.
    pub fn add_row(&mut self, terms: impl IntoIterator<Item = (usize, f64)>, sense: RowSense, right: f64) {
        let mut merged: BTreeMap<usize, f64> = BTreeMap::new();
        for (variable, coefficient) in terms {
            assert!(variable < self.variables.len(), "variable {variable} of {}", self.variables.len());
            *merged.entry(variable).or_default() += coefficient;
        }
        merged.retain(|_, coefficient| *coefficient != 0.0);
        let row = self.row_sides.len();
        let not_finite = merged.values().chain([&right]).find(|number| !number.is_finite());
        if let Some(&value) = not_finite {
            self.fault.get_or_insert(MipError::NotFinite { place: format!("of row c{row}"), value });
        }
        if merged.is_empty() {
            let holds = match sense {
                RowSense::LessEqual => 0.0 <= right,
                RowSense::Equal => right == 0.0,
                RowSense::GreaterEqual => 0.0 >= right,
            };
            if !holds {
                self.fault.get_or_insert(MipError::EmptyRow { row });
            }
            return;
        }
        for (variable, coefficient) in merged {
            self.row_variables.push(variable as u32);
            self.row_coefficients.push(coefficient);
        }
        self.row_starts.push(self.row_variables.len());
        self.row_sides.push((sense, right));
    }

    /// The program.
    ///
    /// # Errors
    /// [`MipError`]: the first thing that went wrong.
    pub fn build(self) -> Result<Mip, MipError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if u32::try_from(self.variables.len()).is_err() {
            return Err(MipError::TooMany { found: self.variables.len() });
        }
        let coefficients = self.linear.iter().chain(self.quadratic.values()).chain([&self.offset]);
        if let Some(&value) = coefficients.into_iter().find(|number| !number.is_finite()) {
            return Err(MipError::NotFinite { place: "of the objective".to_owned(), value });
        }
        let mut names = HashSet::with_capacity(self.variables.len());
        if let Some(twice) = self.variables.iter().find(|variable| !names.insert(variable.name.as_str())) {
            return Err(MipError::DuplicateName { name: twice.name.clone() });
        }
        let quadratic = self.quadratic.into_iter().filter(|&(_, coefficient)| coefficient != 0.0);
        let quadratic = quadratic.map(|((i, j), coefficient)| (i as u32, j as u32, coefficient)).collect();
        Ok(Mip {
            variables: self.variables,
            linear: self.linear,
            quadratic,
            offset: self.offset,
            row_starts: self.row_starts,
            row_variables: self.row_variables,
            row_coefficients: self.row_coefficients,
            row_sides: self.row_sides,
        })
    }
}
