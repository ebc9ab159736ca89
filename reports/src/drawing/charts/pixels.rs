//! Logical pixels, and those of the backends.

/// Width of a chart, unless it is for a narrow screen.
pub const WIDTH: u32 = 720;
/// Backend pixels of one logical pixel: pictures stay crisp on dense screens, and coordinates of SVG are whole numbers.
pub const SCALE: u32 = 2;
/// Converts logical to backend pixels.
pub fn px(logical: u32) -> u32 {
    logical * SCALE
}

/// Converts logical to backend pixels, signed.
pub fn at(logical: f64) -> i32 {
    (logical * f64::from(SCALE)).round() as i32
}
