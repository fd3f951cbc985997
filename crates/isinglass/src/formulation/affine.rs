//! Affine expressions in 0/1 variables, and bits that are known, a literal, or such an expression.

/// `constant + sum_i coefficient_i x_i`. A variable may be there twice: neurons whose fixed weights make them the same literal
/// feed the same gate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Affine {
    pub(super) constant: f64,
    pub(super) terms: Vec<(usize, f64)>,
}

impl Affine {
    pub(super) fn constant(constant: f64) -> Self {
        Self { constant, terms: Vec::new() }
    }

    /// Adds `factor * x_variable`.
    pub(super) fn push(&mut self, variable: usize, factor: f64) {
        self.terms.push((variable, factor));
    }

    /// Adds `factor * other`.
    pub(super) fn add_scaled(&mut self, other: &Self, factor: f64) {
        self.constant += factor * other.constant;
        for &(variable, coefficient) in &other.terms {
            self.push(variable, factor * coefficient);
        }
    }
}

/// A bit of the network as the QUBO sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    /// Known when compiling: an input, a fixed weight, or what follows from them.
    Known(bool),
    /// A variable, or its negation.
    Literal { variable: usize, negated: bool },
}

impl Bit {
    pub(super) fn variable(variable: usize) -> Self {
        Self::Literal { variable, negated: false }
    }

    /// `self XNOR known`: the bit itself, or its negation.
    pub(super) fn xnor(self, known: bool) -> Self {
        match self {
            Self::Known(bit) => Self::Known(bit == known),
            Self::Literal { variable, negated } => Self::Literal { variable, negated: negated == known },
        }
    }

    pub(super) fn affine(self) -> Affine {
        match self {
            Self::Known(bit) => Affine::constant(f64::from(u8::from(bit))),
            Self::Literal { variable, negated: false } => Affine { constant: 0.0, terms: vec![(variable, 1.0)] },
            Self::Literal { variable, negated: true } => Affine { constant: 1.0, terms: vec![(variable, -1.0)] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xnor_with_a_known_bit_keeps_or_negates() {
        let bit = Bit::variable(3);
        assert_eq!(bit.xnor(true), bit);
        assert_eq!(bit.xnor(false), Bit::Literal { variable: 3, negated: true });
        assert_eq!(bit.xnor(false).xnor(false), bit);
        assert_eq!(Bit::Known(false).xnor(false), Bit::Known(true));
    }
}
