//! Report documents: text, tables and figures of a run on one page.

mod html;
mod markdown;

use crate::chart::{Chart, ChartError, Theme};
use crate::markup::escaped;
use serde::Serialize;

/// Report with text, tables and figures, rendered as HTML, Markdown or JSON. The same document gives the same bytes.
///
/// # Examples
/// ```
/// use isinglass_report::document::{Block, Document, Manifest, Section};
/// let document = Document {
///     title: "Two spins".to_owned(),
///     summary: "They agree.".to_owned(),
///     manifest: Manifest::new("isinglass solve two.coo", "0.1.0"),
///     sections: vec![Section::new("Energies", vec![Block::Text("The least one is <-1>.".to_owned())])],
/// };
/// assert!(document.to_html()?.contains("The least one is &lt;-1&gt;."));
/// # Ok::<(), isinglass_report::chart::ChartError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// Title.
    pub title: String,
    /// Summary in a few sentences.
    pub summary: String,
    /// How to reproduce the report.
    pub manifest: Manifest,
    /// Sections.
    pub sections: Vec<Section>,
}

/// Provenance of a report: command, version and settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Command line.
    pub command: String,
    /// Version of isinglass.
    pub version: String,
    /// Settings as names and values: seeds, data, checksums.
    pub settings: Vec<(String, String)>,
}

impl Manifest {
    /// Creates a manifest without settings.
    #[must_use]
    pub fn new(command: &str, version: &str) -> Self {
        Self { command: command.to_owned(), version: version.to_owned(), settings: Vec::new() }
    }

    /// Adds a setting.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }
}

/// Section of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Content blocks.
    pub blocks: Vec<Block>,
}

impl Section {
    /// Creates a section.
    #[must_use]
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self { title: title.into(), blocks }
    }
}

/// Content block of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Paragraph.
    Text(String),
    /// Highlighted notice, such as that a result is emulated.
    Notice(String),
    /// Preformatted text: commands, output.
    Code(String),
    /// Table.
    Table(Table),
    /// Figure.
    Figure(Figure),
}

/// Table with a caption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Caption.
    pub caption: String,
    /// Column headers. The first column holds the row headers.
    pub columns: Vec<String>,
    /// Cells by row; may be empty.
    pub rows: Vec<Vec<String>>,
}

/// Figure with a caption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Identifier, unique in the document and used in file names: lower-case letters, digits and hyphens.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Content of the figure.
    pub picture: Picture,
    /// Provenance of the figure, in addition to that of the document.
    pub settings: Vec<(String, String)>,
}

/// Content of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// Chart.
    Chart(Chart),
    /// SVG drawing on a light background.
    Drawing(String),
}

impl Figure {
    /// Creates a figure from a chart.
    #[must_use]
    pub fn chart(id: &str, caption: &str, chart: Chart) -> Self {
        let picture = Picture::Chart(chart);
        Self { id: id.to_owned(), caption: caption.to_owned(), picture, settings: Vec::new() }
    }

    /// Creates a figure from a drawing.
    #[must_use]
    pub fn drawing(id: &str, caption: &str, svg: String) -> Self {
        let picture = Picture::Drawing(svg);
        Self { id: id.to_owned(), caption: caption.to_owned(), picture, settings: Vec::new() }
    }

    /// Renders the figure as a standalone SVG on a light background, with its provenance as the description.
    ///
    /// # Errors
    /// [`ChartError`] if a chart cannot be rendered.
    pub fn svg(&self, manifest: &Manifest) -> Result<String, ChartError> {
        let svg = match &self.picture {
            Picture::Chart(chart) => chart.svg(Theme::Light)?,
            Picture::Drawing(svg) => svg.clone(),
        };
        let own =
            [("command".to_owned(), manifest.command.clone()), ("isinglass".to_owned(), manifest.version.clone())];
        let lines = own.iter().chain(&manifest.settings).chain(&self.settings);
        let lines: Vec<String> = lines.map(|(name, value)| format!("{name}: {value}")).collect();
        // after the first title, which is that of the whole
        Ok(svg.replacen("</title>\n", &format!("</title>\n<desc>{}</desc>\n", escaped(&lines.join("\n"))), 1))
    }
}

impl Document {
    /// Iterates over all figures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }

    /// Renders the document as a self-contained HTML page: no network access, no scripts, no other files.
    ///
    /// # Errors
    /// [`ChartError`] if a chart cannot be rendered.
    pub fn to_html(&self) -> Result<String, ChartError> {
        html::page(self)
    }

    /// Renders the document as GitHub-flavoured Markdown, with figures as the files `FOLDER/ID.svg`.
    #[must_use]
    pub fn to_markdown(&self, folder: &str) -> String {
        markdown::page(self, folder)
    }

    /// Serializes the document as JSON, with a format name and a version.
    ///
    /// # Panics
    /// Never: documents are plain data.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct File<'a> {
            format: &'static str,
            version: u32,
            document: &'a Document,
        }
        let file = File { format: "isinglass-report", version: 1, document: self };
        serde_json::to_string_pretty(&file).expect("documents are plain data") + "\n"
    }
}

#[cfg(test)]
mod tests;
