//! Pictures as pixels.

use std::num::NonZeroUsize;

use crate::failure::Failure;

/// The largest side of a PNG, in pixels: 1.6 GB of memory for a square.
#[cfg(feature = "png")]
const MAX_SIDE: f32 = 20_000.0;

/// The picture in pixels; without a font on the machine its text is missing, see [`has_font`].
///
/// # Errors
/// A [`Failure`] when there would be too many.
#[cfg(feature = "png")]
pub(crate) fn png(svg: &str, width: Option<NonZeroUsize>) -> Result<Vec<u8>, Failure> {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::{Options, Tree};
    let cannot = |why: String| Failure::internal("the picture cannot be turned into pixels").because(why);
    let options = Options { fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| cannot(error.to_string()))?;
    let size = tree.size();
    let scale = width.map_or(1.0, |width| width.get() as f32 / size.width());
    let (width, height) = ((size.width() * scale).floor().max(1.0), (size.height() * scale).floor().max(1.0));
    if width.max(height) > MAX_SIDE {
        return Err(Failure::input(format!("a PNG of {width} x {height} pixels is too large"))
            .with_hint(format!("at most {MAX_SIDE} pixels are drawn; an SVG has no such limit")));
    }
    let mut pixels = Pixmap::new(width as u32, height as u32).ok_or_else(|| cannot("it has no size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| cannot(error.to_string()))
}

/// The picture in pixels, which this program cannot make.
#[cfg(not(feature = "png"))]
pub(crate) fn png(_: &str, _: Option<NonZeroUsize>) -> Result<Vec<u8>, Failure> {
    Err(Failure::input("this build of isinglass cannot write PNG")
        .with_hint(format!("write --out FILE.svg; or {}", crate::failure::INSTALL_FULL)))
}

/// Whether text in pictures can be turned into pixels.
pub(crate) fn has_font() -> bool {
    #[cfg(feature = "png")]
    return !fonts().is_empty();
    #[cfg(not(feature = "png"))]
    return false;
}

/// The fonts of the system, looked for once.
#[cfg(feature = "png")]
fn fonts() -> std::sync::Arc<resvg::usvg::fontdb::Database> {
    use resvg::usvg::fontdb::{Database, Family, Query};
    use std::sync::{Arc, OnceLock};
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        if fonts.query(&Query { families: &[Family::SansSerif], ..Query::default() }).is_none() {
            let mut families: Vec<&str> =
                fonts.faces().filter_map(|face| face.families.first()).map(|(name, _)| name.as_str()).collect();
            // the order of files in a folder is no order to rely on
            families.sort_unstable();
            let sans = families.iter().find(|name| name.contains("Sans")).or(families.first());
            if let Some(family) = sans.map(|&family| family.to_owned()) {
                fonts.set_sans_serif_family(family);
            }
        }
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}
