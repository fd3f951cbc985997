//! Names along the bottom: level, slanted, upright, or only some of them.

use super::canvas::{Anchor, Canvas, LINE, Label, MARGIN, TEXT, WIDTH, cut, width};

/// Between level names.
const APART: f64 = 10.0;
/// From one slanted name to the next, so that they do not touch.
const SLANTED: f64 = 25.0;
/// From one upright name to the next.
const UPRIGHT: f64 = 18.0;
/// Turned names are cut to this length.
const LONGEST: f64 = 240.0;

/// Of things that are `step` apart every how many-th is written, so that texts are `apart`: 1, 2 or 5 times a power of ten.
pub(super) fn stride(apart: f64, step: f64) -> usize {
    let strides = (0..9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10usize.pow(power)));
    let fits = |stride: &usize| *stride as f64 * step >= apart;
    strides.into_iter().find(fits).unwrap_or(usize::MAX)
}

/// Writes names whose middles are `step` apart, the first at `first`, below `top`, and says where they end.
pub(super) fn along(canvas: &mut Canvas, names: &[String], first: f64, step: f64, top: f64) -> f64 {
    let broad = names.iter().map(|name| width(name)).fold(0.0, f64::max);
    // numbers that are left out can be told from those around them
    let are_numbers = names.iter().all(|name| name.parse::<f64>().is_ok());
    if broad + APART <= step || (are_numbers && broad < WIDTH / 4.0) {
        let room = broad + APART;
        let stride = stride(room, step);
        for (index, name) in names.iter().enumerate().step_by(stride) {
            let half = width(name) / 2.0;
            let middle = (first + index as f64 * step).clamp(MARGIN + half, WIDTH - MARGIN - half);
            canvas.label(Label::new(name, [middle, top + TEXT + 4.0], Anchor::Middle, canvas.palette.muted));
        }
        return top + LINE + 4.0;
    }
    let (turn, apart) = if step >= SLANTED { (-45.0f64, step) } else { (-90.0, UPRIGHT) };
    let stride = stride(apart, step);
    let [down, left] = [-turn.to_radians().sin(), turn.to_radians().cos()];
    // the middle of the letters, not the line they stand on, ends below the middle of the category
    let offset = [TEXT * 0.35 * down, TEXT * 0.35 * left + 10.0];
    let mut bottom = top;
    for (index, name) in names.iter().enumerate().step_by(stride) {
        let at = [first + index as f64 * step + offset[0], top + offset[1]];
        // a slanted name ends at the edge of the picture
        let to_edge = if left > 1e-9 { (at[0] - MARGIN - TEXT) / left } else { LONGEST };
        let room = LONGEST.min(to_edge);
        let label = Label::new(name, at, Anchor::End, canvas.palette.muted);
        canvas.label(Label { room, turn, ..label });
        bottom = f64::max(bottom, at[1] + width(&cut(name, room)) * down);
    }
    bottom + TEXT * 0.3
}
