//! Charts as SVG, and documents of text, tables and figures as HTML, Markdown or JSON.
//!
//! Everything here is pure: the same data give the same bytes.
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod markup;
pub mod chart;
pub mod document;
