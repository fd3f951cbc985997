//! `isinglass draw`: a picture of a chip, with an embedding on it or without.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isinglass_chip::drawing::{Background, Drawing};
use isinglass_chip::embedding::Embedding;
use isinglass_chip::hardware::Graph;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::embedding::read_embedding;
use crate::arguments::value;
use crate::failure::Failure;
use crate::files::{check_ending, check_places, output_name, write_bytes, write_text};
use crate::output::Report;
use crate::output::pixels::png;
use crate::session::Session;

/// What to draw, and where the picture goes.
#[derive(Args, Debug)]
pub(crate) struct DrawArguments {
    /// Embedding, as `isinglass embed --out` writes it [default: none, the chip alone]
    file: Option<PathBuf>,
    #[command(flatten)]
    chip: ChipArguments,
    /// Only the part of the chip that has chains
    #[arg(long, requires = "file", help_heading = "Output")]
    crop: bool,
    /// What the picture lies on
    #[arg(long, value_name = "COLOR", default_value = "light", help_heading = "Output")]
    background: BackgroundName,
    /// Width of a PNG in pixels [default: that of the SVG, at most 1600 for large chips]
    #[arg(long, value_name = "PIXELS", value_parser = value::count, help_heading = "Output")]
    width: Option<NonZeroUsize>,
    /// Write the picture to this .svg or .png file [default: SVG on standard output]
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

/// A background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BackgroundName {
    /// White.
    #[value(help = None)]
    Light,
    /// Nearly black.
    #[value(help = None)]
    Dark,
}

/// What was drawn.
#[derive(Serialize)]
struct DrawReport {
    chip: String,
    is_emulated: bool,
    num_chains: usize,
    num_qubits: usize,
    /// Where the picture went.
    out: Option<String>,
    /// The picture, if it went nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
    #[serde(skip)]
    chip_text: String,
}

impl Report for DrawReport {
    fn text(&self) -> String {
        match (&self.svg, &self.out) {
            (Some(svg), _) => svg.clone(),
            (None, out) => {
                let on_it = match self.num_chains {
                    0 => String::new(),
                    chains => format!(", {chains} chains of {} qubits", self.num_qubits),
                };
                format!("{}: {}{on_it}\n", out.as_deref().unwrap_or_default(), self.chip_text)
            }
        }
    }
}

/// Draws and writes.
///
/// # Errors
/// A [`Failure`] when chip or embedding cannot be read, the embedding is none on the chip, or the picture cannot be written.
pub(crate) fn run(arguments: &DrawArguments, session: &Session) -> Result<Outcome, Failure> {
    check_ending(arguments.out.as_deref(), &["svg", "png"])?;
    check_places([&arguments.out])?;
    let is_png = arguments
        .out
        .as_ref()
        .and_then(|path| path.extension())
        .is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
    if arguments.width.is_some() && !is_png {
        return Err(Failure::input("--width is for PNG: an SVG has no pixels").with_hint("write --out FILE.png"));
    }
    let chosen = arguments.chip.required(session.output())?;
    let (mut labels, mut chains) = (Vec::new(), Vec::new());
    if let Some(path) = &arguments.file {
        let file = read_embedding(path)?;
        (labels, chains) = file.entries().iter().cloned().unzip();
        let alone = Graph::from_edges(chains.len(), []).map_err(|error| Failure::from_error(&error))?;
        // which variables interact is not in the file
        Embedding::new(chains.clone(), &alone, &chosen.chip).map_err(|fault| {
            Failure::from_error(&fault).context(format!("{} is no embedding on {}", path.display(), chosen.text()))
        })?;
    }
    let background = match arguments.background {
        BackgroundName::Light => Background::Light,
        BackgroundName::Dark => Background::Dark,
    };
    let svg = Drawing { chip: &chosen.chip, chains: &chains, labels: &labels, background, is_cropped: arguments.crop }
        .to_svg();
    let mut report = DrawReport {
        chip: chosen.chip.name().to_owned(),
        is_emulated: chosen.is_emulated,
        num_chains: chains.len(),
        num_qubits: chains.iter().map(Vec::len).sum(),
        out: arguments.out.as_deref().map(output_name),
        svg: None,
        chip_text: chosen.text(),
    };
    match &arguments.out {
        Some(path) if is_png => write_bytes(path, &png(&svg, arguments.width)?)?,
        Some(path) => write_text(path, &svg)?,
        None => report.svg = Some(svg),
    }
    session.output().report(&report)?;
    Ok(Outcome::Done)
}
