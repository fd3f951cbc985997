//! Columns as the pipeline sees them: those of the table, or the windows of its pooled images.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::error::PipelineError;
use super::pool::Pool;
use crate::dataset::nearest::nearest;
use crate::dataset::table::{ColumnValues, Table};

/// Names beyond this number are not searched for one that may have been meant.
const MAX_SUGGESTED_FROM: usize = 10_000;

/// Names that an error lists at most.
const MAX_NAMES: usize = 100;

/// The values of one column.
pub(super) enum Values<'a> {
    /// Finite numbers.
    Numbers(Cow<'a, [f64]>),
    /// Indices into the categories.
    Categories { codes: &'a [u32], categories: &'a [String] },
}

/// The columns by name.
pub(super) struct Columns<'a> {
    table: &'a Table,
    pool: Option<&'a Pool>,
    names: Vec<String>,
    index_of: HashMap<String, usize>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(table: &'a Table, pool: Option<&'a Pool>) -> Result<Self, PipelineError> {
        let names = match pool {
            Some(pool) => {
                pool.check_table(table)?;
                pool.checked_names()?
            }
            None => table.columns().iter().map(|column| column.name.clone()).collect(),
        };
        let index_of = names.iter().cloned().zip(0..).collect();
        Ok(Self { table, pool, names, index_of })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The same list, once it is sure that each name is a column of the table and none occurs twice.
    pub(super) fn checked(&self, wanted: &[String]) -> Result<Vec<String>, PipelineError> {
        let mut seen = HashSet::new();
        for name in wanted {
            if !seen.insert(name) {
                return Err(PipelineError::RepeatedColumn { name: name.clone() });
            }
            if !self.index_of.contains_key(name) {
                return Err(self.unknown(name));
            }
        }
        Ok(wanted.to_vec())
    }

    /// The values of a column; zeros for one that a sparse table leaves out.
    pub(super) fn get(&self, name: &str) -> Result<Values<'a>, PipelineError> {
        let Some(&index) = self.index_of.get(name) else {
            return if self.table.absent_columns_are_zero() {
                Ok(Values::Numbers(vec![0.0; self.table.num_rows()].into()))
            } else {
                Err(self.unknown(name))
            };
        };
        if let Some(pool) = self.pool {
            return Ok(Values::Numbers(pool.means(self.table, index)?.into()));
        }
        Ok(match &self.table.columns()[index].values {
            ColumnValues::Numeric(values) => Values::Numbers(values.into()),
            ColumnValues::Categorical { codes, categories } => Values::Categories { codes, categories },
        })
    }

    fn unknown(&self, name: &str) -> PipelineError {
        let candidates = self.names.iter().take(MAX_SUGGESTED_FROM).map(String::as_str);
        // Any two short numbers are close to each other, so a suggestion does not help.
        let suggests = name.parse::<u64>().is_err();
        PipelineError::UnknownColumn {
            path: self.table.source().to_owned(),
            name: name.to_owned(),
            num_columns: self.names.len(),
            names: self.names.iter().take(MAX_NAMES).map(|name| name.to_string()).collect(),
            nearest: suggests.then(|| nearest(name, candidates)).flatten(),
        }
    }
}
