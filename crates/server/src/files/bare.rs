//! Takes out of files what their senders did not mean to send: where and when a picture or a film was taken and with what,
//! comments, earlier versions of a picture in small. What is seen and heard stays as it was, byte for byte.

use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::Png;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

use super::kind::Kind;

/// A file as it is kept.
pub struct Bare {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// An image's width and height as it is shown.
    pub size: Option<(u32, u32)>,
}

/// `bytes` of `kind` without what nobody meant to send; `None` when they are not whole, or not what they claim to be.
#[must_use]
pub fn bare(kind: &Kind, bytes: Vec<u8>) -> Option<Bare> {
    match kind.media_type {
        "image/jpeg" => jpeg(bytes),
        "image/png" => png(bytes),
        "image/webp" => webp(bytes),
        "image/gif" => gif(&bytes),
        "video/mp4" | "video/quicktime" | "audio/m4a" => film(bytes),
        _ => Some(Bare { bytes, size: None }),
    }
}

fn jpeg(bytes: Vec<u8>) -> Option<Bare> {
    let end = end_of_jpeg(&bytes)?;
    let mut image = Jpeg::from_bytes(Bytes::from(bytes).slice(..end)).ok()?;
    let turned = image.exif().and_then(|exif| turned(&exif));
    image.segments_mut().retain(is_picture);
    // Without it a picture that was taken upright would lie on its side.
    image.set_exif(turned.map(|turned| Bytes::from(turned_only(turned))));
    let (width, height) = image.dimensions()?;
    let size = shown((width.into(), height.into()), turned);
    Some(Bare { bytes: image.encoder().bytes().into(), size: Some(size) })
}

/// Whether a JPEG's segment is needed to see it as it is meant: the picture, its colours.
fn is_picture(segment: &JpegSegment) -> bool {
    let starts = |with: &[u8]| segment.contents().starts_with(with);
    match segment.marker() {
        markers::APP0 => starts(b"JFIF\0"),
        markers::APP2 => starts(b"ICC_PROFILE\0"),
        markers::APP14 => starts(b"Adobe"),
        markers::COM => false,
        marker => !(0xe0..=0xef).contains(&marker),
    }
}

/// Where a JPEG ends: telephones put further pictures behind it, with all that the first one had.
fn end_of_jpeg(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            at += 1;
            continue;
        }
        match *bytes.get(at + 1)? {
            0xd9 => return Some(at + 2),
            0xff => at += 1,
            0x00 | 0x01 | 0xd0..=0xd8 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]).max(2)),
        }
    }
}

fn png(bytes: Vec<u8>) -> Option<Bare> {
    const PICTURE: [&[u8; 4]; 17] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
        b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
    ];
    let mut image = Png::from_bytes(Bytes::from(bytes)).ok()?;
    let turned = image.exif().and_then(|exif| turned(&exif));
    image.chunks_mut().retain(|chunk| PICTURE.contains(&&chunk.kind()));
    image.set_exif(turned.map(|turned| Bytes::from(turned_only(turned))));
    let size = shown(image.dimensions()?, turned);
    Some(Bare { bytes: image.encoder().bytes().into(), size: Some(size) })
}

fn webp(bytes: Vec<u8>) -> Option<Bare> {
    const PICTURE: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
    const SAYS_XMP: u8 = 0b100;
    let mut image = WebP::from_bytes(Bytes::from(bytes)).ok()?;
    let turned = image.exif().and_then(|exif| turned(&exif));
    image.chunks_mut().retain(|chunk| PICTURE.contains(&&chunk.id()));
    if let Some(chunk) = image.chunks_mut().iter_mut().find(|chunk| chunk.id() == *b"VP8X")
        && let Some(content) = chunk.content().data()
    {
        let mut content = content.to_vec();
        *content.first_mut()? &= !SAYS_XMP;
        *chunk = RiffChunk::new(*b"VP8X", RiffContent::Data(Bytes::from(content)));
    }
    image.set_exif(turned.map(|turned| Bytes::from(turned_only(turned))));
    let size = shown(image.dimensions()?, turned);
    Some(Bare { bytes: image.encoder().bytes().into(), size: Some(size) })
}

