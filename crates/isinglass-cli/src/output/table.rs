//! Tables of text: columns as wide as their widest cell, two blanks between them.

/// On which side the cells of a column are flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// The lines of a table whose first row holds the names of the columns; short rows are filled up.
pub(crate) fn table(columns: &[Align], rows: &[Vec<String>]) -> Vec<String> {
    let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
    let length = |text: &str| text.chars().count();
    let widths: Vec<usize> =
        (0..columns.len()).map(|column| rows.iter().map(|row| length(&cell(row, column))).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = columns.iter().zip(&widths).enumerate().map(|(column, (align, &width))| {
            let text = cell(row, column);
            let padding = " ".repeat(width - length(&text));
            match align {
                Align::Left => text + &padding,
                Align::Right => padding + &text,
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["name", "rows"], ["é", "12,345"], ["longer", "7"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&[Align::Left, Align::Right], &rows), ["name      rows", "é       12,345", "longer       7"]);
    }
}
