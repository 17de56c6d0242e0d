//! Go's durations.

use gostd::duration::Duration;

#[test]
fn written_as_go_writes_them() {
    for (nanoseconds, wanted) in [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (626_000_000, "626ms"),
        (3_300_000_000, "3.3s"),
        (60_000_000_000, "1m0s"),
        (62_003_000_000, "1m2.003s"),
        (245_000_000_000, "4m5s"),
        (245_001_000_000, "4m5.001s"),
        (18_367_001_000_000, "5h6m7.001s"),
        (480_000_000_001, "8m0.000000001s"),
        (-1_500_000_000, "-1.5s"),
        (i64::MAX, "2562047h47m16.854775807s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
    ] {
        assert_eq!(Duration::from_nanoseconds(nanoseconds).to_string(), wanted, "{nanoseconds}");
    }
}

#[test]
fn read_as_go_reads_them() {
    for (text, wanted) in [
        ("0", 0),
        ("-0", 0),
        ("5s", 5_000_000_000),
        ("5m0s", 300_000_000_000),
        ("-5s", -5_000_000_000),
        ("+5s", 5_000_000_000),
        (".5s", 500_000_000),
        ("5.s", 5_000_000_000),
        ("1.004s", 1_004_000_000),
        ("100.00100s", 100_001_000_000),
        ("10ns", 10),
        ("11us", 11_000),
        ("12µs", 12_000),
        ("12μs", 12_000),
        ("3h30m", 12_600_000_000_000),
        ("10.5s4m", 250_500_000_000),
        ("1h2m3s4ms5us6ns", 3_723_004_005_006),
        ("0.3333333333333333333h", 1_200_000_000_000),
        ("9223372036854775807ns", i64::MAX),
        ("-9223372036854775808ns", i64::MIN),
        ("0.100000000000000000000h", 360_000_000_000),
    ] {
        assert_eq!(text.parse::<Duration>().map(Duration::nanoseconds), Ok(wanted), "{text}");
    }
}

#[test]
fn refused_in_gos_words() {
    for (text, wanted) in [
        ("", r#"time: invalid duration """#),
        ("3", r#"time: missing unit in duration "3""#),
        ("300", r#"time: missing unit in duration "300""#),
        ("-", r#"time: invalid duration "-""#),
        ("s", r#"time: invalid duration "s""#),
        (".", r#"time: invalid duration ".""#),
        ("-.s", r#"time: invalid duration "-.s""#),
        ("+.s", r#"time: invalid duration "+.s""#),
        ("1d", r#"time: unknown unit "d" in duration "1d""#),
        ("5 m", r#"time: unknown unit " m" in duration "5 m""#),
        ("5m 3s", r#"time: unknown unit "m " in duration "5m 3s""#),
        ("five", r#"time: invalid duration "five""#),
        ("1\u{0}", "time: unknown unit \"\\x00\" in duration \"1\\x00\""),
        ("1é", "time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\""),
        ("9223372036854775808ns", r#"time: invalid duration "9223372036854775808ns""#),
        ("9223372036854775.808us", r#"time: invalid duration "9223372036854775.808us""#),
        ("3000000h", r#"time: invalid duration "3000000h""#),
        ("99999999999999999999", r#"time: invalid duration "99999999999999999999""#),
    ] {
        assert_eq!(text.parse::<Duration>().unwrap_err().to_string(), wanted, "{text}");
    }
}

#[test]
fn truncated_and_converted() {
    let span = Duration::from(std::time::Duration::from_micros(1_234_567));
    assert_eq!(span.truncate_to_milliseconds().to_string(), "1.234s");
    assert_eq!(span.to_std(), Some(std::time::Duration::from_micros(1_234_567)));
    assert_eq!(Duration::from_nanoseconds(-1).to_std(), None);
    assert_eq!(Duration::from_nanoseconds(-1_999_999).truncate_to_milliseconds().to_string(), "-1ms");
    assert_eq!(Duration::from(std::time::Duration::MAX).nanoseconds(), i64::MAX);
}
