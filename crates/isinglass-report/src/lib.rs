//! SVG charts, and report documents in HTML, Markdown or JSON.
//!
//! Rendering is deterministic: the same data give the same bytes.
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod markup;
pub mod chart;
pub mod document;
