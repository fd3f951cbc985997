//! Chores of the isinglass repository.

fn main() {}
