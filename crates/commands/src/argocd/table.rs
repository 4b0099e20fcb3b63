//! Go's `text/tabwriter`: columns as wide as their widest cell and two blanks, for as many lines as they go on.

/// Blanks between columns.
const PADDING: usize = 2;

/// Lines of cells, aligned. The last cell of a line belongs to no column, so nothing follows it; a column ends where a
/// line has no cell for it.
pub(super) fn align(lines: &[Vec<String>], width_min: usize) -> String {
    let widths: Vec<Vec<usize>> = widths(lines, width_min);
    let mut out = String::new();
    for (line, widths) in lines.iter().zip(&widths) {
        for (at, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(at) {
                let blanks = width.saturating_sub(cell.chars().count());
                out.extend(std::iter::repeat_n(' ', blanks));
            }
        }
        out.push('\n');
    }
    out
}

/// For each line, the widths of its columns.
fn widths(lines: &[Vec<String>], width_min: usize) -> Vec<Vec<usize>> {
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|line| vec![0; line.len().saturating_sub(1)]).collect();
    let columns = widths.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..columns {
        let mut from = 0;
        while from < lines.len() {
            let run = lines[from..].iter().take_while(|line| line.len() > column + 1).count();
            let cells = lines[from..from + run].iter().map(|line| line[column].chars().count() + PADDING);
            let width = cells.max().unwrap_or(0).max(width_min);
            for of_line in &mut widths[from..from + run] {
                of_line[column] = width;
            }
            from += run + 1;
        }
    }
    widths
}

/// A line of cells.
pub(super) fn line<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::{align, line};

    #[test]
    fn a_column_ends_where_a_line_has_no_cell_for_it() {
        let lines =
            [line(["SOURCE", "a/long/address"]), line(["ID", "DATE", "REVISION"]), line(["12", "today", "main"])];
        let want = "SOURCE  a/long/address\nID      DATE   REVISION\n12      today  main\n";
        assert_eq!(align(&lines, 0), want);
    }

    #[test]
    fn empty_cells_keep_their_place() {
        let lines = [line(["A", "HOOK", "MESSAGE"]), line(["b", "", ""])];
        assert_eq!(align(&lines, 0), "A  HOOK  MESSAGE\nb        \n");
    }
}
