//! The handwritten digits data set, shipped with the library; `data/README.md` describes its source and packing.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::dataset::array::pixel_name;
use crate::dataset::error::DatasetError;
use crate::dataset::table::{Column, ColumnValues, Table, hex_sha256};

const PACKED: &[u8] = include_bytes!("../../../data/digits.bin.gz");
const NUM_ROWS: usize = 1797;
const SIDE: usize = 8;

/// 1,797 images of 8×8 pixels from 0 to 16, labels 0 to 9.
pub(super) fn table() -> Result<Table, DatasetError> {
    let mut bytes = Vec::with_capacity(NUM_ROWS * (SIDE * SIDE + 1));
    GzDecoder::new(PACKED).read_to_end(&mut bytes).expect("the shipped file is whole; a test reads it");
    let mut columns = bytes.chunks_exact(NUM_ROWS);
    let pixels = columns
        .by_ref()
        .take(SIDE * SIDE)
        .enumerate()
        .map(|(index, values)| Column {
            name: pixel_name(index, SIDE),
            values: ColumnValues::Numeric(values.iter().map(|&value| f64::from(value)).collect()),
        })
        .collect();
    let labels = columns.next().map(|labels| labels.iter().map(u8::to_string).collect());
    Table::from_parts(pixels, labels, "digits".to_owned(), hex_sha256(PACKED))?.with_image_shape((SIDE, SIDE))
}
