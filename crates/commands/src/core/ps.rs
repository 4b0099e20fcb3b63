//! `ps`: the processes of this machine, which are those of the world.

use order::Arrange;
use shell::clock::strftime;
use sim::Time;
use world::{Cx, Pid, Seen};

/// A column: its name for `-o`, its title, its width, whether it stands to the right.
struct Column {
    name: &'static str,
    title: &'static str,
    width: usize,
    right: bool,
}

const fn column(name: &'static str, title: &'static str, width: usize, right: bool) -> Column {
    Column { name, title, width, right }
}

const COLUMNS: &[Column] = &[
    column("pid", "PID", 7, true),
    column("ppid", "PPID", 7, true),
    column("user", "USER", 8, false),
    column("uname", "USER", 8, false),
    column("uid", "UID", 5, true),
    column("owner", "UID", 8, false),
    column("tty", "TT", 8, false),
    column("tname", "TTY", 8, false),
    column("time", "TIME", 8, true),
    column("bsdtime", "TIME", 6, true),
    column("cmd", "CMD", 27, false),
    column("command", "COMMAND", 27, false),
    column("args", "COMMAND", 27, false),
    column("comm", "COMMAND", 15, false),
    column("ucmd", "CMD", 15, false),
    column("stat", "STAT", 4, false),
    column("s", "S", 1, false),
    column("state", "S", 1, false),
    column("c", "C", 2, true),
    column("pcpu", "%CPU", 4, true),
    column("%cpu", "%CPU", 4, true),
    column("pmem", "%MEM", 4, true),
    column("%mem", "%MEM", 4, true),
    column("vsz", "VSZ", 6, true),
    column("rss", "RSS", 5, true),
    column("start_time", "START", 5, true),
    column("stime", "STIME", 5, true),
    column("lstart", "STARTED", 24, true),
    column("etime", "ELAPSED", 11, true),
    column("etimes", "ELAPSED", 7, true),
];

/// What is asked.
#[derive(Default)]
struct Asked {
    all: bool,
    /// Those without a terminal, too.
    mine: bool,
    pids: Vec<u32>,
    commands: Vec<String>,
    /// Names of columns, each with another title, if one is given.
    columns: Vec<(String, Option<String>)>,
    layout: Option<&'static str>,
    no_titles: bool,
    sort: Option<String>,
}

const PLAIN: &str = "pid,tname,time,ucmd";
const FULL: &str = "owner,pid,ppid,c,stime,tname,time,cmd";
const BSD: &str = "pid,tname,stat,bsdtime,command";
const BSD_USER: &str = "user,pid,pcpu,pmem,vsz,rss,tname,stat,start_time,bsdtime,command";

/// Why it does not go on.
enum Stop {
    Missing(String),
    Wrong(String),
}

/// Unlike ps: programs here take no processor and no memory; the columns for them show 0.
pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    let asked = match asked(&cx.args()) {
        Ok(asked) => asked,
        Err(Stop::Missing(option)) => {
            cx.err(format!("ps: option '{option}' is real ps, but not part of this sandbox yet\n"));
            return 1;
        }
        Err(Stop::Wrong(message)) => {
            cx.err(format!("error: {message}\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n"));
            return 1;
        }
    };
    let mut columns: Vec<(&Column, Option<&str>)> = Vec::new();
    let layout: Vec<(String, Option<String>)> = match (asked.columns.is_empty(), asked.layout) {
        (false, _) => asked.columns,
        (true, layout) => layout.unwrap_or(PLAIN).split(',').map(|name| (name.to_string(), None)).collect(),
    };
    for (name, title) in &layout {
        match COLUMNS.iter().find(|column| column.name == name) {
            Some(column) => columns.push((column, title.as_deref())),
            None => {
                cx.err(format!("error: unknown user-defined format specifier \"{name}\"\n"));
                return 1;
            }
        }
    }
    let mut all = cx.world.processes(&cx.machine_id());
    // A part of Docker's daemon, which has no process of its own here.
    all.retain(|seen| seen.argv.first().is_none_or(|name| name != world::HEALTH));
    let me = all.iter().find(|seen| seen.pid == cx.pid).and_then(|seen| seen.terminal);
    let chosen = |seen: &&Seen| {
        if !asked.pids.is_empty() || !asked.commands.is_empty() {
            return asked.pids.contains(&seen.pid.0)
                || seen.argv.first().is_some_and(|name| asked.commands.contains(name));
        }
        asked.all || asked.mine || seen.terminal == me
    };
    let mut rows: Vec<&Seen> = all.iter().filter(chosen).collect();
    if let Some(key) = &asked.sort {
        let (down, key) = key.strip_prefix('-').map_or((false, key.as_str()), |key| (true, key));
        let key = key.strip_prefix('+').unwrap_or(key);
        rows.arrange_by(|a, b| {
            let order = match key {
                "pid" => a.pid.cmp(&b.pid),
                "ppid" => a.parent.cmp(&b.parent),
                "start_time" | "stime" | "lstart" => a.started.cmp(&b.started),
                "comm" | "cmd" | "args" | "command" => a.argv.cmp(&b.argv),
                _ => std::cmp::Ordering::Equal,
            };
            if down { order.reverse() } else { order }
        });
    }
    if !asked.no_titles && columns.iter().any(|(_, title)| *title != Some("")) {
        let titles: Vec<String> =
            columns.iter().map(|(column, title)| title.unwrap_or(column.title).to_string()).collect();
        cx.out(line(&columns, &titles));
    }
    for seen in &rows {
        let values: Vec<String> = columns.iter().map(|(column, _)| value(cx, &all, seen, column.name)).collect();
        cx.out(line(&columns, &values));
    }
    i32::from(rows.is_empty())
}

