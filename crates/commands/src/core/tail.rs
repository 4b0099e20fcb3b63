//! `tail`: the end of files, and what comes behind it with `-f`.

use super::head::{self, Amount};
use crate::getopt::{Tool, flag, missing, parse, value};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use world::{Behaviour, Cx, Step};

pub(super) const TAIL: Tool = Tool {
    name: "tail",
    usage: "[OPTION]... [FILE]...",
    summary: "Print the end of files.",
    options: &[
        value('n', "lines", "NUM", "how many lines (default 10); +NUM: from this line on"),
        value('c', "bytes", "NUM", "how many bytes"),
        flag('q', "quiet", "never print file names"),
        flag('v', "verbose", "always print file names"),
        value('f', "follow", "[HOW]", "go on with what is added to the files"),
        flag('F', "", "the same, and wait for files that are not there or are replaced"),
        flag('\0', "retry", "wait for files that are not there"),
        value('s', "sleep-interval", "SECS", "how often to look"),
        missing('\0', "pid"),
        missing('z', "zero-terminated"),
    ],
    trouble: 1,
};

/// How often it looks, where nobody says otherwise.
const LOOK: Duration = Duration::from_millis(250);

/// A file that is followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Followed {
    name: String,
    path: String,
    /// How much of it has been printed; `None` while it is not there.
    printed: Option<usize>,
    ino: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tail {
    started: bool,
    files: Vec<Followed>,
    titles: bool,
    /// By name (`-F`): files may go and come.
    by_name: bool,
    /// Whose lines were printed last.
    last: Option<usize>,
    look: Duration,
}

impl From<Vec<String>> for Tail {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

impl Behaviour for Tail {
    const PROGRAM: &'static str = "tail";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.started {
            self.look_again(cx);
        } else {
            match self.begin(cx) {
                Ok(()) => self.started = true,
                Err(step) => return step,
            }
        }
        Step::Pace(cx.now() + self.look)
    }
}

impl Tail {
    /// Prints the ends; `Ok` where it goes on from there.
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), Step> {
        let args = head::number_option(cx.args());
        cx.set_args(args);
        let given = parse(cx, &TAIL).map_err(Step::Done)?;
        let amount = head::amount(cx, &TAIL, &given).map_err(Step::Done)?;
        let follows = given.has("f") || given.has("F");
        // Nothing wanted: real tail does not even open its files.
        if amount.count == 0 && amount.sign != Some('+') && !follows {
            return Err(Step::Done(0));
        }
        self.by_name = given.has("F") || given.has("retry") || given.value("f") == Some("name");
        self.look = match given.value("s") {
            None => LOOK,
            Some(text) => match super::env::seconds(text) {
                Some(secs) => Duration::from_secs_f64(secs.clamp(0.1, 1e6)),
                None => {
                    cx.err(format!("tail: invalid number of seconds: ‘{text}’\n"));
                    return Err(Step::Done(1));
                }
            },
        };
        let code = head::cut(cx, &TAIL, &given, |bytes| end(bytes, &amount));
        if code == Cx::WAIT {
            return Err(Step::Stdin);
        }
        // A pipe ends by itself.
        if !follows || given.operands.is_empty() {
            return Err(Step::Done(code));
        }
        self.titles = (given.operands.len() > 1 && !given.has("q")) || given.has("v");
        for name in given.operands.iter().filter(|name| *name != "-") {
            let path = cx.path(name);
            let (printed, ino) = match (cx.files().read(&path), cx.files().stat(&path)) {
                (Ok(bytes), Ok(stat)) => (Some(bytes.len()), stat.ino),
                _ => (None, 0),
            };
            if printed.is_some() {
                self.last = Some(self.files.len());
            }
            if printed.is_some() || self.by_name {
                self.files.push(Followed { name: name.clone(), path, printed, ino });
            }
        }
        if self.files.is_empty() {
            cx.err("tail: no files remaining\n");
            return Err(Step::Done(1));
        }
        Ok(())
    }

    fn look_again(&mut self, cx: &mut Cx<'_>) {
        for index in 0..self.files.len() {
            let file = &mut self.files[index];
            let found = match (cx.files().read(&file.path), cx.files().stat(&file.path)) {
                (Ok(bytes), Ok(stat)) => Some((bytes.into_owned(), stat.ino)),
                _ => None,
            };
            let Some((bytes, ino)) = found else {
                if self.by_name && file.printed.take().is_some() {
                    let name = &file.name;
                    cx.err(format!("tail: '{name}' has become inaccessible: No such file or directory\n"));
                }
                continue;
            };
            let mut from = match file.printed {
                Some(printed) if ino == file.ino => printed,
                Some(_) if self.by_name => {
                    cx.err(format!("tail: '{}' has been replaced;  following new file\n", file.name));
                    0
                }
                // The file that was opened is no longer there under this name.
                Some(_) => continue,
                None => {
                    cx.err(format!("tail: '{}' has appeared;  following new file\n", file.name));
                    0
                }
            };
            if bytes.len() < from {
                cx.err(format!("tail: {}: file truncated\n", file.name));
                from = 0;
            }
            (file.printed, file.ino) = (Some(bytes.len()), ino);
            if bytes.len() == from {
                continue;
            }
            let title = format!("\n==> {} <==\n", file.name);
            if self.titles && self.last != Some(index) {
                cx.out(title);
            }
            self.last = Some(index);
            cx.out(&bytes[from..]);
        }
    }
}

/// The range that `-n` and `-c` ask for.
fn end(bytes: &[u8], amount: &Amount) -> std::ops::Range<usize> {
    let ends = head::units(bytes, amount);
    let count = usize::try_from(amount.count).unwrap_or(usize::MAX);
    let skip = if amount.sign == Some('+') { count.saturating_sub(1) } else { ends.len().saturating_sub(count) };
    let start = match skip {
        0 => 0,
        n if n > ends.len() => bytes.len(),
        n => ends[n - 1],
    };
    start..bytes.len()
}
