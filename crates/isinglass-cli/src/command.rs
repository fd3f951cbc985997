//! The commands, one file each: arguments, work, report.

pub(crate) mod ablate;
pub(crate) mod bench;
pub(crate) mod compile;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod data;
pub(crate) mod decode;
pub(crate) mod draw;
pub(crate) mod embed;
pub(crate) mod eval;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod predict;
pub(crate) mod reference;
pub(crate) mod reproduce;
pub(crate) mod solve;
pub(crate) mod train;
pub(crate) mod tts;
pub(crate) mod verify;
