//! Upstream's own cases, `promql/promqltest/testdata/*.test`: their language, as far as it knows no native
//! histograms: what selects none, expects none and calls none of their functions.

use crate::eval::Query;
use crate::labels::{Labels, NAME};
use crate::parse::{Expr, Features, NOT_HERE, parse, parse_with};
use crate::store::Store;
use crate::value::{Point, Series, Value};

/// What became of an `eval`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// It is about native histograms.
    Out,
    Failed(String),
}

/// An `eval`: its line, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub line: usize,
    pub expr: String,
    pub outcome: Outcome,
}

struct Suite {
    store: Store,
    /// Series that are native histograms, at least at times.
    native: Vec<Labels>,
    /// A line of `load` that makes no sense to us: nothing after it can pass.
    broken: Option<String>,
}

impl Suite {
    fn new() -> Self {
        Self { store: Store::default(), native: Vec::new(), broken: None }
    }
}

/// Start, end and step; both ends the same for an instant.
type Times = (i64, i64, i64);

/// All evals of a file.
pub fn run(text: &str) -> Vec<Case> {
    let lines: Vec<&str> = text.lines().collect();
    let mut suite = Suite::new();
    let (mut cases, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let (line, number) = (lines[at].trim(), at + 1);
        at += 1;
        let from = at;
        // What is indented belongs to it.
        while at < lines.len() && (lines[at].starts_with([' ', '\t']) && !lines[at].trim().is_empty()) {
            at += 1;
        }
        let block: Vec<&str> =
            lines[from..at].iter().map(|line| line.trim()).filter(|line| !line.starts_with('#')).collect();
        match line.split_whitespace().next() {
            Some("load" | "load_with_nhcb") => suite.load(line, &block),
            Some("clear") => suite = Suite::new(),
            Some(word) if word.starts_with("eval") => {
                let (expr, outcome) = suite.eval(line, &block);
                cases.push(Case { line: number, expr, outcome });
            }
            _ => {}
        }
    }
    cases
}

fn millis(text: &str) -> Option<i64> {
    match parse(text).ok()? {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
        Expr::Number(secs) => Some(libm::round(secs * 1_000.0) as i64),
        Expr::Negate(_) => None,
        _ => None,
    }
}

/// A metric and the rest of its line.
fn split(line: &str) -> (&str, &str) {
    let mut quote = None;
    let mut depth = 0;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open && !line[..at].ends_with('\\') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth -= 1,
            (None, ' ' | '\t') if depth == 0 => return (&line[..at], line[at..].trim()),
            _ => {}
        }
    }
    (line, "")
}

fn labels(text: &str) -> Option<Labels> {
    if text == "{}" {
        return Some(Labels::default());
    }
    let Expr::Select { matchers, .. } = parse(text).ok()? else { return None };
    let mut found = Labels::default();
    for matcher in matchers {
        found.put(&matcher.name, &matcher.value);
    }
    Some(found)
}

fn number(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Inf" | "+Inf" | "inf" => Some(f64::INFINITY),
        "-Inf" | "-inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().or_else(|| match parse(text).ok()? {
            Expr::Number(number) => Some(number),
            _ => None,
        }),
    }
}

/// What stands in one place of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cell {
    None,
    Stale,
    Value(f64),
}

/// `1+2x3 _ stale 5x2`; nothing where there are native histograms.
fn cells(text: &str) -> Option<Vec<Cell>> {
    let mut found = Vec::new();
    for word in text.split_whitespace() {
        // `0x10` is no hexadecimal number here.
        let (value, times) = match word.rsplit_once('x') {
            Some((value, times)) if !value.is_empty() => (value, times.parse::<usize>().ok()?),
            _ => (word, usize::MAX),
        };
        let count = if times == usize::MAX { 1 } else { times };
        if value == "_" || value == "stale" {
            let cell = if value == "_" { Cell::None } else { Cell::Stale };
            found.extend(std::iter::repeat_n(cell, count));
            continue;
        }
        if times == usize::MAX {
            found.push(Cell::Value(number(value)?));
            continue;
        }
        // A step stands behind a sign that belongs to no exponent.
        let step = value.char_indices().skip(1).filter(|(at, c)| {
            matches!(c, '+' | '-') && !value[..*at].ends_with(['e', 'E']) && !value[..*at].ends_with(['+', '-'])
        });
        let (mut first, step) = match step.last() {
            Some((at, _)) => (number(&value[..at])?, number(value[at..].trim_start_matches('+'))?),
            None => (number(value)?, 0.0),
        };
        for _ in 0..=count {
            found.push(Cell::Value(first));
            first += step;
        }
    }
    Some(found)
}

