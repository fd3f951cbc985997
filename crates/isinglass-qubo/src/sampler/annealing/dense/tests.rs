//! The dense layout against the sparse one.
