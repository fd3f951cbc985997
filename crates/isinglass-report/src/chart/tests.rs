use super::*;
use picture::{Element, elements};

mod any_chart;
mod picture;

fn axis(label: &str, log: bool) -> Axis {
    Axis { label: label.to_owned(), log }
}

fn chart(marks: Marks) -> Chart {
    Chart { title: "T".to_owned(), x: axis("x", false), y: axis("y", false), marks }
}

fn bars(values: &[&[f64]]) -> Chart {
    let series = |(number, values): (usize, &&[f64])| Series {
        name: format!("series {number}"),
        values: values.iter().map(|&value| Some(value)).collect(),
    };
    let categories = (0..values[0].len()).map(|index| format!("c{index}")).collect();
    chart(Marks::Bars { categories, series: values.iter().enumerate().map(series).collect() })
}

fn point(x: f64, y: f64) -> Point {
    Point { x, y, low: None, high: None }
}

fn lines(series: Vec<Vec<Point>>) -> Chart {
    let line = |(number, points)| Line { name: format!("line {number}"), points };
    chart(Marks::Lines { series: series.into_iter().enumerate().map(line).collect() })
}

fn heat(values: Vec<Vec<Option<f64>>>) -> Chart {
    let names = |sign: char, number: usize| (0..number).map(|index| format!("{sign}{index}")).collect();
    chart(Marks::Heat { rows: names('r', values.len()), columns: names('c', values[0].len()), values })
}

/// The elements of each mark, its title first.
fn marks(svg: &str) -> Vec<Vec<Element>> {
    let pieces = svg.split("<g class=\"mark\">").skip(1);
    pieces.map(|piece| elements(piece.split_once("</g>").unwrap().0)).collect()
}

#[test]
fn heights_of_bars_are_in_proportion_to_their_values() {
    let values = [[3.0, 0.5, 12.0, 0.0], [-4.0, 7.25, 1.0, 2.0]];
    let svg = bars(&[&values[0], &values[1]]).svg(Theme::Light).unwrap();
    let marks = marks(&svg);
    assert_eq!(marks.len(), 8);
    let base = marks[0][1].number("y") + marks[0][1].number("height");
    let unit = marks[0][1].number("height") / 3.0;
    for (index, mark) in marks.iter().enumerate() {
        let (value, bar) = (values[index % 2][index / 2], &mark[1]);
        assert!((bar.number("height") - value.abs() * unit).abs() < 0.02, "{value}");
        let foot = if value < 0.0 { bar.number("y") } else { bar.number("y") + bar.number("height") };
        assert!((foot - base).abs() < 0.02, "{value}");
        assert_eq!(mark[0].text, format!("series {}, c{}: {value}", index % 2, index / 2));
    }
    let nothing = marks[6].last().unwrap();
    assert_eq!((nothing.name.as_str(), nothing.number("x2") > nothing.number("x1") + 20.0), ("line", true));
    // bars of a group lie side by side
    assert!(marks[0][1].number("x") + marks[0][1].number("width") <= marks[1][1].number("x"));
}

#[test]
fn points_lie_where_their_axes_say() {
    let mut chart = lines(vec![vec![
        Point { x: 1.0, y: 2.0, low: Some(1.0), high: Some(5.0) },
        point(10.0, 4.0),
        Point { low: Some(3.0), ..point(1000.0, 8.0) },
    ]]);
    chart.x.log = true;
    let svg = chart.svg(Theme::Dark).unwrap();
    let marks = marks(&svg);
    let sign = |index: usize| {
        let circle: &Element = marks[index].last().unwrap();
        [circle.number("cx"), circle.number("cy")]
    };
    let [one, ten, thousand] = [sign(0), sign(1), sign(2)];
    assert!(((thousand[0] - one[0]) / (ten[0] - one[0]) - 3.0).abs() < 1e-3);
    assert!(((one[1] - thousand[1]) / (one[1] - ten[1]) - 3.0).abs() < 1e-3);
    let unit = (one[1] - ten[1]) / 2.0;
    let error = &marks[0][1];
    assert!(
        (error.number("y1") - one[1] - unit).abs() < 0.02 && (one[1] - error.number("y2") - 3.0 * unit).abs() < 0.02
    );
    assert_eq!(marks[0][0].text, "line 0: (1, 2), from 1 to 5");
    assert_eq!(marks[2][0].text, "line 0: (1000, 8), from 3 to 8");
    // the numbers at the bottom stand below their values
    let texts = elements(&svg);
    let number = texts
        .iter()
        .find(|element| element.name == "text" && element.text == "10" && element.get("text-anchor") == Some("middle"));
    assert!((number.unwrap().number("x") - ten[0]).abs() < 0.02);
}

