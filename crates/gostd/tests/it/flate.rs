use gostd::flate::{Problem, Seen, gunzip, inflate};

/// The header of a gzip member without a name.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// `hello hello`, with the fixed codes; then a checksum and a length.
const HELLO: [u8; 9] = [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x00, 0x91];
const TRAILER: [u8; 8] = [0; 8];

/// Bytes written as hex; what is none is left out.
fn hex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2).unwrap_or_default());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

#[test]
fn streams_that_go_found_corrupt() {
    let recorded = include_str!("../data/corrupt.txt");
    let mut seen = 0;
    for line in recorded.lines().filter(|line| !line.starts_with('#')) {
        let (offset, bytes) = line.split_once(' ').unwrap();
        let expected = format!("flate: corrupt input before offset {offset}");
        assert_eq!(gunzip(&hex(bytes)).to_string(), expected, "{bytes}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn members() {
    let member = |more: &[u8]| [HEADER.as_slice(), &HELLO, &[0], &TRAILER, more].concat();
    assert_eq!(inflate(&[HELLO.as_slice(), &[0]].concat()), Ok(10));
    let cases: [(&[u8], Problem); 8] = [
        (b"", Problem::UnexpectedEof),
        (b"\x1f\x8b\x08", Problem::UnexpectedEof),
        (b"no gzip at all", Problem::Header),
        (&member(b""), Problem::Checksum),
        (&member(b"more"), Problem::UnexpectedEof),
        (&member(b"more than a header"), Problem::Header),
        (&member(&member(b"")), Problem::Checksum),
        (&member(b"")[..15], Problem::UnexpectedEof),
    ];
    for (bytes, expected) in cases {
        assert_eq!(gunzip(bytes), expected, "{bytes:x?}");
    }
}

#[test]
fn headers_with_a_name_and_more() {
    let with = |flags: u8, fields: &[u8]| {
        let mut header = HEADER.to_vec();
        header[3] = flags;
        // Block type 3 does not exist.
        gunzip(&[header.as_slice(), fields, &[0b111]].concat())
    };
    assert_eq!(with(8, b"name\0"), Problem::Corrupt(1));
    assert_eq!(with(8 | 16, b"name\0comment\0"), Problem::Corrupt(1));
    assert_eq!(with(4 | 2, b"\x02\0ab\0\0"), Problem::Corrupt(1));
    assert_eq!(with(8, b"name"), Problem::UnexpectedEof);
    assert_eq!(with(8, &[b'n'; 600]), Problem::Header);
}

#[test]
fn only_the_beginning_is_kept() {
    let mut seen = Seen::default();
    seen.push(b"\x07");
    assert_eq!(seen.inflate(), Problem::Corrupt(1));
    // A stored block without an end, as far as it is kept.
    let mut seen = Seen::default();
    let block = [[0, 0xff, 0xff, 0, 0].as_slice(), &vec![0; 0xffff]].concat();
    (0..20).for_each(|_| seen.push(&block));
    assert_eq!(seen.inflate(), Problem::Corrupt(20 * block.len()));
}
