//! Options as `curl` reads them: short ones combine, long ones may be cut short, and anything else is an address.

/// What curl was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub urls: Vec<String>,
    /// Files by the order of the addresses.
    pub outputs: Vec<String>,
    pub headers: Vec<String>,
    pub write_out: Option<String>,
    pub max_ms: Option<u32>,
    pub include: bool,
    pub head: bool,
    pub fail: bool,
    pub verbose: bool,
    silent: bool,
    show_error: bool,
}

impl Given {
    pub fn method(&self) -> &'static str {
        if self.head { "HEAD" } else { "GET" }
    }

    pub fn tells_errors(&self) -> bool {
        !self.silent || self.show_error
    }
}

/// Why nothing is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// No word at all.
    Nothing,
    Help(String),
    Wrong(String),
    /// It is real, and not here.
    Missing(String),
}

/// A row of the table: what an option does, and the name of its argument.
struct Row {
    short: char,
    long: &'static str,
    arg: &'static str,
    help: &'static str,
    set: fn(&mut Given, &str) -> Result<(), Stop>,
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { short: 'f', long: "fail", arg: "", help: "fail with 22 on an HTTP error, and write no body", set: |given, _| { given.fail = true; Ok(()) } },
    Row { short: 'I', long: "head", arg: "", help: "ask for the headers only", set: |given, _| { given.head = true; Ok(()) } },
    Row { short: 'H', long: "header", arg: "<header>", help: "send this header too", set: |given, value| { given.headers.push(value.into()); Ok(()) } },
    Row { short: 'i', long: "include", arg: "", help: "write the headers before the body", set: |given, _| { given.include = true; Ok(()) } },
    // Nothing in this world has a certificate, and nothing redirects: these two change nothing here either.
    Row { short: 'k', long: "insecure", arg: "", help: "do not check certificates", set: |_, _| Ok(()) },
    Row { short: 'L', long: "location", arg: "", help: "follow redirects", set: |_, _| Ok(()) },
    Row { short: 'm', long: "max-time", arg: "<seconds>", help: "give up after this long", set: max_time },
    Row { short: '\0', long: "oauth2-bearer", arg: "<token>", help: "send this as the bearer token", set: |given, value| { given.headers.push(["Authorization: Bearer ", value].concat()); Ok(()) } },
    Row { short: 'o', long: "output", arg: "<file>", help: "write to a file", set: |given, value| { given.outputs.push(value.into()); Ok(()) } },
    Row { short: 'X', long: "request", arg: "<method>", help: "GET or HEAD", set: request },
    Row { short: 'S', long: "show-error", arg: "", help: "tell errors in spite of -s", set: |given, _| { given.show_error = true; Ok(()) } },
    Row { short: 's', long: "silent", arg: "", help: "tell nothing", set: |given, _| { given.silent = true; Ok(()) } },
    Row { short: '\0', long: "url", arg: "<url>", help: "the address", set: |given, value| { given.urls.push(value.into()); Ok(()) } },
    Row { short: 'v', long: "verbose", arg: "", help: "tell what is sent and received", set: |given, _| { given.verbose = true; Ok(()) } },
    Row { short: 'w', long: "write-out", arg: "<format>", help: "write this at the end: %{http_code}, %{time_total} …", set: |given, value| { given.write_out = Some(value.into()); Ok(()) } },
];

/// Real options that are not here.
const MISSING_SHORT: &str = "#:01234aAbBcCdDeEFgGhjJKlMnNOpPqQrRtTuUVxyYzZ";
const MISSING_LONG: &str = "anyauth basic cacert cert compressed config connect-timeout cookie cookie-jar create-dirs \
    data data-ascii data-binary data-raw data-urlencode digest dump-header fail-with-body form get globoff http1.1 \
    http2 interface ipv4 ipv6 json key limit-rate manual max-redirs netrc no-buffer no-progress-meter \
    parallel progress-bar proxy range referer remote-header-name remote-name resolve retry retry-all-errors \
    retry-delay retry-max-time tlsv1.2 trace upload-file user user-agent version";

fn max_time(given: &mut Given, value: &str) -> Result<(), Stop> {
    let secs = manifest::float_of(value).filter(|secs| secs.is_finite() && *secs >= 0.0);
    let secs = secs.ok_or_else(|| Stop::Wrong("option -m: expected a proper numerical parameter".into()))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
    let ms = (secs * 1_000.0).clamp(0.0, 4e9) as u32;
    given.max_ms = (ms > 0).then_some(ms);
    Ok(())
}

fn request(given: &mut Given, value: &str) -> Result<(), Stop> {
    match value {
        "GET" => Ok(()),
        "HEAD" => {
            given.head = true;
            Ok(())
        }
        other => Err(Stop::Missing(format!("a {other} request"))),
    }
}

