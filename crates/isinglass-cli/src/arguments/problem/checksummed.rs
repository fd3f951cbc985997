//! Files of isinglass that are no problems, told apart from damaged problems.

use serde::Deserialize;

use crate::failure::Failure;

#[derive(Deserialize)]
struct Head {
    format: String,
}

/// Each kind of file, and which commands take it.
const KINDS: [(&str, &str, &str); 3] = [
    ("isinglass-model", "a model", "`isinglass predict` and `isinglass eval` take a model"),
    (
        "isinglass-layout",
        "the layout of a problem",
        "solve the file that `isinglass compile --out` wrote; `isinglass decode --layout` takes the layout",
    ),
    ("isinglass-checkpoint", "a checkpoint", "`isinglass train --checkpoint FILE --resume` goes on from a checkpoint"),
];

/// What to say of a file of isinglass that holds no problem; `None` of all others.
pub(super) fn failure(bytes: &[u8]) -> Option<Failure> {
    let head: Head = serde_json::from_slice(bytes).ok()?;
    let (_, name, hint) = KINDS.iter().find(|(format, ..)| *format == head.format)?;
    Some(Failure::input(format!("it is {name}, not a QUBO or Ising problem")).with_hint(*hint))
}