#[test]
fn colors_of_cells_are_in_proportion_to_their_values() {
    let palette = Palette::of(Theme::Light);
    let chart = heat(vec![vec![Some(-4.0), Some(0.0), None], vec![Some(2.0), Some(8.0), Some(1.0 / 3.0)]]);
    let marks = marks(&chart.svg(Theme::Light).unwrap());
    let shades: Vec<_> =
        marks.iter().map(|mark| (mark[1].get("fill").unwrap(), mark[1].number("fill-opacity"))).collect();
    let (plus, minus) = (palette.plus, palette.minus);
    assert_eq!(shades[..2], [(minus, 0.25), (plus, 0.0)]);
    assert_eq!(shades[3..], [(plus, 0.13), (plus, 0.5), (plus, 0.02)]);
    let printed: Vec<_> = marks.iter().filter_map(|mark| mark.iter().find(|element| element.name == "text")).collect();
    assert_eq!(printed.iter().map(|text| text.text.as_str()).collect::<Vec<_>>(), ["-4", "0", "2", "8", "0.333"]);
    assert_eq!((marks[2][0].text.as_str(), marks[2][2].name.as_str()), ("r0, c2: no value", "line"));
}

/// Contrast of two colours by the definition of the Web Content Accessibility Guidelines 2.1.
fn contrast(one: [f64; 3], two: [f64; 3]) -> f64 {
    let linear =
        |channel: f64| if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
    let light =
        |color: [f64; 3]| 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]) + 0.05;
    let (one, two) = (light(one), light(two));
    one.max(two) / one.min(two)
}

#[test]
fn text_can_be_read_on_the_ground_and_on_every_cell() {
    let channels =
        |color: &str| [1, 3, 5].map(|at| f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0);
    for theme in [Theme::Light, Theme::Dark] {
        let palette = Palette::of(theme);
        let [paper, ink, muted] = [palette.paper, palette.ink, palette.muted].map(channels);
        assert!(contrast(paper, muted) >= 4.5, "{theme:?}");
        for color in [palette.plus, palette.minus].map(channels) {
            let mixed = [0, 1, 2].map(|channel| paper[channel] + (color[channel] - paper[channel]) * heat::STRONGEST);
            assert!(contrast(mixed, ink) >= 4.5, "{theme:?}: {}", contrast(mixed, ink));
        }
        for color in palette.series.map(channels) {
            assert!(contrast(color, paper) >= 3.0, "{theme:?}");
        }
    }
}

#[test]
fn series_that_coincide_are_all_seen() {
    let same = || vec![point(0.0, 0.0), point(1.0, 1.0)];
    let svg = lines(vec![same(), same(), same()]).svg(Theme::Light).unwrap();
    let marks = marks(&svg);
    let reach = |mark: &[Element]| {
        let [left, _, right, _] = mark.last().unwrap().edges().unwrap();
        right - left
    };
    assert!(reach(&marks[0]) > reach(&marks[2]) + 2.0 && reach(&marks[2]) > reach(&marks[4]) + 2.0);
    let paths: Vec<Element> = elements(&svg).into_iter().filter(|element| element.name == "path").collect();
    // three in the legend, then three in the picture
    let joined = &paths[3..];
    assert!(joined.windows(2).all(|pair| pair[0].number("stroke-width") > pair[1].number("stroke-width")));
    assert!(
        joined[0].get("stroke-dasharray").is_none()
            && joined[1..].iter().all(|path| path.get("stroke-dasharray").is_some())
    );
    let apart = lines(vec![vec![point(0.0, 0.0)], vec![point(1.0, 1.0)]]).svg(Theme::Light).unwrap();
    let sizes: Vec<f64> = self::marks(&apart).iter().map(|mark| reach(mark)).collect();
    assert!((sizes[0] - sizes[1]).abs() < 1.5, "{sizes:?}");
}

#[test]
fn each_series_has_a_look_of_its_own() {
    let many: Vec<&[f64]> = vec![&[1.0]; 6];
    let looks = |svg: &str| {
        let marks = marks(svg);
        let mut looks: Vec<String> = marks
            .iter()
            .map(|mark| {
                let names = ["fill-opacity", "stroke-dasharray"];
                let of = |element: &Element| {
                    let [left, top, _, _] = element.edges().unwrap_or_default();
                    let corners: Vec<String> = element
                        .get("points")
                        .unwrap_or_default()
                        .split([' ', ','])
                        .enumerate()
                        .filter_map(|(index, number)| {
                            Some(format!(
                                "{:.1}",
                                number.parse::<f64>().ok()? - if index % 2 == 0 { left } else { top }
                            ))
                        })
                        .collect();
                    format!("{}{corners:?}{:?}", element.name, names.map(|name| element.get(name)))
                };
                mark[1..].iter().map(of).collect()
            })
            .collect();
        looks.sort();
        looks.dedup();
        looks.len()
    };
    assert_eq!(looks(&bars(&many).svg(Theme::Light).unwrap()), 6);
    let signs = (0..6).map(|number| vec![point(0.0, f64::from(number))]).collect();
    assert_eq!(looks(&lines(signs).svg(Theme::Light).unwrap()), 6);
}

