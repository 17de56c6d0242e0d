//! Go's tables.

use gostd::tabwriter::{Settings, Writer};

fn lay_out(settings: Settings, text: &str) -> String {
    let mut writer = Writer::new(settings);
    writer.write(text);
    writer.flush()
}

const DOTS: Settings = Settings::new(8, 0, 1, '.');

#[test]
fn columns() {
    for (settings, text, wanted) in [
        (DOTS, "", ""),
        (DOTS, "\n\n\n", "\n\n\n"),
        (DOTS, "a\nb\nc", "a\nb\nc"),
        (DOTS, "\t", "........"),
        (DOTS, "*\t*", "*.......*"),
        (DOTS, "*\t*\n", "*.......*\n"),
        (DOTS, "*\t*\t", "*.......*......."),
        (DOTS, "\t*\tx\t", "........*.......x......."),
        (DOTS, "12345678\t2", "12345678.2"),
        (DOTS, "é\tb\nlonger cell\tc\n", "é...........b\nlonger cell.c\n"),
        // A line without the column ends its block.
        (DOTS, "a\tb\nalone\nlonger cell\tc\n", "a.......b\nalone\nlonger cell.c\n"),
        // So does a form feed.
        (DOTS, "a\tb\u{c}longer cell\tc\n", "a.......b\nlonger cell.c\n"),
        (DOTS, "a\tb\tc\na\tlonger cell\td\n", "a.......b...........c\na.......longer cell.d\n"),
        (Settings { align_right: true, ..DOTS }, "*\t*\t", ".......*.......*"),
        (Settings { debug: true, ..DOTS }, "a\tb\tc\n", "a.......|b.......|c\n"),
        (Settings { discard_empty_columns: true, ..DOTS }, "a\u{b}\u{b}b\n", "a.......b\n"),
        (Settings { discard_empty_columns: true, ..DOTS }, "a\t\tb\n", "a...............b\n"),
        (Settings::new(8, 8, 1, '\t'), "1\t2\nlonger than eight\t3\n", "1\t\t\t2\nlonger than eight\t3\n"),
        (Settings { tab_indent: true, tab_width: 8, ..DOTS }, "\ta\tb\n", "\ta.......b\n"),
        (
            Settings::KUBECTL_GET,
            "NAME\tREADY\tSTATUS\nweb-0\t0/1\tImagePullBackOff\n",
            "NAME    READY   STATUS\nweb-0   0/1     ImagePullBackOff\n",
        ),
        (
            Settings::KUBECTL_DESCRIBE,
            "Name:\tweb-0\nEvents:\n  Type\tReason\n  ----\t------\n  Normal\tPulling\n",
            "Name:  web-0\nEvents:\n  Type    Reason\n  ----    ------\n  Normal  Pulling\n",
        ),
    ] {
        assert_eq!(lay_out(settings, text), wanted, "{text:?}");
    }
}

#[test]
fn a_flush_begins_anew() {
    let mut writer = Writer::new(DOTS);
    writer.write("a\t");
    writer.write("b\n");
    assert_eq!(writer.flush(), "a.......b\n");
    assert_eq!(writer.flush(), "");
    writer.write("longer cell\tc");
    assert_eq!(writer.flush(), "longer cell.c");
}
