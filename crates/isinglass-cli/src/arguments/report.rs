//! `--report`: the result as a page for people.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use isinglass_qubo::document::Document;

use crate::command::draw::png;
use crate::failure::Failure;
use crate::files::{cannot_write, check_places, write_bytes, write_text};

/// Where a report goes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReportArguments {
    /// Write a report to this file; the ending names the format: html (one page that needs nothing else), md (with figures as SVG and
    /// PNG in a folder beside it) or json
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    report: Option<PathBuf>,
}

/// The formats of reports.
#[derive(Clone, Copy)]
enum Format {
    Html,
    Markdown,
    Json,
}

impl ReportArguments {
    /// Whether a report is wanted.
    pub(crate) fn is_wanted(&self) -> bool {
        self.report.is_some()
    }

    /// Finds out early that a report cannot be written.
    ///
    /// # Errors
    /// A [`Failure`] when the ending is not known or no file can be put there.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let Some(path) = &self.report {
            format_of(path)?;
        }
        check_places([&self.report])
    }

    /// Writes the report, if one is wanted.
    ///
    /// # Errors
    /// A [`Failure`] when a figure cannot be drawn or a file cannot be written.
    pub(crate) fn write(&self, document: impl FnOnce() -> Document) -> Result<(), Failure> {
        let Some(path) = &self.report else { return Ok(()) };
        let document = document();
        let drawn = |error| Failure::from_error(&error).context(cannot_write(path));
        match format_of(path)? {
            Format::Html => write_text(path, &document.to_html().map_err(drawn)?),
            Format::Json => write_text(path, &document.to_json()),
            Format::Markdown => {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let name = format!("{stem}_figures");
                let folder = path.with_file_name(&name);
                fs::create_dir_all(&folder)
                    .map_err(|error| Failure::from_error(&error).context(cannot_write(&folder)))?;
                for figure in document.figures() {
                    let svg = figure.svg().map_err(drawn)?;
                    write_text(&folder.join(format!("{}.svg", figure.id)), &svg)?;
                    write_bytes(&folder.join(format!("{}.png", figure.id)), &png(&svg)?)?;
                }
                write_text(path, &document.to_markdown(&name))
            }
        }
    }
}

fn format_of(path: &Path) -> Result<Format, Failure> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => Err(Failure::input(format!("`{}` does not end in .html, .md or .json", path.display()))
            .with_hint("the ending names the format of a report")),
    }
}