pub(super) fn parse(args: &[String]) -> Result<Given, Stop> {
    if args.is_empty() {
        return Err(Stop::Nothing);
    }
    let mut given = Given::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            given.urls.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let row = find_long(long)?;
            let value = if row.arg.is_empty() { None } else { Some(args.next().ok_or_else(|| lacks(arg))?) };
            (row.set)(&mut given, value.map_or("", String::as_str))?;
        } else if arg.len() > 1 && arg.starts_with('-') {
            read_short(&mut given, &arg[1..], &mut args)?;
        } else {
            given.urls.push(arg.clone());
        }
    }
    if given.urls.is_empty() {
        return Err(Stop::Wrong("no URL specified!".into()));
    }
    Ok(given)
}

fn lacks(option: &str) -> Stop {
    Stop::Wrong(format!("option {option}: requires parameter"))
}

fn find_long(name: &str) -> Result<&'static Row, Stop> {
    if name == "help" {
        return Err(Stop::Help(help()));
    }
    let missing = || MISSING_LONG.split(' ').filter(|long| !long.is_empty());
    if let Some(row) = ROWS.iter().find(|row| row.long == name) {
        return Ok(row);
    }
    if missing().any(|long| long == name) {
        return Err(Stop::Missing(format!("option --{name}")));
    }
    let near: Vec<&'static Row> = ROWS.iter().filter(|row| row.long.starts_with(name)).collect();
    let gone: Vec<&str> = missing().filter(|long| long.starts_with(name)).collect();
    match (near.as_slice(), gone.as_slice()) {
        (&[row], &[]) => Ok(row),
        (&[], &[long]) => Err(Stop::Missing(format!("option --{long}"))),
        (&[], &[]) => Err(Stop::Wrong(format!("option --{name}: is unknown"))),
        _ => Err(Stop::Wrong(format!("option --{name}: is ambiguous"))),
    }
}

fn read_short(given: &mut Given, letters: &str, args: &mut std::slice::Iter<'_, String>) -> Result<(), Stop> {
    for (at, letter) in letters.char_indices() {
        if letter == 'h' {
            return Err(Stop::Help(help()));
        }
        let Some(row) = ROWS.iter().find(|row| row.short == letter) else {
            let real = MISSING_SHORT.contains(letter);
            let wrong = || Stop::Wrong(format!("option -{letters}: is unknown"));
            return Err(if real { Stop::Missing(format!("option -{letter}")) } else { wrong() });
        };
        if row.arg.is_empty() {
            (row.set)(given, "")?;
            continue;
        }
        let rest = &letters[at + letter.len_utf8()..];
        let value = match rest {
            "" => args.next().ok_or_else(|| lacks(&format!("-{letters}")))?.as_str(),
            rest => rest,
        };
        return (row.set)(given, value);
    }
    Ok(())
}

/// The help text: ours, not curl's words.
fn help() -> String {
    let mut text = "Usage: curl [options...] <url>\n".to_string();
    for row in ROWS {
        let short = if row.short == '\0' { "    ".to_string() } else { format!("-{}, ", row.short) };
        let left = format!("{short}--{} {}", row.long, row.arg);
        text.push_str(&format!(" {left:<27} {}\n", row.help));
    }
    text.push_str(&format!("Real, but not part of this sandbox yet: --{}\n", MISSING_LONG.replace(' ', " --")));
    text
}

#[cfg(test)]
mod tests {
    use super::{Stop, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_string).collect()
    }

    fn stop(line: &str, expect: &str) {
        let told = match parse(&words(line)) {
            Ok(_) => "good".to_string(),
            Err(Stop::Nothing) => "nothing".into(),
            Err(Stop::Help(_)) => "help".into(),
            Err(Stop::Wrong(message)) => message,
            Err(Stop::Missing(what)) => format!("{what} is missing"),
        };
        assert_eq!(told, expect, "{line}");
    }

    /// The sentences are those of curl 7.88.1.
    #[test]
    fn mistakes_are_told_in_curls_words() {
        stop("", "nothing");
        stop("-s", "no URL specified!");
        stop("--bogus http://x", "option --bogus: is unknown");
        stop("-o", "option -o: requires parameter");
        stop("-m x http://x", "option -m: expected a proper numerical parameter");
        stop("--s http://x", "option --s: is ambiguous");
        stop("-X POST http://x", "a POST request is missing");
        stop("-d a=b http://x", "option -d is missing");
        stop("--retry 3 http://x", "option --retry is missing");
        stop("--si http://x", "good");
    }

    #[test]
    fn short_options_combine() {
        let given = parse(&words("-fsSo /dev/null -w%{http_code} -H A:b shop.encore")).unwrap();
        assert!(given.fail && given.tells_errors() && !given.include);
        assert_eq!(given.outputs, ["/dev/null"]);
        assert_eq!(given.write_out.as_deref(), Some("%{http_code}"));
        assert_eq!(given.urls, ["shop.encore"]);
        assert!(!parse(&words("-s x")).unwrap().tells_errors());
    }
}