impl Suite {
    fn load(&mut self, line: &str, block: &[&str]) {
        let step = line.split_whitespace().nth(1).and_then(millis).unwrap_or(1);
        // Of two series with the same labels the later one counts.
        let same = |at: usize| block[at + 1..].iter().any(|other| split(other).0 == split(block[at]).0);
        for series in (0..block.len()).filter(|at| !same(*at)).map(|at| block[at]) {
            let (metric, values) = split(series);
            let Some(labels) = labels(metric) else {
                self.broken = Some(series.into());
                continue;
            };
            if let Some(base) = labels.name().strip_suffix("_bucket").filter(|_| line.starts_with("load_with_nhcb")) {
                let mut whole = labels.clone();
                whole.put(NAME, base);
                whole.remove("le");
                self.native.push(whole);
            }
            if values.contains("{{") {
                self.native.push(labels);
                continue;
            }
            let Some(values) = cells(values) else {
                self.broken = Some(series.into());
                continue;
            };
            let mut at = 0;
            for value in values {
                match value {
                    Cell::Value(value) => self.store.append(&labels, at, value),
                    Cell::Stale => self.store.stale(&labels, at),
                    Cell::None => {}
                }
                at += step;
            }
        }
    }

    fn eval(&self, line: &str, block: &[&str]) -> (String, Outcome) {
        let Some((times, expr)) = times_of(line) else {
            return (line.into(), Outcome::Failed("the line is not understood".into()));
        };
        let native = |text: &str| text.contains("{{") || text.contains("histogram:");
        let parsed = parse_with(expr, Features { experimental: true });
        let selects = match &parsed {
            Ok(parsed) => self.selects_native(parsed),
            // A function of native histograms.
            Err(told) => told.ends_with(NOT_HERE),
        };
        if native(expr) || block.iter().any(|line| native(line)) || selects {
            return (expr.into(), Outcome::Out);
        }
        if let Some(broken) = &self.broken {
            return (expr.into(), Outcome::Failed(["not understood: ", broken].concat()));
        }
        let fails = line.starts_with("eval_fail") || block.iter().any(|line| line.starts_with("expect fail"));
        let got = parsed.and_then(|parsed| {
            let mut query = Query::new(&self.store);
            query.delayed_names = true;
            if line.split_whitespace().nth(1) == Some("range") {
                query.range(&parsed, times.0, times.1, times.2)
            } else {
                query.instant(&parsed, times.0)
            }
        });
        let outcome = match (got, fails) {
            (Err(told), true) if !said(&told, block) => Outcome::Failed(["it says: ", &told].concat()),
            (Err(_), true) => Outcome::Passed,
            (Ok(_), true) => Outcome::Failed("it should fail".into()),
            (Err(told), false) => Outcome::Failed(told),
            (Ok(value), false) => match compare(&value, line, block, times) {
                Ok(()) => Outcome::Passed,
                Err(told) => Outcome::Failed(told),
            },
        };
        (expr.into(), outcome)
    }
}

impl Suite {
    fn selects_native(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Number(_) | Expr::Text(_) => false,
            Expr::Select { matchers, .. } => {
                let fits = |labels: &Labels| matchers.iter().all(|one| one.fits(labels.get(&one.name)));
                self.native.iter().any(fits)
            }
            Expr::Subquery { of, .. } | Expr::Negate(of) | Expr::Paren(of) => self.selects_native(of),
            Expr::Binary { left, right, .. } => self.selects_native(left) || self.selects_native(right),
            Expr::Aggregate { of, param, .. } => {
                self.selects_native(of) || param.as_ref().is_some_and(|param| self.selects_native(param))
            }
            Expr::Call { args, .. } => args.iter().any(|arg| self.selects_native(arg)),
        }
    }
}

/// Whether an error is in the words that are expected.
fn said(told: &str, block: &[&str]) -> bool {
    let words = |start: &str| block.iter().find_map(|line| line.strip_prefix(start)).map(str::trim);
    let message = words("expect fail msg:").or_else(|| words("expected_fail_message"));
    let pattern = words("expect fail regex:").or_else(|| words("expected_fail_regexp"));
    let fits = |pattern| regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(told));
    message.is_none_or(|message| message == told) && pattern.is_none_or(fits)
}

