//! What `yq` was given.

use world::Cx;

#[derive(Debug, Default)]
pub(super) struct Given {
    pub expression: String,
    pub files: Vec<String>,
    /// `eval-all`: all documents at once.
    pub all: bool,
    pub in_place: bool,
    pub null: bool,
    pub raw: bool,
    pub pretty: bool,
    pub exit_status: bool,
    pub no_separators: bool,
    pub indent: usize,
    input: Option<String>,
    output: Option<String>,
}

impl Given {
    /// Whether an input is JSON: as was said, else by its name.
    pub fn reads_json(&self, file: &str) -> bool {
        match self.input.as_deref() {
            Some(format) => format == "json",
            None => file.ends_with(".json"),
        }
    }

    pub fn writes_json(&self, files: &[String]) -> bool {
        match self.output.as_deref() {
            Some(format) => format == "json",
            None => files.first().is_some_and(|file| self.input.is_none() && file.ends_with(".json")),
        }
    }
}

/// For completion.
pub(crate) const FLAGS: &str = "-e --exit-status --from-file -I --indent -i --inplace -p --input-format -N --no-doc -n --null-input \
    -o --output-format -P --prettyPrint -r --unwrapScalar -V --version";

const USAGE: &str = "\
Usage:
  yq [flags] [expression] [FILE]...
  yq [command]

Commands:
  eval (e)        (default) run the expression on each document in turn
  eval-all (ea)   run the expression on all documents of all files at once

Flags:
  -e, --exit-status            exit 1 if nothing, null or false was found
      --from-file FILE         the expression is in FILE
  -I, --indent N               spaces of a level (default 2); 0 with JSON: one line
  -i, --inplace                write the result into the first file
  -p, --input-format FORMAT    auto, yaml, json (default auto)
  -N, --no-doc                 no --- between documents
  -n, --null-input             no input: build something new
  -o, --output-format FORMAT   auto, yaml, json (default auto)
  -P, --prettyPrint            forget styles
  -r, --unwrapScalar           texts without quotes (default true)
  -V, --version                the version

Real, but not part of this sandbox yet: -C -c -s -f --header-preprocess, the formats xml, props, csv, tsv, toml
";

pub(super) fn given(cx: &mut Cx<'_>) -> Result<Given, i32> {
    let mut given = Given { raw: true, indent: 2, ..Given::default() };
    let all = cx.args();
    let mut args = all.iter();
    let mut operands: Vec<String> = Vec::new();
    let mut from_file: Option<String> = None;
    while let Some(arg) = args.next() {
        if arg == "--" {
            operands.extend(args.by_ref().cloned());
        } else if let Some(long) = arg.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_string())));
            let short = match name {
                "exit-status" => 'e',
                "indent" => 'I',
                "inplace" => 'i',
                "input-format" => 'p',
                "no-doc" => 'N',
                "null-input" => 'n',
                "output-format" => 'o',
                "prettyPrint" => 'P',
                "unwrapScalar" => 'r',
                "no-colors" => 'M',
                "tojson" => 'j',
                "version" => 'V',
                "help" => 'h',
                "from-file" => {
                    from_file = value.or_else(|| args.next().cloned());
                    continue;
                }
                _ => return Err(refuse(cx, arg, long)),
            };
            let value = if "Ipo".contains(short) { value.or_else(|| args.next().cloned()) } else { value };
            set(cx, &mut given, short, value)?;
        } else if arg.len() > 1 && arg.starts_with('-') {
            for (at, c) in arg.char_indices().skip(1) {
                if "Ipo".contains(c) {
                    let rest = arg[at + 1..].trim_start_matches('=').to_string();
                    let value = if rest.is_empty() { args.next().cloned() } else { Some(rest) };
                    set(cx, &mut given, c, value)?;
                    break;
                }
                let rest = arg[at + c.len_utf8()..].strip_prefix('=').map(String::from);
                let last = rest.is_some();
                set(cx, &mut given, c, rest)?;
                if last {
                    break;
                }
            }
        } else {
            operands.push(arg.clone());
        }
    }
    match operands.first().map(String::as_str) {
        Some("e" | "eval") => drop(operands.remove(0)),
        Some("ea" | "eval-all") => {
            given.all = true;
            operands.remove(0);
        }
        _ => {}
    }
    settle(cx, given, operands, from_file)
}

