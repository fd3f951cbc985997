//! Which rows of a table are taken, and in which order.

use std::num::NonZeroUsize;

use clap::Args;
use isinglass::dataset::{Order, ReadOptions, Split, SplitOptions, Table, TestSource};

use super::table::parse;
use super::value;
use crate::failure::Failure;

/// Which rows of a table are taken, and in which order: classes first, then order, then limit.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rows")]
pub(crate) struct RowArguments {
    /// Keep the rows of these classes only, such as 3,8
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    pub(crate) classes: Option<Vec<String>>,
    /// Order of the rows: none, numpy:SEED (that of numpy's legacy shuffle) or seed:SEED [default: none]
    #[arg(long, value_name = "ORDER", value_parser = parse::<Order>)]
    pub(crate) shuffle: Option<Order>,
    /// Keep the first N rows of the order; inputs and classes are still found on all rows but the test rows
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) limit: Option<NonZeroUsize>,
}

impl RowArguments {
    /// These choices, with test rows from `test`.
    pub(crate) fn split_options(&self, test: TestSource) -> SplitOptions {
        SplitOptions {
            classes: self.classes.clone(),
            order: self.shuffle.unwrap_or(Order::None),
            limit: self.limit.map(NonZeroUsize::get),
            test,
            ..SplitOptions::default()
        }
    }

    /// The chosen rows of `table`.
    ///
    /// # Errors
    /// A [`Failure`] when a class has no row or no row is left.
    pub(crate) fn select(&self, table: Table) -> Result<Table, Failure> {
        let split = Split::prepare(table, &self.split_options(TestSource::None), &ReadOptions::default())?;
        Ok(split.train)
    }
}
