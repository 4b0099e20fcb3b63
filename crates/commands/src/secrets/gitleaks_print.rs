//! What `gitleaks` prints: findings, its log, a report, and its exit code.

use crate::cobra::Given;
use manifest::Value;
use seal::leaks::Finding;
use world::Cx;

/// What the options say of the output.
pub(super) struct Options {
    exit: i32,
    pub redact: usize,
    pub depth: usize,
    report: Option<(String, bool)>,
}

impl Options {
    pub fn of(given: &Given) -> Result<Self, String> {
        let number = |name: &str, other: usize| {
            match given.text(name) {
            None => Ok(other),
            Some(text) => text.parse::<usize>().map_err(|_| {
                format!("invalid argument \"{text}\" for \"--{name}\" flag: strconv.ParseInt: parsing \"{text}\": invalid syntax")
            }),
        }
        };
        let report = match given.text("report-path") {
            None => None,
            Some(path) => {
                let end = path.rsplit_once('.').map_or("", |(_, end)| end);
                let format = given.text("report-format").unwrap_or(end).to_lowercase();
                match format.as_str() {
                    "json" | "csv" => Some((path.to_string(), format == "csv")),
                    "sarif" | "junit" | "template" => {
                        return Err(format!("reports of the format {format}: real, but not part of this sandbox yet"));
                    }
                    _ => return Err(format!("Unknown report format: {format}")),
                }
            }
        };
        let exit = i32::try_from(number("exit-code", 1)?).unwrap_or(1);
        Ok(Self { exit, redact: number("redact", 0)?, depth: number("max-decode-depth", 5)?, report })
    }
}

/// Commit, author, mail, date, message.
type About = (String, String, String, String, String);

/// What was looked through and found.
#[derive(Default)]
pub(super) struct Scanned {
    pub found: Vec<Finding>,
    pub about: Vec<About>,
    pub commits: usize,
    pub bytes: usize,
    /// There is no repository.
    pub broken: bool,
}

impl Scanned {
    fn about(&self, one: &Finding) -> Option<&About> {
        self.about.iter().find(|about| about.0 == one.commit)
    }
}

/// A finding, for people; where colours are wished for, with what stands around it.
pub(super) fn printed(one: &Finding, scanned: &Scanned, bare: bool) -> String {
    let (found, secret) = (one.matched.trim(), one.secret.trim());
    let mut rows = vec![
        ("Finding:", if bare { found.to_string() } else { around(one, found) }),
        ("Secret:", secret.to_string()),
        ("RuleID:", one.rule.id.to_string()),
        ("Entropy:", format!("{:.6}", one.entropy)),
    ];
    if !one.tags.is_empty() {
        rows.push(("Tags:", format!("[{}]", one.tags.join(" "))));
    }
    if !one.file.is_empty() {
        rows.push(("File:", one.file.clone()));
        rows.push(("Line:", one.start_line.to_string()));
        if let Some((commit, name, email, date, _)) = scanned.about(one) {
            let told = [("Commit:", commit), ("Author:", name), ("Email:", email), ("Date:", date)];
            rows.extend(told.map(|(key, value)| (key, value.clone())));
        }
        rows.push(("Fingerprint:", one.fingerprint()));
    }
    let text: String = rows.iter().map(|(key, value)| format!("{key:<12} {value}\n")).collect();
    text + "\n"
}

/// The match with up to twenty characters on both sides of it.
fn around(one: &Finding, found: &str) -> String {
    let line = one.line.trim();
    let Some(at) = line.find(found) else { return found.to_string() };
    let before: Vec<char> = line[..at].chars().collect();
    let start: String = if before.len() > 20 {
        format!("...{}", before[before.len() - 20..].iter().collect::<String>())
    } else {
        before.iter().collect()
    };
    let rest = &line[at + found.len()..];
    let end: String =
        if rest.chars().count() > 20 { rest.chars().take(20).collect::<String>() + "..." } else { rest.to_string() };
    format!("{}{found}{end}", start.trim_start_matches(' ').trim_start_matches('\n'))
}

/// `2:05PM INF …`
pub(super) fn log(cx: &mut Cx<'_>, level: &str, text: &str) {
    let now = cx.now().rfc3339();
    let part = |from: usize, to: usize| now.get(from..to).unwrap_or("00");
    let hour: u32 = part(11, 13).parse().unwrap_or(0);
    let half = if hour < 12 { "AM" } else { "PM" };
    let shown = if hour.is_multiple_of(12) { 12 } else { hour % 12 };
    cx.err(format!("{shown}:{}{half} {level} {text}\n", part(14, 16)));
}

