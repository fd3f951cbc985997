//! Documents as one self-contained page.

use super::{Block, Document, Figure, Manifest, Picture, Section, Table};
use crate::chart::{ChartError, Palette, Theme};
use crate::markup::escaped;
use std::fmt::Write;

/// Forbids everything that the page does not carry itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE: &str = "
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:70rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.35rem;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--grid)}
p{margin:.75rem 0;max-width:46rem}
nav ul{columns:2 16rem;padding-left:1.2rem}
a{color:var(--series-1)}
pre{overflow-x:auto;background:var(--raised);padding:.75rem;border-radius:6px;font-size:.85rem;line-height:1.4}
.again pre{white-space:pre-wrap;overflow-wrap:anywhere}
.notice{background:var(--notice);padding:.6rem .8rem;border-radius:6px;max-width:46rem}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.3rem 0;white-space:normal}
th[scope=row]{white-space:normal;min-width:8rem;max-width:17rem}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--grid);text-align:right;white-space:nowrap}
th[scope=row],thead th:first-child,.text{text-align:left}
.text{white-space:normal;min-width:10rem}
thead th{border-bottom:2px solid var(--muted);vertical-align:bottom}
figure{margin:1.5rem 0}
figure svg,figure img{display:block;width:100%;max-width:44rem;height:auto}
figure img{background:#fff;border-radius:6px}
figcaption{font-size:.9rem;margin-top:.2rem;max-width:44rem}
figcaption p{margin:.3rem 0}
details{font-size:.85rem;color:var(--muted);margin-top:.3rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.4rem 0}
dd{margin:0;overflow-wrap:anywhere}
@media (max-width:36rem){th,td{padding:.3rem .35rem}th[scope=row]{min-width:6.5rem;max-width:6.5rem}.text{min-width:8rem}dl{display:block}dd{margin:0 0 .3rem}h1{font-size:1.5rem}}
@media print{body{font-size:10pt}main{max-width:none;padding:0}nav{display:none}figure,tr{break-inside:avoid}
h2{break-after:avoid}.wide{overflow:visible}th,td{white-space:normal;padding:.2rem .4rem}a{color:inherit}}
";

/// The page of a document.
pub(super) fn page(document: &Document) -> Result<String, ChartError> {
    let title = escaped(&document.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{}{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        colors()
    );
    for paragraph in document.summary.split("\n\n").filter(|text| !text.is_empty()) {
        push(&mut page, format_args!("<p>{}</p>\n", escaped(paragraph)));
    }
    again(&mut page, &document.manifest);
    page.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for (number, section) in document.sections.iter().enumerate() {
        push(&mut page, format_args!("<li><a href=\"#s{number}\">{}</a></li>\n", escaped(&section.title)));
    }
    page.push_str("</ul>\n</nav>\n");
    for (number, section) in document.sections.iter().enumerate() {
        self::section(&mut page, number, section, &document.manifest)?;
    }
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(page)
}

/// The colours of a page by day and by night, those of its charts among them.
fn colors() -> String {
    let (light, dark) = (Palette::of(Theme::Light).variables(), Palette::of(Theme::Dark).variables());
    format!(
        ":root{{color-scheme:light dark;{light}--raised:#f4f6f8;--notice:#fff3cd}}\n\
         @media (prefers-color-scheme:dark){{:root{{{dark}--raised:#1d2228;--notice:#3d3312}}}}"
    )
}

fn again(page: &mut String, manifest: &Manifest) {
    let command = escaped(&manifest.command);
    push(page, format_args!("<div class=\"again\"><p>To make this again:</p>\n<pre><code>{command}</code></pre>\n"));
    let version = ("isinglass".to_owned(), manifest.version.clone());
    page.push_str("<details><summary>Version, seeds and settings</summary>\n");
    settings(page, [&version].into_iter().chain(&manifest.settings));
    page.push_str("</details></div>\n");
}

fn settings<'a>(page: &mut String, settings: impl Iterator<Item = &'a (String, String)>) {
    page.push_str("<dl>");
    for (name, value) in settings {
        push(page, format_args!("<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value)));
    }
    page.push_str("</dl>\n");
}

fn section(page: &mut String, number: usize, section: &Section, manifest: &Manifest) -> Result<(), ChartError> {
    push(page, format_args!("<section>\n<h2 id=\"s{number}\">{}</h2>\n", escaped(&section.title)));
    for block in &section.blocks {
        match block {
            Block::Text(text) => push(page, format_args!("<p>{}</p>\n", escaped(text))),
            Block::Notice(text) => push(page, format_args!("<p class=\"notice\">{}</p>\n", escaped(text))),
            Block::Code(text) => push(page, format_args!("<pre><code>{}</code></pre>\n", escaped(text))),
            Block::Table(table) => self::table(page, table),
            Block::Figure(figure) => self::figure(page, figure, manifest)?,
        }
    }
    page.push_str("</section>\n");
    Ok(())
}

fn table(page: &mut String, table: &Table) {
    // the box scrolls, not the page; with a tab stop, keys reach it
    push(
        page,
        format_args!(
            "<div class=\"wide\" tabindex=\"0\"><table>\n<caption>{}</caption>\n<thead><tr>",
            escaped(&table.caption)
        ),
    );
    let class = |column: usize| if is_text(table, column) { " class=\"text\"" } else { "" };
    for (index, column) in table.columns.iter().enumerate() {
        push(page, format_args!("<th scope=\"col\"{}>{}</th>", class(index), escaped(column)));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        page.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let text = escaped(cell);
            match index {
                0 => push(page, format_args!("<th scope=\"row\">{text}</th>")),
                _ => push(page, format_args!("<td{}>{text}</td>", class(index))),
            }
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table></div>\n");
}

/// Whether a column has words, not numbers: all of them begin with a letter.
fn is_text(table: &Table, column: usize) -> bool {
    let mut cells = table.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
    let begins_with_a_letter = |cell: &String| cell.starts_with(char::is_alphabetic);
    cells.peek().is_some() && cells.all(begins_with_a_letter)
}

fn figure(page: &mut String, figure: &Figure, manifest: &Manifest) -> Result<(), ChartError> {
    push(page, format_args!("<figure id=\"{}\">\n", escaped(&figure.id)));
    match &figure.picture {
        Picture::Chart(chart) => page.push_str(&chart.svg(Theme::Page)?),
        Picture::Drawing(svg) => {
            // as an image it keeps its own colours and titles, and its identifiers to itself
            let data = encode(svg);
            push(page, format_args!("<img alt=\"{}\" src=\"data:image/svg+xml,{data}\">", escaped(&figure.caption)));
        }
    }
    page.push_str("\n<figcaption>\n");
    // charts have their title above them
    if !matches!(&figure.picture, Picture::Chart(chart) if chart.title == figure.caption) {
        push(page, format_args!("<p>{}</p>\n", escaped(&figure.caption)));
    }
    page.push_str("<details><summary>How this figure was made</summary>\n");
    let own = [("command".to_owned(), manifest.command.clone()), ("isinglass".to_owned(), manifest.version.clone())];
    settings(page, own.iter().chain(&manifest.settings).chain(&figure.settings));
    page.push_str("</details>\n</figcaption>\n</figure>\n");
    Ok(())
}

/// SVG as part of an address.
fn encode(svg: &str) -> String {
    let mut encoded = String::with_capacity(svg.len());
    for byte in svg.bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b' '
            | b'='
            | b'/'
            | b':'
            | b','
            | b';'
            | b'('
            | b')' => {
                encoded.push(char::from(byte));
            }
            _ => push(&mut encoded, format_args!("%{byte:02X}")),
        }
    }
    encoded
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("strings take all text");
}
