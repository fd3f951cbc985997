//! Documents as GitHub-flavoured Markdown.

use super::{Block, Document, Table};
use std::fmt::Write;

/// The page of a document whose figures are files in `folder`.
pub(super) fn page(document: &Document, folder: &str) -> String {
    let mut page = format!("# {}\n", escape(&document.title));
    let mut push = |text: std::fmt::Arguments<'_>| page.write_fmt(text).expect("strings take all text");
    for paragraph in document.summary.split("\n\n").filter(|text| !text.is_empty()) {
        push(format_args!("\n{}\n", escape(paragraph)));
    }
    push(format_args!("\nTo make this again:\n\n{}\n", code(&document.manifest.command)));
    let version = ("isinglass".to_owned(), document.manifest.version.clone());
    for (name, value) in [&version].into_iter().chain(&document.manifest.settings) {
        push(format_args!("- {}: {}\n", escape(name), escape(value)));
    }
    for section in &document.sections {
        push(format_args!("\n## {}\n", escape(&section.title)));
        for block in &section.blocks {
            match block {
                Block::Text(text) => push(format_args!("\n{}\n", escape(text))),
                Block::Notice(text) => push(format_args!("\n> {}\n", escape(text))),
                Block::Code(text) => push(format_args!("\n{}", code(text))),
                Block::Table(table) => push(format_args!("\n{}", self::table(table))),
                Block::Figure(figure) => {
                    let caption = escape(&figure.caption);
                    push(format_args!("\n![{caption}]({folder}/{}.svg)\n\n{caption}\n", figure.id));
                    for (name, value) in &figure.settings {
                        push(format_args!("- {}: {}\n", escape(name), escape(value)));
                    }
                }
            }
        }
    }
    page
}

fn table(table: &Table) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("{}\n\n", escape(&table.caption));
    text.push_str(&row(table.columns.iter().map(|column| escape(column)).collect()));
    let rules = (0..table.columns.len()).map(|column| if column == 0 { "---" } else { "---:" }.to_owned());
    text.push_str(&row(rules.collect()));
    for cells in &table.rows {
        text.push_str(&row(cells.iter().map(|cell| escape(cell)).collect()));
    }
    text
}

/// A fence longer than any in the text.
fn code(text: &str) -> String {
    let longest = text.lines().map(|line| line.trim_start().chars().take_while(|&character| character == '`').count());
    let fence = "`".repeat(longest.max().unwrap_or(0).max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Text on one line without markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let is_number = text.chars().nth(1).is_some_and(|second| second.is_ascii_digit());
    for (index, character) in text.chars().enumerate() {
        match character {
            // at the beginning of a line these make lists and headings
            '-' | '+' | '=' if index == 0 && !is_number => escaped.extend(['\\', character]),
            '\\' | '~' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' => escaped.extend(['\\', character]),
            '\n' | '\t' => escaped.push(' '),
            '&' => escaped.push_str("&amp;"),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}