fn amount(bytes: usize) -> String {
    let of =
        |size: f64, unit: &str| format!("{} {unit}", format!("{:.2}", bytes as f64 / size).trim_end_matches(".00"));
    match bytes {
        0 => "0".to_string(),
        1_000_000.. => of(1e6, "MB"),
        1_000.. => of(1e3, "KB"),
        _ => of(1.0, "bytes"),
    }
}

pub(super) fn finish(cx: &mut Cx<'_>, options: &Options, scanned: &Scanned, git: bool) -> Result<i32, String> {
    if scanned.broken {
        log(cx, "ERR", "[git] fatal: not a git repository (or any of the parent directories): .git");
        log(cx, "ERR", "error=\"stderr is not empty\"");
    }
    if git {
        log(cx, "INF", &format!("{} commits scanned.", scanned.commits));
    }
    // A second of work for some ten megabytes: what the real one takes to start, and what it then does.
    let millis = 20 + scanned.bytes / 10_000;
    log(cx, "INF", &format!("scanned ~{} bytes ({}) in {millis}ms", scanned.bytes, amount(scanned.bytes)));
    match scanned.found.len() {
        0 => log(cx, "INF", "no leaks found"),
        count => log(cx, "WRN", &format!("leaks found: {count}")),
    }
    if let Some((path, csv)) = &options.report {
        let text = if *csv { csv_of(scanned) } else { json_of(scanned) };
        if path == "-" {
            cx.out(text);
        } else {
            let (whole, micros) = (cx.path(path), cx.micros());
            let written = cx.files_mut().write(&whole, text.into_bytes(), micros);
            written.map_err(|error| format!("Report path is not writable: {path} error=\"open {path}: {error}\""))?;
        }
    }
    Ok(if scanned.found.is_empty() { 0 } else { options.exit })
}

fn json_of(scanned: &Scanned) -> String {
    let none: About = Default::default();
    let all: Vec<String> = scanned
        .found
        .iter()
        .map(|one| {
            let text = |text: &str| Value::from(text).to_json();
            let (commit, name, email, date, message) = scanned.about(one).unwrap_or(&none);
            let tags: Vec<String> = one.tags.iter().map(|tag| format!("\n   {}", text(tag))).collect();
            let tags = if tags.is_empty() { "[]".to_string() } else { format!("[{}\n  ]", tags.join(",")) };
            let number = |number: usize| number.to_string();
            let fields = [
                ("RuleID", text(one.rule.id)),
                ("Description", text(one.rule.about)),
                ("StartLine", number(one.start_line)),
                ("EndLine", number(one.end_line)),
                ("StartColumn", number(one.start_column)),
                ("EndColumn", number(one.end_column)),
                ("Match", text(&one.matched)),
                ("Secret", text(&one.secret)),
                ("File", text(&one.file)),
                ("SymlinkFile", text("")),
                ("Commit", text(commit)),
                ("Entropy", (one.entropy as f32).to_string()),
                ("Author", text(name)),
                ("Email", text(email)),
                ("Date", text(date)),
                ("Message", text(message)),
                ("Tags", tags),
                ("Fingerprint", text(&one.fingerprint())),
            ];
            let lines: Vec<String> = fields.iter().map(|(key, value)| format!("  \"{key}\": {value}")).collect();
            format!(" {{\n{}\n }}", lines.join(",\n"))
        })
        .collect();
    if all.is_empty() { "[]\n".into() } else { format!("[\n{}\n]\n", all.join(",\n")) }
}

fn csv_of(scanned: &Scanned) -> String {
    if scanned.found.is_empty() {
        return String::new();
    }
    let none: About = Default::default();
    let mut out = "RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,Author,Message,Date,Email,Fingerprint,Tags\n".to_string();
    for one in &scanned.found {
        let (commit, name, email, date, message) = scanned.about(one).unwrap_or(&none);
        let lines = [one.start_line, one.end_line, one.start_column, one.end_column].map(|number| number.to_string());
        let (print, tags) = (one.fingerprint(), one.tags.join(" "));
        let fields = [
            one.rule.id,
            commit,
            &one.file,
            "",
            &one.secret,
            &one.matched,
            &lines[0],
            &lines[1],
            &lines[2],
            &lines[3],
            name,
            message,
            date,
            email,
            &print,
            &tags,
        ];
        let quoted = |field: &str| {
            if field.contains([',', '"', '\n']) {
                format!("\"{}\"", field.replace('"', "\"\""))
            } else {
                field.to_string()
            }
        };
        out.push_str(&fields.map(quoted).join(","));
        out.push('\n');
    }
    out
}
