//! `sops` 3.11 with age: encrypts and decrypts files value by value (`cmd/sops` of getsops/sops).

use super::sops_file::{self, Options};
use super::sops_verbs as verbs;
use crate::cobra::{Command, Flag, Given, Globals, Stop, switch, text};
use serde::{Deserialize, Serialize};
use world::{Behaviour, Cx, Pid, Read, Step};

/// One `sops` at work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) enum Sops {
    #[default]
    Start,
    /// An editor is open on this file; then it is encrypted to there.
    Editing { pid: Pid, clear: String, file: String, before: String },
    /// A question stands there whether the keys are to be updated.
    Asking { file: String },
}

impl From<Vec<String>> for Sops {
    fn from(_: Vec<String>) -> Self {
        Self::Start
    }
}

/// What it says, and its exit code.
pub(super) struct Fail {
    pub text: String,
    pub code: i32,
}

pub(super) fn fail<T>(code: i32, text: impl Into<String>) -> Result<T, Fail> {
    Err(Fail { text: text.into(), code })
}

/// How it goes on.
pub(super) enum Next {
    Done,
    Wait(Sops, Step),
}

const TYPES: [Flag; 2] = [
    text("input-type", '\0', "currently json, yaml, dotenv and binary are supported"),
    text("output-type", '\0', "currently json, yaml, dotenv and binary are supported"),
];
const IGNORE: Flag = switch("ignore-mac", "ignore Message Authentication Code during decryption");
const IN_PLACE: Flag =
    Flag { short: 'i', ..switch("in-place", "write output back to the same file instead of stdout") };
const OUTPUT: Flag = text("output", '\0', "save the output to the file specified");
const OVERRIDE: Flag = text("filename-override", '\0', "use this filename for the configuration and the types");
const OTHERS: &str = "kms k aws-profile gcp-kms hckms azure-kv hc-vault-transit pgp p encryption-context \
    shamir-secret-sharing-threshold enable-local-keyservice keyservice decryption-order verbose enable-vault";

const fn command(path: &'static str, operands: &'static str, summary: &'static str, flags: &'static [Flag]) -> Command {
    Command { path, operands, summary, flags, missing: OTHERS }
}

const ROWS: [(Command, usize); 8] = [
    (
        command(
            "sops encrypt",
            "file",
            "encrypt a file, and output the results to stdout",
            &[
                TYPES[0],
                TYPES[1],
                IN_PLACE,
                OUTPUT,
                OVERRIDE,
                text("age", 'a', "comma separated list of age recipients"),
                text("unencrypted-suffix", '\0', "override the unencrypted key suffix."),
                text("encrypted-suffix", '\0', "override the encrypted key suffix."),
                text("unencrypted-regex", '\0', "set the unencrypted key regex."),
                text("encrypted-regex", '\0', "set the encrypted key regex."),
            ],
        ),
        1,
    ),
    (
        command(
            "sops decrypt",
            "file",
            "decrypt a file, and output the results to stdout",
            &[
                TYPES[0],
                TYPES[1],
                IN_PLACE,
                OUTPUT,
                OVERRIDE,
                IGNORE,
                text("extract", '\0', "extract a specific key or branch from the input document"),
            ],
        ),
        1,
    ),
    (command("sops edit", "file", "edit an encrypted file", &[TYPES[0], TYPES[1], IGNORE]), 1),
    (
        command(
            "sops set",
            "file index value",
            "set a specific key or branch in the input document",
            &[
                TYPES[0],
                TYPES[1],
                IGNORE,
                switch("value-file", "treat 'value' as a file to read the actual value from"),
                switch("value-stdin", "read the value from stdin"),
                switch("idempotent", "do nothing if the given index already has the given value"),
            ],
        ),
        2,
    ),
    (
        command(
            "sops unset",
            "file index",
            "unset a specific key or branch in the input document",
            &[TYPES[0], TYPES[1], IGNORE, switch("idempotent", "do nothing if the given index does not exist")],
        ),
        2,
    ),
    (
        command(
            "sops rotate",
            "file",
            "generate a new data encryption key and reencrypt all values with the new key",
            &[
                TYPES[0],
                TYPES[1],
                IN_PLACE,
                OUTPUT,
                text("add-age", '\0', "add the provided comma-separated list of age recipients"),
                text("rm-age", '\0', "remove the provided comma-separated list of age recipients"),
            ],
        ),
        1,
    ),
    (
        command(
            "sops updatekeys",
            "file",
            "update the keys of SOPS files using the config file",
            &[TYPES[0], Flag { short: 'y', ..switch("yes", "pre-approve all changes and run non-interactively") }],
        ),
        1,
    ),
    (command("sops filestatus", "file", "check the status of the file, returning encryption status", &[TYPES[0]]), 1),
];

const MISSING: &str = "completion exec-env exec-file publish keyservice groups";

