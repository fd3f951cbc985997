//! Built-in data sets: one shipped with the library, and generated families.

mod boolean;
mod digits;
mod monks;
mod teacher;
mod tictactoe;

use thiserror::Error;

use super::error::DatasetError;
use super::nearest::nearest;
use super::table::Table;

/// Description of a built-in data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// The name for [`builtin`]; a part in capitals after a colon is a placeholder for an argument.
    pub name: &'static str,
    /// Number of rows, unless an argument decides it.
    pub num_rows: Option<usize>,
    /// Number of columns, unless an argument decides it.
    pub num_columns: Option<usize>,
    /// Number of classes.
    pub num_classes: usize,
    /// One-line description.
    pub description: &'static str,
    /// Source and license.
    pub source: &'static str,
}

const LIST: [Builtin; 8] = [
    Builtin {
        name: "digits",
        num_rows: Some(1797),
        num_columns: Some(64),
        num_classes: 10,
        description: "handwritten digits, images of 8x8 pixels from 0 to 16",
        source: "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998; CC BY 4.0",
    },
    Builtin {
        name: "tictactoe",
        num_rows: Some(958),
        num_columns: Some(9),
        num_classes: 2,
        description: "all final boards of tic-tac-toe with x first; positive where x has won",
        source: "generated from the rules; same data as D. Aha, Tic-Tac-Toe Endgame, UCI, 1991",
    },
    Builtin {
        name: "monks-1",
        num_rows: Some(432),
        num_columns: Some(6),
        num_classes: 2,
        description: "all robots; 1 where a1 = a2 or a5 = 1",
        source: "generated from the rules; S. Thrun et al., The MONK's problems, 1991",
    },
    Builtin {
        name: "monks-2",
        num_rows: Some(432),
        num_columns: Some(6),
        num_classes: 2,
        description: "all robots; 1 where exactly two attributes are 1",
        source: "generated from the rules; S. Thrun et al., The MONK's problems, 1991",
    },
    Builtin {
        name: "monks-3",
        num_rows: Some(432),
        num_columns: Some(6),
        num_classes: 2,
        description: "all robots; 1 where a5 = 3 and a4 = 1, or a5 is not 4 and a2 is not 3; without noise",
        source: "generated from the rules; S. Thrun et al., The MONK's problems, 1991",
    },
    Builtin {
        name: "parity:N",
        num_rows: None,
        num_columns: None,
        num_classes: 2,
        description: "all 2^N rows of N spins; 1 where an odd number of them is +1",
        source: "made by the rule",
    },
    Builtin {
        name: "majority:N",
        num_rows: None,
        num_columns: None,
        num_classes: 2,
        description: "all 2^N rows of N spins; 1 where at least half of them are +1",
        source: "made by the rule",
    },
    Builtin {
        name: "teacher:WIDTHS",
        num_rows: None,
        num_columns: None,
        num_classes: 2,
        description: "rows labelled by a random network of +1 and -1, for example teacher:7-3-1 or \
                      teacher:15-5-1:bias:rows=200; the best error is 0",
        source: "made from the seed",
    },
];

/// The built-in data sets.
#[must_use]
pub fn builtin_list() -> &'static [Builtin] {
    &LIST
}

/// Why a name does not denote a built-in data set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuiltinFault {
    /// The name is unknown.
    #[error("no built-in data set has this name; available: {}", LIST.map(|set| set.name).join(", "))]
    Unknown {
        /// The closest known name, if one is close.
        nearest: Option<String>,
    },
    /// The argument is invalid, or the data set takes none.
    #[error("the argument \"{argument}\" is invalid; the form is {form}")]
    Argument {
        /// The argument.
        argument: String,
        /// The expected form of the name.
        form: &'static str,
    },
    /// The data set requires an argument.
    #[error("an argument is missing; the form is {form}")]
    MissingArgument {
        /// The expected form of the name.
        form: &'static str,
    },
    /// A number is out of range.
    #[error("{what} is {found}; it must be {least}{}", if least == most { String::new() } else { format!(" to {most}") })]
    OutOfRange {
        /// The quantity.
        what: &'static str,
        /// The number given.
        found: u64,
        /// The smallest number allowed.
        least: u64,
        /// The largest number allowed.
        most: u64,
    },
    /// No random teacher gave both labels.
    #[error("{attempts} random teachers in a row gave all rows the same label")]
    OneSided {
        /// Number of teachers drawn.
        attempts: u32,
    },
}

impl BuiltinFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest: Some(nearest) } => Some(format!("did you mean \"{nearest}\"?")),
            Self::Unknown { nearest: None } => Some("to read a file, give its path including the extension".into()),
            Self::OneSided { .. } => Some("use another seed, more rows or wider layers".into()),
            Self::Argument { .. } | Self::MissingArgument { .. } | Self::OutOfRange { .. } => None,
        }
    }

    /// Checks that a number is between `least` and `most`.
    fn check_range(what: &'static str, found: u64, least: u64, most: u64) -> Result<(), Self> {
        if (least..=most).contains(&found) { Ok(()) } else { Err(Self::OutOfRange { what, found, least, most }) }
    }
}

/// Generates or loads the built-in data set `name`. Only `teacher` depends on the seed.
///
/// # Errors
/// [`DatasetError::Builtin`] when the name is unknown or its arguments are malformed or out of range.
///
/// # Examples
/// ```
/// let table = isinglass::dataset::builtin("parity:3", 0)?;
/// assert_eq!((table.num_rows(), table.num_columns()), (8, 3));
/// # Ok::<(), isinglass::dataset::DatasetError>(())
/// ```
pub fn builtin(name: &str, seed: u64) -> Result<Table, DatasetError> {
    let (family, argument) = match name.split_once(':') {
        Some((family, argument)) => (family, Some(argument)),
        None => (name, None),
    };
    let fail = |fault| DatasetError::Builtin { name: name.to_owned(), fault };
    let no_argument = |form| match argument {
        Some(argument) => Err(fail(BuiltinFault::Argument { argument: argument.to_owned(), form })),
        None => Ok(()),
    };
    let argument_of = |form| argument.ok_or_else(|| fail(BuiltinFault::MissingArgument { form }));
    match family {
        "digits" => no_argument("digits").and_then(|()| digits::table()),
        "tictactoe" => no_argument("tictactoe").and_then(|()| tictactoe::table()),
        "monks-1" => no_argument("monks-1").and_then(|()| monks::table(name, monks::first)),
        "monks-2" => no_argument("monks-2").and_then(|()| monks::table(name, monks::second)),
        "monks-3" => no_argument("monks-3").and_then(|()| monks::table(name, monks::third)),
        "parity" => {
            let num_spins = boolean::num_spins(argument_of("parity:N")?, "parity:N").map_err(fail)?;
            boolean::table(name, num_spins, |num_up| num_up % 2 == 1)
        }
        "majority" => {
            let num_spins = boolean::num_spins(argument_of("majority:N")?, "majority:N").map_err(fail)?;
            boolean::table(name, num_spins, |num_up| 2 * num_up as usize >= num_spins)
        }
        "teacher" => {
            let teacher = teacher::Teacher::parse(argument_of(teacher::FORM)?).map_err(fail)?;
            let rows = teacher.draw(seed).map_err(fail)?;
            boolean::table_of_rows(&format!("{name} (seed {seed})"), &rows.inputs, &rows.labels)
        }
        _ => {
            let families = LIST.iter().map(|set| set.name.split(':').next().unwrap_or(set.name));
            Err(fail(BuiltinFault::Unknown { nearest: nearest(family, families) }))
        }
    }
}

#[cfg(test)]
mod tests;
