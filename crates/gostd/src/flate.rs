//! Where Go finds a compressed stream corrupt (Go `compress/flate`, `compress/gzip`).
//!
//! Go reads the input byte by byte, as many as the next step needs, and tells how many it has read when a step fails.
//! Nothing is decompressed here: another decoder has failed already, and this tells in Go's words why.

use std::fmt;

/// So many bits has the longest code.
const LONGEST: usize = 15;
/// `maxNumLit`, `maxNumDist`
const MAX_LITERALS: usize = 286;
const MAX_DISTANCES: usize = 30;
/// The order in which the lengths of codes for lengths come (RFC 1951, 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// So far back a copy can reach.
const WINDOW: u32 = 1 << 15;

/// What is wrong with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The input is corrupt; so many bytes of it were read.
    Corrupt(usize),
    /// It ends early.
    UnexpectedEof,
    /// `gzip.ErrHeader`
    Header,
    /// `gzip.ErrChecksum`: nothing else is wrong, so it is what is left.
    Checksum,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt(offset) => write!(f, "flate: corrupt input before offset {offset}"),
            Self::UnexpectedEof => f.write_str("unexpected EOF"),
            Self::Header => f.write_str("gzip: invalid header"),
            Self::Checksum => f.write_str("gzip: invalid checksum"),
        }
    }
}

/// The beginning of a compressed stream, kept in case that it turns out to be corrupt.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    kept: Vec<u8>,
    length: usize,
}

impl Seen {
    /// So much is kept; behind it, where a stream is corrupt is told by the piece that came last.
    const MOST: usize = 1 << 20;

    /// More of the stream.
    pub fn push(&mut self, piece: &[u8]) {
        let room = Self::MOST - self.kept.len();
        self.kept.extend_from_slice(&piece[..piece.len().min(room)]);
        self.length += piece.len();
    }

    /// The length of the header of its first gzip member.
    ///
    /// # Errors
    /// What Go says of the header.
    pub fn header(&self) -> Result<usize, Problem> {
        header(&self.kept)
    }

    /// What Go says of it, as gzip.
    pub fn gunzip(&self) -> Problem {
        self.told(gunzip(&self.kept))
    }

    /// What Go says of it, as DEFLATE without a wrapping.
    pub fn inflate(&self) -> Problem {
        self.told(inflate(&self.kept).err().unwrap_or(Problem::UnexpectedEof))
    }

    fn told(&self, problem: Problem) -> Problem {
        let is_beyond = problem == Problem::UnexpectedEof && self.length > self.kept.len();
        if is_beyond { Problem::Corrupt(self.length) } else { problem }
    }
}

/// The length of the DEFLATE stream at the start of `input`.
///
/// # Errors
/// What Go says of it.
pub fn inflate(input: &[u8]) -> Result<usize, Problem> {
    let mut stream = Stream { input, offset: 0, bits: 0, count: 0, written: 0 };
    while !stream.block()? {}
    Ok(stream.offset)
}

/// What Go says of the gzip members in `input`, if another decoder has refused them.
pub fn gunzip(input: &[u8]) -> Problem {
    let mut rest = input;
    loop {
        let step = header(rest).and_then(|header| Ok(header + inflate(&rest[header..])?));
        match step {
            Err(problem) => return problem,
            Ok(length) if rest.len() < length + 8 => return Problem::UnexpectedEof,
            Ok(length) => rest = &rest[length + 8..],
        }
        if rest.is_empty() {
            return Problem::Checksum;
        }
    }
}

