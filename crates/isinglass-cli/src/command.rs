//! The commands, one file each: arguments, work, report.

pub(crate) mod completions;
pub(crate) mod data;
pub(crate) mod man;
pub(crate) mod reference;
pub(crate) mod solve;
