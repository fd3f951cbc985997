use super::*;
use crate::chart::{Axis, Marks, Series};

fn axis(label: &str) -> Axis {
    Axis { label: label.to_owned(), log: false }
}

/// A document with one block of each kind, and text that wants to be markup everywhere.
fn small(text: &str) -> Document {
    let own = |name: &str| format!("{name} {text}");
    let series = vec![Series { name: own("reads"), values: vec![Some(3.0), None] }];
    let chart = Chart {
        title: own("chart"),
        x: axis(&own("energy")),
        y: axis("reads"),
        marks: Marks::Bars { categories: vec![own("0"), "1".to_owned()], series },
    };
    let table = Table {
        caption: own("table"),
        columns: vec![own("mode"), "errors".to_owned()],
        rows: vec![vec![own("annealed"), "1".to_owned()], vec!["exact".to_owned(), String::new()]],
    };
    let drawing =
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h2" stroke="#123456"/></svg>"##;
    Document {
        title: own("title"),
        summary: own("summary"),
        manifest: Manifest::new(&own("isinglass train"), "0.1.0").with(&own("seed"), 7),
        sections: vec![Section::new(
            own("section"),
            vec![
                Block::Text(own("text")),
                Block::Notice(own("notice")),
                Block::Code(own("code")),
                Block::Table(table),
                Block::Figure(Figure::chart("energies", &own("caption"), chart)),
                Block::Figure(Figure::drawing("chip", &own("drawing"), drawing.to_owned())),
            ],
        )],
    }
}

#[test]
fn a_small_document_in_markdown() {
    insta::assert_snapshot!(small("*").to_markdown("figures"));
}

#[test]
fn the_page_needs_nothing_else() {
    let page = small("x").to_html().unwrap();
    for foreign in ["http://", "https://", "<script", "<link", "url(", "@import"] {
        let own = page.replace("http%3A//www.w3.org/2000/svg", "").replace("http://www.w3.org/2000/svg", "");
        assert!(!own.contains(foreign), "{foreign}");
    }
    assert!(page.contains("Content-Security-Policy") && page.contains("data:image/svg+xml,"));
}

#[test]
fn text_that_looks_like_markup_stays_text() {
    let text = "</p><script>alert('\"&')</script>\u{1}\u{0}";
    let page = small(text).to_html().unwrap();
    assert!(!page.contains("<script") && !page.contains('\u{1}') && !page.contains('\u{0}'));
    assert_eq!(page.matches("&lt;script&gt;").count(), page.matches("alert(").count());
    let page = small("| `a` <b> [c](d)\n# e").to_markdown("figures");
    // what is between fences is text already
    let outside: String = page.split("```").step_by(2).collect();
    let bare = outside.replace("\\<", "").replace("\\]", "");
    assert!(!bare.contains("<b") && !bare.contains("](d)") && !bare.contains("\n# e"), "{page}");
    let mut list = small("x");
    list.sections[0].blocks = ["- a\n- b", "-1", "~~c~~"].map(|text| Block::Text(text.to_owned())).to_vec();
    let page = list.to_markdown("figures");
    assert!(page.ends_with("\n\\- a - b\n\n-1\n\n\\~\\~c\\~\\~\n"), "{page}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let (left, right) = (small("x"), small("x"));
    assert_eq!(left.to_html().unwrap(), right.to_html().unwrap());
    assert_eq!(left.to_markdown("f"), right.to_markdown("f"));
    assert_eq!(left.to_json(), right.to_json());
}

#[test]
fn a_figure_by_itself_says_how_it_was_made() {
    let document = small("<&>");
    for figure in document.figures() {
        let svg = figure.svg(&document.manifest).unwrap();
        let Picture::Chart(_) = figure.picture else { continue };
        assert!(
            svg.contains(
                "<desc>command: isinglass train &lt;&amp;&gt;\nisinglass: 0.1.0\nseed &lt;&amp;&gt;: 7</desc>"
            ),
            "{svg}"
        );
    }
    assert_eq!(document.figures().count(), 2);
}

#[test]
fn json_has_a_name_a_version_and_all_blocks() {
    let value: serde_json::Value = serde_json::from_str(&small("x").to_json()).unwrap();
    assert_eq!((value["format"].as_str(), value["version"].as_u64()), (Some("isinglass-report"), Some(1)));
    assert_eq!(value["document"]["sections"][0]["blocks"].as_array().unwrap().len(), 6);
}

#[test]
fn charts_that_cannot_be_drawn_are_told() {
    let mut document = small("x");
    let Block::Figure(figure) = &mut document.sections[0].blocks[4] else { unreachable!() };
    let Picture::Chart(chart) = &mut figure.picture else { unreachable!() };
    chart.marks = Marks::Bars {
        categories: vec!["0".to_owned()],
        series: vec![Series { name: String::new(), values: vec![Some(f64::NAN)] }],
    };
    assert!(document.to_html().is_err());
}
