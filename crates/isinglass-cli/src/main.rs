//! The isinglass program.

fn main() {}
