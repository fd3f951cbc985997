//! `--report`: the result as a page for people.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use isinglass_report::document::Document;

use crate::failure::Failure;
use crate::files::{cannot_write, check_places, is_standard, write_bytes, write_text};
use crate::output::Output;
use crate::output::pixels::{has_font, png};

/// Width of figures as PNG.
const PNG_WIDTH: usize = 1440;

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
    pub(crate) fn write(&self, output: Output, document: impl FnOnce() -> Document) -> Result<(), Failure> {
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
                if !has_font() {
                    output.note(if cfg!(feature = "png") {
                        "figures are written as SVG only: PNG needs a font on the system"
                    } else {
                        "figures are written as SVG only: PNG needs a build with `--features full`"
                    });
                }
                for figure in document.figures() {
                    let svg = figure.svg(&document.manifest).map_err(drawn)?;
                    write_text(&folder.join(format!("{}.svg", figure.id)), &svg)?;
                    if has_font() {
                        let pixels = png(&svg, NonZeroUsize::new(PNG_WIDTH))?;
                        write_bytes(&folder.join(format!("{}.png", figure.id)), &pixels)?;
                    }
                }
                write_text(path, &document.to_markdown(&name))
            }
        }
    }
}

fn format_of(path: &Path) -> Result<Format, Failure> {
    if is_standard(path) {
        return Err(Failure::input("--report cannot be standard output, whose name does not tell a format")
            .with_hint("name a file that ends in .html, .md or .json; `--json` prints the result as JSON"));
    }
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(Format::Html),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => Err(Failure::input(format!("`{}` does not end in .html, .md or .json", path.display()))
            .with_hint("the ending names the format of a report")),
    }
}
