//! Photographs and scans on A4: JPEG as it is, turned as the camera held it; PNG unpacked where it must be.

use std::io::Read;

use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use lopdf::{Document as Pdf, Object, ObjectId, Stream, dictionary};

use super::page::{PAGE, Setting, a4};

/// Most signs of an image.
const PIXELS_MAX: u64 = 80_000_000;
/// Free space around it.
const EDGE: f32 = 40.0;

/// A picture.
pub(super) struct Picture {
    width: u32,
    height: u32,
    /// How it is to be turned: the number that cameras write, 1 to 8.
    turn: u16,
    space: &'static str,
    is_inverted: bool,
    filter: &'static str,
    bytes: Vec<u8>,
}

/// A picture that can be placed.
pub(super) fn read(bytes: &[u8]) -> Option<Picture> {
    let picture = match bytes {
        [0xff, 0xd8, 0xff, ..] => jpeg(bytes),
        [0x89, b'P', b'N', b'G', ..] => png(bytes),
        _ => None,
    }?;
    let pixels = u64::from(picture.width) * u64::from(picture.height);
    (pixels > 0 && pixels <= PIXELS_MAX).then_some(picture)
}

fn two(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut at = 2;
    let mut turn = 1;
    let mut is_adobe = false;
    loop {
        while *bytes.get(at)? != 0xff || *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at + 1)?;
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            at += 2;
            continue;
        }
        let length = usize::from(two(bytes, at + 2)?);
        let body = bytes.get(at + 4..at + 2 + length)?;
        match marker {
            0xe1 if body.starts_with(b"Exif\0\0") => turn = turn_of(body.get(6..)?).unwrap_or(1),
            0xee if body.starts_with(b"Adobe") => is_adobe = true,
            // A frame: baseline, extended or progressive; others are not shown by readers of PDF.
            0xc0..=0xc2 => {
                let (height, width) = (two(body, 1)?, two(body, 3)?);
                if *body.first()? != 8 {
                    return None;
                }
                let space = match *body.get(5)? {
                    1 => "DeviceGray",
                    3 => "DeviceRGB",
                    4 => "DeviceCMYK",
                    _ => return None,
                };
                return Some(Picture {
                    width: width.into(),
                    height: height.into(),
                    turn,
                    space,
                    is_inverted: space == "DeviceCMYK" && is_adobe,
                    filter: "DCTDecode",
                    bytes: bytes.to_vec(),
                });
            }
            0xc3 | 0xc5..=0xcf | 0xd9 | 0xda => return None,
            _ => {}
        }
        at += 2 + length;
    }
}

