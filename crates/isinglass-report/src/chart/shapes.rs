//! Dashes, textures and signs of series.

use super::canvas::Canvas;
use crate::markup::number;

/// Lengths of dashes and gaps. All but the first leave what lies below to be seen.
const DASHES: [&str; 6] = ["", "9 5", "2 4", "12 4 2 4", "5 3", "16 6"];

/// How the bars of a series are filled.
struct Texture {
    opacity: f64,
    stripes: Option<Stripes>,
}

/// Stripes over the filling.
struct Stripes {
    are_level: bool,
    dashes: &'static str,
}

const fn plain(opacity: f64) -> Texture {
    Texture { opacity, stripes: None }
}

const fn striped(are_level: bool, dashes: &'static str) -> Texture {
    Texture { opacity: 0.2, stripes: Some(Stripes { are_level, dashes }) }
}

const TEXTURES: [Texture; 6] =
    [plain(1.0), plain(0.2), striped(true, "4 4"), striped(false, "3 3"), plain(0.55), striped(true, "1.5 4.5")];

/// Bars narrower than this have no texture: it could not be seen.
const TEXTURED: f64 = 5.0;

/// The dashes of a series, as an attribute.
pub(super) fn dashes(series: usize) -> String {
    match DASHES[series] {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    }
}

/// The sign of a series around a point.
pub(super) fn sign(canvas: &mut Canvas, series: usize, [x, y]: [f64; 2], radius: f64) {
    let (color, paper) = (canvas.palette.series[series], canvas.palette.paper);
    // an edge in the colour of the ground parts it from what lies below
    let paint = format!("fill=\"{color}\" stroke=\"{paper}\" stroke-width=\"1\"");
    let arm = 0.35;
    let corners: &[[f64; 2]] = match series {
        0 => {
            let [x, y, radius] = [x, y, radius].map(number);
            return canvas.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" {paint}/>"));
        }
        1 => &[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
        2 => &[[0.0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
        3 => &[[0.0, -1.25], [1.25, 0.0], [0.0, 1.25], [-1.25, 0.0]],
        4 => &[[0.0, 1.2], [1.1, -0.8], [-1.1, -0.8]],
        _ => &[
            [-arm, -1.2],
            [arm, -1.2],
            [arm, -arm],
            [1.2, -arm],
            [1.2, arm],
            [arm, arm],
            [arm, 1.2],
            [-arm, 1.2],
            [-arm, arm],
            [-1.2, arm],
            [-1.2, -arm],
            [-arm, -arm],
        ],
    };
    let corner = |[right, down]: &[f64; 2]| format!("{},{}", number(x + right * radius), number(y + down * radius));
    let corners: Vec<String> = corners.iter().map(corner).collect();
    canvas.push(format_args!("<polygon points=\"{}\" {paint}/>", corners.join(" ")));
}

/// A bar of a series: left, top, width and height.
pub(super) fn bar(canvas: &mut Canvas, series: usize, [x, y, width, height]: [f64; 4]) {
    let color = canvas.palette.series[series];
    let texture = if width < TEXTURED { &TEXTURES[0] } else { &TEXTURES[series] };
    let [left, top, wide, high] = [x, y, width, height].map(number);
    canvas.push(format_args!("<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" fill=\"{color}\""));
    if texture.opacity < 1.0 {
        canvas
            .push(format_args!(" fill-opacity=\"{}\" stroke=\"{color}\" stroke-width=\"1\"", number(texture.opacity)));
    }
    canvas.push(format_args!("/>"));
    if let Some(stripes) = &texture.stripes {
        // the dashes of a line as wide as the bar are its stripes
        let (ends, broad) = if stripes.are_level {
            ([x + width / 2.0, y + height, x + width / 2.0, y], width)
        } else {
            ([x, y + height / 2.0, x + width, y + height / 2.0], height)
        };
        let ([from_x, from_y, to_x, to_y], broad) = (ends.map(number), number(broad));
        canvas.push(format_args!(
            "<line x1=\"{from_x}\" y1=\"{from_y}\" x2=\"{to_x}\" y2=\"{to_y}\" stroke=\"{color}\" stroke-width=\"{broad}\" \
             stroke-dasharray=\"{}\"/>",
            stripes.dashes
        ));
    }
}
