//! What an emulation models, and what it does not.

use serde::Serialize;
use std::fmt;

/// What an emulated chip models. It goes with every result, so that nobody takes it for a measurement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmulationScope {
    /// The chip whose published numbers were taken.
    pub solver: String,
    /// Always true: a classical program computed the samples.
    pub is_classical: bool,
    /// Always true: no quantum computer took part.
    pub is_emulated: bool,
    /// What is modelled in this run, a phrase each.
    pub modelled: Vec<String>,
    /// What is not modelled, or switched off, a phrase each.
    pub not_modelled: Vec<String>,
    /// What was taken because it is not known of this chip.
    pub assumptions: Vec<String>,
}

impl EmulationScope {
    /// One sentence for every output.
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
