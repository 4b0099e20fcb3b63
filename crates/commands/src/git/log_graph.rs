//! The lines beside commits that `--graph` draws.

use git::ObjectId;

/// The columns of lines going down, and what is being drawn.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// The commit that each line leads to.
    columns: Vec<ObjectId>,
    /// After the commit row: which new column each old track goes to; `None` where it ended.
    mapping: Vec<Option<usize>>,
    /// Rows that bring lines to their places, drawn with the next row that is not the commit itself.
    state: State,
    commit: Option<Row>,
    color: bool,
    /// A colour number for each line, going round.
    colors: Vec<usize>,
    next_color: usize,
    expanded: usize,
    collapsed_from: Option<usize>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Padding,
    PreCommit,
    Commit,
    PostMerge,
    Collapsing,
}

/// The commit being drawn.
#[derive(Debug, Clone)]
struct Row {
    /// Its column before this row, among `old`.
    at: usize,
    old: Vec<ObjectId>,
    old_colors: Vec<usize>,
    parents: usize,
    /// How the parents lie: the first goes to the left (0) or straight down (1).
    layout: usize,
    first_edge_added: isize,
}
