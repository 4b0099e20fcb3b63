//! `age` 1.2 and `age-keygen`: files for whoever has the key (filippo.io/age). Recipients are age's own.

use crate::cobra::{Command, Flag, Given, Globals, Stop, switch, text, texts};
use seal::age::{self, Key};
use world::Cx;

const AGE: Command = Command {
    path: "age",
    operands: "[INPUT]",
    summary: "encrypt files to public keys",
    flags: &[
        Flag { short: 'e', ..switch("encrypt", "Encrypt the input to the output. Default if omitted.") },
        Flag { short: 'd', ..switch("decrypt", "Decrypt the input to the output.") },
        text("output", 'o', "Write the result to the file at path OUTPUT."),
        Flag { short: 'a', ..switch("armor", "Encrypt to a PEM encoded format.") },
        texts("recipient", 'r', "Encrypt to the specified RECIPIENT. Can be repeated."),
        texts("recipients-file", 'R', "Encrypt to recipients listed at PATH. Can be repeated."),
        texts("identity", 'i', "Use the identity file at PATH. Can be repeated."),
        switch("version", "Print the version."),
    ],
    missing: "passphrase p j",
};

const KEYGEN: Command = Command {
    path: "age-keygen",
    operands: "[INPUT]",
    summary: "make a key pair",
    flags: &[
        text("output", 'o', "Write the result to the file at path OUTPUT."),
        Flag { short: 'y', ..switch("y", "Convert an identity file to a recipients file.") },
        switch("version", "Print the version."),
    ],
    missing: "pq",
};

/// What stands behind `error: `; nothing where standard input is not whole yet.
type Fail = Option<String>;

fn fail<T>(told: impl Into<String>) -> Result<T, Fail> {
    Err(Some(told.into()))
}

fn command(cx: &mut Cx<'_>, command: &Command, run: fn(&mut Cx<'_>, &Given) -> Result<(), Fail>) -> i32 {
    let name = command.path;
    let done = match crate::cobra::parse(&cx.args(), command, &Globals { flags: &[], missing: "" }) {
        Ok(given) if given.on("version") => {
            cx.out("v1.2.1\n");
            Ok(())
        }
        Ok(given) => run(cx, &given),
        Err(Stop::Help) => {
            cx.err(format!(
                "Usage:\n    {name} [OPTIONS] {}\n\nOptions:\n{}",
                command.operands,
                super::usages(command.flags)
            ));
            Ok(())
        }
        Err(Stop::Missing(flag)) => {
            cx.err(format!("{name}: {flag} is real, but not part of this sandbox yet\n"));
            return 1;
        }
        Err(Stop::Wrong(told)) => {
            cx.err(format!("{told}\nUsage:\n    {name} [OPTIONS] {}\n", command.operands));
            return 2;
        }
    };
    match done {
        Ok(()) => 0,
        Err(None) => Cx::WAIT,
        Err(Some(told)) => {
            cx.err(format!("{name}: error: {told}\n{name}: report unexpected or unhelpful errors at https://filippo.io/age/report\n"));
            1
        }
    }
}

pub(super) fn main(cx: &mut Cx<'_>) -> i32 {
    command(cx, &AGE, run)
}

pub(super) fn keygen(cx: &mut Cx<'_>) -> i32 {
    command(cx, &KEYGEN, make)
}

fn input(cx: &mut Cx<'_>, given: &Given) -> Result<Vec<u8>, Fail> {
    match given.words.first().filter(|file| *file != "-") {
        None => cx.stdin().ok_or(None),
        Some(file) => {
            let path = cx.path(file);
            let told = || Some(format!("failed to open input file {file:?}: open {file}: no such file or directory"));
            cx.files().read(&path).map(|bytes| bytes.to_vec()).map_err(|_| told())
        }
    }
}

fn output(cx: &mut Cx<'_>, given: &Given, bytes: Vec<u8>) -> Result<(), Fail> {
    let Some(file) = given.text("output").filter(|file| *file != "-") else {
        cx.out(bytes);
        return Ok(());
    };
    let (path, micros) = (cx.path(file), cx.micros());
    let told = format!("failed to open output file {file:?}: open {file}");
    cx.files_mut().write(&path, bytes, micros).map_err(|error| Some(format!("{told}: {error}")))
}

