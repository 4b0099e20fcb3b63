//! Terminals: ANSI codes become spans.

use screen::{Editing, Pager, Screen, Span, Style, TerminalLine, TerminalTab};
use world::{Foreground, MachineId, Terminal, TerminalId, World};

/// A screen holds at most this many lines.
const LINES_MAX: usize = 2_000;
/// More of a command does not fit on a tab.
const TITLE_MAX: usize = 40;

/// The terminals that are open.
#[inline(never)]
pub fn terminal_tabs(world: &World) -> Vec<TerminalTab> {
    let tab = |(id, terminal): (TerminalId, &Terminal)| {
        let running = world.running(id);
        let runs = running.is_some();
        let title = match running {
            Some(command) => command.chars().take(TITLE_MAX).collect(),
            None if terminal.is_over() => "ended".into(),
            None => folder(world, id),
        };
        TerminalTab { terminal: id.0, title, runs, over: terminal.is_over() }
    };
    world.terminals().map(tab).collect()
}

/// `~`, `web`.
fn folder(world: &World, id: TerminalId) -> String {
    let cwd = world.shell_cwd(id);
    let home = world.machine(&MachineId::workstation()).map_or("", |machine| machine.home());
    if cwd == home {
        return "~".into();
    }
    let name = vfs::base_name(&cwd);
    if name.is_empty() { "/".into() } else { name.into() }
}

/// What changed since the screen had `seen` lines.
#[inline(never)]
pub fn terminal(
    id: TerminalId,
    terminal: &Terminal,
    foreground: Foreground,
    seen: usize,
    waiting: Option<String>,
) -> Screen {
    let count = terminal.lines.len();
    let first = terminal.first_line.max(count.saturating_sub(LINES_MAX));
    let from = seen.min(count).max(first);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Screen {
        terminal: id.0,
        from: number(from),
        first: number(first),
        lines: terminal.lines.since(from).map(|text| line(text)).collect(),
        prompt: terminal.prompt.as_deref().map(line),
        partial: line(&terminal.partial),
        waiting,
        history: Vec::new(),
        reading: foreground == Foreground::Reading,
        editing: terminal.editing.as_ref().map(|open| editing(id, open)),
        pager: terminal.paging.as_ref().map(pager),
    }
}

#[inline(never)]
fn pager(paging: &world::Paging) -> Pager {
    Pager {
        serial: paging.pid.0,
        name: paging.name.clone(),
        file: paging.file,
        lines: paging.text.lines().map(line).collect(),
        numbers: paging.numbers,
        chop: paging.chop,
        ignore_case: paging.ignore_case,
        quit_at_end: paging.quit_at_end,
        start: paging.start.clone(),
    }
}

#[inline(never)]
fn editing(terminal: TerminalId, editing: &world::Editing) -> Editing {
    let close = match editing.program.as_str() {
        _ if !editing.waits => "",
        "nano" => "^X",
        "code" => "close",
        _ => ":wq",
    };
    Editing {
        serial: editing.pid.0,
        terminal: terminal.0,
        program: editing.program.clone(),
        path: editing.path.clone(),
        line: editing.line,
        close: close.into(),
    }
}

/// One line's text in spans of one style each.
#[inline(never)]
pub fn line(text: &str) -> TerminalLine {
    let mut spans = Vec::new();
    let mut style = Style::default();
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        push(&mut spans, &rest[..at], style);
        rest = &rest[at + 1..];
        let Some(body) = rest.strip_prefix('[') else { continue };
        let Some(end) = body.find(|c: char| c.is_ascii_alphabetic()) else {
            rest = "";
            break;
        };
        if body[end..].starts_with('m') {
            style = styled(style, &body[..end]);
        }
        rest = &body[end + 1..];
    }
    push(&mut spans, rest, style);
    TerminalLine(spans)
}

fn push(spans: &mut Vec<Span>, text: &str, style: Style) {
    if !text.is_empty() {
        spans.push(Span { text: text.replace('\t', "        "), style });
    }
}

#[inline(never)]
fn styled(mut style: Style, codes: &str) -> Style {
    for code in codes.split(';') {
        match code.parse::<u8>().unwrap_or(0) {
            0 => style = Style::default(),
            1 => style.bold = true,
            2 => style.dim = true,
            7 => style.reverse = true,
            22 => (style.bold, style.dim) = (false, false),
            27 => style.reverse = false,
            39 => style.colour = 0,
            code @ 31..=36 => style.colour = code,
            // Bright colours are shown as the normal ones.
            code @ 91..=96 => style.colour = code - 60,
            _ => {}
        }
    }
    style
}
