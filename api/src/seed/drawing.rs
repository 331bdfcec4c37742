//! Photos of the demo world: drawn, and marked as such on the picture itself.

use image::{Rgb, RgbImage};

/// The size of a drawing in pixels.
const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;
/// A dot of the mark is so many pixels wide.
const DOT: u32 = 4;

/// `DEMO`, five dots high, as people read it from left to right.
const MARK: [&str; 5] = [
    "##.. #### #...# .##.", //
    "#.#. #... ##.## #..#",
    "#.#. ###. #.#.# #..#",
    "#.#. #... #...# #..#",
    "##.. #### #...# .##.",
];

/// What stands on the picture of a category's products.
#[derive(Clone, Copy)]
enum Shape {
    Bottle,
    Jar,
    Cloth,
    Bowl,
}

fn shape(category: &str) -> Shape {
    match category {
        "argan-oil" | "olive-oil" => Shape::Bottle,
        "amlou" | "food-products" => Shape::Jar,
        "carpets" | "handmade-textiles" => Shape::Cloth,
        _ => Shape::Bowl,
    }
}

/// Whether a point belongs to a shape; both coordinates run from -1 to 1.
fn is_inside(shape: Shape, x: f32, y: f32) -> bool {
    match shape {
        Shape::Bottle => (x.abs() < 0.28 && (-0.1..0.8).contains(&y)) || (x.abs() < 0.09 && (-0.75..0.0).contains(&y)),
        Shape::Jar => (x.abs() < 0.42 && (-0.4..0.75).contains(&y)) || (x.abs() < 0.46 && (-0.6..-0.45).contains(&y)),
        Shape::Cloth => x.abs() < 0.7 && y.abs() < 0.7 && ((x + y) * 6.0).rem_euclid(2.0) < 1.2,
        Shape::Bowl => y > -0.05 && x * x + y * y < 0.5,
    }
}

/// Draw the picture of a product: the number tells it from others of its category.
pub fn draw(category: &str, number: usize) -> RgbImage {
    let shape = shape(category);
    let hue = u8::try_from(number * 37 % 120).unwrap_or_default();
    let (ground, figure) = ([225 - hue / 2, 215, 150 + hue / 2], [90 + hue, 70 + hue / 3, 60]);
    RgbImage::from_fn(WIDTH, HEIGHT, |column, row| {
        if let Some(mark) = mark(column, row) {
            return mark;
        }
        // To a square in the middle; the sizes are far below what a float holds exactly.
        let scale = HEIGHT as f32 / 2.0;
        let (x, y) = ((column as f32 - WIDTH as f32 / 2.0) / scale, (row as f32 - scale) / scale);
        Rgb(if is_inside(shape, x, y) { figure } else { ground })
    })
}

/// What the mark says of a pixel: a band at the upper left edge, with letters in it.
fn mark(column: u32, row: u32) -> Option<Rgb<u8>> {
    let (across, down) = (column / DOT, row / DOT);
    let width = u32::try_from(MARK[0].len()).unwrap_or_default();
    if across >= width + 4 || down >= 9 {
        return None;
    }
    let line = MARK.get(usize::try_from(down.checked_sub(2)?).ok()?);
    let dot = line.and_then(|line| line.as_bytes().get(usize::try_from(across.checked_sub(2)?).ok()?));
    Some(Rgb(if dot == Some(&b'#') { [160, 20, 30] } else { [255, 255, 255] }))
}