/// `readHeader`: the length of a member's header.
fn header(input: &[u8]) -> Result<usize, Problem> {
    const HAS_CRC: u8 = 1 << 1;
    const HAS_EXTRA: u8 = 1 << 2;
    const TEXTS: [u8; 2] = [1 << 3, 1 << 4];
    const LONGEST_TEXT: usize = 512;
    let fixed = input.get(..10).ok_or(Problem::UnexpectedEof)?;
    let [0x1f, 0x8b, 8, flags, ..] = *fixed else { return Err(Problem::Header) };
    let mut at = 10;
    if flags & HAS_EXTRA != 0 {
        let [low, high, ..] = *input.get(at..).unwrap_or_default() else {
            return Err(Problem::UnexpectedEof);
        };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for _ in TEXTS.into_iter().filter(|text| flags & text != 0) {
        let rest = input.get(at..).unwrap_or_default();
        let end = rest.iter().take(LONGEST_TEXT).position(|byte| *byte == 0);
        at +=
            end.ok_or(if rest.len() < LONGEST_TEXT { Problem::UnexpectedEof } else { Problem::Header })? + 1;
    }
    at += if flags & HAS_CRC == 0 { 0 } else { 2 };
    if at > input.len() { Err(Problem::UnexpectedEof) } else { Ok(at) }
}

struct Stream<'a> {
    input: &'a [u8],
    /// Bytes read.
    offset: usize,
    bits: u32,
    count: u32,
    /// Bytes that would have been written, as far as a copy can reach back.
    written: u32,
}