/// A GIF's own parts: its pictures, how long each stands and how often all repeat.
fn gif(bytes: &[u8]) -> Option<Bare> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let short = |at: usize| Some(u32::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    let chain = |mut at: usize| loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    };
    let size = (short(6)?, short(8)?);
    let mut at = 13 + table(*bytes.get(10)?);
    let mut kept = bytes.get(..at)?.to_vec();
    loop {
        let from = at;
        let is_kept = match *bytes.get(at)? {
            0x3b => {
                kept.push(0x3b);
                return Some(Bare { bytes: kept, size: Some(size) });
            }
            0x2c => {
                at = chain(at + 11 + table(*bytes.get(at + 9)?))?;
                true
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                let who = bytes.get(at + 3..at + 14);
                at = chain(at + 2)?;
                label == 0xf9
                    || label == 0xff && who.is_some_and(|who| who == b"NETSCAPE2.0" || who == b"ANIMEXTS1.0")
            }
            _ => return None,
        };
        if is_kept {
            kept.extend_from_slice(bytes.get(from..at)?);
        }
    }
}

/// A film whose notes (place, time, device) are made empty space: moving anything would break what points into it.
fn film(mut bytes: Vec<u8>) -> Option<Bare> {
    empty_notes(&mut bytes, 0)?;
    Some(Bare { bytes, size: None })
}

fn empty_notes(boxes: &mut [u8], depth: usize) -> Option<()> {
    let mut at = 0;
    while at < boxes.len() {
        let head = boxes.get(at..at + 8)?;
        let short = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let kind = [head[4], head[5], head[6], head[7]];
        let (from, length) = match short {
            0 => (8, boxes.len() - at),
            1 => {
                let long: [u8; 8] = boxes.get(at + 8..at + 16)?.try_into().ok()?;
                (16, usize::try_from(u64::from_be_bytes(long)).ok()?)
            }
            length => (8, usize::try_from(length).ok()?),
        };
        let end = at.checked_add(length).filter(|&end| length >= from && end <= boxes.len())?;
        match &kind {
            b"udta" | b"meta" | b"uuid" => {
                boxes.get_mut(at + 4..at + 8)?.copy_from_slice(b"free");
                boxes.get_mut(at + from..end)?.fill(0);
            }
            b"moov" | b"trak" | b"mdia" | b"minf" if depth < 4 => {
                empty_notes(boxes.get_mut(at + from..end)?, depth + 1)?;
            }
            b"mvhd" | b"tkhd" | b"mdhd" => forget_times(boxes.get_mut(at + from..end)?)?,
            _ => {}
        }
        at = end;
    }
    Some(())
}

/// When a film or a track of it was made and changed.
fn forget_times(head: &mut [u8]) -> Option<()> {
    let width = if *head.first()? == 1 { 16 } else { 8 };
    head.get_mut(4..4 + width)?.fill(0);
    Some(())
}

/// How a picture has to be turned to be seen as it was taken: EXIF's 2 to 8.
fn turned(exif: &[u8]) -> Option<u8> {
    const ORIENTATION: u16 = 0x0112;
    let is_little = exif.starts_with(b"II*\0");
    if !is_little && !exif.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: usize| {
        let pair = [*exif.get(at)?, *exif.get(at + 1)?];
        Some(if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let first = if is_little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) };
    let first = usize::try_from(first).ok()?;
    let entries = (0..usize::from(short(first)?)).map(|entry| first + 2 + 12 * entry);
    let found =
        entries.map_while(|at| Some((short(at)?, short(at + 8)?))).find(|(tag, _)| *tag == ORIENTATION);
    found.and_then(|(_, value)| u8::try_from(value).ok()).filter(|value| (2..=8).contains(value))
}

/// EXIF that says how a picture is turned, and nothing else.
fn turned_only(turned: u8) -> Vec<u8> {
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([turned, 0, 0, 0, 0, 0, 0]);
    exif
}

fn shown((width, height): (u32, u32), turned: Option<u8>) -> (u32, u32) {
    if turned.is_some_and(|turned| turned > 4) { (height, width) } else { (width, height) }
}

#[cfg(test)]
mod tests;
