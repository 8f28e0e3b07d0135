//! A photograph as a telephone makes it: turned, with its place.

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], length.as_slice(), content].concat()
}

/// 40 by 30 pixels, taken upright.
pub(crate) fn photograph() -> Vec<u8> {
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 45.07 N 7.68 E";
    [
        b"\xff\xd8".to_vec(),
        segment(0xe1, exif),
        segment(0xc0, &[8, 0, 30, 0, 40, 1, 1, 0x11, 0]),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        b"light and shade".repeat(20),
        b"\xff\xd9".to_vec(),
    ]
    .concat()
}

/// One that was cut off on its way to this device.
pub(crate) fn spoilt() -> Vec<u8> {
    let mut bytes = photograph();
    bytes.truncate(bytes.len() - 2);
    bytes
}