impl Stream<'_> {
    const fn corrupt<T>(&self) -> Result<T, Problem> {
        Err(Problem::Corrupt(self.offset))
    }

    /// `moreBits`, until there are so many.
    fn need(&mut self, count: u32) -> Result<(), Problem> {
        while self.count < count {
            let byte = *self.input.get(self.offset).ok_or(Problem::UnexpectedEof)?;
            self.offset += 1;
            self.bits |= u32::from(byte) << self.count;
            self.count += 8;
        }
        Ok(())
    }

    fn drop(&mut self, count: u32) -> u32 {
        let value = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        self.count -= count;
        value
    }

    fn take(&mut self, count: u32) -> Result<u32, Problem> {
        self.need(count)?;
        Ok(self.drop(count))
    }

    /// `nextBlock`: whether it was the last one.
    fn block(&mut self) -> Result<bool, Problem> {
        self.need(3)?;
        let last = self.drop(1) == 1;
        match self.drop(2) {
            0 => self.stored()?,
            1 => {
                let lengths = [[8; 144].as_slice(), &[9; 112], &[7; 24], &[8; 8]].concat();
                let Some(literals) = Tree::new(&lengths) else { return self.corrupt() };
                self.compressed(&literals, None)?;
            }
            2 => {
                let (literals, distances) = self.trees()?;
                self.compressed(&literals, Some(&distances))?;
            }
            _ => return self.corrupt(),
        }
        Ok(last)
    }

    /// `dataBlock`
    fn stored(&mut self) -> Result<(), Problem> {
        (self.bits, self.count) = (0, 0);
        let Some(&[a, b, c, d]) = self.input.get(self.offset..).and_then(|rest| rest.first_chunk()) else {
            return Err(Problem::UnexpectedEof);
        };
        self.offset += 4;
        let length = u16::from_le_bytes([a, b]);
        if length != !u16::from_le_bytes([c, d]) {
            return self.corrupt();
        }
        if self.input.len() - self.offset < usize::from(length) {
            return Err(Problem::UnexpectedEof);
        }
        self.offset += usize::from(length);
        self.written = (self.written + u32::from(length)).min(WINDOW);
        Ok(())
    }

    /// `readHuffman`
    fn trees(&mut self) -> Result<(Tree, Tree), Problem> {
        self.need(5 + 5 + 4)?;
        let literals = self.drop(5) as usize + 257;
        if literals > MAX_LITERALS {
            return self.corrupt();
        }
        let distances = self.drop(5) as usize + 1;
        if distances > MAX_DISTANCES {
            return self.corrupt();
        }
        let known = self.drop(4) as usize + 4;
        let mut lengths = [0_u32; ORDER.len()];
        for at in &ORDER[..known] {
            lengths[*at] = self.take(3)?;
        }
        let Some(tree) = Tree::new(&lengths) else { return self.corrupt() };
        let lengths = self.lengths(&tree, literals + distances)?;
        let (of_literals, of_distances) = lengths.split_at(literals);
        match (Tree::new(of_literals), Tree::new(of_distances)) {
            (Some(mut literals), Some(distances)) => {
                // Each block ends with the code for its end, so that as many bits may be read ahead.
                literals.least = literals.least.max(of_literals[256]);
                Ok((literals, distances))
            }
            _ => self.corrupt(),
        }
    }

    /// The lengths of `count` codes, which are compressed themselves.
    fn lengths(&mut self, tree: &Tree, count: usize) -> Result<Vec<u32>, Problem> {
        let mut lengths: Vec<u32> = Vec::with_capacity(count);
        while lengths.len() < count {
            let (repeated, least, bits) = match self.symbol(tree)? {
                symbol @ 0..16 => {
                    lengths.push(symbol);
                    continue;
                }
                16 => (lengths.last().copied(), 3, 2),
                17 => (Some(0), 3, 3),
                _ => (Some(0), 11, 7),
            };
            let Some(repeated) = repeated else { return self.corrupt() };
            let times = (least + self.take(bits)?) as usize;
            if lengths.len() + times > count {
                return self.corrupt();
            }
            lengths.extend(std::iter::repeat_n(repeated, times));
        }
        Ok(lengths)
    }

    /// `huffmanBlock`; `None` are the fixed codes of distances.
    fn compressed(&mut self, literals: &Tree, distances: Option<&Tree>) -> Result<(), Problem> {
        loop {
            let length = match self.symbol(literals)? {
                0..256 => {
                    self.written = (self.written + 1).min(WINDOW);
                    continue;
                }
                256 => return Ok(()),
                symbol @ 257..265 => symbol - 254,
                symbol @ 265..285 => {
                    let bits = (symbol - 261) / 4;
                    ((4 + (symbol - 261) % 4) << bits) + 3 + self.take(bits)?
                }
                285 => 258,
                _ => return self.corrupt(),
            };
            let code = match distances {
                Some(tree) => self.symbol(tree)?,
                None => self.take(5)?.reverse_bits() >> 27,
            };
            let distance = match code {
                0..4 => code + 1,
                4..30 => {
                    let bits = (code - 2) / 2;
                    ((2 + code % 2) << bits) + 1 + self.take(bits)?
                }
                _ => return self.corrupt(),
            };
            if distance > self.written {
                return self.corrupt();
            }
            self.written = (self.written + length).min(WINDOW);
        }
    }

    /// `huffSym`
    fn symbol(&mut self, tree: &Tree) -> Result<u32, Problem> {
        self.need(tree.least)?;
        if tree.symbols.is_empty() {
            return self.corrupt();
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for (length, count) in (1..).zip(tree.counts) {
            self.need(length)?;
            code = (code << 1) | ((self.bits >> (length - 1)) & 1) as usize;
            first <<= 1;
            if code < first + count {
                self.drop(length);
                return Ok(tree.symbols[index + code - first]);
            }
            if tree.symbols.len() == 1 {
                break;
            }
            first += count;
            index += count;
        }
        self.corrupt()
    }
}

/// A canonical Huffman code.
struct Tree {
    /// So many bits are read before a code is looked at.
    least: u32,
    /// How many codes there are of 1 bit, of 2 bits, …
    counts: [usize; LONGEST],
    /// What they stand for, the shortest first.
    symbols: Vec<u32>,
}

impl Tree {
    /// `init`: a complete code, an empty one, or one with a single code of one bit.
    fn new(lengths: &[u32]) -> Option<Self> {
        let (mut counts, mut symbols) = ([0; LONGEST], Vec::new());
        for (wanted, count) in (1..).zip(&mut counts) {
            let of_length = lengths.iter().zip(0..).filter(|(length, _)| **length == wanted);
            symbols.extend(of_length.map(|(_, symbol)| symbol));
            *count = lengths.iter().filter(|length| **length == wanted).count();
        }
        let least = lengths.iter().copied().filter(|length| *length > 0).min().unwrap_or_default();
        let space: usize = (1..).zip(&counts).map(|(length, count)| count << (LONGEST - length)).sum();
        let is_single = symbols.len() == 1 && counts[0] == 1;
        let fits = symbols.is_empty() || is_single || space == 1 << LONGEST;
        fits.then_some(Self { least, counts, symbols })
    }
}
