//! A QUBO under construction: its terms and the role of each variable.

use super::affine::Affine;
use super::arithmetic::Arithmetic;
use super::layout::Role;
use isinglass_qubo::{Bqm, BqmBuilder, ModelError, Vartype};

/// The terms and roles added so far. Every gadget adds itself to a draft.
pub(super) struct Draft {
    builder: BqmBuilder,
    roles: Vec<Role>,
    arithmetic: Arithmetic,
}

impl Draft {
    pub(super) fn new() -> Self {
        let builder = BqmBuilder::new(Vartype::Binary, 0).drop_zeros();
        Self { builder, roles: Vec::new(), arithmetic: Arithmetic::default() }
    }

    pub(super) fn add_variable(&mut self, role: Role) -> usize {
        self.roles.push(role);
        self.builder.add_variable()
    }

    /// Records row weights that are rounded when they are added.
    pub(super) fn note_rounded_weights(&mut self) {
        self.arithmetic.enter_rounded();
    }

    pub(super) fn add_offset(&mut self, offset: f64) {
        self.arithmetic.enter_factor(offset);
        self.constant(offset);
    }

    fn constant(&mut self, term: f64) {
        self.arithmetic.enter(term);
        self.builder.add_offset(term);
    }

    fn linear(&mut self, variable: usize, term: f64) {
        self.arithmetic.enter(term);
        self.builder.add_linear(variable, term);
    }

    fn quadratic(&mut self, first: usize, second: usize, term: f64) {
        self.arithmetic.enter(term);
        self.builder.add_quadratic(first, second, term);
    }

    /// Adds `factor * expression`.
    pub(super) fn add_affine(&mut self, expression: &Affine, factor: f64) {
        self.arithmetic.enter_factor(factor);
        self.constant(factor * expression.constant);
        for &(variable, coefficient) in &expression.terms {
            self.linear(variable, factor * coefficient);
        }
    }

    /// Adds `factor * left * right`; a variable in both is its own square.
    pub(super) fn add_product(&mut self, left: &Affine, right: &Affine, factor: f64) {
        self.arithmetic.enter_factor(factor);
        self.constant(factor * left.constant * right.constant);
        for &(variable, coefficient) in &left.terms {
            self.linear(variable, factor * coefficient * right.constant);
        }
        for &(variable, coefficient) in &right.terms {
            self.linear(variable, factor * coefficient * left.constant);
        }
        for &(first, first_coefficient) in &left.terms {
            for &(second, second_coefficient) in &right.terms {
                self.quadratic(first, second, factor * first_coefficient * second_coefficient);
            }
        }
    }

    /// Adds `factor * expression * (expression - shift)`.
    pub(super) fn add_shifted_square(&mut self, expression: &Affine, shift: f64, factor: f64) {
        self.arithmetic.enter_factor(factor);
        let Affine { constant, terms } = expression;
        self.constant(factor * constant * (constant - shift));
        for (position, &(variable, coefficient)) in terms.iter().enumerate() {
            self.linear(variable, factor * coefficient * (coefficient + 2.0 * constant - shift));
            for &(other, other_coefficient) in &terms[position + 1..] {
                self.quadratic(variable, other, 2.0 * factor * coefficient * other_coefficient);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn finish(self) -> Result<(Bqm, Vec<Role>, Arithmetic), ModelError> {
        Ok(self.finish_until(|| false)?.expect("it is not stopped"))
    }

    /// Finishes the draft: returns the model, the roles of its variables, and whether its coefficients are exact;
    /// `None` once `stop` requests a stop.
    pub(super) fn finish_until(
        self,
        stop: impl Fn() -> bool,
    ) -> Result<Option<(Bqm, Vec<Role>, Arithmetic)>, ModelError> {
        Ok(self.builder.build_until(stop)?.map(|qubo| (qubo, self.roles, self.arithmetic)))
    }
}
