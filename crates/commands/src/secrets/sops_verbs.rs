//! What each subcommand of `sops` does.

use super::sops::{Fail, Next, Sops, fail};
use super::sops_file::{Options, creation, open, read_plain, save, told, write};
use crate::cobra::Given;
use seal::sops::{self, Format, Metadata, RULES, Stash, Tree};
use world::{Cx, Step};

const ENCRYPTED: &str = "The file you have provided contains a top-level entry called 'sops', or for\nflat file formats top-level entries starting with 'sops_'. This is\ngenerally due to the file already being encrypted. SOPS uses a top-level\nentry called 'sops' to store the metadata required to decrypt the file. For\nthis reason, SOPS can not encrypt files that already contain such an entry.\n\nIf this is an unencrypted file, rename the 'sops' entry.\n\nIf this is an encrypted file and you want to edit it, use the editor mode,\nfor example: `sops my_file.yaml`";
const NO_KEYS: &str =
    "config file not found, or has no creation rules, and no keys provided through command line options";

/// For whom, and which values.
fn chosen(cx: &Cx<'_>, given: &Given, options: &Options) -> Result<Metadata, Fail> {
    let flag = given.text("age").map(str::to_string).or_else(|| cx.env("SOPS_AGE_RECIPIENTS")).unwrap_or_default();
    let own = sops::config::recipients(&flag.as_str().into());
    let found = match creation(cx, options) {
        Err(_) if !own.is_empty() => None,
        other => other?,
    };
    let rules =
        RULES.iter().filter_map(|rule| Some(((*rule).to_string(), given.text(&rule.replace('_', "-"))?.to_string())));
    let rules: Vec<(String, String)> = rules.collect();
    if rules.len() > 1 {
        return fail(
            8,
            "Error: cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex in the same file",
        );
    }
    let creation = found.unwrap_or_default();
    let age = if own.is_empty() { creation.age } else { own };
    if age.is_empty() {
        return fail(1, NO_KEYS);
    }
    let rule = rules.into_iter().next().or(creation.rule).unwrap_or_else(sops::config::default_rule);
    Ok(Metadata {
        age: age.into_iter().map(|recipient| (recipient, String::new())).collect(),
        rule: Some(rule).filter(|_| options.input != Format::Binary),
        mac_only_encrypted: creation.mac_only_encrypted,
        ..Metadata::default()
    })
}

/// Encrypts under a new data key, which is wrapped for all of the metadata's recipients.
fn seal(cx: &mut Cx<'_>, tree: &mut Tree, stash: &Stash) -> Result<(), Fail> {
    let mut key = [0; 32];
    cx.world.chance()(&mut key);
    rewrap(cx, tree, &key)?;
    reseal(cx, tree, &key, stash)
}

/// Wraps the data key for the metadata's recipients.
fn rewrap(cx: &mut Cx<'_>, tree: &mut Tree, key: &[u8; 32]) -> Result<(), Fail> {
    let mut metadata = tree.metadata.clone().unwrap_or_default();
    let to: Vec<String> = metadata.age.iter().map(|(recipient, _)| recipient.clone()).collect();
    metadata.age = sops::wrap(&mut cx.world.chance(), key, &to).map_err(told)?;
    tree.metadata = Some(metadata);
    Ok(())
}

fn reseal(cx: &mut Cx<'_>, tree: &mut Tree, key: &[u8; 32], stash: &Stash) -> Result<(), Fail> {
    let now = cx.now().rfc3339();
    tree.encrypt(&mut cx.world.chance(), key, stash, &now).map_err(told)
}

pub(super) fn encrypt(cx: &mut Cx<'_>, given: &Given, options: &Options) -> Result<(), Fail> {
    let mut tree = read_plain(cx, options)?;
    if tree.is_encrypted(options.input) {
        return fail(203, ENCRYPTED);
    }
    tree.metadata = Some(chosen(cx, given, options)?);
    seal(cx, &mut tree, &Stash::new())?;
    write(cx, given, options, tree.write(options.output))
}

pub(super) fn decrypt(cx: &mut Cx<'_>, given: &Given, options: &Options) -> Result<(), Fail> {
    let (mut tree, ..) = open(cx, options, given.on("ignore-mac"))?;
    tree.metadata = None;
    let text = match given.text("extract") {
        None => tree.write(options.output),
        Some(place) => {
            let path = place_of(place)?;
            sops::write_value(options.output, &tree.at(&path).map_err(told)?)
        }
    };
    write(cx, given, options, text)
}