fn line(columns: &[(&Column, Option<&str>)], values: &[String]) -> String {
    let mut out = String::new();
    for (index, ((column, title), value)) in columns.iter().zip(values).enumerate() {
        let width = column.width.max(title.map_or(0, str::len));
        let gap = width.saturating_sub(value.chars().count());
        if index > 0 {
            out.push(' ');
        }
        let last = index + 1 == columns.len();
        if column.right {
            out.extend(std::iter::repeat_n(' ', gap));
        }
        out.push_str(value);
        if !column.right && !last {
            out.extend(std::iter::repeat_n(' ', gap));
        }
    }
    out.push('\n');
    out
}

fn value(cx: &Cx<'_>, all: &[Seen], seen: &Seen, name: &str) -> String {
    let command = || seen.argv.join(" ") + if seen.state == 'Z' { " <defunct>" } else { "" };
    let age = cx.now().since(seen.started).as_secs();
    match name {
        "pid" => seen.pid.to_string(),
        "ppid" => seen.parent.map_or(0, |pid: Pid| pid.0).to_string(),
        "user" | "uname" | "owner" => cx.machine().user.clone(),
        "uid" => "1000".into(),
        "tty" | "tname" => seen.terminal.map_or("?".into(), |id| format!("pts/{}", id.0)),
        "time" => "00:00:00".into(),
        "bsdtime" => "0:00".into(),
        "cmd" | "command" | "args" => command(),
        "comm" | "ucmd" => {
            seen.argv.first().cloned().unwrap_or_default() + if seen.state == 'Z' { " <defunct>" } else { "" }
        }
        "stat" => stat(all, seen),
        "s" | "state" => seen.state.to_string(),
        "c" | "vsz" | "rss" => "0".into(),
        "pcpu" | "%cpu" | "pmem" | "%mem" => "0.0".into(),
        "start_time" | "stime" => {
            let day = |time: Time| strftime("%Y-%m-%d", time);
            let format = if day(seen.started) == day(cx.now()) { "%H:%M" } else { "%b%d" };
            strftime(format, seen.started)
        }
        "lstart" => strftime("%a %b %e %H:%M:%S %Y", seen.started),
        "etimes" => age.to_string(),
        "etime" => {
            let (days, hours, minutes, secs) = (age / 86_400, age / 3600 % 24, age / 60 % 60, age % 60);
            match (days, hours) {
                (0, 0) => format!("{minutes:02}:{secs:02}"),
                (0, _) => format!("{hours:02}:{minutes:02}:{secs:02}"),
                _ => format!("{days}-{hours:02}:{minutes:02}:{secs:02}"),
            }
        }
        _ => String::new(),
    }
}

/// The state, `s` for the first process of a terminal, `+` for what is in the foreground.
fn stat(all: &[Seen], seen: &Seen) -> String {
    let mut text = seen.state.to_string();
    let parent = |seen: &Seen| seen.parent.and_then(|pid| all.iter().find(|other| other.pid == pid));
    let leads = parent(seen).is_none_or(|above| above.terminal != seen.terminal);
    if leads {
        text.push('s');
    }
    let (mut at, mut background) = (Some(seen), leads);
    while let Some(one) = at {
        background |= one.background;
        at = parent(one);
    }
    if !background && seen.terminal.is_some() {
        text.push('+');
    }
    text
}

