//! Images as text: two pixels in one character.

use std::collections::BTreeMap;

use isinglass::dataset::{ColumnValues, Table};

/// Images beside each other take at most this number of columns, apart from a single image that is wider.
const MAX_WIDTH: usize = 80;
/// Blanks between images.
const GAP: usize = 2;
/// So many classes get a picture.
const MAX_PICTURES: usize = 20;
/// An image wider than this is not shown.
const MAX_IMAGE_WIDTH: usize = 120;

/// The first image of each class under its label, in the order of the labels, beside each other in lines of text; for a table without
/// labels the first image. Nothing for tables that hold no images.
pub(super) fn first_of_each_class(table: &Table) -> Vec<String> {
    let Some((_, width)) = table.image_shape().filter(|&(_, width)| width <= MAX_IMAGE_WIDTH) else {
        return Vec::new();
    };
    let mut first_rows = BTreeMap::new();
    for row in 0..table.num_rows() {
        let label = table.labels().map(|labels| labels[row].as_str());
        first_rows.entry(label).or_insert(row);
    }
    let pictures = first_rows.into_iter().take(MAX_PICTURES).map(|(label, row)| {
        let mut lines = picture(table, row)?;
        if let Some(label) = label {
            lines.insert(0, format!("{label:width$}").chars().take(width).collect());
        }
        Some(lines)
    });
    let Some(pictures) = pictures.collect::<Option<Vec<_>>>() else { return Vec::new() };
    let per_band = ((MAX_WIDTH + GAP) / (width + GAP)).max(1);
    pictures.chunks(per_band).flat_map(beside_each_other).collect()
}

/// Pictures of one size in the same lines.
fn beside_each_other(pictures: &[Vec<String>]) -> Vec<String> {
    let height = pictures.first().map_or(0, Vec::len);
    let line = |index: usize| {
        let parts: Vec<&str> = pictures.iter().map(|picture| picture[index].as_str()).collect();
        parts.join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// One image: a pixel is shown when it is in the upper half of the values that the image has; `None` when a column
/// holds no numbers.
fn picture(table: &Table, row: usize) -> Option<Vec<String>> {
    let (height, width) = table.image_shape()?;
    let pixels = table.columns().iter().map(|column| match &column.values {
        ColumnValues::Numeric(values) => Some(values[row]),
        ColumnValues::Categorical { .. } => None,
    });
    let pixels: Vec<f64> = pixels.collect::<Option<_>>()?;
    let low = pixels.iter().copied().fold(f64::INFINITY, f64::min);
    let high = pixels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = low / 2.0 + high / 2.0;
    let is_set = |line: usize, column: usize| line < height && pixels[line * width + column] > middle;
    let character = |line: usize, column: usize| match (is_set(line, column), is_set(line + 1, column)) {
        (false, false) => ' ',
        (true, false) => '▀',
        (false, true) => '▄',
        (true, true) => '█',
    };
    Some((0..height).step_by(2).map(|line| (0..width).map(|column| character(line, column)).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass::dataset::{ReadOptions, builtin, read_bytes};

    #[test]
    fn two_rows_of_pixels_share_a_line_and_an_odd_last_row_has_its_own() {
        let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 4];
        idx.extend([9, 0, 9, 0, 0, 9, 9, 0, 9, 9, 0, 0]);
        let table = read_bytes(&idx, "a.idx", &ReadOptions::default()).unwrap();
        assert_eq!(first_of_each_class(&table), ["▀▄█", "▀▀"]);
    }

    #[test]
    fn each_class_has_one_picture() {
        let lines = first_of_each_class(&builtin("digits", 0).unwrap());
        assert_eq!(lines.len(), 10, "two bands of four lines, each under a line of labels");
        assert_eq!(lines[5], "8         9");
        assert!(first_of_each_class(&builtin("monks-1", 0).unwrap()).is_empty());
    }
}
