//! `text/tabwriter`: columns whose widths follow from their cells, as kubectl prints them.
//!
//! A tab ends a cell. Adjacent lines that have a cell in the same column share that column's width; the text after
//! the last tab of a line belongs to no column.
//!
//! ```
//! use gostd::tabwriter::{Settings, Writer};
//! let mut writer = Writer::new(Settings::KUBECTL_DESCRIBE);
//! writer.write("Type\tReason\tMessage\n");
//! writer.write("----\t------\t-------\n");
//! writer.write("Warning\tFailed\tno\n");
//! assert_eq!(writer.flush(), "Type     Reason  Message\n----     ------  -------\nWarning  Failed  no\n");
//! ```

/// The parameters of `tabwriter.NewWriter`; flags are the fields that are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The least width of a cell with its padding.
    pub min_width: usize,
    /// The width of a tab, when tabs are used for padding.
    pub tab_width: usize,
    /// How much is added to a cell before its width is taken.
    pub padding: usize,
    /// What is padded with; for a tab, widths are rounded up to [`Settings::tab_width`].
    pub pad_char: char,
    /// `tabwriter.AlignRight`; without effect when padding with tabs.
    pub align_right: bool,
    /// `tabwriter.DiscardEmptyColumns`: columns of empty cells ended by `\v` get no width.
    pub discard_empty_columns: bool,
    /// `tabwriter.TabIndent`: empty cells at the beginning of a line are padded with tabs.
    pub tab_indent: bool,
    /// `tabwriter.Debug`: a bar between columns.
    pub debug: bool,
}

impl Settings {
    /// What `kubectl get` uses: `NewWriter(out, 6, 4, 3, ' ', 0)`
    /// (`kubernetes staging/src/k8s.io/cli-runtime/pkg/printers/tabwriter.go`).
    pub const KUBECTL_GET: Self = Self::new(6, 4, 3, ' ');

    /// What `kubectl describe` uses: `NewWriter(out, 0, 8, 2, ' ', 0)`
    /// (`kubernetes staging/src/k8s.io/kubectl/pkg/describe/describe.go tabbedString`).
    pub const KUBECTL_DESCRIBE: Self = Self::new(0, 8, 2, ' ');

    /// Settings without flags.
    pub const fn new(min_width: usize, tab_width: usize, padding: usize, pad_char: char) -> Self {
        Self {
            min_width,
            tab_width,
            padding,
            pad_char,
            align_right: false,
            discard_empty_columns: false,
            tab_indent: false,
            debug: false,
        }
    }
}

/// Collects text and lays it out when flushed.
#[derive(Debug, Clone)]
pub struct Writer {
    settings: Settings,
    text: String,
}

#[derive(Debug, Clone, Default)]
struct Cell {
    text: String,
    /// Ended by `\t`, not by `\v`.
    hard: bool,
}

impl Cell {
    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl Writer {
    /// An empty writer.
    pub const fn new(settings: Settings) -> Self {
        Self { settings, text: String::new() }
    }

    /// Adds text: `\t` and `\v` end a cell, `\n` a line, `\f` a line and all columns.
    pub fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Lays out what was written and begins anew.
    pub fn flush(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        let mut out = String::with_capacity(text.len() * 2);
        let mut sections = text.split('\u{c}').peekable();
        while let Some(section) = sections.next() {
            let lines: Vec<Vec<Cell>> = section.split('\n').map(cells).collect();
            let mut layout =
                Layout { settings: self.settings, lines: &lines, widths: Vec::new(), out: &mut out };
            layout.format(0, lines.len());
            if sections.peek().is_some() {
                out.push('\n');
                if self.settings.debug {
                    out.push_str("---\n");
                }
            }
        }
        out
    }
}

fn cells(line: &str) -> Vec<Cell> {
    let pieces = line.split_inclusive(['\t', '\u{b}']);
    let mut cells: Vec<Cell> = pieces
        .map(|piece| Cell {
            text: piece.trim_end_matches(['\t', '\u{b}']).to_owned(),
            hard: piece.ends_with('\t'),
        })
        .collect();
    if line.is_empty() || line.ends_with(['\t', '\u{b}']) {
        cells.push(Cell::default());
    }
    cells
}

struct Layout<'a> {
    settings: Settings,
    lines: &'a [Vec<Cell>],
    /// The widths of the columns to the left of the one being laid out.
    widths: Vec<usize>,
    out: &'a mut String,
}

impl Layout<'_> {
    /// Lays out the lines from `first` up to `end`, whose columns so far have the widths known
    /// (`go1.25 text/tabwriter/tabwriter.go format`).
    fn format(&mut self, first: usize, end: usize) {
        let column = self.widths.len();
        let mut printed = first;
        let mut line = first;
        while line < end {
            // The last cell of a line is ended by no tab and belongs to no column.
            if column + 1 >= self.lines[line].len() {
                line += 1;
                continue;
            }
            self.print(printed, line);
            let block = self.lines[line..end].iter().take_while(|cells| column + 1 < cells.len()).count();
            let width = self.width(column, line, line + block);
            self.widths.push(width);
            self.format(line, line + block);
            self.widths.pop();
            line += block;
            printed = line;
        }
        self.print(printed, end);
    }

    fn width(&self, column: usize, first: usize, end: usize) -> usize {
        let block = || self.lines[first..end].iter().map(|cells| &cells[column]);
        if self.settings.discard_empty_columns && block().all(|cell| cell.text.is_empty() && !cell.hard) {
            return 0;
        }
        let widest = block().map(|cell| cell.width() + self.settings.padding).max().unwrap_or(0);
        widest.max(self.settings.min_width)
    }

    fn print(&mut self, first: usize, end: usize) {
        for index in first..end {
            let mut indent = self.settings.tab_indent;
            for (column, cell) in self.lines[index].iter().enumerate() {
                if column > 0 && self.settings.debug {
                    self.out.push('|');
                }
                indent &= cell.text.is_empty();
                self.print_cell(cell, self.widths.get(column).copied(), indent);
            }
            if index + 1 < self.lines.len() {
                self.out.push('\n');
            }
        }
    }

    fn print_cell(&mut self, cell: &Cell, width: Option<usize>, indent: bool) {
        let right = self.settings.align_right && self.settings.pad_char != '\t';
        if right {
            self.pad(cell, width, indent);
        }
        self.out.push_str(&cell.text);
        if !right {
            self.pad(cell, width, indent);
        }
    }

    fn pad(&mut self, cell: &Cell, width: Option<usize>, tabs: bool) {
        let Some(width) = width else { return };
        let missing = width.saturating_sub(cell.width());
        if self.settings.pad_char != '\t' && !tabs {
            self.out.extend(std::iter::repeat_n(self.settings.pad_char, missing));
        } else if self.settings.tab_width > 0 {
            let rounded = width.next_multiple_of(self.settings.tab_width).saturating_sub(cell.width());
            self.out.extend(std::iter::repeat_n('\t', rounded.div_ceil(self.settings.tab_width)));
        }
    }
}
