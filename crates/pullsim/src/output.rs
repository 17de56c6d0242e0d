//! Standard output: only the report goes there.

use std::io::{self, IsTerminal as _, Write as _};

use node::Environment;
use report::TextOptions;

use crate::error::Failure;
use crate::lowargs::Color;

/// Columns where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// How text is to be laid out for whoever reads standard output.
pub(crate) fn text_options(color: Color, environment: &Environment) -> TextOptions {
    let colour = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    let width = reader_width(environment).unwrap_or(DEFAULT_WIDTH);
    TextOptions { width, colour, unicode: is_utf8(environment) }
}

/// The columns that the reader has, where that is known: those of the terminal, unless somebody says otherwise.
pub(crate) fn reader_width(environment: &Environment) -> Option<usize> {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    // Who sets the variable (POSIX, `Environment Variables`) means it, whatever the terminal says.
    let wanted = environment.first(&["COLUMNS"]).and_then(|columns| columns.parse().ok());
    let wanted: Option<u16> = wanted.filter(|columns| *columns > 0);
    wanted.or(terminal.map(|(width, _)| width.0)).map(usize::from)
}

/// A text for whoever reads standard output, who may see no more than ASCII.
pub(crate) fn shown(text: &str, environment: &Environment) -> String {
    let text = printable(text);
    if is_utf8(environment) { text } else { ascii(&text) }
}

/// Whether the reader's locale is UTF-8 (locale(7)); where none is set, the terminal of today is.
fn is_utf8(environment: &Environment) -> bool {
    match environment.first(&["LC_ALL", "LC_CTYPE", "LANG"]) {
        Some("C" | "POSIX") => false,
        Some(locale) => match locale.split_once('.') {
            Some((_, charset)) => charset.to_ascii_lowercase().replace('-', "").starts_with("utf8"),
            None => true,
        },
        None => true,
    }
}

/// A document for machines.
pub(crate) fn json(document: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Failure::Output(error.into()))?;
    Ok(text + "\n")
}

/// The text for a terminal that shows no more than ASCII.
pub(crate) fn ascii(text: &str) -> String {
    let replaced = text.replace('…', "...").replace('·', "-").replace(['“', '”'], "\"");
    replaced.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

/// A text whose only control characters are tabs and line ends.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c }).collect()
}

/// Writes the report. A reader who has seen enough (`| head`) is no error.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes what was asked for in place of a command: help, or the version.
pub(crate) fn write_help(help: &clap::Error) -> Result<(), Failure> {
    written(help.print().and_then(|()| io::stdout().flush()))
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    reader(result).map(drop)
}

/// Whoever reads standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    There,
    Gone,
}

impl Reader {
    /// Whether nobody reads any more.
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Gone)
    }
}

fn reader(result: io::Result<()>) -> Result<Reader, Failure> {
    match result {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Writes a line of a log, whose reader may go away at any time.
pub(crate) fn write_line(text: &str) -> Result<Reader, Failure> {
    let mut out = io::stdout().lock();
    reader(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes an error. There is nobody left to tell if that fails. Names of files and what stands in them may be anything,
/// and nothing in them steers the terminal.
pub(crate) fn write_error(text: &str) {
    let _ = io::stderr().lock().write_all(printable(text).as_bytes());
}
