//! Documents: what was run and what came of it, as one page for people.

mod html;
mod markdown;

use crate::chart::{Chart, ChartError, Theme};
use crate::markup::escaped;
use serde::Serialize;

/// A report of text, tables and figures, to be written as HTML, Markdown or JSON. The same document gives the same bytes.
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
    /// The heading.
    pub title: String,
    /// What came out, in a few sentences.
    pub summary: String,
    /// How to make it again.
    pub manifest: Manifest,
    /// The parts.
    pub sections: Vec<Section>,
}

/// How something was made, and how to make it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The command line.
    pub command: String,
    /// The version of isinglass.
    pub version: String,
    /// Names and values: seeds, data, checksums, settings.
    pub settings: Vec<(String, String)>,
}

impl Manifest {
    /// A manifest without settings.
    #[must_use]
    pub fn new(command: &str, version: &str) -> Self {
        Self { command: command.to_owned(), version: version.to_owned(), settings: Vec::new() }
    }

    /// The same with one setting more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.settings.push((name.to_owned(), value.to_string()));
        self
    }
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What it holds.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section.
    #[must_use]
    pub fn new(title: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self { title: title.into(), blocks }
    }
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Something that must not be overlooked, such as that a result is emulated.
    Notice(String),
    /// Fixed text: commands, output.
    Code(String),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(Figure),
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Names of the columns. The first holds the names of the rows.
    pub columns: Vec<String>,
    /// Cells, row by row; an empty one has nothing to say.
    pub rows: Vec<Vec<String>>,
}

/// A picture with its caption.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// A name that no other figure of the document has, for files: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// The picture.
    pub picture: Picture,
    /// What it was made of, beyond what the document says of itself.
    pub settings: Vec<(String, String)>,
}

/// What a figure shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// A chart.
    Chart(Chart),
    /// A drawing on light ground, as SVG.
    Drawing(String),
}

impl Figure {
    /// A chart with a caption.
    #[must_use]
    pub fn chart(id: &str, caption: &str, chart: Chart) -> Self {
        let picture = Picture::Chart(chart);
        Self { id: id.to_owned(), caption: caption.to_owned(), picture, settings: Vec::new() }
    }

    /// A drawing with a caption.
    #[must_use]
    pub fn drawing(id: &str, caption: &str, svg: String) -> Self {
        let picture = Picture::Drawing(svg);
        Self { id: id.to_owned(), caption: caption.to_owned(), picture, settings: Vec::new() }
    }

    /// The picture by itself, as SVG on light ground, with how it was made as its description.
    ///
    /// # Errors
    /// [`ChartError`] when a chart cannot be drawn.
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
    /// All figures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }

    /// One page that needs nothing else: no network, no script, no other file.
    ///
    /// # Errors
    /// [`ChartError`] when a chart cannot be drawn.
    pub fn to_html(&self) -> Result<String, ChartError> {
        html::page(self)
    }

    /// GitHub-flavoured Markdown, with figures as the files `FOLDER/ID.svg`.
    #[must_use]
    pub fn to_markdown(&self, folder: &str) -> String {
        markdown::page(self, folder)
    }

    /// The document itself as JSON, with a name and a version.
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
