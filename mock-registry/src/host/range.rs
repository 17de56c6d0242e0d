use std::ops::Range;

/// What a `Range` header asks of a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of it: no header, or one that may be ignored (another unit, several ranges).
    Whole,
    /// A part.
    Part(Range<u64>),
    /// A part that lies outside.
    Outside,
}

/// Reads a `Range` header (RFC 9110, 14.2) for content of `length` bytes.
pub(super) fn asked(header: Option<&str>, length: u64) -> Asked {
    let Some(range) = header.and_then(|h| h.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    if range.contains(',') {
        return Asked::Whole;
    }
    let Some((first, last)) = range.split_once('-') else { return Asked::Outside };
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.trim().is_empty() => first..length,
        (None, Some(suffix)) if first.trim().is_empty() && suffix > 0 => {
            length.saturating_sub(suffix)..length
        }
        _ => return Asked::Outside,
    };
    if part.start < length { Asked::Part(part) } else { Asked::Outside }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits_only = text.bytes().all(|b| b.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_specification_says() {
        let table = [
            ("bytes=0-", Asked::Part(0..10)),
            ("bytes=3-5", Asked::Part(3..6)),
            ("bytes=9-99999999999999999999", Asked::Outside),
            ("bytes=9-18446744073709551615", Asked::Part(9..10)),
            ("bytes=-4", Asked::Part(6..10)),
            ("bytes=-40", Asked::Part(0..10)),
            ("bytes=10-", Asked::Outside),
            ("bytes=5-3", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=-", Asked::Outside),
            ("bytes=+1-2", Asked::Outside),
            ("bytes=a-b", Asked::Outside),
            ("bytes=0-1,3-4", Asked::Whole),
            ("lines=0-1", Asked::Whole),
        ];
        for (header, expected) in table {
            assert_eq!(asked(Some(header), 10), expected, "{header}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Outside);
        assert_eq!(asked(None, 10), Asked::Whole);
    }
}
