//! Reports as lines of a name and a text, the texts below each other.

use anstyle::Style;

const NAME: Style = Style::new().bold();
/// What a line without a name begins with, and the least width of names.
const WIDTH: usize = 10;

/// A report that is being written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    text: String,
}

impl Sheet {
    /// An empty sheet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, name: &str, text: impl AsRef<str>) -> &mut Self {
        let padding = " ".repeat(WIDTH.saturating_sub(name.chars().count()).max(1));
        self.text.push_str(&format!("{NAME}{name}{NAME:#}{padding}{}\n", text.as_ref()));
        self
    }

    /// Adds lines that belong to one name.
    pub(crate) fn lines<S: AsRef<str>>(&mut self, name: &str, texts: impl IntoIterator<Item = S>) -> &mut Self {
        for (index, text) in texts.into_iter().enumerate() {
            if index == 0 {
                self.line(name, text);
            } else {
                self.text.push_str(&format!("{}{}\n", " ".repeat(WIDTH), text.as_ref()));
            }
        }
        self
    }

    /// Adds an empty line.
    pub(crate) fn gap(&mut self) -> &mut Self {
        self.text.push('\n');
        self
    }

    /// The whole report.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
