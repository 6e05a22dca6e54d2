//! Pictures made of rectangles, as PNG: bars, stacked bars, columns. What they show stands beside them in letters.

use crate::report::paper::Picture;

/// Width of a bar, in pixels: a thousandth of it is one pixel.
const WIDTH: u32 = 1000;
/// Height of a bar, in pixels.
const BAR: u32 = 36;
/// Size of a picture of columns, in pixels.
const COLUMNS: (u32, u32) = (1000, 180);
/// What stands for the rest of a bar, beside the colour's own tint.
const WHITE: [u8; 3] = [255, 255, 255];

/// Red, green and blue of `#rrggbb`; of anything else black.
pub(super) fn colour(text: &str) -> [u8; 3] {
    let digits = text.trim_start_matches('#');
    let channel =
        |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).unwrap_or_default();
    [channel(0), channel(2), channel(4)]
}

/// A mix of a colour with white: `part` of 100 of the colour.
pub(super) fn tint(colour: [u8; 3], part: u32) -> [u8; 3] {
    colour.map(|channel| ((u32::from(channel) * part + 255 * (100 - part)) / 100) as u8)
}

/// `rrggbb`
pub(super) fn hex(colour: [u8; 3]) -> String {
    let [red, green, blue] = colour;
    format!("{red:02x}{green:02x}{blue:02x}")
}

/// How light a colour is, 0 to 255.
pub(super) fn lightness(colour: [u8; 3]) -> u32 {
    let [red, green, blue] = colour.map(u32::from);
    (299 * red + 587 * green + 114 * blue) / 1000
}

/// The name of a picture among the parts of a document.
pub(super) fn name(picture: &Picture) -> String {
    let joined = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join("-");
    match picture {
        Picture::Bar(share) => format!("bar-{share}.png"),
        Picture::Stack(ends) => format!("stack-{}.png", joined(ends)),
        // Of many columns the name would be too long.
        Picture::Columns(heights) => {
            let hash = blake3::hash(joined(heights).as_bytes()).to_hex();
            format!("columns-{}.png", &hash[..16])
        }
    }
}

/// Width and height, in pixels.
pub(super) fn size(picture: &Picture) -> (u32, u32) {
    match picture {
        Picture::Bar(_) | Picture::Stack(_) => (WIDTH, BAR),
        Picture::Columns(_) => COLUMNS,
    }
}

/// The picture as PNG: one byte a pixel, the colours in a palette.
///
/// # Panics
/// Never: memory takes every byte, and each row has its width.
pub(super) fn draw(picture: &Picture, accent: [u8; 3]) -> Vec<u8> {
    let (width, height) = size(picture);
    let mut palette = vec![WHITE];
    let mut pixels = vec![0_u8; (width * height) as usize];
    match picture {
        Picture::Bar(share) => {
            palette.extend([tint(accent, 18), accent]);
            for row in pixels.chunks_mut(width as usize) {
                row.fill(1);
                row[..(*share).min(width) as usize].fill(2);
            }
        }
        Picture::Stack(ends) => {
            let steps = ends.len().saturating_sub(1).max(1) as u32;
            palette.extend((0..ends.len() as u32).map(|at| tint(accent, 100 - 80 * at / steps)));
            for row in pixels.chunks_mut(width as usize) {
                let mut start = 0;
                for (end, shade) in ends.iter().zip(1..) {
                    let end = (*end).min(width) as usize;
                    row[start.min(end)..end].fill(shade);
                    // A white line parts what is next to each other.
                    if end > start + 2 && end < width as usize {
                        row[end - 2..end].fill(0);
                    }
                    start = end.max(start);
                }
            }
        }
        Picture::Columns(heights) => {
            palette.push(accent);
            let n = heights.len().max(1) as u32;
            for (at, share) in (0..).zip(heights) {
                let (start, end) = (at * width / n, (at + 1) * width / n);
                let end = if end > start + 2 { end - (end - start) / 5 } else { end };
                let top = height - (share * height / 1000).min(height);
                for row in pixels.chunks_mut(width as usize).skip(top as usize) {
                    row[start as usize..end as usize].fill(1);
                }
            }
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    let mut writer = encoder.write_header().expect("memory takes every byte");
    writer.write_image_data(&pixels).expect("as many pixels as the header says");
    writer.finish().expect("memory takes every byte");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colours of a row of a picture, each with the pixels it fills from where it begins.
    fn row(picture: &Picture, at: usize) -> Vec<([u8; 3], usize)> {
        let bytes = draw(picture, [10, 20, 30]);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let palette = reader.info().palette.clone().unwrap().into_owned();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let width = size(picture).0 as usize;
        let mut runs: Vec<([u8; 3], usize)> = Vec::new();
        for shade in &pixels[at * width..(at + 1) * width] {
            let start = usize::from(*shade) * 3;
            let colour = [palette[start], palette[start + 1], palette[start + 2]];
            match runs.last_mut().filter(|(last, _)| *last == colour) {
                Some((_, n)) => *n += 1,
                None => runs.push((colour, 1)),
            }
        }
        runs
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let (accent, rest) = ([10, 20, 30], tint([10, 20, 30], 18));
        assert_eq!(row(&Picture::Bar(267), 0), [(accent, 267), (rest, 733)]);
        assert_eq!(row(&Picture::Bar(0), 35), [(rest, 1000)]);
        assert_eq!(row(&Picture::Bar(5000), 3), [(accent, 1000)]);
    }

    #[test]
    fn the_parts_of_a_stack_fill_it() {
        let runs = row(&Picture::Stack(vec![300, 300, 1000]), 0);
        assert_eq!(runs.iter().map(|(_, n)| n).sum::<usize>(), 1000);
        assert_eq!(runs.len(), 3, "two parts and a line between: {runs:?}");
        assert_eq!(row(&Picture::Stack(Vec::new()), 0), [(WHITE, 1000)]);
    }

    #[test]
    fn columns_are_as_high_as_their_share() {
        let picture = Picture::Columns(vec![1000, 0, 500]);
        assert_eq!(row(&picture, 0)[0].0, [10, 20, 30]);
        assert_eq!(row(&picture, 0).len(), 2, "only the tallest reaches the top");
        assert_eq!(row(&picture, 179).len(), 4);
    }

    #[test]
    fn colours_are_read_and_mixed() {
        assert_eq!(colour("#0b3c50"), [11, 60, 80]);
        assert_eq!((hex(tint([0, 0, 0], 50)), lightness([255, 255, 255])), ("7f7f7f".to_owned(), 255));
    }
}
