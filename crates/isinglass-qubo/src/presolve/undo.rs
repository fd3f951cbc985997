//! What a reduction leaves behind so that a sample of the smaller model becomes one of the larger.

use super::units::Units;

/// One variable that was taken out, and how its value (false: the lower one) follows from others.
///
/// Reductions are undone in reverse order, so that the others are variables that were left then, and have their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Undo {
    /// The value itself.
    Fixed { variable: u32, value: bool },
    /// Equal to another variable, or opposite.
    Merged { variable: u32, into: u32, opposite: bool },
    /// The value of less energy given the neighbours, the lower one where both have the same.
    Minimized { variable: u32, linear: Units, neighbors: Box<[(u32, Units)]> },
}

impl Undo {
    /// Sets the variable in `values`.
    pub(crate) fn undo(&self, values: &mut [bool]) {
        match *self {
            Self::Fixed { variable, value } => values[variable as usize] = value,
            Self::Merged { variable, into, opposite } => values[variable as usize] = values[into as usize] ^ opposite,
            Self::Minimized { variable, linear, ref neighbors } => {
                let ones = neighbors.iter().filter(|&&(neighbor, _)| values[neighbor as usize]);
                values[variable as usize] = linear + ones.map(|&(_, bias)| bias).sum::<Units>() < 0;
            }
        }
    }
}
