//! `isinglass data list`: the built-in sets, and files that can be fetched.

use isinglass::dataset::{Builtin, builtin_list};
use serde::Serialize;

use crate::arguments::fetched::{FETCHABLE, Fetchable, fetched};
use crate::failure::Failure;
use crate::output::Report;
use crate::output::number::thousands;
use crate::output::table::{Align, table};
use crate::session::Session;

#[derive(Serialize)]
struct List {
    datasets: Vec<Entry>,
    files: Vec<File>,
}

/// A file that can be fetched.
#[derive(Serialize)]
struct File {
    name: &'static str,
    description: &'static str,
    url: &'static str,
    sha256: &'static str,
    num_bytes: u64,
    /// Where it lies, if it was fetched.
    path: Option<String>,
}

impl From<&Fetchable> for File {
    fn from(file: &Fetchable) -> Self {
        let Fetchable { name, url, sha256, num_bytes, description } = *file;
        let path = fetched(name).map(|path| path.display().to_string());
        Self { name, description, url, sha256, num_bytes, path }
    }
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
        let mut lines = table(&columns, &rows);
        lines.push(String::new());
        lines.push("files, to be had with `isinglass data fetch`".to_owned());
        let files = self.files.iter().map(|file| {
            let place = if file.path.is_some() { "here" } else { "not here" };
            vec![file.name.to_owned(), place.to_owned(), file.description.to_owned()]
        });
        lines.extend(table(&[Align::Left; 3], &files.collect::<Vec<_>>()));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Prints the list.
///
/// # Errors
/// A [`Failure`] when standard output takes no more.
pub(super) fn run(session: &Session) -> Result<(), Failure> {
    let datasets = builtin_list().iter().map(Entry::from).collect();
    session.output().report(&List { datasets, files: FETCHABLE.iter().map(File::from).collect() })
}
