const TAR_BLOCK: u64 = 512;

/// A ustar archive of one file, as a function from offset to byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tar {
    pub(super) seed: u64,
    pub(super) size: u64,
}

impl Tar {
    pub(super) fn len(self) -> u64 {
        TAR_BLOCK + self.size.next_multiple_of(TAR_BLOCK) + 2 * TAR_BLOCK
    }

    pub(super) fn read(self, offset: u64, buffer: &mut [u8]) {
        buffer.fill(0);
        if offset < TAR_BLOCK {
            copy(&self.header()[offset as usize..], buffer);
        }
        let skipped = TAR_BLOCK.saturating_sub(offset).min(buffer.len() as u64);
        let from = (offset + skipped).saturating_sub(TAR_BLOCK);
        let count = self.size.saturating_sub(from).min(buffer.len() as u64 - skipped);
        let skipped = skipped as usize;
        fill_random(self.seed, from, &mut buffer[skipped..skipped + count as usize]);
    }

    /// The file's header block (POSIX.1-1988 ustar). A size beyond eleven octal digits is written in base 256, as
    /// GNU tar does.
    fn header(self) -> [u8; TAR_BLOCK as usize] {
        let mut header = [0; TAR_BLOCK as usize];
        copy(format!("pullsim/layer-{:016x}", self.seed).as_bytes(), &mut header);
        copy(b"0000644\0", &mut header[100..]);
        copy(b"0000000\0", &mut header[108..]);
        copy(b"0000000\0", &mut header[116..]);
        if self.size < 1 << 33 {
            copy(format!("{:011o}\0", self.size).as_bytes(), &mut header[124..]);
        } else {
            header[124] = 0x80;
            copy(&self.size.to_be_bytes(), &mut header[128..]);
        }
        copy(b"00000000000\0", &mut header[136..]);
        copy(b"        0", &mut header[148..]);
        copy(b"ustar\x0000", &mut header[257..]);
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        copy(format!("{sum:06o}\0 ").as_bytes(), &mut header[148..]);
        header
    }
}

/// The bytes of an endless stream that follows from `seed`, from `offset` on: word `n` is the `n`th output of
/// splitmix64, which can be had without those before it.
fn fill_random(seed: u64, offset: u64, buffer: &mut [u8]) {
    let mut index = offset / 8;
    let mut skip = (offset % 8) as usize;
    let mut rest = buffer;
    while !rest.is_empty() {
        let word = splitmix64(seed, index).to_le_bytes();
        let written = copy(&word[skip..], rest);
        rest = &mut rest[written..];
        index += 1;
        skip = 0;
    }
}

fn splitmix64(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Copies as much of `from` as fits, and tells how much that was.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    to[..count].copy_from_slice(&from[..count]);
    count
}
