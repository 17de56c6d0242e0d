use std::time::Duration;

/// The chance in the kubelet's timers, made repeatable (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From `time` up to half as much again (`k8s.io/apimachinery/pkg/util/wait Jitter` with factor 0.5, as the kubelet's
    /// workers have it).
    pub fn stretch(&mut self, time: Duration) -> Duration {
        time + time.mul_f64(0.5 * self.fraction())
    }

    /// A part of a second.
    pub fn phase(&mut self) -> Duration {
        Duration::from_micros((self.fraction() * 1e6) as u64)
    }

    /// From 0 up to, and without, 1.
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spread_and_repeatable() {
        let draw = |seed| {
            let mut jitter = Jitter::new(seed);
            (0..1000).map(|_| jitter.stretch(Duration::from_secs(10)).as_secs_f64()).collect::<Vec<_>>()
        };
        let times = draw(1);
        assert_eq!(times, draw(1));
        assert_ne!(times, draw(2));
        assert!(times.iter().all(|time| (10.0..15.0).contains(time)));
        let mean = times.iter().sum::<f64>() / 1000.0;
        assert!((12.3..12.7).contains(&mean), "{mean}");
    }
}
