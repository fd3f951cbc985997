//! Stratified sampling of test rows.

use std::collections::BTreeMap;

use super::SplitError;
use crate::dataset::order::seeded_shuffle;
use crate::dataset::table::Table;

/// Splits `rows` of `table` into training rows and `num_test` test rows, both in the order of `rows`. Rows without
/// labels form one class.
///
/// A class with `c` of the `n` rows contributes `num_test * c / n` of them, rounded down; the remaining test rows come
/// from the classes with the largest remainders. Every class keeps at least one training row, so there may be fewer
/// test rows than requested.
///
/// # Errors
/// [`SplitError::NoRowToSpare`] when all classes have one row.
pub(super) fn split(
    table: &Table,
    rows: &[usize],
    num_test: usize,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
    let class = |row: usize| table.labels().map_or("", |labels| labels[row].as_str());
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    rows.iter().for_each(|&row| *sizes.entry(class(row)).or_default() += 1);
    let mut left: BTreeMap<&str, usize> = sizes.keys().copied().zip(shares(&sizes, rows.len(), num_test)).collect();
    let mut is_test = vec![false; rows.len()];
    for place in seeded_shuffle(rows.len(), seed) {
        let left = left.entry(class(rows[place])).or_default();
        if *left > 0 {
            *left -= 1;
            is_test[place] = true;
        }
    }
    let with = |wanted: bool| rows.iter().zip(&is_test).filter(move |&(_, &test)| test == wanted).map(|(&row, _)| row);
    let test: Vec<usize> = with(true).collect();
    if test.is_empty() {
        Err(SplitError::NoRowToSpare { num_rows: rows.len() })
    } else {
        Ok((with(false).collect(), test))
    }
}

/// How many rows each class gives, in the order of the classes.
fn shares(sizes: &BTreeMap<&str, usize>, num_rows: usize, num_test: usize) -> Vec<usize> {
    let exact = |size: usize| size as u128 * num_test as u128;
    let num_rows = num_rows as u128;
    let sizes: Vec<usize> = sizes.values().copied().collect();
    let mut shares: Vec<usize> =
        sizes.iter().map(|&size| ((exact(size) / num_rows) as usize).min(size.saturating_sub(1))).collect();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|&class| std::cmp::Reverse(exact(sizes[class]) % num_rows));
    let mut missing = num_test - shares.iter().sum::<usize>();
    // the first round rounds up; where classes are too small for their share, further rounds take from the others
    while missing > 0 {
        let before = missing;
        for &class in &by_remainder {
            if missing > 0 && shares[class] + 1 < sizes[class] {
                shares[class] += 1;
                missing -= 1;
            }
        }
        if missing == before {
            break;
        }
    }
    shares
}