/// The keys of a file, one a line.
pub(super) fn identities(text: &str) -> Result<Vec<Key>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(at, line)| {
            age::read_identity(line.trim()).ok_or_else(|| format!("error at line {}: malformed secret key", at + 1))
        })
        .collect()
}

fn files(cx: &Cx<'_>, names: &[String]) -> Result<Vec<(String, String)>, Fail> {
    let mut out = Vec::new();
    for name in names {
        let read = cx.files().read_text(&cx.path(name));
        let told = || Some(format!("reading {name:?}: failed to open file: open {name}: no such file or directory"));
        out.push((name.clone(), read.map_err(|_| told())?));
    }
    Ok(out)
}

fn run(cx: &mut Cx<'_>, given: &Given) -> Result<(), Fail> {
    if given.on("decrypt") {
        let mut keys = Vec::new();
        for (name, text) in files(cx, given.texts("identity"))? {
            keys.extend(identities(&text).map_err(|told| Some(format!("reading {name:?}: {told}")))?);
        }
        if !given.texts("recipient").is_empty() {
            return fail(
                "-r/--recipient can't be used with -d/--decrypt\nage: hint: did you mean to use -i/--identity to specify a private key?",
            );
        }
        let bytes = input(cx, given)?;
        let open = age::decrypt(&keys, &bytes).map_err(|error| Some(error.to_string()))?;
        return output(cx, given, open);
    }
    let mut recipients = Vec::new();
    for word in given.texts("recipient") {
        recipients.push(recipient(word)?);
    }
    for (name, text) in files(cx, given.texts("recipients-file"))? {
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            recipients
                .push(recipient(line.trim()).map_err(|told| told.map(|told| format!("reading {name:?}: {told}")))?);
        }
    }
    for (name, text) in files(cx, given.texts("identity"))? {
        let keys = identities(&text).map_err(|told| Some(format!("reading {name:?}: {told}")))?;
        recipients.extend(keys.iter().map(age::recipient_of));
    }
    if recipients.is_empty() {
        return fail(
            "missing recipients\nage: hint: did you forget to specify -r/--recipient, -R/--recipients-file or -p/--passphrase?",
        );
    }
    let bytes = input(cx, given)?;
    let made = age::encrypt(&mut cx.world.chance(), &recipients, &bytes);
    if given.on("armor") {
        return output(cx, given, age::armor(&made).into_bytes());
    }
    if given.text("output").is_none() && cx.stdout_is_terminal() {
        return fail(
            "refusing to output binary to the terminal\nage: hint: did you mean to use -a/--armor?\nage: hint: force anyway with \"-o -\"",
        );
    }
    output(cx, given, made)
}

fn recipient(word: &str) -> Result<Key, Fail> {
    match age::read_recipient(word) {
        Some(key) => Ok(key),
        None if word.starts_with("ssh-") => fail(format!("recipient {word:?}: real, but not part of this sandbox yet")),
        None if word.starts_with("age1") => fail(format!("malformed recipient {word:?}: invalid checksum")),
        None => fail(format!("unknown recipient type: {word:?}")),
    }
}

fn make(cx: &mut Cx<'_>, given: &Given) -> Result<(), Fail> {
    if given.on("y") {
        let text = input(cx, given)?;
        let keys = identities(&String::from_utf8_lossy(&text))
            .map_err(|told| Some(format!("failed to parse input: {told}")))?;
        let lines: String = keys.iter().map(|key| age::write_recipient(&age::recipient_of(key)) + "\n").collect();
        return output(cx, given, lines.into_bytes());
    }
    if let Some(file) = given.text("output")
        && cx.files().exists(&cx.path(file))
    {
        return fail(format!("failed to open output file {file:?}: open {file}: file exists"));
    }
    let key = age::generate(&mut cx.world.chance());
    let public = age::write_recipient(&age::recipient_of(&key));
    let text = format!("# created: {}\n# public key: {public}\n{}\n", cx.now().rfc3339(), age::write_identity(&key));
    if !cx.stdout_is_terminal() || given.text("output").is_some() {
        cx.err(format!("Public key: {public}\n"));
    }
    output(cx, given, text.into_bytes())
}
