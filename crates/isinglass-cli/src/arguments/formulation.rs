//! How training becomes a QUBO.

use clap::{Args, ValueEnum};
use isinglass::formulation::{FormulationOptions, GateKind, PenaltyRule, Reductions, few_bits};

use super::value;
use crate::failure::Failure;
use crate::output::Output;

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

/// Which threshold gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateName {
    /// As few slack bits as possible.
    #[value(help = None)]
    HalfStep,
    /// Smaller coefficients.
    #[value(help = None)]
    WideGap,
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
    /// Threshold gates: half-step (fewest slack bits) or wide-gap (more of them, and smaller coefficients, for analogue machines)
    #[arg(long, value_name = "KIND", default_value = "half-step")]
    pub(crate) gate: GateName,
    /// One penalty in front of every constraint, rounded up to 8 significant bits if it has more than 24 [default: 50 for reference; as each
    /// group needs for compact]
    #[arg(long, value_name = "NUMBER", value_parser = value::positive, allow_hyphen_values = true, conflicts_with = "margin")]
    pub(crate) lambda: Option<f64>,
    /// Factor on the penalties that each group needs, rounded as `--lambda` is; below 1 the result is not exact [default: 1.0625]
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

    /// Refuses reductions to leave out where there are none, and gates where there is no place for them.
    ///
    /// # Errors
    /// A [`Failure`] when the reference formulation is told to leave out reductions, or wide-gap gates have no place.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.formulation == FormulationName::Reference && !self.without.is_empty() {
            let failure =
                Failure::input("`--formulation reference` has no reductions that `--without` could leave out");
            return Err(failure.with_hint("leave `--without` out, or take `--formulation compact`"));
        }
        let plain =
            self.formulation == FormulationName::Reference || self.without.iter().any(|name| name == "half-step");
        if plain && self.gate == GateName::WideGap {
            let failure =
                Failure::input("`--gate wide-gap` takes the place of half-step gates, which are switched off");
            return Err(failure.with_hint("take `--formulation compact` with its half steps, or leave `--gate` out"));
        }
        Ok(())
    }

    /// Says which penalties are rounded, and to what.
    pub(crate) fn note_rounding(&self, output: Output) {
        for (flag, value) in [("--lambda", self.lambda), ("--margin", self.margin)] {
            value.into_iter().for_each(|value| note_rounding(output, flag, value));
        }
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
        options.gate = self.gate_kind();
        match (self.lambda, self.margin) {
            (Some(lambda), _) => options.penalties = PenaltyRule::Uniform { lambda },
            (None, Some(margin)) => options.penalties = PenaltyRule::PerGroup { margin },
            (None, None) => {}
        }
        options
    }

    /// Which threshold gates.
    pub(crate) fn gate_kind(&self) -> GateKind {
        match self.gate {
            GateName::HalfStep => GateKind::HalfStep,
            GateName::WideGap => GateKind::WideGap,
        }
    }

    /// Reductions that were left out.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.without.clone()
    }
}

/// Says what value is used, if it is not the one given.
pub(crate) fn note_rounding(output: Output, flag: &str, value: f64) {
    let used = few_bits(value);
    if used != value {
        output.note(&format!("{flag} {value} is rounded up to {used}, so that sums of coefficients are exact"));
    }
}