/// How a camera held itself (TIFF tag 274).
fn turn_of(tiff: &[u8]) -> Option<u16> {
    let is_little = tiff.starts_with(b"II");
    let short = |at: usize| -> Option<u16> {
        let bytes = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| -> Option<u32> {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    for entry in 0..usize::from(short(directory)?) {
        let at = directory.checked_add(2 + entry * 12)?;
        if short(at)? == 0x0112 {
            return short(at + 8).filter(|turn| (1..=8).contains(turn));
        }
    }
    None
}

fn png(bytes: &[u8]) -> Option<Picture> {
    let (width, height) = (four(bytes, 16)?, four(bytes, 20)?);
    let (depth, kind, interlaced) = (*bytes.get(24)?, *bytes.get(25)?, *bytes.get(28)?);
    if u64::from(width) * u64::from(height) > PIXELS_MAX || width == 0 || interlaced != 0 {
        return None;
    }
    let (mut packed, mut palette, mut clear): (Vec<u8>, Vec<u8>, Vec<u8>) = Default::default();
    let mut at = 8;
    while let (Some(length), Some(name)) = (four(bytes, at), bytes.get(at + 4..at + 8)) {
        let body = bytes.get(at + 8..(at + 8).checked_add(usize::try_from(length).ok()?)?)?;
        match name {
            b"IDAT" => packed.extend_from_slice(body),
            b"PLTE" => palette = body.to_vec(),
            b"tRNS" => clear = body.to_vec(),
            b"IEND" => break,
            _ => {}
        }
        at += 12 + body.len();
    }
    let channels: usize = match kind {
        0 | 3 => 1,
        2 => 3,
        4 => 2,
        6 => 4,
        _ => return None,
    };
    if !matches!(
        (kind, depth),
        (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16)
    ) {
        return None;
    }
    let (columns, rows) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let bits = channels * usize::from(depth);
    let line = (columns * bits).div_ceil(8);
    let limit = u64::try_from((line + 1) * rows).ok()?;
    let mut plain = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .take(limit)
        .read_to_end(&mut plain)
        .ok()?;
    if plain.len() != (line + 1) * rows {
        return None;
    }
    unfilter(&mut plain, line, bits.div_ceil(8))?;
    let is_grey = matches!(kind, 0 | 4);
    let mut out = Vec::with_capacity(columns * rows * if is_grey { 1 } else { 3 });
    for row in plain.chunks_exact(line + 1) {
        let row = row.get(1..)?;
        for column in 0..columns {
            let sample = |channel: usize| -> Option<u8> {
                let index = column * channels + channel;
                Some(match depth {
                    8 => *row.get(index)?,
                    16 => *row.get(index * 2)?,
                    depth => {
                        let bit = index * usize::from(depth);
                        let shift = 8 - usize::from(depth) - bit % 8;
                        let value = (*row.get(bit / 8)? >> shift) & (0xff >> (8 - depth));
                        if kind == 3 {
                            value
                        } else {
                            value * (255 / (0xff >> (8 - depth)))
                        }
                    }
                })
            };
            // On white, as on paper.
            let on_white = |value: u8, alpha: u8| {
                let (value, alpha) = (u16::from(value), u16::from(alpha));
                u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
            };
            match kind {
                0 => out.push(sample(0)?),
                4 => out.push(on_white(sample(0)?, sample(1)?)),
                2 => out.extend([sample(0)?, sample(1)?, sample(2)?]),
                6 => {
                    let alpha = sample(3)?;
                    out.extend([
                        on_white(sample(0)?, alpha),
                        on_white(sample(1)?, alpha),
                        on_white(sample(2)?, alpha),
                    ]);
                }
                _ => {
                    let index = usize::from(sample(0)?);
                    let alpha = clear.get(index).copied().unwrap_or(255);
                    let color = palette.get(index * 3..index * 3 + 3)?;
                    out.extend(color.iter().map(|value| on_white(*value, alpha)));
                }
            }
        }
    }
    let mut bytes = Vec::new();
    ZlibEncoder::new(out.as_slice(), Compression::default())
        .read_to_end(&mut bytes)
        .ok()?;
    Some(Picture {
        width,
        height,
        turn: 1,
        space: if is_grey { "DeviceGray" } else { "DeviceRGB" },
        is_inverted: false,
        filter: "FlateDecode",
        bytes,
    })
}

/// Undoes the filter of each line (PNG, chapter 9).
fn unfilter(plain: &mut [u8], line: usize, step: usize) -> Option<()> {
    let mut above = vec![0_u8; line];
    for row in plain.chunks_exact_mut(line + 1) {
        let (kind, row) = row.split_first_mut()?;
        for at in 0..line {
            let left = if at >= step { *row.get(at - step)? } else { 0 };
            let up = *above.get(at)?;
            let corner = if at >= step {
                *above.get(at - step)?
            } else {
                0
            };
            let guess = match *kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => u8::try_from((u16::from(left) + u16::from(up)) / 2).unwrap_or_default(),
                4 => paeth(left, up, corner),
                _ => return None,
            };
            let value = row.get_mut(at)?;
            *value = value.wrapping_add(guess);
        }
        above.copy_from_slice(row);
    }
    Some(())
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let guess = a + b - c;
    let (from_left, from_up, from_corner) =
        ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if from_left <= from_up && from_left <= from_corner {
        left
    } else if from_up <= from_corner {
        up
    } else {
        corner
    }
}

/// A page with a picture, as large as it fits.
pub(super) fn page(pdf: &mut Pdf, setting: &Setting, picture: Picture) -> ObjectId {
    let is_on_side = picture.turn >= 5;
    let length = |number: u32| f32::from(u16::try_from(number.min(65_535)).unwrap_or(u16::MAX));
    let (width, height) = (length(picture.width), length(picture.height));
    let (shown_width, shown_height) = if is_on_side {
        (height, width)
    } else {
        (width, height)
    };
    let scale = ((PAGE.0 - 2.0 * EDGE) / shown_width).min((PAGE.1 - 2.0 * EDGE) / shown_height);
    // A small picture is not blown up beyond 72 dots an inch.
    let scale = scale.min(1.0);
    let (w, h) = (shown_width * scale, shown_height * scale);
    let (x, y) = ((PAGE.0 - w) / 2.0, (PAGE.1 - h) / 2.0);
    let (r, t) = (x + w, y + h);
    // Where the unit square of the picture goes, by how the camera was held.
    let matrix = match picture.turn {
        2 => [-w, 0.0, 0.0, h, r, y],
        3 => [-w, 0.0, 0.0, -h, r, t],
        4 => [w, 0.0, 0.0, -h, x, t],
        5 => [0.0, -h, -w, 0.0, r, t],
        6 => [0.0, -h, w, 0.0, x, t],
        7 => [0.0, h, w, 0.0, x, y],
        8 => [0.0, h, -w, 0.0, r, y],
        _ => [w, 0.0, 0.0, h, x, y],
    };
    let matrix: Vec<String> = matrix.iter().map(|number| format!("{number:.2}")).collect();
    let mut image = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(picture.width),
        "Height" => i64::from(picture.height),
        "ColorSpace" => picture.space,
        "BitsPerComponent" => 8,
        "Filter" => picture.filter,
    };
    if picture.is_inverted {
        let pairs: Vec<Object> = [1, 0].repeat(4).into_iter().map(Object::Integer).collect();
        image.set("Decode", pairs);
    }
    let image = pdf.add_object(Stream::new(image, picture.bytes).with_compression(false));
    let content = format!("q {} cm /Im Do Q\n", matrix.join(" "));
    let content = pdf.add_object(Stream::new(dictionary! {}, content.into_bytes()));
    pdf.add_object(dictionary! {
        "Type" => "Page",
        "Parent" => setting.pages_id,
        "MediaBox" => a4(),
        "Resources" => dictionary! { "XObject" => dictionary! { "Im" => image } },
        "Contents" => content,
    })
}
