//! Selection of the columns to read.

use std::collections::HashSet;

use thiserror::Error;

use super::read::ReadOptions;

/// Names listed in a message.
const SHOWN_NAMES: usize = 20;

/// Why columns cannot be dropped.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DropFault {
    /// A column to drop does not exist.
    #[error("cannot drop the column \"{wanted}\": the columns are {}", listed(names, *num_columns))]
    NoSuchColumn {
        /// The name or position requested.
        wanted: String,
        /// The columns of the file; at most the first 20.
        names: Vec<String>,
        /// Number of columns.
        num_columns: usize,
    },
    /// The column holds the labels.
    #[error("cannot drop the column \"{name}\": it is the label")]
    IsLabel {
        /// The column.
        name: String,
    },
    /// All feature columns are dropped.
    #[error("all feature columns are dropped")]
    NothingLeft,
}

fn listed(names: &[String], num_columns: usize) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let more = if num_columns > names.len() { ", ..." } else { "" };
    quoted.join(", ") + more
}

impl DropFault {
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchColumn { .. } => "give a column by its name, or by its position from 1".into(),
            Self::IsLabel { .. } => "the last column is the label unless another one is chosen".into(),
            Self::NothingLeft => "drop fewer columns".into(),
        })
    }
}

/// For each column of a file whether it is read, the label included.
///
/// Columns of [`ReadOptions::drop`] are found by name, else by position from 1.
pub(super) fn kept(names: &[String], label: Option<usize>, options: &ReadOptions) -> Result<Vec<bool>, DropFault> {
    let mut kept = vec![true; names.len()];
    for wanted in &options.drop {
        let mut named: Vec<usize> = (0..names.len()).filter(|&index| names[index] == *wanted).collect();
        if named.is_empty() {
            let position = wanted.parse::<usize>().ok().filter(|position| (1..=names.len()).contains(position));
            named.extend(position.map(|position| position - 1));
        }
        if named.is_empty() {
            let shown = names.iter().take(SHOWN_NAMES).cloned().collect();
            return Err(DropFault::NoSuchColumn { wanted: wanted.clone(), names: shown, num_columns: names.len() });
        }
        if let Some(&index) = named.iter().find(|&&index| label == Some(index)) {
            return Err(DropFault::IsLabel { name: names[index].clone() });
        }
        named.into_iter().for_each(|index| kept[index] = false);
    }
    let is_feature = |index: usize| label != Some(index);
    if !options.drop.is_empty() && !(0..names.len()).any(|index| kept[index] && is_feature(index)) {
        return Err(DropFault::NothingLeft);
    }
    if let Some(only) = &options.only {
        let only: HashSet<&String> = only.iter().collect();
        let is_wanted = |index: usize| kept[index] && is_feature(index) && only.contains(&names[index]);
        let wanted: Vec<bool> = (0..names.len()).map(is_wanted).collect();
        // a table that lacks one of them is read whole, so that the message about it can name what is there
        if wanted.iter().filter(|&&wanted| wanted).count() == only.len() {
            kept = wanted.iter().enumerate().map(|(index, &wanted)| wanted || !is_feature(index)).collect();
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests;
