//! Pictures that people send: read within limits, turned upright, and written anew in the sizes that are served. Nothing of a file
//! but its pixels is kept: no place where it was taken, no camera, nothing that was hidden in it.

use crate::platform::keys::digest;
use axum::body::Bytes;
use domain::fault::{Code, Fault};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use std::io::Cursor;

/// The widths that are served, in pixels; none is wider than the picture itself.
pub const WIDTHS: [u32; 3] = [320, 640, 1280];
/// The name of the file that holds the picture in its own size.
pub const ORIGINAL: &str = "original.jpg";
/// A picture has at most so many pixels: a telephone takes some 12 million, and up to 50 when it is told to.
const PIXELS_MAX: u64 = 50_000_000;
/// And so many on a side.
const SIDE_MAX: u32 = 16_000;
/// What is read of it takes at most so many bytes: the most pixels in full colour. It is held twice while it is turned.
const MEMORY_MAX: u64 = 192 * 1024 * 1024;
/// The quality of the original, of 100.
const ORIGINAL_QUALITY: u8 = 88;
/// The quality of the widths, of 100: what is lost is not seen on a telephone.
const WIDTH_QUALITY: f32 = 76.0;
/// The parts of a placeholder, across and down.
const PLACEHOLDER_PARTS: (u32, u32) = (4, 3);

/// A picture, written anew.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The hash of its content, which names its files: SHA-256 in hexadecimal digits.
    pub content: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// What is shown until it has arrived, as a BlurHash.
    pub blur_hash: String,
    /// Its files, by their names.
    pub files: Vec<(String, Bytes)>,
}

/// The widths that there are of a picture: up to the first that is no narrower than itself.
pub fn widths(width: u32) -> impl Iterator<Item = u32> {
    let last = WIDTHS.iter().position(|served| *served >= width).unwrap_or(WIDTHS.len());
    WIDTHS.into_iter().take(last + 1)
}

/// The name of the file of a width.
pub fn file_of(width: u32) -> String {
    format!("{width}.webp")
}

impl Picture {
    /// Read a file by what it holds, whatever it is called.
    ///
    /// # Errors
    /// IMAGE_INVALID; LIMIT_EXCEEDED when it has too many pixels.
    pub fn read(file: &[u8]) -> Result<Self, Fault> {
        let invalid = || Fault::new(Code::ImageInvalid);
        let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| invalid())?;
        let is_read = match reader.format() {
            Some(ImageFormat::Jpeg) => is_whole_jpeg(file),
            Some(ImageFormat::Png | ImageFormat::WebP) => true,
            _ => false,
        };
        if !is_read || is_something_else(file) {
            return Err(invalid());
        }
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MEMORY_MAX);
        reader.limits(limits);
        let too_large = |error: image::ImageError| match error {
            image::ImageError::Limits(_) => Fault::new(Code::LimitExceeded),
            _ => invalid(),
        };
        let mut decoder = reader.into_decoder().map_err(too_large)?;
        // What the file says of itself, before anything is made of it.
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > PIXELS_MAX || width > SIDE_MAX || height > SIDE_MAX {
            return Err(Fault::new(Code::LimitExceeded).with_detail(format!("{width}×{height}")));
        }
        let orientation = decoder.orientation().map_err(|_| invalid())?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(too_large)?;
        picture.apply_orientation(orientation);
        Self::of(on_white(picture)).ok_or_else(invalid)
    }

    /// Write pixels in the sizes that are served; nothing for a picture without pixels.
    pub fn of(pixels: RgbImage) -> Option<Self> {
        let (width, height) = pixels.dimensions();
        let mut original = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut original, ORIGINAL_QUALITY);
        image::ImageEncoder::write_image(encoder, pixels.as_raw(), width, height, ExtendedColorType::Rgb8).ok()?;
        let content = digest(&original).iter().map(|byte| format!("{byte:02x}")).collect();
        let mut files = vec![(ORIGINAL.to_owned(), Bytes::from(original))];
        // From the widest to the narrowest, each made of the one before.
        let mut pixels = DynamicImage::ImageRgb8(pixels);
        let served: Vec<u32> = widths(width).collect();
        for served in served.into_iter().rev() {
            if served < pixels.width() {
                let height = u64::from(height) * u64::from(served) / u64::from(width);
                pixels = pixels.resize_exact(served, u32::try_from(height).ok()?.max(1), FilterType::CatmullRom);
            }
            let rgb = pixels.as_rgb8()?;
            let written = webp::Encoder::from_rgb(rgb, rgb.width(), rgb.height()).encode_simple(false, WIDTH_QUALITY);
            files.push((file_of(served), Bytes::copy_from_slice(&written.ok()?)));
        }
        let small = pixels.resize_exact(32, 32, FilterType::Triangle).to_rgba8();
        let (across, down) = PLACEHOLDER_PARTS;
        let blur_hash = blurhash::encode(across, down, 32, 32, &small).ok()?;
        Some(Self { content, width, height, blur_hash, files })
    }
}