#[test]
fn long_names_are_cut_and_told_in_full() {
    let long = "a name that goes on <and> on ".repeat(12);
    let mut chart = bars(&[&[1.0; 12]]);
    let Marks::Bars { categories, .. } = &mut chart.marks else { unreachable!() };
    categories[5].clone_from(&long);
    let svg = chart.svg(Theme::Light).unwrap();
    let all = elements(&svg);
    assert!(all.iter().any(|element| element.name == "title" && element.text == long));
    assert!(
        all.iter()
            .any(|element| element.name == "text" && element.text.starts_with("a name") && element.text.ends_with('…'))
    );
    // names in marks do not grow with the number of marks
    assert!(marks(&svg)[5][0].text.len() < 120);
}

#[test]
fn a_bar_on_a_logarithmic_axis_ends_at_its_value() {
    let mut chart = bars(&[&[1.0, 10.0, 1000.0]]);
    chart.y.log = true;
    let tops: Vec<f64> = marks(&chart.svg(Theme::Light).unwrap()).iter().map(|mark| mark[1].number("y")).collect();
    assert!(((tops[0] - tops[2]) / (tops[0] - tops[1]) - 3.0).abs() < 1e-3);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let error = |chart: Chart| chart.svg(Theme::Light).unwrap_err();
    let told = |chart: Chart| error(chart).to_string();
    let ragged = |values| {
        chart(Marks::Bars { categories: vec!["a".to_owned()], series: vec![Series { name: "s".to_owned(), values }] })
    };
    assert_eq!(
        told(bars(&[&[1.0, f64::NAN]])),
        "chart \"T\", series \"series 0\", category \"c1\": NaN is not a finite number from -1e300 to 1e300"
    );
    assert!(matches!(error(lines(vec![vec![point(f64::INFINITY, 0.0)]])), ChartError::NotFinite { .. }));
    assert!(matches!(
        error(lines(vec![vec![Point { high: Some(2e300), ..point(0.0, 0.0) }]])),
        ChartError::NotFinite { .. }
    ));
    assert!(matches!(error(heat(vec![vec![Some(f64::NEG_INFINITY)]])), ChartError::NotFinite { .. }));
    let mut zero = lines(vec![vec![Point { low: Some(0.0), ..point(1.0, 1.0) }]]);
    zero.y.log = true;
    assert_eq!(
        told(zero),
        "chart \"T\", series \"line 0\", point 0, low: 0 is not above 1e-280, which a logarithmic axis asks for"
    );
    let reversed = lines(vec![vec![Point { low: Some(2.0), ..point(0.0, 1.0) }]]);
    assert_eq!(told(reversed), "chart \"T\", series \"line 0\", point 0: the error bar begins at 2, above its end 1");
    assert_eq!(told(ragged(vec![Some(1.0); 2])), "chart \"T\", series \"s\": 2 values, expected 1");
    let mut torn = heat(vec![vec![Some(1.0)], vec![None]]);
    let Marks::Heat { values, .. } = &mut torn.marks else { unreachable!() };
    values[1].push(None);
    assert_eq!(told(torn.clone()), "chart \"T\", row \"r1\": 2 values, expected 1");
    let Marks::Heat { values, .. } = &mut torn.marks else { unreachable!() };
    values.pop();
    assert_eq!(told(torn), "chart \"T\", rows: 1 values, expected 2");
    let mut named = heat(vec![vec![Some(1.0)]]);
    named.x.log = true;
    assert_eq!(told(named), "chart \"T\": the x axis has names, which have no logarithm");
    assert_eq!(told(ragged(vec![None])), "chart \"T\": there are no values to draw");
    assert!(matches!(error(lines(vec![])), ChartError::Empty { .. }));
    assert!(matches!(error(heat(vec![vec![None]])), ChartError::Empty { .. }));
    assert_eq!(told(bars(&[&[1.0][..]; 7])), "chart \"T\": 7 series, at most 6 can be told apart");
    assert!(matches!(error(lines(vec![vec![]; 7])), ChartError::TooMuch { limit: 6, .. }));
    assert!(matches!(error(bars(&[&[1.0; 1281]])), ChartError::TooMuch { what: "bars", limit: 1280, .. }));
    assert!(matches!(error(lines(vec![vec![point(0.0, 0.0); 20_001]])), ChartError::TooMuch { what: "points", .. }));
    assert!(matches!(error(heat(vec![vec![Some(0.0); 201]; 200])), ChartError::TooMuch { what: "cells", .. }));
    assert!(matches!(error(heat(vec![vec![Some(0.0)]; 1001])), ChartError::TooMuch { what: "rows", .. }));
    assert!(matches!(error(heat(vec![vec![Some(0.0); 1001]])), ChartError::TooMuch { what: "columns", .. }));
}

#[test]
fn kinds_of_marks_are_named_in_json() {
    let kind = |chart: Chart| {
        serde_json::to_value(chart).unwrap()["marks"].as_object().unwrap().keys().next().unwrap().clone()
    };
    assert_eq!([bars(&[&[1.0]]), lines(vec![]), heat(vec![vec![]])].map(kind), ["bars", "lines", "heat"]);
}
