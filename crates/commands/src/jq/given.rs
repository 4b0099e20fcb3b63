//! The command line of `jq`.

use super::builtins;
use super::json::{Json, Style};
use super::json_read::Reader;
use world::Cx;

#[derive(Default)]
pub(super) struct Given {
    pub style: Style,
    pub raw: bool,
    pub joined: bool,
    pub null: bool,
    pub slurp: bool,
    pub raw_input: bool,
    pub exit_status: bool,
    pub vars: Vec<(String, Json)>,
    pub positional: Vec<Json>,
    pub program: Option<String>,
    pub files: Vec<String>,
}

/// For completion.
pub(crate) const FLAGS: &str = "-r --raw-output -c --compact-output -n --null-input -s --slurp -S --sort-keys -e --exit-status \
    -j --join-output -R --raw-input --tab --indent --arg --argjson --slurpfile --rawfile --args --jsonargs -f --from-file --version";

pub(super) const HINT: &str = "Use jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://stedolan.github.io/jq\n";

fn wrong(cx: &mut Cx<'_>, message: &str) -> i32 {
    cx.err(format!("jq: error: {message}\n{HINT}"));
    2
}

pub(super) fn given(cx: &mut Cx<'_>) -> Result<Given, i32> {
    let mut given = Given { style: Style { indent: Some("  ".into()), ..Style::default() }, ..Given::default() };
    let args = cx.args();
    let mut args = args.into_iter();
    let (mut rest, mut ended, mut from_file) = ('f', false, false);
    while let Some(arg) = args.next() {
        if ended || !arg.starts_with('-') || arg.len() < 2 {
            match (given.program.is_none(), rest) {
                (true, _) => given.program = Some(arg),
                (_, 'a') => given.positional.push(Json::text(arg)),
                (_, 'j') => match builtins::from_json(&arg) {
                    Ok(value) => given.positional.push(value),
                    Err(_) => return Err(wrong(cx, &format!("Invalid JSON text passed to --jsonargs\n{arg}"))),
                },
                _ => given.files.push(arg),
            }
            continue;
        }
        match arg.as_str() {
            "--" => ended = true,
            "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => named(cx, &arg, &mut args, &mut given)?,
            "--args" => rest = 'a',
            "--jsonargs" => rest = 'j',
            "--tab" => given.style.indent = Some("\t".into()),
            "--indent" => match args.next().and_then(|text| text.parse::<usize>().ok()) {
                Some(0) => given.style.indent = None,
                Some(count) if count < 8 => given.style.indent = Some(" ".repeat(count)),
                _ => return Err(wrong(cx, "Cannot indent more than 7 characters")),
            },
            "--version" => {
                cx.out("jq-1.6\n");
                return Err(0);
            }
            "-h" | "--help" => {
                cx.out("Usage:\tjq [OPTIONS] FILTER [FILE...]\n\tjq [OPTIONS] --args FILTER [ARGUMENTS...]\nOptions here: -c -r -j -n -s -R -e -S -a -M -f, --tab, --indent N, --arg, --argjson, --slurpfile, --rawfile, --args, --jsonargs\n");
                return Err(0);
            }
            long if long.starts_with("--") => match letter(long) {
                Some(letter) => from_file |= flag(letter, &mut given),
                None => return Err(wrong(cx, &format!("Unknown arguments\n{long}"))),
            },
            short => {
                for c in short[1..].chars() {
                    if !"rjcnsReSaMCf".contains(c) {
                        cx.err(format!("jq: Unknown option: {short}\n{HINT}"));
                        return Err(2);
                    }
                    from_file |= flag(c, &mut given);
                }
            }
        }
    }
    if from_file && let Some(name) = given.program.take() {
        match cx.files().read_text(&cx.path(&name)) {
            Ok(text) => given.program = Some(text),
            Err(error) => {
                cx.err(format!("jq: error: Could not open {name}: {error}\n"));
                return Err(2);
            }
        }
    }
    Ok(given)
}

fn letter(long: &str) -> Option<char> {
    const LONG: [(&str, char); 12] = [
        ("--raw-output", 'r'),
        ("--join-output", 'j'),
        ("--compact-output", 'c'),
        ("--null-input", 'n'),
        ("--slurp", 's'),
        ("--raw-input", 'R'),
        ("--exit-status", 'e'),
        ("--sort-keys", 'S'),
        ("--ascii-output", 'a'),
        ("--monochrome-output", 'M'),
        ("--color-output", 'C'),
        ("--from-file", 'f'),
    ];
    LONG.into_iter().find(|(name, _)| *name == long).map(|(_, letter)| letter)
}

/// True for `-f`.
fn flag(letter: char, given: &mut Given) -> bool {
    match letter {
        'r' => given.raw = true,
        'j' => (given.raw, given.joined) = (true, true),
        'c' => given.style.indent = None,
        'n' => given.null = true,
        's' => given.slurp = true,
        'R' => given.raw_input = true,
        'e' => given.exit_status = true,
        'S' => given.style.sorted = true,
        'a' => given.style.ascii = true,
        // Unlike jq: there are no colours, so that none is also what -C gives.
        _ => {}
    }
    letter == 'f'
}

fn named(cx: &mut Cx<'_>, option: &str, args: &mut std::vec::IntoIter<String>, given: &mut Given) -> Result<(), i32> {
    let (Some(name), Some(text)) = (args.next(), args.next()) else {
        let names = if option == "--arg" || option == "--argjson" {
            "e.g. --arg varname value"
        } else {
            "e.g. --slurpfile varname filename"
        };
        return Err(wrong(cx, &format!("{option} takes two parameters ({names})").replace("jq: error: ", "")));
    };
    let value = match option {
        "--arg" => Json::text(text),
        "--argjson" => match builtins::from_json(&text) {
            Ok(value) => value,
            Err(_) => return Err(wrong(cx, "Invalid JSON text passed to --argjson")),
        },
        _ => match cx.files().read_text(&cx.path(&text)) {
            Ok(body) if option == "--rawfile" => Json::text(body),
            Ok(body) => {
                let mut reader = Reader::new(&body);
                let mut all = Vec::new();
                while let Ok(Some(value)) = reader.next() {
                    all.push(value);
                }
                Json::list(all)
            }
            Err(error) => {
                return Err(wrong(
                    cx,
                    &format!("Bad JSON in --{} {name} {text}: Could not open {text}: {error}", &option[2..]),
                ));
            }
        },
    };
    given.vars.push((name, value));
    Ok(())
}
