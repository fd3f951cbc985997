//! Groups of arguments that several commands share, and the values that they take.

pub(crate) mod chip;
pub(crate) mod data;
pub(crate) mod embedding;
pub(crate) mod fetched;
pub(crate) mod formulation;
pub(crate) mod layout;
pub(crate) mod network;
pub(crate) mod problem;
pub(crate) mod real_chip;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod solver;
pub(crate) mod table;
pub(crate) mod value;
