//! Columns as Go's `text/tabwriter` lays them out: neighbouring lines that have a cell in a column share its width.

/// `kubectl get`: columns at least six wide, three apart.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.join("\t"));
        text.push('\n');
    }
    align(&text, 6, 3)
}

/// `kubectl describe`: columns two apart.
pub(crate) fn described(text: &str) -> String {
    align(text, 0, 2)
}

/// Lays out text whose cells end with tabs; the last cell of a line belongs to no column.
pub(crate) fn align(text: &str, width_min: usize, padding: usize) -> String {
    let ends_in_newline = text.ends_with('\n');
    let body = text.strip_suffix('\n').unwrap_or(text);
    let lines: Vec<Vec<&str>> = body.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut writer = Writer { lines, width_min, padding, widths: Vec::new(), out: String::new() };
    let count = writer.lines.len();
    writer.format(0, count);
    let mut out = writer.out;
    if !ends_in_newline {
        out.pop();
    }
    out
}

struct Writer<'t> {
    lines: Vec<Vec<&'t str>>,
    width_min: usize,
    padding: usize,
    widths: Vec<usize>,
    out: String,
}

impl Writer<'_> {
    fn has_cell(&self, line: usize, column: usize) -> bool {
        column + 1 < self.lines[line].len()
    }

    fn format(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let mut line = from;
        while line < to {
            if !self.has_cell(line, column) {
                line += 1;
                continue;
            }
            self.write(from, line);
            from = line;
            let mut width = self.width_min;
            while line < to && self.has_cell(line, column) {
                width = width.max(self.lines[line][column].chars().count() + self.padding);
                line += 1;
            }
            self.widths.push(width);
            self.format(from, line);
            self.widths.pop();
            from = line;
        }
        self.write(from, to);
    }

    fn write(&mut self, from: usize, to: usize) {
        for line in from..to {
            let cells = &self.lines[line];
            for (at, cell) in cells.iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(at).filter(|_| at + 1 < cells.len() || cell.is_empty()) {
                    let used = cell.chars().count();
                    self.out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
                }
            }
            self.out.push('\n');
        }
    }
}
