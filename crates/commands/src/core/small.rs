//! Tools of a few lines.

use sim::Time;
use world::{Cx, Program};

pub(crate) fn programs() -> Vec<Program> {
    vec![
        Program::once("basename", |cx| path_part(cx, vfs::base_name)),
        Program::once("clear", |cx| {
            cx.out("\x1b[H\x1b[2J\x1b[3J");
            0
        }),
        Program::once("date", date),
        Program::once("dirname", |cx| path_part(cx, dir_name)),
        Program::once("hostname", |cx| {
            let name = cx.machine().hostname.clone();
            cx.out(format!("{name}\n"));
            0
        }),
        Program::once("which", which),
        Program::once("whoami", |cx| {
            let name = cx.machine().user.clone();
            cx.out(format!("{name}\n"));
            0
        }),
    ]
}

fn dir_name(path: &str) -> &str {
    if path.contains('/') { vfs::parent(path) } else { "." }
}

fn path_part(cx: &mut Cx<'_>, part: fn(&str) -> &str) -> i32 {
    let args = cx.args();
    let Some(path) = args.first() else {
        let name = cx.program();
        cx.err(format!("{name}: missing operand\nTry '{name} --help' for more information.\n"));
        return 1;
    };
    let mut found = part(path).to_string();
    if let Some(suffix) = args.get(1).filter(|suffix| found != **suffix) {
        found = found.strip_suffix(suffix.as_str()).unwrap_or(&found).to_string();
    }
    cx.out(format!("{found}\n"));
    0
}

fn which(cx: &mut Cx<'_>) -> i32 {
    let mut code = 0;
    for name in cx.args() {
        match cx.world.programs().get(&name) {
            Some(program) => cx.out(format!("/usr/bin/{}\n", program.name)),
            None => code = 1,
        }
    }
    code
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date(cx: &mut Cx<'_>) -> i32 {
    let mut format = "%a %b %e %H:%M:%S UTC %Y".to_string();
    for arg in cx.args() {
        match arg.as_str() {
            "-u" | "--utc" => {}
            "-I" | "--iso-8601" => format = "%F".into(),
            text if text.starts_with('+') => format = text[1..].into(),
            other if other.starts_with('-') => {
                cx.err(format!("date: option '{other}' is real date, but not part of this sandbox yet\n"));
                return 1;
            }
            other => {
                cx.err(format!("date: invalid date '{other}'\n"));
                return 1;
            }
        }
    }
    let text = strftime(&format, cx.now());
    cx.out(format!("{text}\n"));
    0
}

/// The common conversions of `date +FORMAT`; others stay as they are, as in GNU date.
pub(crate) fn strftime(format: &str, time: Time) -> String {
    let c = time.civil();
    let (day, month) = (DAYS[c.weekday as usize], MONTHS[c.month as usize - 1]);
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(next) = chars.next() {
        if next != '%' {
            out.push(next);
            continue;
        }
        match chars.next() {
            Some('Y') => out.push_str(&c.year.to_string()),
            Some('m') => out.push_str(&format!("{:02}", c.month)),
            Some('d') => out.push_str(&format!("{:02}", c.day)),
            Some('e') => out.push_str(&format!("{:2}", c.day)),
            Some('H') => out.push_str(&format!("{:02}", c.hour)),
            Some('M') => out.push_str(&format!("{:02}", c.minute)),
            Some('S') => out.push_str(&format!("{:02}", c.second)),
            Some('F') => out.push_str(&format!("{}-{:02}-{:02}", c.year, c.month, c.day)),
            Some('T') => out.push_str(&format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second)),
            Some('s') => out.push_str(&time.unix_secs().to_string()),
            Some('a') => out.push_str(&day[..3]),
            Some('A') => out.push_str(day),
            Some('b' | 'h') => out.push_str(&month[..3]),
            Some('B') => out.push_str(month),
            Some('Z') => out.push_str("UTC"),
            Some('z') => out.push_str("+0000"),
            Some('%') => out.push('%'),
            Some(other) => out.extend(['%', other]),
            None => out.push('%'),
        }
    }
    out
}
