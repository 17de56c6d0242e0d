//! Bytes that no compressor makes smaller, the same in each run.

use sha2::{Digest as _, Sha256};

/// Family A's: each block is the hash of the one before it.
pub(super) fn hashed(count: usize, seed: &str) -> Vec<u8> {
    let mut block: [u8; 32] = Sha256::digest(seed).into();
    let mut out = Vec::with_capacity(count + 32);
    while out.len() < count {
        out.extend(block);
        block = Sha256::digest(block).into();
    }
    out.truncate(count);
    out
}

/// Words of the state of the Mersenne twister MT19937, and how far behind a word the one is that it is mixed with.
const WORDS: usize = 624;
const MIDDLE: usize = 397;

/// Family B's: what Python's `random.Random(seed).randbytes` gives, which is the Mersenne twister MT19937 seeded by
/// `init_by_array` (M. Matsumoto, T. Nishimura, 2002), four bytes a number.
pub(super) fn twisted(count: usize, seed: u32) -> Vec<u8> {
    let (mut state, mut out) = (seeded(seed), Vec::with_capacity(count + 4 * WORDS));
    while out.len() < count {
        for i in 0..WORDS {
            let bits = (state[i] & 0x8000_0000) | (state[(i + 1) % WORDS] & 0x7fff_ffff);
            let mixed = state[(i + MIDDLE) % WORDS] ^ (bits >> 1);
            state[i] = if bits & 1 == 0 { mixed } else { mixed ^ 0x9908_b0df };
        }
        out.extend(state.iter().flat_map(|&word| tempered(word).to_le_bytes()));
    }
    out.truncate(count);
    out
}

fn tempered(mut word: u32) -> u32 {
    word ^= word >> 11;
    word ^= (word << 7) & 0x9d2c_5680;
    word ^= (word << 15) & 0xefc6_0000;
    word ^ (word >> 18)
}

/// The state for a key of one word.
fn seeded(key: u32) -> [u32; WORDS] {
    let mut state = [19_650_218_u32; WORDS];
    let crossed = |word: u32, factor: u32| (word ^ (word >> 30)).wrapping_mul(factor);
    for i in 1..WORDS {
        state[i] = crossed(state[i - 1], 1_812_433_253).wrapping_add(i as u32);
    }
    let mut i = 1;
    let mut step = |state: &mut [u32; WORDS], factor: u32, add: &dyn Fn(usize) -> u32| {
        state[i] = (state[i] ^ crossed(state[i - 1], factor)).wrapping_add(add(i));
        i += 1;
        if i == WORDS {
            (state[0], i) = (state[WORDS - 1], 1);
        }
    };
    for _ in 0..WORDS {
        step(&mut state, 1_664_525, &|_| key);
    }
    for _ in 1..WORDS {
        step(&mut state, 1_566_083_941, &|i| (i as u32).wrapping_neg());
    }
    state[0] = 0x8000_0000;
    state
}
