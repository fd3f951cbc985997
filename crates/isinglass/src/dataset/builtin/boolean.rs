//! Boolean functions of spins on all rows. A row is a number whose bit `k` gives spin `k + 1`: +1 if set, otherwise -1.

use super::BuiltinFault;
use crate::bits::BitMatrix;
use crate::dataset::error::DatasetError;
use crate::dataset::table::{Column, ColumnValues, Table};

/// 2^20 rows of 20 spins are 160 MiB.
const MAX_SPINS: u64 = 20;

/// Reads the number of spins.
pub(super) fn num_spins(argument: &str, form: &'static str) -> Result<usize, BuiltinFault> {
    let Ok(number) = argument.parse::<u64>() else {
        return Err(BuiltinFault::Argument { argument: argument.to_owned(), form });
    };
    BuiltinFault::check_range("the number of spins", number, 1, MAX_SPINS)?;
    Ok(number as usize)
}

/// All rows in the order of their numbers, labelled by `rule` from the number of spins that are +1.
pub(super) fn table(name: &str, num_spins: usize, rule: impl Fn(u32) -> bool) -> Result<Table, DatasetError> {
    let inputs = all_rows(num_spins);
    let labels: Vec<bool> = (0..inputs.num_rows()).map(|row| rule(inputs.row(row)[0].count_ones())).collect();
    table_of_rows(name, &inputs, &labels)
}

/// All rows of at most 20 spins.
pub(super) fn all_rows(num_spins: usize) -> BitMatrix {
    BitMatrix::from_fn(1 << num_spins, num_spins, |row, spin| row >> spin & 1 == 1)
}

/// Columns `x1`, `x2`, ... of -1 and +1, and labels -1 and 1.
pub(super) fn table_of_rows(name: &str, inputs: &BitMatrix, labels: &[bool]) -> Result<Table, DatasetError> {
    let columns = (0..inputs.num_columns()).map(|spin| Column {
        name: format!("x{}", spin + 1),
        values: ColumnValues::Numeric((0..inputs.num_rows()).map(|row| f64::from(inputs.spin(row, spin))).collect()),
    });
    let labels = labels.iter().map(|&label| if label { "1" } else { "-1" }.to_owned()).collect();
    Table::new(columns.collect(), Some(labels), name)
}
