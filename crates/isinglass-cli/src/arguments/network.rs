//! The shape of the network.

use clap::Args;
use isinglass::network::{Architecture, Codebook};

use crate::failure::Failure;

/// The shape of the network between inputs and outputs, which follow from the data.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkArguments {
    /// Widths of the hidden layers, such as 3 or 7,3; `none` or nothing is a perceptron
    #[arg(long, value_name = "WIDTHS", value_parser = hidden)]
    pub(crate) hidden: Option<Hidden>,
    /// Give every neuron a bias: one more weight, from a constant input of +1
    #[arg(long)]
    pub(crate) bias: bool,
}

/// Widths of the hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hidden(pub(crate) Vec<usize>);

fn hidden(text: &str) -> Result<Hidden, String> {
    if text == "none" {
        return Ok(Hidden(Vec::new()));
    }
    let widths: Option<Vec<usize>> =
        text.split(',').map(|width| width.trim().parse().ok().filter(|&width| width > 0)).collect();
    widths.map(Hidden).ok_or_else(|| "hidden widths are whole numbers from 1 on, such as 3 or 7,3, or none".to_owned())
}

impl NetworkArguments {
    /// The architecture for so many inputs, and as many outputs as the codebook has.
    ///
    /// # Errors
    /// A [`Failure`] when the network would be too large.
    pub(crate) fn architecture(&self, num_inputs: usize, codebook: &Codebook) -> Result<Architecture, Failure> {
        let hidden = self.hidden.as_ref().map_or(&[][..], |hidden| &hidden.0);
        let widths = std::iter::once(num_inputs).chain(hidden.iter().copied()).chain([codebook.num_outputs()]);
        Architecture::new(widths.collect(), self.bias).map_err(|error| Failure::from_error(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_widths_are_a_list_or_none() {
        assert_eq!(hidden("7,3"), Ok(Hidden(vec![7, 3])));
        assert_eq!(hidden("none"), Ok(Hidden(vec![])));
        for text in ["", "0", "3,", "-1", "three"] {
            assert!(hidden(text).is_err(), "{text}");
        }
    }
}
