//! Files of `sops`: formats, configuration, reading and writing.

use super::sops::{Fail, fail};
use crate::cobra::Given;
use seal::sops::config::{self, Creation};
use seal::sops::{Error, Format, Stash, Tree};
use world::Cx;

/// What a command line says of its file.
pub(super) struct Options {
    /// As it was given, and whole.
    pub file: String,
    pub path: String,
    pub input: Format,
    pub output: Format,
    /// Whose name the configuration is asked for.
    named: String,
    config: Option<String>,
}

impl Options {
    pub fn of(cx: &Cx<'_>, given: &Given, config: Option<String>) -> Result<Self, Fail> {
        let file = given.words[0].clone();
        let named = given.text("filename-override").unwrap_or(&file).to_string();
        let format = |flag: &str| match given.text(flag) {
            None => Ok(Format::of_path(&named)),
            Some("ini") => fail(1, "sops: the type ini is real, but not part of this sandbox yet"),
            Some(word) => Ok(Format::named(word).unwrap_or(Format::Binary)),
        };
        if named.ends_with(".ini") && given.text("input-type").is_none() {
            return fail(1, "sops: the type ini is real, but not part of this sandbox yet");
        }
        let (input, output) = (format("input-type")?, format("output-type")?);
        let path = cx.path(&file);
        let named = cx.path(&named);
        Ok(Self { path, file, input, output, named, config })
    }
}

pub(super) fn told(error: Error) -> Fail {
    let code = match error {
        Error::Mac { .. } => 51,
        Error::Value(_) => 25,
        Error::NoKey(_) => 91,
        _ => 1,
    };
    let text = match &error {
        Error::Value(_) => format!("Error decrypting tree: Error walking tree: {error}"),
        _ => error.to_string(),
    };
    Fail { text, code }
}

pub(super) fn text(cx: &Cx<'_>, options: &Options) -> Result<String, Fail> {
    match cx.files().read_text(&options.path) {
        Ok(text) => Ok(text),
        Err(_) => fail(100, format!("Error: cannot operate on non-existent file \"{}\"", options.path)),
    }
}

pub(super) fn read_plain(cx: &Cx<'_>, options: &Options) -> Result<Tree, Fail> {
    let text = text(cx, options)?;
    Tree::read(options.input, &text).map_err(|error| told_reading(error, options))
}

fn told_reading(error: Error, options: &Options) -> Fail {
    let kind = match options.input {
        Format::Yaml => "yaml",
        Format::Json => "json",
        Format::Dotenv => "dotenv",
        Format::Binary => "binary",
    };
    match error {
        Error::Unreadable(why) => Fail { text: format!("Error unmarshalling file: {why}"), code: 2 },
        other => Fail { text: format!("{other} ({kind})"), code: 1 },
    }
}

/// An encrypted file, opened: its tree, its data key, its nonces.
pub(super) fn open(cx: &Cx<'_>, options: &Options, ignore_mac: bool) -> Result<(Tree, [u8; 32], Stash), Fail> {
    let text = text(cx, options)?;
    let mut tree = Tree::read_encrypted(options.input, &text).map_err(told)?;
    let metadata = tree.metadata.clone().unwrap_or_default();
    let key = super::sops_keys::open(cx, &metadata).map_err(|text| Fail { text, code: 128 })?;
    let stash = tree.decrypt(&key, ignore_mac).map_err(told)?;
    Ok((tree, key, stash))
}

/// What the configuration says of the file; nothing where there is none.
pub(super) fn creation(cx: &Cx<'_>, options: &Options) -> Result<Option<Creation>, Fail> {
    let found = match &options.config {
        Some(file) => Some(cx.path(file)),
        None => {
            let mut folder = cx.cwd();
            loop {
                let file = vfs::join(&folder, ".sops.yaml");
                if cx.files().exists(&file) {
                    break Some(file);
                }
                if folder == "/" {
                    break None;
                }
                folder = vfs::parent(&folder).to_string();
            }
        }
    };
    let Some(file) = found else { return Ok(None) };
    let text = match cx.files().read_text(&file) {
        Ok(text) => text,
        Err(_) => return fail(1, format!("could not read config file: open {file}: no such file or directory")),
    };
    let folder = format!("{}/", vfs::parent(&file).trim_end_matches('/'));
    let inner = options.named.strip_prefix(&folder).unwrap_or(&options.named);
    config::creation(&text, inner).map_err(told)
}

/// Writes where the command line says, or prints.
pub(super) fn write(cx: &mut Cx<'_>, given: &Given, options: &Options, text: String) -> Result<(), Fail> {
    let target =
        if given.on("in-place") { Some(options.path.clone()) } else { given.text("output").map(|file| cx.path(file)) };
    match target {
        Some(path) => save(cx, &path, text),
        None => {
            cx.out(text);
            Ok(())
        }
    }
}

pub(super) fn save(cx: &mut Cx<'_>, path: &str, text: String) -> Result<(), Fail> {
    let micros = cx.micros();
    let written = cx.files_mut().write(path, text.into_bytes(), micros);
    written.map_err(|error| Fail { text: format!("Could not open in-place file for writing: {error}"), code: 3 })
}
