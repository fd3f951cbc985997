//! Detection of identifier columns, which carry no information about the label.

use std::collections::HashSet;

use super::table::{Column, ColumnValues, Table};

/// Minimum number of rows: with fewer, most columns differ in every row anyway.
const LEAST_ROWS: usize = 20;

/// Indices of the columns that look like identifiers: row numbers, keys, names, UUIDs.
///
/// Such a column has at least 20 rows, all of its values are integers or all are text, and at least 19 of 20 rows hold a
/// different value. Columns of images are not among them.
///
/// # Examples
/// ```
/// use isinglass::dataset::{ReadOptions, identifier_columns, read_bytes};
/// let text: String = (0..30).map(|row| format!("{},{},{}\n", 1000 + row, row % 4, row % 2)).collect();
/// let table = read_bytes(text.as_bytes(), "a.csv", &ReadOptions::default())?;
/// assert_eq!(identifier_columns(&table), [0]);
/// # Ok::<(), isinglass::dataset::DatasetError>(())
/// ```
#[must_use]
pub fn identifier_columns(table: &Table) -> Vec<usize> {
    if table.num_rows() < LEAST_ROWS || table.image_shape().is_some() {
        return Vec::new();
    }
    (0..table.num_columns()).filter(|&index| is_identifier(&table.columns()[index])).collect()
}

fn is_identifier(column: &Column) -> bool {
    let num_rows = column.values.len();
    let num_distinct = match &column.values {
        ColumnValues::Numeric(values) if values.iter().all(|value| value.fract() == 0.0) => {
            // adding zero makes -0 and 0 the same
            values.iter().map(|value| (value + 0.0).to_bits()).collect::<HashSet<u64>>().len()
        }
        ColumnValues::Numeric(_) => return false,
        ColumnValues::Categorical { codes, .. } => codes.iter().collect::<HashSet<_>>().len(),
    };
    20 * num_distinct >= 19 * num_rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ReadOptions, builtin, builtin_list, read_bytes};

    fn found(cell: impl Fn(usize) -> String, num_rows: usize) -> bool {
        let text: String = (0..num_rows).map(|row| format!("{},{},{}\n", cell(row), row % 3, row % 2)).collect();
        let options = ReadOptions { header: Some(false), ..ReadOptions::default() };
        identifier_columns(&read_bytes(text.as_bytes(), "a.csv", &options).unwrap()) == [0]
    }

    #[test]
    fn row_numbers_keys_names_and_uuids_are_identifiers() {
        assert!(found(|row| row.to_string(), 20));
        assert!(found(|row| (1_000_000 - 37 * row).to_string(), 20));
        assert!(found(|row| format!("customer {row}"), 20));
        assert!(found(|row| format!("{row:08x}-0000-4000-8000-00000000000{}", row % 10), 200));
        assert!(found(|row| (row - row % 20 / 19).to_string(), 100), "a few repeated values change nothing");
    }

    #[test]
    fn measurements_categories_and_short_tables_are_not() {
        assert!(!found(|row| format!("{row}.5"), 100), "real numbers are measurements");
        assert!(!found(|row| (row / 2).to_string(), 100));
        assert!(!found(|row| format!("colour {}", row % 7), 100));
        assert!(!found(|row| row.to_string(), 19));
    }

    #[test]
    fn no_built_in_set_has_an_identifier() {
        for set in builtin_list() {
            let Ok(table) = builtin(set.name, 0) else { continue };
            assert!(identifier_columns(&table).is_empty(), "{}", set.name);
        }
    }
}
