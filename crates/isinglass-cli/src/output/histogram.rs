//! How energies are distributed, as bars of characters.

use super::number::{compact, thousands};

/// Columns of the longest bar.
const WIDTH: usize = 30;
/// Up to this many different energies each gets its own line.
const MAX_LINES: usize = 10;

/// The lines of a histogram, least energy first; nothing for no energies.
pub(crate) fn histogram(energies: &[f64]) -> Vec<String> {
    let mut sorted = energies.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut groups: Vec<(String, usize)> = Vec::new();
    for text in sorted.iter().map(|&energy| compact(energy)) {
        match groups.last_mut() {
            Some((last, count)) if *last == text => *count += 1,
            _ => groups.push((text, 1)),
        }
    }
    if groups.len() > MAX_LINES {
        groups = ranges(&sorted);
    }
    let name_width = groups.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let largest = groups.iter().map(|&(_, count)| count).max().unwrap_or(1);
    let line = |(name, count): &(String, usize)| {
        let line = format!("{name:>name_width$}  {} {}", bar(*count, largest), thousands(*count as u64));
        line.trim_end().to_owned()
    };
    groups.iter().map(line).collect()
}

/// Ranges of equal width from the least to the greatest energy, and how many energies are in each.
fn ranges(sorted: &[f64]) -> Vec<(String, usize)> {
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.last()) else { return Vec::new() };
    let width = (high - low) / MAX_LINES as f64;
    let mut counts = [0; MAX_LINES];
    for energy in sorted {
        let index = ((energy - low) / width) as usize;
        counts[index.min(MAX_LINES - 1)] += 1;
    }
    // One digit more than it takes to tell the ranges apart.
    let decimals = (1.0 - width.log10().floor()).clamp(0.0, 12.0) as usize;
    let edge = |index: usize| format!("{:.decimals$}", low + width * index as f64);
    let name = |index: usize| format!("{} to {}", edge(index), edge(index + 1));
    counts.into_iter().enumerate().map(|(index, count)| (name(index), count)).collect()
}

/// A bar in eighths of a column; whatever is not zero shows.
fn bar(count: usize, largest: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (count * WIDTH * 8).div_ceil(largest);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_energies_have_a_line_each() {
        let lines = histogram(&[-1.0, -1.0, -1.0, 0.1 + 0.2, 0.3]);
        assert_eq!(lines, [" -1  ██████████████████████████████ 3", "0.3  ████████████████████ 2"]);
    }

    #[test]
    fn many_energies_share_ranges_and_none_is_lost() {
        let energies: Vec<f64> = (0..100).map(f64::from).collect();
        let lines = histogram(&energies);
        assert_eq!(lines.len(), MAX_LINES);
        assert!(lines[9].starts_with("89.1 to 99.0  ") && lines[9].ends_with(" 10"), "{}", lines[9]);
    }

    #[test]
    fn no_energies_have_no_lines() {
        assert!(histogram(&[]).is_empty());
    }
}