/// What the operands are: an expression and files, or files alone.
fn settle(
    cx: &mut Cx<'_>,
    mut given: Given,
    mut operands: Vec<String>,
    from_file: Option<String>,
) -> Result<Given, i32> {
    if let Some(file) = from_file {
        match cx.files().read_text(&cx.path(&file)) {
            Ok(text) => given.expression = text,
            Err(error) => return Err(super::fail(cx, &format!("open {file}: {}", super::lower(&error.to_string())))),
        }
    } else if operands.first().is_some_and(|first| first == "-" || cx.files().is_file(&cx.path(first))) {
        given.expression = ".".into();
    } else if operands.is_empty() {
        if cx.stdin_is_terminal() && !given.null {
            cx.out(USAGE);
            return Err(0);
        }
        given.expression = ".".into();
    } else {
        given.expression = operands.remove(0);
    }
    given.files = operands;
    if given.in_place && given.files.is_empty() {
        let message = "write in place flag only applicable when giving an expression and at least one file";
        return Err(super::fail(cx, message));
    }
    if given.null && !given.files.is_empty() {
        let message = "cannot pass files in when using null-input flag";
        return Err(super::fail(cx, message));
    }
    Ok(given)
}

fn set(cx: &mut Cx<'_>, given: &mut Given, flag: char, value: Option<String>) -> Result<(), i32> {
    let on = value.as_deref() != Some("false");
    match flag {
        'e' => given.exit_status = on,
        'i' => given.in_place = on,
        'n' => given.null = on,
        'r' => given.raw = on,
        'P' => given.pretty = on,
        'N' => given.no_separators = on,
        'M' => {}
        'j' => given.output = Some("json".into()),
        'V' => {
            cx.out("yq (https://github.com/mikefarah/yq/) version v4.44.3\n");
            return Err(0);
        }
        'h' => {
            cx.out(USAGE);
            return Err(0);
        }
        'I' => match value.as_deref().unwrap_or("").parse() {
            Ok(indent) if indent <= 16 => given.indent = indent,
            _ => {
                let text = value.unwrap_or_default();
                let message = format!(
                    "invalid argument \"{text}\" for \"-I, --indent\" flag: strconv.ParseInt: parsing \"{text}\": invalid syntax"
                );
                return Err(super::fail(cx, &message));
            }
        },
        'p' | 'o' => {
            let text = value.unwrap_or_default();
            let format = match text.as_str() {
                "json" | "j" => Some("json".to_string()),
                "yaml" | "y" | "yml" => Some("yaml".into()),
                "auto" | "a" => None,
                "xml" | "x" | "props" | "p" | "csv" | "c" | "tsv" | "t" | "toml" | "base64" | "uri" | "lua"
                | "shell" | "s" | "ini" => {
                    let message = format!("the format '{text}' is real yq, but not part of this sandbox yet");
                    return Err(super::fail(cx, &message));
                }
                _ => {
                    return Err(super::fail(
                        cx,
                        &format!("unknown format '{text}' please use [yaml|json|props|csv|tsv|xml|toml]"),
                    ));
                }
            };
            if flag == 'p' { given.input = format } else { given.output = format }
        }
        other => return Err(refuse(cx, &format!("-{other}"), &other.to_string())),
    }
    Ok(())
}

fn refuse(cx: &mut Cx<'_>, arg: &str, name: &str) -> i32 {
    let real = ["C", "c", "s", "f", "v", "colors", "front-matter", "split-exp", "header-preprocess", "verbose"];
    let real = real.contains(&name)
        || ["xml-", "csv-", "tsv-", "properties-", "lua-", "split-exp-"].iter().any(|start| name.starts_with(start));
    let message = match (real, arg.starts_with("--")) {
        (true, _) => format!("option '{arg}' is real yq, but not part of this sandbox yet"),
        (false, true) => format!("unknown flag: {}", arg.split('=').next().unwrap_or(arg)),
        (false, false) => format!("unknown shorthand flag: '{name}' in {arg}"),
    };
    super::fail(cx, &message)
}