impl Behaviour for Sops {
    const PROGRAM: &'static str = "sops";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        let done = match std::mem::take(self) {
            Self::Start => start(cx),
            Self::Editing { pid, clear, file, before } => match cx.reap(pid) {
                None => Ok(Next::Wait(Self::Editing { pid, clear, file, before }, Step::Child)),
                Some(code) => verbs::edited(cx, code, (&clear, &file, &before)).map(|()| Next::Done),
            },
            Self::Asking { file } => match cx.read_line() {
                Read::Wait => Ok(Next::Wait(Self::Asking { file }, Step::Stdin)),
                Read::End => fail(1, "EOF"),
                Read::Line(line) => {
                    verbs::answered(cx, &file, String::from_utf8_lossy(&line).trim()).map(|()| Next::Done)
                }
            },
        };
        match done {
            Ok(Next::Done) => Step::Done(0),
            Ok(Next::Wait(state, step)) => {
                *self = state;
                step
            }
            Err(Fail { text, code }) => {
                cx.err(format!("{text}\n"));
                Step::Done(code)
            }
        }
    }
}

/// The subcommand that the old form of a command line means: `-e`, `-d`, `-r`, or a file to edit.
fn modern(args: &[String]) -> Vec<String> {
    let verbs = [
        ("-e", "encrypt"),
        ("--encrypt", "encrypt"),
        ("-d", "decrypt"),
        ("--decrypt", "decrypt"),
        ("-r", "rotate"),
        ("--rotate", "rotate"),
    ];
    let mut out = Vec::new();
    let mut verb = "edit";
    for arg in args {
        match verbs.iter().find(|(old, _)| old == arg) {
            Some((_, new)) => verb = new,
            None if matches!(arg.as_str(), "-ei" | "-ie") => {
                verb = "encrypt";
                out.push("-i".to_string());
            }
            None if matches!(arg.as_str(), "-di" | "-id") => {
                verb = "decrypt";
                out.push("-i".to_string());
            }
            None => out.push(arg.clone()),
        }
    }
    out.insert(0, verb.to_string());
    out
}

fn start(cx: &mut Cx<'_>) -> Result<Next, Fail> {
    let mut args = cx.args();
    let mut config = cx.env("SOPS_CONFIG");
    if args.first().is_some_and(|arg| arg == "--config") && args.len() > 1 {
        config = Some(args.remove(1));
        args.remove(0);
    }
    args.retain(|arg| arg != "--disable-version-check");
    let known = |word: &str| ROWS.iter().find(|(row, _)| row.name() == word);
    match args.first().map(String::as_str) {
        Some("--version" | "-v") => {
            cx.out(format!("sops {}\n", seal::sops::VERSION));
            return Ok(Next::Done);
        }
        None | Some("help" | "h" | "--help" | "-h") => {
            cx.out(help());
            return Ok(Next::Done);
        }
        Some(word) if MISSING.split(' ').any(|name| name == word) => {
            return fail(1, format!("sops {word}: real, but not part of this sandbox yet"));
        }
        Some(word) if known(word).is_none() => args = modern(&args),
        Some(_) => {}
    }
    let (row, least) = known(&args[0]).expect("the words were made to name one");
    let given = match crate::cobra::parse(&args[1..], row, &Globals { flags: &[], missing: "" }) {
        Ok(given) => given,
        Err(Stop::Help) => {
            cx.out(format!(
                "NAME:\n   {} - {}\n\nUSAGE:\n   {0} [command options] {}\n\nOPTIONS:\n{}",
                row.path,
                row.summary,
                row.operands,
                super::usages(row.flags)
            ));
            return Ok(Next::Done);
        }
        Err(Stop::Missing(flag)) => {
            return fail(1, format!("{}: {flag} is real, but not part of this sandbox yet", row.path));
        }
        Err(Stop::Wrong(told)) => return fail(1, format!("Incorrect Usage: {told}")),
    };
    if given.words.len() < *least {
        return fail(100, "Error: no file specified");
    }
    run(cx, row.name(), &given, config)
}

fn run(cx: &mut Cx<'_>, verb: &str, given: &Given, config: Option<String>) -> Result<Next, Fail> {
    let options = Options::of(cx, given, config)?;
    match verb {
        "encrypt" => verbs::encrypt(cx, given, &options).map(|()| Next::Done),
        "decrypt" => verbs::decrypt(cx, given, &options).map(|()| Next::Done),
        "edit" => verbs::edit(cx, given, &options),
        "set" | "unset" => match verbs::set(cx, given, &options, verb == "set")? {
            true => Ok(Next::Done),
            false => Ok(Next::Wait(Sops::Start, Step::Stdin)),
        },
        "rotate" => verbs::rotate(cx, given, &options).map(|()| Next::Done),
        "updatekeys" => verbs::update_keys(cx, given, &options),
        _ => {
            let tree = sops_file::read_plain(cx, &options)?;
            cx.out(format!("{{\"encrypted\":{}}}\n", tree.is_encrypted(options.input)));
            Ok(Next::Done)
        }
    }
}

fn help() -> String {
    let mut out = "NAME:\n   sops - encrypted file editor with age support\n\nUSAGE:\n   sops is an editor of encrypted files\n\nCOMMANDS:\n".to_string();
    for (row, _) in &ROWS {
        out.push_str(&format!("   {:<11} {}\n", row.name(), row.summary));
    }
    out
}
