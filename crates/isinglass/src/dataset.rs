//! Data sets: readers, built-in sets, and the input pipeline from raw tables to rows of bits.
