//! Color palettes of charts and pages.

use super::Theme;

/// Colours by what they are for.
#[derive(Debug)]
pub(crate) struct Palette {
    pub(super) paper: &'static str,
    pub(super) ink: &'static str,
    pub(super) muted: &'static str,
    pub(super) grid: &'static str,
    pub(super) series: [&'static str; 6],
    pub(super) plus: &'static str,
    pub(super) minus: &'static str,
}

const PAGE: Palette = Palette {
    paper: "var(--paper)",
    ink: "var(--ink)",
    muted: "var(--muted)",
    grid: "var(--grid)",
    series: [
        "var(--series-1)",
        "var(--series-2)",
        "var(--series-3)",
        "var(--series-4)",
        "var(--series-5)",
        "var(--series-6)",
    ],
    plus: "var(--plus)",
    minus: "var(--minus)",
};

const LIGHT: Palette = Palette {
    paper: "#ffffff",
    ink: "#1b1f24",
    muted: "#59636e",
    grid: "#d9dde3",
    series: ["#0b62c4", "#c25100", "#00785c", "#a3298f", "#8a6a00", "#4b4f58"],
    plus: "#0b62c4",
    minus: "#d97a2b",
};

const DARK: Palette = Palette {
    paper: "#14171b",
    ink: "#e6e9ed",
    muted: "#9aa4af",
    grid: "#343a42",
    series: ["#66a8f5", "#f09a52", "#3fc2a0", "#dd82cd", "#d9b64a", "#aab2bd"],
    plus: "#66a8f5",
    minus: "#f09a52",
};

impl Palette {
    pub(crate) fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Page => &PAGE,
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The variables of [`Theme::Page`] with these colours, as CSS.
    pub(crate) fn variables(&self) -> String {
        let named = [
            ("paper", self.paper),
            ("ink", self.ink),
            ("muted", self.muted),
            ("grid", self.grid),
            ("plus", self.plus),
            ("minus", self.minus),
        ];
        let mut text: String = named.iter().map(|(name, color)| format!("--{name}:{color};")).collect();
        text.extend((1..).zip(self.series).map(|(number, color)| format!("--series-{number}:{color};")));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_defines_what_its_charts_use() {
        let used = [PAGE.paper, PAGE.ink, PAGE.muted, PAGE.grid, PAGE.plus, PAGE.minus];
        for color in used.iter().chain(&PAGE.series) {
            let name = color.trim_start_matches("var(").trim_end_matches(')');
            for palette in [&LIGHT, &DARK] {
                assert_eq!(palette.variables().matches(&format!("{name}:#")).count(), 1, "{name}");
            }
        }
    }
}
