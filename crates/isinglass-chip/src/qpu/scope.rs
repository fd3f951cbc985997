//! Scope of an emulation: what it models, and what it does not.

use serde::Serialize;
use std::fmt;

/// Scope of an emulation. It accompanies every result, so that an emulated result is not taken for a measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmulationScope {
    /// Solver name of the emulated chip.
    pub solver: String,
    /// Always true: the samples were computed by a classical program.
    pub is_classical: bool,
    /// Always true: no quantum computer was used.
    pub is_emulated: bool,
    /// Effects that this run models, one phrase each.
    pub modelled: Vec<String>,
    /// Effects that are not modelled or are disabled, one phrase each.
    pub not_modelled: Vec<String>,
    /// Assumptions about properties of this chip that are not known.
    pub assumptions: Vec<String>,
}

impl EmulationScope {
    /// Summary of the scope in one sentence.
    #[must_use]
    pub fn notice(&self) -> String {
        format!(
            "classical emulation of {}: no quantum computer took part, and nothing here predicts the speed of one",
            self.solver
        )
    }
}

impl fmt::Display for EmulationScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.notice())?;
        for (title, phrases) in
            [("modelled", &self.modelled), ("not modelled", &self.not_modelled), ("assumed", &self.assumptions)]
        {
            if !phrases.is_empty() {
                writeln!(formatter, "{title}: {}", phrases.join("; "))?;
            }
        }
        Ok(())
    }
}