fn asked(args: &[String]) -> Result<Asked, Stop> {
    let mut asked = Asked::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if let Some(long) = arg.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let mut value = || value.map(String::from).or_else(|| args.next().cloned()).unwrap_or_default();
            match name {
                "pid" => pids(&value(), &mut asked)?,
                "sort" => asked.sort = Some(value()),
                "format" => format(&value(), &mut asked),
                "no-headers" | "no-heading" => asked.no_titles = true,
                "forest" | "ppid" | "user" | "tty" | "headers" | "cols" | "columns" | "width" | "lines" | "rows"
                | "deselect" | "cumulative" | "context" | "group" | "sid" | "quick-pid" => {
                    return Err(Stop::Missing(arg.clone()));
                }
                _ => return Err(Stop::Wrong("unknown gnu long option".into())),
            }
        } else if let Some(letters) = arg.strip_prefix('-') {
            dashed(letters, &mut args, &mut asked)?;
        } else if arg.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
            pids(arg, &mut asked)?;
        } else {
            bsd(arg, &mut args, &mut asked)?;
        }
    }
    Ok(asked)
}

/// Unix options: `-ef`, `-o pid,cmd`.
fn dashed(letters: &str, args: &mut std::slice::Iter<'_, String>, asked: &mut Asked) -> Result<(), Stop> {
    for (at, letter) in letters.char_indices() {
        match letter {
            'e' | 'A' => asked.all = true,
            'f' | 'F' if letter == 'f' => asked.layout = Some(FULL),
            'a' | 'd' => asked.all = true,
            'w' => {}
            // `ps -aux` is taken for `ps aux` by the real one, too.
            'x' if letters == "aux" => asked.layout = Some(BSD_USER),
            'u' if letters == "aux" => {}
            'o' | 'p' | 'C' => {
                let rest = &letters[at + 1..];
                let value = if rest.is_empty() { args.next().cloned().unwrap_or_default() } else { rest.to_string() };
                if value.is_empty() {
                    let what = match letter {
                        'o' => "format specification must follow -o",
                        'p' => "list of process IDs must follow -p",
                        _ => "list of command names must follow -C",
                    };
                    return Err(Stop::Wrong(what.into()));
                }
                match letter {
                    'o' => format(&value, asked),
                    'p' => pids(&value, asked)?,
                    _ => asked.commands.extend(value.split(',').map(String::from)),
                }
                return Ok(());
            }
            'l' | 'L' | 'H' | 'j' | 'y' | 'F' | 'N' | 'T' | 'M' | 'Z' | 'g' | 'G' | 's' | 't' | 'u' | 'U' | 'q'
            | 'c' => {
                return Err(Stop::Missing(std::format!("-{letter}")));
            }
            _ => return Err(Stop::Wrong("unsupported SysV option".into())),
        }
    }
    Ok(())
}

/// BSD options, without a dash: `aux`.
fn bsd(letters: &str, args: &mut std::slice::Iter<'_, String>, asked: &mut Asked) -> Result<(), Stop> {
    asked.layout = asked.layout.or(Some(BSD));
    for letter in letters.chars() {
        match letter {
            'a' => asked.all = true,
            'x' => asked.mine = true,
            'u' => asked.layout = Some(BSD_USER),
            'w' => {}
            'h' => asked.no_titles = true,
            'o' => {
                format(&args.next().cloned().unwrap_or_default(), asked);
            }
            'p' => pids(&args.next().cloned().unwrap_or_default(), asked)?,
            'e' | 'f' | 'l' | 'j' | 's' | 'v' | 'X' | 'c' | 'r' | 'T' | 't' | 'U' | 'm' | 'H' | 'Z' => {
                return Err(Stop::Missing(letter.to_string()));
            }
            _ => return Err(Stop::Wrong("unsupported option (BSD syntax)".into())),
        }
    }
    Ok(())
}

fn pids(text: &str, asked: &mut Asked) -> Result<(), Stop> {
    for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
        let pid = part.parse().map_err(|_| Stop::Wrong("process ID list syntax error".into()))?;
        asked.pids.push(pid);
    }
    Ok(())
}

/// `pid,comm=NAME,args=`: columns, some with a title.
fn format(text: &str, asked: &mut Asked) {
    for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
        let (name, title) = part.split_once('=').map_or((part, None), |(name, title)| (name, Some(title)));
        asked.columns.push((name.to_string(), title.map(String::from)));
    }
}
