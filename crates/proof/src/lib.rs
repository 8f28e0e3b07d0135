//! The work of PROTOCOL.md's "Floods": a number whose hash begins with zeros. One function of plain numbers, so that the module
//! needs no glue, no allocator and nothing of the library; what asks for it and yields between its calls is `www/panel/proof.js`.

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const ROUND: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// The bits of the 40 bytes that are hashed.
const LENGTH: u32 = 320;

/// The first word of SHA-256 of ten words: the seed, the round, the number.
fn first_word(seed: [u32; 8], round: u32, number: u32) -> u32 {
    let [a, b, c, d, e, f, g, h] = seed;
    let mut w = [a, b, c, d, e, f, g, h, round, number, 1 << 31, 0, 0, 0, 0, LENGTH];
    let mut s = START;
    for (i, constant) in ROUND.iter().enumerate() {
        let word = w[i & 15];
        let [a, b, c, d, e, f, g, h] = s;
        let big = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let one =
            h.wrapping_add(big).wrapping_add((e & f) ^ (!e & g)).wrapping_add(*constant).wrapping_add(word);
        let big = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let two = big.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        s = [one.wrapping_add(two), a, b, c, d.wrapping_add(one), e, f, g];
        // The word that comes sixteen rounds later, in the place of this one.
        let (x, y) = (w[(i + 1) & 15], w[(i + 14) & 15]);
        let small = x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3);
        let other = y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10);
        w[i & 15] = word.wrapping_add(small).wrapping_add(w[(i + 9) & 15]).wrapping_add(other);
    }
    s[0].wrapping_add(START[0])
}

/// The first of `count` numbers from `from` on that does a round of the work, or `u32::MAX` when none of them does. `bits` is
/// below 32, and the seed comes as eight words in the order of its bytes.
#[expect(unsafe_code, reason = "JavaScript finds an export by its name alone")]
#[unsafe(no_mangle)]
pub extern "C" fn solve(
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    round: u32,
    bits: u32,
    from: u32,
    count: u32,
) -> u32 {
    let mut number = from;
    for _ in 0..count {
        if first_word([a, b, c, d, e, f, g, h], round, number).leading_zeros() >= bits {
            return number;
        }
        number = number.wrapping_add(1);
    }
    u32::MAX
}

#[cfg(test)]
mod tests {
    use super::{first_word, solve};
    use sha2::{Digest as _, Sha256};

    fn by_library(seed: [u32; 8], round: u32, number: u32) -> u32 {
        let mut bytes: Vec<u8> = seed.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend(round.to_be_bytes());
        bytes.extend(number.to_be_bytes());
        let hash = Sha256::digest(bytes);
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    #[test]
    fn hashes_as_the_library_does() {
        let mut seed = [0_u32, 1, u32::MAX, 0x8000_0000, 7, 0x0102_0304, 42, 9];
        for number in 0..2_000 {
            assert_eq!(first_word(seed, number % 17, number), by_library(seed, number % 17, number));
            seed.rotate_left(1);
            seed[0] = seed[0].wrapping_mul(2_654_435_761).wrapping_add(number);
        }
    }

    #[test]
    fn finds_the_first_and_goes_on_where_it_was_told() {
        let all = |from, count| solve(1, 2, 3, 4, 5, 6, 7, 8, 3, 9, from, count);
        let first = all(0, u32::MAX);
        assert!(by_library([1, 2, 3, 4, 5, 6, 7, 8], 3, first).leading_zeros() >= 9);
        assert_eq!(all(0, first), u32::MAX);
        assert_eq!(all(first, 1), first);
        assert!(all(first + 1, 100_000) > first);
    }
}
