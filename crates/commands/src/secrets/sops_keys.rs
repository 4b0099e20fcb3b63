//! Whose keys open a file of SOPS: from where age's identities come, and how it is told that none of them fits.

use seal::age::Key;
use seal::sops::{Metadata, data_key};
use world::Cx;

/// What was found where.
struct Found {
    keys: Vec<Key>,
    errors: Vec<String>,
    /// Places that had none.
    empty: Vec<String>,
}

fn look(cx: &Cx<'_>) -> Found {
    let home = cx.machine().home();
    let mut found = Found { keys: Vec::new(), errors: Vec::new(), empty: Vec::new() };
    for place in
        ["SOPS_AGE_SSH_PRIVATE_KEY_FILE".into(), format!("{home}/.ssh/id_ed25519"), format!("{home}/.ssh/id_rsa")]
    {
        found.empty.push(place);
    }
    match cx.env("SOPS_AGE_KEY") {
        Some(text) => found.take("SOPS_AGE_KEY", Ok(text)),
        None => found.empty.push("SOPS_AGE_KEY".into()),
    }
    match cx.env("SOPS_AGE_KEY_FILE") {
        Some(file) => {
            let read = cx.files().read_text(&cx.path(&file));
            let told = format!("failed to open SOPS_AGE_KEY_FILE file: open {file}: no such file or directory");
            found.take("SOPS_AGE_KEY_FILE", read.map_err(|_| told));
        }
        None => found.empty.push("SOPS_AGE_KEY_FILE".into()),
    }
    found.empty.push("SOPS_AGE_KEY_CMD".into());
    if found.keys.is_empty() {
        let config = cx.env("XDG_CONFIG_HOME").unwrap_or_else(|| format!("{home}/.config"));
        let file = format!("{config}/sops/age/keys.txt");
        match cx.files().read_text(&file) {
            Ok(text) => found.take(&file, Ok(text)),
            Err(_) => found.empty.push(file),
        }
    }
    found
}

impl Found {
    fn take(&mut self, place: &str, text: Result<String, String>) {
        let read = text.and_then(|text| {
            super::age::identities(&text).map_err(|told| format!("failed to parse '{place}' age identities: {told}"))
        });
        match read {
            Ok(keys) => self.keys.extend(keys),
            Err(told) => self.errors.push(told),
        }
    }
}

/// The data key, or the words of its failure.
pub(super) fn open(cx: &Cx<'_>, metadata: &Metadata) -> Result<[u8; 32], String> {
    let found = look(cx);
    if let Some(key) = data_key(metadata, &found.keys) {
        return Ok(key);
    }
    let mut why = if found.keys.is_empty() {
        "failed to load age identities.".to_string()
    } else {
        "failed to create reader for decrypting sops data key with age: identity did not match any of the recipients: incorrect identity for recipient block.".to_string()
    };
    if !found.errors.is_empty() {
        why.push_str(&format!(" Errors while loading age identities: {}.", found.errors.join("; ")));
    }
    let places: Vec<String> = found.empty.iter().map(|place| format!("'{place}'")).collect();
    if let Some((last, rest)) = places.split_last() {
        why.push_str(&format!(" Did not find keys in locations {}, and {last}.", rest.join(", ")));
    }
    let lines = wrapped(&why, 60).join("\n      | ");
    let groups: Vec<String> =
        metadata.age.iter().map(|(recipient, _)| format!("  {recipient}: FAILED\n    - | {lines}\n")).collect();
    Err(format!(
        "Failed to get the data key required to decrypt the SOPS file.\n\nGroup 0: FAILED\n{}\nRecovery failed because no master key was able to decrypt the file. In\norder for SOPS to recover the file, at least one key has to be successful,\nbut none were.",
        groups.join("  \n")
    ))
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = &mut lines[0..];
        let last = line.len() - 1;
        if !line[last].is_empty() && line[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_string());
        } else {
            if !line[last].is_empty() {
                line[last].push(' ');
            }
            line[last].push_str(word);
        }
    }
    lines
}