/// What can be seen through is white: no size that is served can be seen through.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    let pixels = seen.pixels().flat_map(|pixel| {
        let [red, green, blue, alpha] = pixel.0;
        // No overflow: a weighted mean of two bytes is a byte.
        let mixed = |colour: u8| {
            let (colour, alpha) = (u16::from(colour), u16::from(alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
        };
        [mixed(red), mixed(green), mixed(blue)]
    });
    let pixels = pixels.collect();
    RgbImage::from_raw(seen.width(), seen.height(), pixels).unwrap_or_default()
}

/// Whether the picture of a JPEG file has its end: what is cut off would be read as grey. Its entropy-coded data never holds the
/// two bytes of the end (ITU-T T.81, B.1.1.2), which a small picture inside its head may.
fn is_whole_jpeg(file: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xDA;
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = file.get(at..at + 4) {
        if *marker == START_OF_SCAN {
            return file.get(at..).is_some_and(|rest| rest.windows(2).any(|pair| pair == [0xFF, 0xD9]));
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// Whether a file is made to be read as something else too: as a page, a script, an archive or a document. What telephones add to
/// a picture (a film, a second picture) is none of these.
fn is_something_else(file: &[u8]) -> bool {
    const WORDS: [&[u8]; 4] = [b"<script", b"<!doctype html", b"<?php", b"javascript:"];
    let begins_with = |at: &[u8], word: &[u8]| at.get(..word.len()).is_some_and(|at| at.eq_ignore_ascii_case(word));
    let is_page = file
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'<' | b'j' | b'J'))
        .filter_map(|(at, _)| file.get(at..))
        .any(|rest| WORDS.iter().any(|word| begins_with(rest, word)));
    // A reader looks for the head of a document in its first kilobyte (ISO 32000-1, annex H), and for the end of an archive in its
    // last 64 kilobytes, behind which there is a comment of the length that it says (APPNOTE 4.3.16).
    let is_document = file.get(..file.len().min(1024)).is_some_and(|head| head.windows(5).any(|word| word == b"%PDF-"));
    let tail = file.get(file.len().saturating_sub(65_557)..).unwrap_or_default();
    let is_archive = tail.windows(22).enumerate().any(|(at, end)| {
        let comment = end.get(20..22).map(|length| u16::from_le_bytes([length[0], length[1]]));
        end.starts_with(b"PK\x05\x06") && comment.is_some_and(|length| at + 22 + usize::from(length) == tail.len())
    });
    is_page || is_document || is_archive
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::png::PngEncoder;
    use image::{ImageEncoder, Rgb};

    fn drawn(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, ((x + y) % 256) as u8]))
    }

    fn png(picture: &RgbImage) -> Vec<u8> {
        let mut file = Vec::new();
        let encoder = PngEncoder::new(&mut file);
        encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
        file
    }

    fn jpeg(picture: &RgbImage, exif: Option<&[u8]>) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
        if let Some(exif) = exif {
            encoder.set_exif_metadata(exif.to_vec()).unwrap();
        }
        encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8).unwrap();
        file
    }

    fn code(file: &[u8]) -> Option<Code> {
        Picture::read(file).err().map(|fault| fault.code)
    }

    #[test]
    fn a_picture_is_written_in_the_widths_that_it_has() {
        let names = |width: u32| {
            let picture = Picture::read(&png(&drawn(width, 300))).unwrap();
            let names: Vec<String> = picture.files.into_iter().map(|(name, _)| name).collect();
            names.join(" ")
        };
        assert_eq!(names(1500), "original.jpg 1280.webp 640.webp 320.webp");
        assert_eq!(names(700), "original.jpg 1280.webp 640.webp 320.webp");
        assert_eq!(names(640), "original.jpg 640.webp 320.webp");
        assert_eq!(names(100), "original.jpg 320.webp");
        let picture = Picture::read(&png(&drawn(1500, 300))).unwrap();
        for (name, file) in &picture.files {
            let read = image::load_from_memory(file).unwrap();
            let width = name.trim_end_matches(".webp").parse().unwrap_or(1500);
            assert_eq!((read.width(), read.height()), (width, 300 * width / 1500), "{name}");
        }
        assert_eq!((picture.content.len(), picture.blur_hash.len()), (64, 28));
    }

    #[test]
    fn a_picture_stands_upright_and_says_nothing_of_where_it_was_taken() {
        // Exif: big-endian, one entry, orientation (0x0112) 6: the camera was turned to the right.
        let mut exif = b"MM\0\x2a\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".to_vec();
        // And a camera's name (0x010f) that must not be seen again.
        exif.extend(b"\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x26\0\0\0\0KHOURIBGA-1\0");
        let file = jpeg(&drawn(400, 200), Some(&exif));
        assert!(file.windows(9).any(|bytes| bytes == b"KHOURIBGA"));
        let picture = Picture::read(&file).unwrap();
        assert_eq!((picture.width, picture.height), (200, 400));
        for (name, file) in &picture.files {
            assert!(!file.windows(9).any(|bytes| bytes == b"KHOURIBGA"), "{name}");
            assert!(!file.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"EXIF"), "{name}");
        }
    }

    #[test]
    fn what_can_be_seen_through_becomes_white() {
        let clear = image::RgbaImage::from_pixel(10, 10, image::Rgba([200, 0, 0, 0]));
        assert_eq!(on_white(DynamicImage::ImageRgba8(clear)).get_pixel(5, 5).0, [255, 255, 255]);
        let solid = image::RgbaImage::from_pixel(10, 10, image::Rgba([200, 0, 0, 255]));
        assert_eq!(on_white(DynamicImage::ImageRgba8(solid)).get_pixel(5, 5).0, [200, 0, 0]);
    }

    #[test]
    fn what_is_cut_off_or_no_picture_is_refused() {
        let (png, jpeg) = (png(&drawn(300, 300)), jpeg(&drawn(300, 300), None));
        assert_eq!((code(&png), code(&jpeg)), (None, None));
        let cut = |file: &[u8]| file[..file.len() / 2].to_vec();
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
        for file in [cut(&png), cut(&jpeg), svg.to_vec(), gif.to_vec(), Vec::new(), b"price;12".to_vec()] {
            assert_eq!(code(&file), Some(Code::ImageInvalid));
        }
    }

    #[test]
    fn a_file_that_is_two_things_is_refused() {
        for picture in [png(&drawn(30, 30)), jpeg(&drawn(30, 30), None)] {
            let with = |tail: &[u8]| code(&[picture.as_slice(), tail].concat());
            assert_eq!(with(b"<html><SCRIPT>alert(1)</SCRIPT></html>"), Some(Code::ImageInvalid));
            assert_eq!(with(b"<?php system($_GET[0]);"), Some(Code::ImageInvalid));
            assert_eq!(with(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), Some(Code::ImageInvalid));
            assert_eq!(with(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0ok"), Some(Code::ImageInvalid));
            assert_eq!(with(b"\0\0\0\x18ftypmp42 a film that a telephone adds"), None);
        }
        let mut document = png(&drawn(30, 30));
        document.splice(33..33, *b"\0\0\0\x05tEXt%PDF-\0\0\0\0");
        assert_eq!(code(&document), Some(Code::ImageInvalid));
    }

    #[test]
    fn a_picture_that_says_it_is_huge_is_refused_before_it_is_read() {
        let mut file = png(&drawn(30, 30));
        let size = 60_000_u32.to_be_bytes();
        file.splice(16..24, [size, size].concat());
        // The check sum of the head (PNG, 5.3).
        let sum = crc(&file[12..29]).to_be_bytes();
        file.splice(29..33, sum);
        let fault = Picture::read(&file).unwrap_err();
        assert_eq!((fault.code, fault.detail.as_deref()), (Code::LimitExceeded, Some("60000×60000")));
    }

    /// CRC-32 (ISO 3309).
    fn crc(bytes: &[u8]) -> u32 {
        let step = |sum: u32, byte: &u8| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 })
        };
        !bytes.iter().fold(u32::MAX, step)
    }
}
