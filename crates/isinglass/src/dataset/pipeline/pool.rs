//! Average pooling of images.

use serde::{Deserialize, Serialize};

use super::error::PipelineError;
use crate::dataset::array::pixel_name;
use crate::dataset::table::{ColumnValues, Table};

/// Images of `image` = (rows, columns) pixels and blocks of `block` = (rows, columns), which tile them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    image: (usize, usize),
    block: (usize, usize),
}

impl Pool {
    /// Pooling windows for the images of `table`.
    pub(super) fn new(table: &Table, block: (usize, usize)) -> Result<Self, PipelineError> {
        let image = table.image_shape().ok_or_else(|| PipelineError::NoImages { path: table.source().to_owned() })?;
        let pool = Self { image, block };
        pool.checked_names().map(|_| pool)
    }

    /// Names of the windows, row by row; checks that the windows tile the image and that its size is allowed.
    pub(super) fn checked_names(&self) -> Result<Vec<String>, PipelineError> {
        let Self { image, block } = *self;
        let divides = |size: usize, part: usize| size > 0 && part > 0 && size.is_multiple_of(part);
        let fits = image.0.checked_mul(image.1).is_some_and(|pixels| pixels <= super::MAX_INPUTS);
        if !(divides(image.0, block.0) && divides(image.1, block.1) && fits) {
            return Err(PipelineError::PoolShape { image, block });
        }
        let (rows, columns) = (image.0 / block.0, image.1 / block.1);
        Ok((0..rows * columns).map(|index| pixel_name(index, columns)).collect())
    }

    /// Checks that the images of a table have the expected shape.
    pub(super) fn check_table(&self, table: &Table) -> Result<(), PipelineError> {
        let path = || table.source().to_owned();
        match table.image_shape() {
            None => Err(PipelineError::NoImages { path: path() }),
            Some(found) if found != self.image => {
                Err(PipelineError::ImageShape { path: path(), found, expected: self.image })
            }
            Some(_) => Ok(()),
        }
    }

    /// The mean over the pixels of the block with this index, for each image of the table.
    pub(super) fn means(&self, table: &Table, index: usize) -> Result<Vec<f64>, PipelineError> {
        let per_row = self.image.1 / self.block.1;
        let (top, left) = (index / per_row * self.block.0, index % per_row * self.block.1);
        let num_pixels = (self.block.0 * self.block.1) as f64;
        let mut means = vec![0.0; table.num_rows()];
        for row in top..top + self.block.0 {
            for column in left..left + self.block.1 {
                let pixel = &table.columns()[row * self.image.1 + column];
                let ColumnValues::Numeric(values) = &pixel.values else {
                    return Err(PipelineError::CategoricalPixel { column: pixel.name.clone() });
                };
                // Dividing each value, not the sum, keeps sums of huge values finite.
                means.iter_mut().zip(values).for_each(|(mean, value)| *mean += value / num_pixels);
            }
        }
        Ok(means)
    }
}
