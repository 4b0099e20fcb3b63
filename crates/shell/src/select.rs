//! `select`: a menu on standard error, and a loop over what is chosen from it.

use crate::code::Simple;
use crate::expand::Expanded;
use crate::run::Flow;
use crate::state::Bash;
use std::sync::Arc;
use world::{Cx, Read};

/// Columns of a menu.
const COLUMNS: usize = 80;

impl Bash {
    pub(crate) fn begin_select(
        &mut self,
        name: &str,
        words: &Arc<Simple>,
        end: usize,
        cx: &mut Cx<'_>,
    ) -> Expanded<Flow> {
        let flow = self.begin_for(name, words, end, cx)?;
        if let Some(current) = self.frame().loops.last_mut()
            && flow == Flow::Next
        {
            current.menu = true;
        }
        Ok(flow)
    }

    /// Asks and reads; the next round, or a jump to the end.
    pub(crate) fn select_next(&mut self, end: usize, cx: &mut Cx<'_>) -> Flow {
        let Some((name, mut items)) = self.frame().loops.last().and_then(|current| current.words.clone()) else {
            return Flow::Next;
        };
        // Kept with the next one last.
        items.reverse();
        if items.is_empty() {
            return self.leave_select(end);
        }
        loop {
            self.ask(&items, cx);
            match cx.read_line() {
                Read::Wait => return Flow::Input,
                Read::End => {
                    cx.show_prompt(None);
                    // Bash ends the line of its prompt.
                    cx.out("\n");
                    self.status = 1;
                    return self.leave_select(end);
                }
                Read::Line(line) => {
                    cx.show_prompt(None);
                    let line = String::from_utf8_lossy(&line).trim_end_matches('\n').to_string();
                    let menu = line.trim().is_empty();
                    if let Some(current) = self.frame().loops.last_mut() {
                        current.asked = false;
                        current.menu = menu;
                    }
                    if menu {
                        continue;
                    }
                    let place = line.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                    let chosen = place.and_then(|place| items.get(place)).cloned().unwrap_or_default();
                    self.set("REPLY", &line);
                    return match self.assign(&name, None, false, &chosen, cx) {
                        Ok(()) => Flow::Next,
                        Err(trouble) => self.trouble(trouble, cx),
                    };
                }
            }
        }
    }

    fn leave_select(&mut self, end: usize) -> Flow {
        self.frame().pc = end;
        Flow::Jump
    }

    /// Shows the menu, if it is wanted, and the prompt, once.
    fn ask(&mut self, items: &[String], cx: &mut Cx<'_>) {
        let Some(current) = self.frame().loops.last_mut() else { return };
        if std::mem::replace(&mut current.asked, true) {
            return;
        }
        if std::mem::take(&mut current.menu) {
            cx.err(menu(items));
        }
        let prompt = self.vars.get("PS3").and_then(crate::vars::Var::scalar).unwrap_or("#? ").to_string();
        if cx.stdin_is_terminal() {
            cx.show_prompt(Some(prompt));
        } else {
            cx.err(prompt);
        }
    }
}

fn digits(n: usize) -> usize {
    n.to_string().len()
}

/// The items with their numbers, in as many columns as fit.
fn menu(items: &[String]) -> String {
    let count = items.len();
    let widest = items.iter().map(|item| item.chars().count()).max().unwrap_or(0);
    let width = widest + digits(count) + 2 + 2;
    let mut columns = (COLUMNS / width).max(1);
    let mut rows = count.div_ceil(columns);
    columns = count.div_ceil(rows);
    if rows == 1 {
        rows = columns;
    }
    let mut out = String::new();
    for row in 0..rows {
        let (mut at, mut column) = (row, 0);
        loop {
            let number = if column == 0 { digits(rows) } else { digits(count) };
            out.push_str(&format!("{:number$}) {}", at + 1, items[at]));
            let mut here = column + items[at].chars().count() + number + 2;
            at += rows;
            if at >= count {
                break;
            }
            let to = column + width;
            while here < to {
                if to / 8 > here / 8 {
                    out.push('\t');
                    here += 8 - here % 8;
                } else {
                    out.push(' ');
                    here += 1;
                }
            }
            column = to;
        }
        out.push('\n');
    }
    out
}
