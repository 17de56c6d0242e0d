use std::time::Duration;

/// A token bucket that never waits (`golang.org/x/time/rate Limiter.Allow`, by which
/// `k8s.io/client-go/util/flowcontrol/throttle.go` accepts or refuses). It begins full.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    last: Duration,
}

impl TokenBucket {
    /// A bucket that holds `burst` tokens and gets `per_second`.
    pub fn new(per_second: f64, burst: u32) -> Self {
        let burst = f64::from(burst);
        Self { per_second, burst, tokens: burst, last: Duration::ZERO }
    }

    /// Takes a token, if there is one.
    pub fn try_accept(&mut self, now: Duration) -> bool {
        let elapsed = now.saturating_sub(self.last).as_secs_f64();
        self.tokens = self.burst.min(self.tokens + elapsed * self.per_second);
        self.last = now;
        let accepted = self.tokens >= 1.0;
        if accepted {
            self.tokens -= 1.0;
        }
        accepted
    }
}
