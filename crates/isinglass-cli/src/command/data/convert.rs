//! `isinglass data convert`: a table as another file.

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass::dataset::{ColumnValues, DatasetError, Table, write_csv, write_libsvm, write_npz};
use serde::Serialize;

use crate::arguments::rows::RowArguments;
use crate::arguments::table::TableArguments;
use crate::failure::Failure;
use crate::files::{check_places, is_standard, output_name, write_with};
use crate::output::Report;
use crate::output::number::thousands;
use crate::progress::stage;
use crate::session::Session;

/// What to write, and where.
#[derive(Args, Debug)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    table: TableArguments,
    #[command(flatten)]
    rows: RowArguments,
    /// File to write; its ending, .csv, .libsvm or .npz, is the format
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Format to write: csv, libsvm or npz [default: by the ending of --out]
    #[arg(long, value_name = "FORMAT", value_parser = parse_target)]
    to: Option<&'static Target>,
}

#[derive(Serialize)]
struct Converted {
    out: String,
    format: &'static str,
    num_rows: usize,
    num_columns: usize,
}

impl Report for Converted {
    fn text(&self) -> String {
        let (rows, columns) = (thousands(self.num_rows as u64), thousands(self.num_columns as u64));
        format!("{}: {rows} rows of {columns} columns as {}\n", self.out, self.format)
    }
}

/// A format that tables are written in.
#[derive(Debug)]
struct Target {
    name: &'static str,
    endings: &'static [&'static str],
    write: fn(&Table, &mut dyn std::io::Write) -> Result<(), DatasetError>,
}

static TARGETS: [Target; 3] = [
    Target { name: "csv", endings: &["csv"], write: |table, out| write_csv(table, out) },
    Target { name: "libsvm", endings: &["libsvm", "svm"], write: |table, out| write_libsvm(table, out) },
    Target { name: "npz", endings: &["npz"], write: |table, out| write_npz(table, out) },
];

fn parse_target(name: &str) -> Result<&'static Target, String> {
    let target = TARGETS.iter().find(|target| target.name == name);
    target.ok_or_else(|| "expected csv, libsvm or npz".to_owned())
}

fn target(path: &Path) -> Result<&'static Target, Failure> {
    if is_standard(path) {
        return Err(Failure::input("the format of standard output is not specified")
            .with_hint("name the format with --to: csv, libsvm or npz"));
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    TARGETS.iter().find(|target| target.endings.contains(&ending.as_str())).ok_or_else(|| {
        Failure::input(format!("the ending of {} does not tell a format", path.display()))
            .with_hint("end the name in .csv, .libsvm or .npz")
    })
}

/// Columns of categories that look like numbers.
fn categories_of_digits(table: &Table) -> Vec<&str> {
    let is_number = |category: &String| category.trim().parse::<f64>().is_ok();
    let looks_numeric = |values: &ColumnValues| match values {
        ColumnValues::Categorical { categories, .. } => categories.iter().all(is_number),
        ColumnValues::Numeric(_) => false,
    };
    let columns = table.columns().iter().filter(|column| looks_numeric(&column.values));
    columns.map(|column| column.name.as_str()).collect()
}

/// Writes the file.
///
/// # Errors
/// A [`Failure`] when the table cannot be read, the format cannot hold it, or the file cannot be written.
pub(super) fn run(arguments: &ConvertArguments, session: &Session) -> Result<(), Failure> {
    let path = &arguments.out;
    let target = arguments.to.map_or_else(|| target(path), Ok)?;
    check_places([&Some(path.clone())])?;
    let table = arguments.rows.select(arguments.table.read(None)?)?;
    let bar = stage("writing");
    write_with(path, |file| Ok((target.write)(&table, file)?))?;
    drop(bar);
    let digits = categories_of_digits(&table);
    if !digits.is_empty() {
        let names = digits.join(", ");
        session.output().note(&format!(
            "{}: the categories of {names} are numbers, and {} does not say that they are categories: they will be read \
             back as numbers",
            output_name(path),
            target.name
        ));
    }
    session.output().report(&Converted {
        out: output_name(path),
        format: target.name,
        num_rows: table.num_rows(),
        num_columns: table.num_columns(),
    })
}
