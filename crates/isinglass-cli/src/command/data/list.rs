//! `isinglass data list`: the built-in sets.

use isinglass::dataset::{Builtin, builtin_list};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::Report;
use crate::output::number::thousands;
use crate::output::table::{Align, table};
use crate::session::Session;

#[derive(Serialize)]
struct List {
    datasets: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    num_rows: Option<usize>,
    num_columns: Option<usize>,
    num_classes: usize,
    description: &'static str,
    source: &'static str,
}

impl From<&Builtin> for Entry {
    fn from(builtin: &Builtin) -> Self {
        let Builtin { name, num_rows, num_columns, num_classes, description, source } = *builtin;
        Self { name, num_rows, num_columns, num_classes, description, source }
    }
}

impl Report for List {
    fn text(&self) -> String {
        let size = |size: Option<usize>| size.map_or("any".to_owned(), |size| thousands(size as u64));
        let mut rows = vec![["name", "rows", "columns", "classes", "what it is"].map(str::to_owned).to_vec()];
        rows.extend(self.datasets.iter().map(|entry| {
            let (num_rows, num_columns) = (size(entry.num_rows), size(entry.num_columns));
            vec![entry.name.into(), num_rows, num_columns, entry.num_classes.to_string(), entry.description.into()]
        }));
        let columns = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
        table(&columns, &rows).iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Prints the list.
///
/// # Errors
/// A [`Failure`] when standard output takes no more.
pub(super) fn run(session: &Session) -> Result<(), Failure> {
    session.output().report(&List { datasets: builtin_list().iter().map(Entry::from).collect() })
}
