//! A QUBO under construction: its terms, and what each variable means.

use super::affine::Affine;
use super::layout::Role;
use isinglass_qubo::{Bqm, BqmBuilder, ModelError, Vartype};

/// Terms and roles so far. Every gadget adds itself to a draft.
pub(super) struct Draft {
    builder: BqmBuilder,
    roles: Vec<Role>,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self { builder: BqmBuilder::new(Vartype::Binary, 0).drop_zeros(), roles: Vec::new() }
    }

    pub(super) fn add_variable(&mut self, role: Role) -> usize {
        self.roles.push(role);
        self.builder.add_variable()
    }

    pub(super) fn add_offset(&mut self, offset: f64) {
        self.builder.add_offset(offset);
    }

    /// Adds `factor * expression`.
    pub(super) fn add_affine(&mut self, expression: &Affine, factor: f64) {
        self.builder.add_offset(factor * expression.constant);
        for &(variable, coefficient) in &expression.terms {
            self.builder.add_linear(variable, factor * coefficient);
        }
    }

    /// Adds `factor * left * right`; a variable in both is its own square.
    pub(super) fn add_product(&mut self, left: &Affine, right: &Affine, factor: f64) {
        self.builder.add_offset(factor * left.constant * right.constant);
        for &(variable, coefficient) in &left.terms {
            self.builder.add_linear(variable, factor * coefficient * right.constant);
        }
        for &(variable, coefficient) in &right.terms {
            self.builder.add_linear(variable, factor * coefficient * left.constant);
        }
        for &(first, first_coefficient) in &left.terms {
            for &(second, second_coefficient) in &right.terms {
                self.builder.add_quadratic(first, second, factor * first_coefficient * second_coefficient);
            }
        }
    }

    /// Adds `factor * expression * (expression - shift)`.
    pub(super) fn add_shifted_square(&mut self, expression: &Affine, shift: f64, factor: f64) {
        let Affine { constant, terms } = expression;
        self.builder.add_offset(factor * constant * (constant - shift));
        for (position, &(variable, coefficient)) in terms.iter().enumerate() {
            self.builder.add_linear(variable, factor * coefficient * (coefficient + 2.0 * constant - shift));
            for &(other, other_coefficient) in &terms[position + 1..] {
                self.builder.add_quadratic(variable, other, 2.0 * factor * coefficient * other_coefficient);
            }
        }
    }

    #[cfg(test)]
    pub(super) fn finish(self) -> Result<(Bqm, Vec<Role>), ModelError> {
        Ok(self.finish_until(|| false)?.expect("it is not stopped"))
    }

    /// The model and its roles; nothing once `stop` says so.
    pub(super) fn finish_until(self, stop: impl Fn() -> bool) -> Result<Option<(Bqm, Vec<Role>)>, ModelError> {
        Ok(self.builder.build_until(stop)?.map(|qubo| (qubo, self.roles)))
    }
}
