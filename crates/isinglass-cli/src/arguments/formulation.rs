//! How training becomes a QUBO.

use clap::{Args, ValueEnum};
use isinglass::formulation::{FormulationOptions, PenaltyRule, Reductions};

use super::value;
use crate::failure::Failure;

/// Which formulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormulationName {
    /// Every reduction, penalties as each group needs them.
    #[value(help = None)]
    Compact,
    /// As in arXiv 2107.02751: no reduction, one penalty.
    #[value(help = None)]
    Reference,
}

/// How training becomes a QUBO.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Formulation")]
pub(crate) struct FormulationArguments {
    /// Formulation: compact (ours) or reference (arXiv 2107.02751); both have the least loss as their minimum
    #[arg(long, value_name = "NAME", default_value = "compact")]
    pub(crate) formulation: FormulationName,
    /// Reductions of compact to leave out: merge-equal, merge-negated, substitute-inputs, and-products, half-step,
    /// error-bit, gauge
    #[arg(long, value_name = "REDUCTIONS", value_delimiter = ',', value_parser = Reductions::NAMES)]
    pub(crate) without: Vec<String>,
    /// One penalty in front of every constraint [default: 50 for reference; as each group needs for compact]
    #[arg(long, value_name = "NUMBER", value_parser = value::positive, allow_hyphen_values = true, conflicts_with = "margin")]
    pub(crate) lambda: Option<f64>,
    /// Factor on the penalties that each group needs; below 1 the result is not exact [default: 1.0625]
    #[arg(long, value_name = "FACTOR", value_parser = value::positive, allow_hyphen_values = true)]
    pub(crate) margin: Option<f64>,
}

impl FormulationArguments {
    /// The name, as in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self.formulation {
            FormulationName::Compact => "compact",
            FormulationName::Reference => "reference",
        }
    }

    /// Refuses reductions to leave out where there are none.
    ///
    /// # Errors
    /// A [`Failure`] when the reference formulation is told to leave out reductions.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.formulation == FormulationName::Reference && !self.without.is_empty() {
            let failure =
                Failure::input("`--formulation reference` has no reductions that `--without` could leave out");
            return Err(failure.with_hint("leave `--without` out, or take `--formulation compact`"));
        }
        Ok(())
    }

    /// The options of the compiler.
    pub(crate) fn options(&self) -> FormulationOptions {
        let mut options = match self.formulation {
            FormulationName::Compact => FormulationOptions::compact(),
            FormulationName::Reference => FormulationOptions::reference(),
        };
        for name in &self.without {
            if let Some(switch) = options.reductions.switch(name) {
                *switch = false;
            }
        }
        if !options.reductions.merge_equal {
            // opposite rows can be merged only together with equal ones
            options.reductions.merge_negated = false;
        }
        match (self.lambda, self.margin) {
            (Some(lambda), _) => options.penalties = PenaltyRule::Uniform { lambda },
            (None, Some(margin)) => options.penalties = PenaltyRule::PerGroup { margin },
            (None, None) => {}
        }
        options
    }

    /// Reductions that were left out.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.without.clone()
    }
}