fn place_of(text: &str) -> Result<Vec<sops::Step>, Fail> {
    match sops::path(text) {
        Some(path) if !path.is_empty() => Ok(path),
        _ => fail(91, format!("error parsing --extract path: Unable to interpret path: {text}")),
    }
}

/// False while the value is still being written.
pub(super) fn set(cx: &mut Cx<'_>, given: &Given, options: &Options, sets: bool) -> Result<bool, Fail> {
    let value = match (sets, given.words.get(2)) {
        (false, _) => String::new(),
        (true, _) if given.on("value-stdin") => match cx.stdin_text() {
            Some(text) => text,
            None => return Ok(false),
        },
        (true, Some(file)) if given.on("value-file") => match cx.files().read_text(&cx.path(file)) {
            Ok(text) => text,
            Err(_) => return fail(1, format!("open {file}: no such file or directory")),
        },
        (true, Some(value)) => value.clone(),
        (true, None) => return fail(100, "Error: no file specified, or index and value are missing"),
    };
    let path = place_of(&given.words[1])?;
    let (mut tree, key, stash) = open(cx, options, given.on("ignore-mac"))?;
    let changed = if sets {
        match sops::read_value(&value) {
            Some(value) => tree.set(&path, value),
            None => return fail(7, "Value should be a JSON encoded string"),
        }
    } else {
        match tree.unset(&path) {
            Err(_) if given.on("idempotent") => false,
            other => other.map(|()| true).map_err(told)?,
        }
    };
    if changed || !given.on("idempotent") {
        reseal(cx, &mut tree, &key, &stash)?;
        save(cx, &options.path, tree.write(options.output))?;
    }
    Ok(true)
}

pub(super) fn rotate(cx: &mut Cx<'_>, given: &Given, options: &Options) -> Result<(), Fail> {
    let (mut tree, ..) = open(cx, options, false)?;
    let mut metadata = tree.metadata.clone().unwrap_or_default();
    let listed = |flag: &str| sops::config::recipients(&given.text(flag).unwrap_or_default().into());
    let gone = listed("rm-age");
    metadata.age.retain(|(recipient, _)| !gone.contains(recipient));
    for recipient in listed("add-age") {
        metadata.age.retain(|(known, _)| *known != recipient);
        metadata.age.push((recipient, String::new()));
    }
    tree.metadata = Some(metadata);
    seal(cx, &mut tree, &Stash::new())?;
    write(cx, given, options, tree.write(options.output))
}

fn log(cx: &mut Cx<'_>, text: &str) {
    let now = cx.now().rfc3339().replace('-', "/").replace('T', " ");
    cx.err(format!("{} {text}\n", now.trim_end_matches('Z')));
}

/// The recipients that a file has and should have.
fn wanted(cx: &Cx<'_>, options: &Options) -> Result<(Tree, Vec<String>), Fail> {
    let text = super::sops_file::text(cx, options)?;
    let tree = Tree::read_encrypted(options.input, &text).map_err(told)?;
    let Some(creation) = creation(cx, options)? else { return fail(1, "config file not found") };
    Ok((tree, creation.age))
}

pub(super) fn update_keys(cx: &mut Cx<'_>, given: &Given, options: &Options) -> Result<Next, Fail> {
    let (tree, new) = wanted(cx, options)?;
    log(cx, &format!("Syncing keys for file {}", options.path));
    let old: Vec<String> = tree.metadata.unwrap_or_default().age.into_iter().map(|(recipient, _)| recipient).collect();
    if old == new {
        log(cx, &format!("File {} already up to date", options.path));
        return Ok(Next::Done);
    }
    cx.out("The following changes will be made to the file's groups:\nGroup 1\n");
    for one in old.iter().filter(|one| new.contains(one)) {
        cx.out(format!("    {one}\n"));
    }
    for one in new.iter().filter(|one| !old.contains(one)) {
        cx.out(format!("+++ {one}\n"));
    }
    for one in old.iter().filter(|one| !new.contains(one)) {
        cx.out(format!("--- {one}\n"));
    }
    if given.on("yes") {
        return update(cx, options).map(|()| Next::Done);
    }
    cx.out("Is this okay? (y/n):");
    Ok(Next::Wait(Sops::Asking { file: options.file.clone() }, Step::Stdin))
}

