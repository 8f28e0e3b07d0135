use expect_test::expect;

use super::*;
use crate::files::kind;

/// EXIF that tells how the picture is turned, and where it was taken.
fn exif(turned: u8) -> Vec<u8> {
    let mut exif = turned_only(turned);
    exif.extend_from_slice(b"GPS 45.07 N 7.68 E");
    exif
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], length.as_slice(), content].concat()
}

fn photograph(turned: u8) -> Vec<u8> {
    [
        b"\xff\xd8".to_vec(),
        segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        segment(0xe1, &[b"Exif\0\0", exif(turned).as_slice()].concat()),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>"),
        segment(0xe2, b"ICC_PROFILE\0\x01\x01colours"),
        segment(0xe2, b"MPF\0GPS"),
        segment(0xed, b"Photoshop 3.0\0GPS"),
        segment(0xfe, b"GPS in a comment"),
        segment(0xc0, &[8, 0, 30, 0, 40, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        b"light\xff\x00and".to_vec(),
        segment(0xc4, b"a table with \xff\xd9 in it"),
        b"shade\xff\xd9".to_vec(),
        b"\xff\xd8 a second picture, GPS and all".to_vec(),
    ]
    .concat()
}

fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_le_bytes();
    let even = if content.len().is_multiple_of(2) { Vec::new() } else { vec![0] };
    [kind, length.as_slice(), content, &even].concat()
}

fn drawing() -> Vec<u8> {
    let picture = chunk(b"VP8L", b"\x2f\x27\x40\x07\0dots");
    let extended = chunk(b"VP8X", &[0b1100, 0, 0, 0, 39, 0, 0, 29, 0, 0]);
    let body = [extended, picture, chunk(b"EXIF", &exif(6)), chunk(b"XMP ", b"GPS"), chunk(b"odd ", b"GPS")]
        .concat();
    [b"RIFF".as_slice(), &u32::try_from(body.len() + 4).expect("short").to_le_bytes(), b"WEBP", &body]
        .concat()
}

fn graphic() -> Vec<u8> {
    use img_parts::png::PngChunk;
    let part = |kind: &[u8; 4], content: &[u8]| {
        PngChunk::new(*kind, Bytes::copy_from_slice(content)).encoder().bytes().to_vec()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        part(b"IHDR", &[0, 0, 0, 40, 0, 0, 0, 30, 8, 6, 0, 0, 0]),
        part(b"tEXt", b"Comment\0GPS"),
        part(b"eXIf", &exif(6)),
        part(b"tIME", b"GPS.GPS"),
        part(b"IDAT", b"dots"),
        part(b"IEND", b""),
        b"GPS behind the end".to_vec(),
    ]
    .concat()
}

fn moving() -> Vec<u8> {
    [
        b"GIF89a\x28\0\x1e\0\x80\0\0\0\0\0\xff\xff\xff".as_slice(),
        b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
        b"\x21\xfe\x10GPS in a comment\0",
        b"\x21\xff\x0bXMP DataXMP\x03GPS\0",
        b"\x21\xf9\x04\0\0\0\0\0",
        b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0",
        b"\x3bGPS behind the end",
    ]
    .concat()
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).expect("short").to_be_bytes();
    [length.as_slice(), kind, content].concat()
}

fn film_of(moov: &[u8]) -> Vec<u8> {
    let parts =
        [boxed(b"ftyp", b"isom\0\0\0\0isomiso2"), boxed(b"moov", moov), boxed(b"mdat", b"light and shade")];
    parts.concat()
}

fn clip() -> Vec<u8> {
    let track = [boxed(b"tkhd", b"\0\0\0\x07GPS.GPS.more"), boxed(b"meta", b"GPS")].concat();
    let head = boxed(b"mvhd", b"\0\0\0\0GPS.GPS.more");
    film_of(
        &[head, boxed(b"udta", &boxed(b"\xa9xyz", b"GPS+45.07+007.68/")), boxed(b"trak", &track)].concat(),
    )
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn no_place_stays_and_the_picture_does() {
    let cases = [
        ("photograph", photograph(1), b"shade\xff\xd9".as_slice()),
        ("taken upright", photograph(6), b"light\xff\x00and"),
        ("drawing", drawing(), b"dots"),
        ("graphic", graphic(), b"dots"),
        ("moving", moving(), b"NETSCAPE2.0"),
        ("clip", clip(), b"light and shade"),
    ];
    let mut seen = String::new();
    for (what, bytes, picture) in cases {
        assert!(holds(&bytes, b"GPS"), "{what}");
        let kind = kind::of(&bytes).expect("a kind");
        let bare = bare(kind, bytes.clone()).expect("whole");
        assert!(!holds(&bare.bytes, b"GPS"), "{what}: {:?}", String::from_utf8_lossy(&bare.bytes));
        assert!(holds(&bare.bytes, picture), "{what}");
        assert_eq!(kind::of(&bare.bytes), Some(kind), "{what}");
        seen += &format!("{what}: {}, {:?}\n", kind.media_type, bare.size);
        // A second time there is nothing more to take out.
        assert_eq!(super::bare(kind, bare.bytes.clone()).expect("whole").bytes, bare.bytes, "{what}");
    }
    expect![[r#"
        photograph: image/jpeg, Some((40, 30))
        taken upright: image/jpeg, Some((30, 40))
        drawing: image/webp, Some((30, 40))
        graphic: image/png, Some((30, 40))
        moving: image/gif, Some((40, 30))
        clip: video/mp4, None
    "#]]
    .assert_eq(&seen);
}

#[test]
fn a_picture_keeps_its_turn_and_its_colours() {
    let kind = kind::of(&photograph(8)).expect("a kind");
    let bare = bare(kind, photograph(8)).expect("whole");
    let image = Jpeg::from_bytes(Bytes::from(bare.bytes.clone())).expect("a picture");
    assert_eq!(image.exif().and_then(|exif| turned(&exif)), Some(8));
    assert!(holds(&bare.bytes, b"colours"));
}

#[test]
fn a_film_keeps_its_length_so_that_what_points_into_it_still_does() {
    let kind = kind::of(&clip()).expect("a kind");
    let bare = bare(kind, clip()).expect("whole");
    assert_eq!(bare.bytes.len(), clip().len());
    assert!(holds(&bare.bytes, b"more"));
}

#[test]
fn what_is_cut_off_or_lies_is_refused_and_nothing_panics() {
    for whole in [photograph(6), drawing(), graphic(), moving(), clip()] {
        let kind = kind::of(&whole).expect("a kind");
        for end in 0..whole.len() {
            // Some of these are whole, without what stood behind the end; all that counts is that each is answered.
            let _ = bare(kind, whole[..end].to_vec());
            let mut bent = whole.clone();
            bent[end] ^= 0xff;
            let _ = bare(kind, bent);
        }
        assert!(bare(kind, whole[..whole.len() / 2].to_vec()).is_none(), "{}", kind.media_type);
    }
}