fn times_of(line: &str) -> Option<(Times, &str)> {
    let mut rest = line;
    let mut word = || {
        let (word, more) = rest.split_once(char::is_whitespace)?;
        rest = more.trim_start();
        Some(word)
    };
    word()?;
    let range = word()? == "range";
    word()?;
    let start = millis(word()?)?;
    if !range {
        return Some(((start, start, 1), rest));
    }
    word()?;
    let end = millis(word()?)?;
    word()?;
    let step = millis(word()?)?;
    Some(((start, end, step), rest))
}

fn close(a: f64, b: f64) -> bool {
    if a == b || (a.is_nan() && b.is_nan()) {
        return true;
    }
    let (sum, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        difference < 1e-6 * f64::MIN_POSITIVE
    } else {
        difference / sum < 1e-6
    }
}

fn compare(value: &Value, line: &str, block: &[&str], (start, _, step): Times) -> Result<(), String> {
    let lines: Vec<&str> = block
        .iter()
        .copied()
        .filter(|line| !line.starts_with("expect ") || line.starts_with("expect string"))
        .filter(|line| !line.starts_with("expected_fail"))
        .collect();
    let told = || Err(format!("got {}", shown(value)));
    match value {
        Value::Scalar(got) => {
            let wanted = lines.first().and_then(|line| number(line));
            if wanted.is_some_and(|wanted| close(wanted, *got)) { Ok(()) } else { told() }
        }
        Value::Text(got) => {
            let wanted = lines.first().and_then(|line| line.strip_prefix("expect string")).unwrap_or("").trim();
            let same = matches!(parse(wanted), Ok(Expr::Text(text)) if text == *got);
            if same { Ok(()) } else { told() }
        }
        Value::Vector(samples) => {
            let ordered =
                line.starts_with("eval_ordered") || block.iter().any(|line| line.starts_with("expect ordered"));
            if samples.len() != lines.len() {
                return told();
            }
            for (at, line) in lines.iter().enumerate() {
                let (metric, wanted) = split(line);
                let (labels, wanted) = (labels(metric), number(wanted));
                let found = if ordered {
                    samples.get(at).filter(|sample| Some(&sample.labels) == labels.as_ref())
                } else {
                    samples.iter().find(|sample| Some(&sample.labels) == labels.as_ref())
                };
                let same = |sample: &crate::Sample| wanted.is_some_and(|wanted| close(wanted, sample.point.value));
                if !found.is_some_and(same) {
                    return told();
                }
            }
            Ok(())
        }
        Value::Matrix(all) => {
            if all.len() != lines.len() {
                return told();
            }
            for expected in lines {
                let (metric, wanted) = split(expected);
                let (labels, wanted) = (labels(metric), cells(wanted).unwrap_or_default());
                let found = all.iter().find(|series| Some(&series.labels) == labels.as_ref());
                // The points of a range selector are where they were scraped.
                let at = line.split_whitespace().nth(1) == Some("range");
                if !found.is_some_and(|series| same_points(series, &wanted, at.then_some((start, step)))) {
                    return told();
                }
            }
            Ok(())
        }
    }
}

fn same_points(series: &Series, wanted: &[Cell], times: Option<(i64, i64)>) -> bool {
    let (mut at, step) = times.unwrap_or_default();
    let mut points = series.points.iter().peekable();
    for cell in wanted {
        if let Cell::Value(wanted) = cell {
            let fits = |point: &Point| (times.is_none() || point.at == at) && close(point.value, *wanted);
            if !points.next().is_some_and(fits) {
                return false;
            }
        }
        at += step;
    }
    points.peek().is_none()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Scalar(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Vector(samples) => {
            let texts: Vec<String> = samples.iter().map(|one| format!("{} {}", one.labels, one.point.value)).collect();
            format!("[{}]", texts.join("; "))
        }
        Value::Matrix(all) => {
            let points =
                |one: &Series| one.points.iter().map(|point| point.value.to_string()).collect::<Vec<_>>().join(" ");
            let texts: Vec<String> = all.iter().map(|one| format!("{} {}", one.labels, points(one))).collect();
            format!("[{}]", texts.join("; "))
        }
    }
}