fn update(cx: &mut Cx<'_>, options: &Options) -> Result<(), Fail> {
    let (mut tree, new) = wanted(cx, options)?;
    let mut metadata = tree.metadata.clone().unwrap_or_default();
    let key = super::sops_keys::open(cx, &metadata).map_err(|text| Fail { text, code: 128 })?;
    metadata.age = new.into_iter().map(|recipient| (recipient, String::new())).collect();
    tree.metadata = Some(metadata);
    rewrap(cx, &mut tree, &key)?;
    save(cx, &options.path, tree.write(options.input))?;
    log(cx, &format!("File {} synced with new keys", options.path));
    Ok(())
}

pub(super) fn answered(cx: &mut Cx<'_>, file: &str, answer: &str) -> Result<(), Fail> {
    if !matches!(answer, "y" | "Y") {
        log(cx, &format!("File {} left unchanged", cx.path(file)));
        return Ok(());
    }
    let options = again(cx, file)?;
    update(cx, &options)
}

fn again(cx: &Cx<'_>, file: &str) -> Result<Options, Fail> {
    let mut given = Given::default();
    given.words.push(file.to_string());
    Options::of(cx, &given, cx.env("SOPS_CONFIG"))
}

const EXAMPLE: &str = "hello: Welcome to SOPS! Edit this file as you please!\nexample_key: example_value\n# Example comment\nexample_array:\n    - example_value1\n    - example_value2\nexample_number: 1234.56789\nexample_booleans:\n    - true\n    - false\n";

pub(super) fn edit(cx: &mut Cx<'_>, given: &Given, options: &Options) -> Result<Next, Fail> {
    let text = if cx.files().exists(&options.path) {
        let (mut tree, ..) = open(cx, options, given.on("ignore-mac"))?;
        tree.metadata = None;
        tree.write(options.output)
    } else {
        chosen(cx, given, options)?;
        if options.input != Format::Yaml {
            return fail(1, "sops edit of a new file that is not YAML: real, but not part of this sandbox yet");
        }
        EXAMPLE.to_string()
    };
    let number = cx.world.api(|_, sim| sim.rng().below(4_000_000_000));
    let folder = format!("/tmp/{number}");
    let clear = format!("{folder}/{}", vfs::base_name(&options.path));
    let micros = cx.micros();
    let made = cx.files_mut().make_dir_all(&folder, micros);
    made.map_err(|error| Fail { text: format!("Could not create temporary directory: {error}"), code: 3 })?;
    save(cx, &clear, text.clone())?;
    let full = |name: &str| cx.env(name).filter(|editor| !editor.is_empty());
    let editor = full("SOPS_EDITOR").or_else(|| full("EDITOR")).unwrap_or_else(|| "vi".into());
    let argv = vec!["bash".into(), "-c".into(), format!("{editor} {clear}")];
    let (env, fds) = (cx.env_all(), cx.fds());
    match cx.spawn(argv, env, fds) {
        Some(pid) => {
            Ok(Next::Wait(Sops::Editing { pid, clear, file: options.file.clone(), before: text }, Step::Child))
        }
        None => fail(201, format!("Could not run editor: exec: \"{editor}\": executable file not found in $PATH")),
    }
}

/// The editor was closed: what it left is encrypted, and the clear file goes.
pub(super) fn edited(cx: &mut Cx<'_>, code: i32, (clear, file, before): (&str, &str, &str)) -> Result<(), Fail> {
    let text = cx.files().read_text(clear).unwrap_or_default();
    let micros = cx.micros();
    let gone = cx.files_mut().remove_all(vfs::parent(clear), micros);
    debug_assert!(gone.is_ok(), "it was made a moment ago");
    if code != 0 {
        return fail(1, format!("Could not run editor: exit status {code}"));
    }
    if text == before && cx.files().exists(&cx.path(file)) {
        return fail(200, "File has not changed, exiting.");
    }
    let options = again(cx, file)?;
    let mut tree = Tree::read(options.input, &text).map_err(told)?;
    if cx.files().exists(&options.path) {
        let (old, key, stash) = open(cx, &options, true)?;
        tree.metadata = old.metadata;
        reseal(cx, &mut tree, &key, &stash)?;
    } else {
        tree.metadata = Some(chosen(cx, &Given::default(), &options)?);
        seal(cx, &mut tree, &Stash::new())?;
    }
    save(cx, &options.path, tree.write(options.output))
}
