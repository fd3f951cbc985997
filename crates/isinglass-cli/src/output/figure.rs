//! Figures that several reports have.

use isinglass::network::Network;
use isinglass::report::weight_maps;
use isinglass_chip::drawing::{Background, Drawing};
use isinglass_chip::hardware::Chip;
use isinglass_paper::reproduce::ScanPoint;
use isinglass_report::chart::{Axis, Chart, Line, Marks, Point, Series};
use isinglass_report::document::{Block, Figure, Table};

use crate::output::number::count;

/// A name for a figure: lower-case letters, digits and hyphens.
pub(crate) fn id(parts: &[&str]) -> String {
    let plain = |character: char| match character.to_ascii_lowercase() {
        character if character.is_ascii_alphanumeric() => character,
        _ => '-',
    };
    parts.join("-").chars().map(plain).collect()
}

/// A table; short rows are filled up.
pub(crate) fn table_of(caption: &str, columns: &[&str], mut rows: Vec<Vec<String>>) -> Block {
    rows.iter_mut().for_each(|row| row.resize(columns.len(), String::new()));
    Block::Table(Table {
        caption: caption.to_owned(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        rows,
    })
}

pub(crate) fn axis(label: &str) -> Axis {
    Axis { label: label.to_owned(), log: false }
}

pub(crate) fn log_axis(label: &str) -> Axis {
    Axis { label: label.to_owned(), log: true }
}

/// Bars side by side for each category; nothing where there is nothing to show.
pub(crate) fn bars(
    id: &str,
    caption: &str,
    (x, y): (&str, Axis),
    categories: Vec<String>,
    series: Vec<(String, Vec<Option<f64>>)>,
) -> Option<Block> {
    let is_empty = !series.iter().any(|(_, values)| values.iter().any(Option::is_some));
    if categories.is_empty() || is_empty {
        return None;
    }
    let series = series.into_iter().map(|(name, values)| Series { name, values }).collect();
    let marks = Marks::Bars { categories, series };
    let chart = Chart { title: caption.to_owned(), x: axis(x), y, marks };
    Some(Block::Figure(Figure::chart(id, caption, chart)))
}

/// Success and time to solution against the number of sweeps, one line for each formulation.
pub(crate) fn scans(name: &str, of: &str, scans: &[(String, &[ScanPoint])]) -> Vec<Block> {
    let success = |point: &ScanPoint| {
        let rate = point.measurement.success.rate()?;
        let (low, high) = point.interval;
        let x = point.measurement.num_sweeps as f64;
        Some(Point { x, y: 100.0 * rate, low: Some(100.0 * low), high: Some(100.0 * high) })
    };
    let time = |point: &ScanPoint| {
        let (low, high) = point.tts99_interval;
        let x = point.measurement.num_sweeps as f64;
        Some(Point { x, y: point.tts99.filter(|&tts| tts > 0.0)?, low: Some(low).filter(|&low| low > 0.0), high })
    };
    let lines = |value: &dyn Fn(&ScanPoint) -> Option<Point>| {
        let line = |(name, points): &(String, &[ScanPoint])| {
            let points: Vec<Point> = points.iter().filter_map(value).collect();
            (!points.is_empty()).then(|| Line { name: name.clone(), points })
        };
        scans.iter().filter_map(line).collect::<Vec<Line>>()
    };
    let figure = |suffix: &str, caption: String, y: Axis, series: Vec<Line>| {
        let chart = Chart { title: caption.clone(), x: log_axis("sweeps"), y, marks: Marks::Lines { series } };
        Block::Figure(Figure::chart(&id(&[name, suffix]), &caption, chart))
    };
    let (rates, times) = (lines(&success), lines(&time));
    let mut blocks = Vec::new();
    if !rates.is_empty() {
        let caption = format!("{of}: reads at the minimum against sweeps, with intervals of 95 %");
        blocks.push(figure("success", caption, axis("reads at the minimum, %"), rates));
    }
    if !times.is_empty() {
        let caption = format!("{of}: time to the minimum with 99 % certainty against sweeps, with intervals of 95 %");
        blocks.push(figure("tts", caption, log_axis("TTS99, s"), times));
    }
    blocks
}

/// The weights of a network as heat maps.
pub(crate) fn weights(name: &str, of: &str, network: &Network, input_names: &[String]) -> Vec<Block> {
    let maps = weight_maps(network, input_names);
    let figures = maps.into_iter().enumerate().map(|(number, map)| {
        let value = |weight: Option<bool>| weight.map(|plus| if plus { 1.0 } else { -1.0 });
        let values = map.weights.into_iter().map(|row| row.into_iter().map(value).collect()).collect();
        let caption = format!("{of}: weights, {}", map.title);
        let marks = Marks::Heat { rows: map.rows, columns: map.columns, values };
        let chart = Chart { title: caption.clone(), x: axis(""), y: axis(""), marks };
        Block::Figure(Figure::chart(&id(&[name, "weights", &(number + 1).to_string()]), &caption, chart))
    });
    figures.collect()
}

/// An embedding on the part of the chip that it takes.
pub(crate) fn on_chip(name: &str, of: &str, chip: &Chip, chains: &[Vec<u32>], labels: &[String]) -> Block {
    let drawing = Drawing { chip, chains, labels, background: Background::Light, is_cropped: true };
    let caption = format!(
        "{of}: {} on {} of {}, one colour per chain",
        count(chains.len(), "variable", "variables"),
        count(chains.iter().map(Vec::len).sum(), "qubit", "qubits"),
        chip.name()
    );
    Block::Figure(Figure::drawing(&id(&[name, "chip"]), &caption, drawing.to_svg()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_figures_are_plain() {
        assert_eq!(id(&["A1a 7", "3_3", "é"]), "a1a-7-3-3--");
    }

    #[test]
    fn bars_without_values_are_no_figure() {
        let categories = || vec!["a".to_owned()];
        assert!(bars("x", "x", ("", axis("")), categories(), vec![("s".to_owned(), vec![None])]).is_none());
        assert!(bars("x", "x", ("", axis("")), categories(), vec![("s".to_owned(), vec![Some(0.0)])]).is_some());
    }
}
