//! A sample of a node, to be beaten.

use super::search::Solution;
use crate::presolve::{Units, Work};

/// From all zeros, flips whatever lowers the energy, variable after variable, until nothing does. Variables that are not left
/// keep the value false.
pub(super) fn descend(work: &Work) -> Solution {
    let mut values = vec![false; work.num_variables()];
    let mut fields: Vec<Units> = (0..values.len()).map(|variable| work.linear(variable)).collect();
    let left: Vec<usize> = work.left().collect();
    let mut energy = work.offset();
    loop {
        let mut is_minimum = true;
        for &variable in &left {
            let gain = if values[variable] { -fields[variable] } else { fields[variable] };
            if gain >= 0 {
                continue;
            }
            is_minimum = false;
            energy += gain;
            values[variable] = !values[variable];
            for &(neighbor, bias) in work.row(variable) {
                fields[neighbor as usize] += if values[variable] { bias } else { -bias };
            }
        }
        if is_minimum {
            return Solution { energy, values };
        }
    }
}
