//! What must hold for every chart.

use super::*;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    let texts = prop_oneof!["[a-z0-9]{0,6}", "[a-zA-Z<>&\"' ]{0,40}", "\\PC{0,30}", "[\\x00-\\x1f\\x7f-\\x9fa-z]{0,8}"];
    // the check below would take these for coordinates
    texts
        .prop_filter("it reads like a number that is not finite", |text| !text.contains("NaN") && !text.contains("inf"))
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        -10.0..10.0f64,
        1e-3..1e6f64,
        Just(-1e300),
        Just(1e300),
        Just(1e-280),
        (0..5i32).prop_map(f64::from)
    ]
}

fn table(
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    (rows, columns).prop_flat_map(|(rows, columns)| {
        prop::collection::vec(prop::collection::vec(prop::option::weighted(0.8, value()), columns), rows)
    })
}

fn any_marks() -> impl Strategy<Value = Marks> {
    let names = |number| prop::collection::vec(text(), number);
    let bars = table(1..7, 1..40)
        .prop_flat_map(move |values| (names(values[0].len()), names(values.len()), Just(values)))
        .prop_map(|(categories, names, values)| {
            let series = names.into_iter().zip(values).map(|(name, values)| Series { name, values }).collect();
            Marks::Bars { categories, series }
        });
    let point = (value(), value(), prop::option::of(0.0..5.0f64), prop::option::of(0.0..5.0f64))
        .prop_map(|(x, y, low, high)| Point { x, y, low: low.map(|low| y - low), high: high.map(|high| y + high) });
    let line = (text(), prop::collection::vec(point, 0..60)).prop_map(|(name, points)| Line { name, points });
    let lines = prop::collection::vec(line, 1..7).prop_map(|series| Marks::Lines { series });
    let heat = table(1..40, 1..60)
        .prop_flat_map(move |values| (names(values.len()), names(values[0].len()), Just(values)))
        .prop_map(|(rows, columns, values)| Marks::Heat { rows, columns, values });
    prop_oneof![bars, lines, heat]
}

/// Makes values positive where an axis is logarithmic.
fn positive(mut chart: Chart) -> Chart {
    let above = |value: &mut f64| *value = value.abs().max(1e-279);
    match &mut chart.marks {
        Marks::Bars { series, .. } => {
            chart.x.log = false;
            if chart.y.log {
                series.iter_mut().flat_map(|one| &mut one.values).flatten().for_each(above);
            }
        }
        Marks::Lines { series } => {
            for point in series.iter_mut().flat_map(|line| &mut line.points) {
                if chart.x.log {
                    above(&mut point.x);
                }
                if chart.y.log {
                    above(&mut point.y);
                    point.low = point.low.map(|_| point.y / 2.0);
                    point.high = point.high.map(|_| (point.y * 3.0).min(1e300));
                }
            }
        }
        Marks::Heat { .. } => (chart.x.log, chart.y.log) = (false, false),
    }
    chart
}

fn num_values(marks: &Marks) -> usize {
    match marks {
        Marks::Bars { series, .. } => series.iter().flat_map(|one| &one.values).flatten().count(),
        Marks::Lines { series } => series.iter().map(|line| line.points.len()).sum(),
        Marks::Heat { values, .. } => values.iter().map(Vec::len).sum(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_chart_is_whole_inside_its_edges_and_its_texts_do_not_touch(
        title in text(), x in (text(), any::<bool>()), y in (text(), any::<bool>()), marks in any_marks(),
    ) {
        let chart = positive(Chart { title, x: axis(&x.0, x.1), y: axis(&y.0, y.1), marks });
        let svg = match chart.svg(Theme::Light) {
            Ok(svg) => svg,
            Err(ChartError::Empty { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        prop_assert!(!svg.chars().any(|character| character.is_control() && character != '\n' && character != '\t'));
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf\"") && !svg.contains(" id=") && !svg.contains("url("));
        let elements = elements(&svg);
        let root = &elements[0];
        prop_assert_eq!((root.get("xmlns"), root.get("role")), (Some("http://www.w3.org/2000/svg"), Some("img")));
        let view: Vec<f64> = root.get("viewBox").unwrap().split(' ').map(|side| side.parse().unwrap()).collect();
        for element in &elements {
            let Some([left, top, right, bottom]) = element.edges() else { continue };
            prop_assert!(left >= -0.01 && top >= -0.01 && right <= view[2] + 0.01 && bottom <= view[3] + 0.01, "{element:?} in {view:?}");
        }
        let texts: Vec<&Element> = elements.iter().filter(|element| element.name == "text" && !element.text.trim().is_empty()).collect();
        for (index, text) in texts.iter().enumerate() {
            prop_assert!(text.get("font-size").is_none_or(|size| size.parse::<f64>().unwrap() >= 14.0));
            for other in &texts[..index] {
                prop_assert!(!text.touches(other), "{text:?} {other:?}");
            }
        }
        prop_assert_eq!(self::marks(&svg).len(), num_values(&chart.marks));
        let plain = |theme: Theme| {
            let palette = Palette::of(theme);
            let own = [palette.paper, palette.ink, palette.muted, palette.grid, palette.plus, palette.minus];
            let svg = chart.svg(theme).unwrap();
            own.iter().chain(&palette.series).fold(svg, |svg, color| svg.replace(&format!("\"{color}\""), "\"\""))
        };
        prop_assert_eq!(plain(Theme::Light), plain(Theme::Dark));
        prop_assert_eq!(plain(Theme::Light), plain(Theme::Page));
    }
}
