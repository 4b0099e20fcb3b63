//! What a file tells of itself under `sops`: for whom its data key is wrapped, which values are encrypted, the MAC.

use super::{Branch, Error, Format, Item};
use crate::{Chance, age};

/// Rules of which a file has one at most, by their keys.
pub const RULES: [&str; 4] = ["unencrypted_suffix", "encrypted_suffix", "unencrypted_regex", "encrypted_regex"];

/// What other keys a file may be encrypted to, and rules that are not here.
const MISSING: [&str; 9] = [
    "pgp",
    "kms",
    "gcp_kms",
    "hckms",
    "azure_kv",
    "hc_vault",
    "key_groups",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
];

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// Recipients, and the data key as age wrapped it for each.
    pub age: Vec<(String, String)>,
    pub lastmodified: String,
    pub mac: String,
    /// One of [`RULES`] with its word; none where there is one value alone.
    pub rule: Option<(String, String)>,
    pub mac_only_encrypted: bool,
    pub version: String,
}

/// The data key, wrapped for each recipient.
pub fn wrap(chance: Chance, key: &[u8; 32], recipients: &[String]) -> Result<Vec<(String, String)>, Error> {
    let mut out = Vec::new();
    for recipient in recipients {
        let to = age::read_recipient(recipient).ok_or_else(|| {
            Error::Unreadable(format!(
                "failed to parse input as Bech32-encoded age public key: malformed recipient \"{recipient}\""
            ))
        })?;
        out.push((recipient.clone(), age::armor(&age::encrypt(&mut *chance, &[to], key))));
    }
    Ok(out)
}

/// The data key, by the first of the recipients that one of the identities belongs to.
pub fn data_key(metadata: &Metadata, identities: &[age::Key]) -> Option<[u8; 32]> {
    metadata.age.iter().find_map(|(_, wrapped)| age::decrypt(identities, wrapped.as_bytes()).ok()?.try_into().ok())
}

fn text(text: &str) -> Item {
    Item::Text(text.to_string())
}

fn pairs(metadata: &Metadata) -> Branch {
    let wrapped = |(recipient, enc): &(String, String)| {
        Item::Map(vec![("recipient".into(), text(recipient)), ("enc".into(), text(enc))])
    };
    let mut out = vec![
        ("age".to_string(), Item::List(metadata.age.iter().map(wrapped).collect())),
        ("lastmodified".to_string(), text(&metadata.lastmodified)),
        ("mac".to_string(), text(&metadata.mac)),
    ];
    if let Some((rule, word)) = &metadata.rule {
        out.push((rule.clone(), text(word)));
    }
    if metadata.mac_only_encrypted {
        out.push(("mac_only_encrypted".to_string(), Item::Bool(true)));
    }
    out.push(("version".to_string(), text(&metadata.version)));
    out
}

/// Writes it at the end of a branch.
pub(super) fn put(metadata: &Metadata, branch: &mut Branch, format: Format) {
    let pairs = pairs(metadata);
    if format != Format::Dotenv {
        branch.push(("sops".to_string(), Item::Map(pairs)));
        return;
    }
    let mut flat = Branch::new();
    flatten("sops", &Item::Map(pairs), &mut flat);
    flat.sort_by(|one, other| one.0.cmp(&other.0));
    branch.extend(flat);
}

/// `sops_age__list_0__map_enc`: names of places where only names are to be had.
fn flatten(name: &str, item: &Item, out: &mut Branch) {
    match item {
        Item::Map(branch) => {
            let sign = if name == "sops" { "_" } else { "__map_" };
            branch.iter().for_each(|(key, item)| flatten(&format!("{name}{sign}{key}"), item, out));
        }
        Item::List(items) => {
            items.iter().enumerate().for_each(|(at, item)| flatten(&format!("{name}__list_{at}"), item, out));
        }
        Item::Bool(on) => out.push((name.to_string(), text(&on.to_string()))),
        _ => out.push((name.to_string(), item.clone())),
    }
}

/// Takes it out of the branches.
pub(super) fn take(branches: &mut [Branch], format: Format) -> Result<Metadata, Error> {
    let mut found = None;
    for branch in branches {
        if format == Format::Dotenv {
            let (own, rest): (Branch, Branch) = branch.drain(..).partition(|(key, _)| key.starts_with("sops_"));
            *branch = rest;
            found = found.or_else(|| raised(own));
        } else if let Some(at) = branch.iter().position(|(key, _)| key == "sops") {
            let (_, item) = branch.remove(at);
            found = found.or(if let Item::Map(own) = item { Some(own) } else { None });
        }
    }
    let mut out = read(&found.ok_or(Error::NoMetadata)?)?;
    if out.rule.is_none() && format != Format::Binary {
        out.rule = Some(super::config::default_rule());
    }
    Ok(out)
}

/// From flat names back to places.
fn raised(own: Branch) -> Option<Branch> {
    let mut out = Branch::new();
    let mut age: Vec<Item> = Vec::new();
    for (key, item) in own {
        let key = key.strip_prefix("sops_")?;
        let Some(place) = key.strip_prefix("age__list_") else {
            let on = key == "mac_only_encrypted" && item == text("true");
            out.push((key.to_string(), if on { Item::Bool(true) } else { item }));
            continue;
        };
        let (at, name) = place.split_once("__map_")?;
        let at: usize = at.parse().ok().filter(|at| *at < 1000)?;
        if age.len() <= at {
            age.resize(at + 1, Item::Map(Vec::new()));
        }
        if let Item::Map(entry) = &mut age[at] {
            entry.push((name.to_string(), item));
        }
    }
    out.push(("age".to_string(), Item::List(age)));
    (out.len() > 1).then_some(out)
}

fn read(own: &Branch) -> Result<Metadata, Error> {
    let find = |name: &str| own.iter().find(|(key, _)| key == name).map(|(_, item)| item);
    for name in MISSING {
        let empty = |item: &Item| matches!(item, Item::Null) || matches!(item, Item::List(items) if items.is_empty());
        if find(name).is_some_and(|item| !empty(item)) {
            return Err(Error::Missing(format!("`{name}` in the metadata of a file")));
        }
    }
    let word = |branch: &Branch, name: &str| match branch.iter().find(|(key, _)| key == name) {
        Some((_, Item::Text(text) | Item::Time(text))) => text.clone(),
        _ => String::new(),
    };
    let mut out = Metadata {
        lastmodified: word(own, "lastmodified"),
        mac: word(own, "mac"),
        mac_only_encrypted: find("mac_only_encrypted") == Some(&Item::Bool(true)),
        version: word(own, "version"),
        ..Metadata::default()
    };
    if let Some(Item::List(items)) = find("age") {
        for item in items {
            if let Item::Map(entry) = item {
                out.age.push((word(entry, "recipient"), word(entry, "enc")));
            }
        }
    }
    if out.age.is_empty() {
        return Err(Error::Unreadable("No keys found in file".into()));
    }
    let rules: Vec<(String, String)> =
        RULES.iter().map(|rule| ((*rule).to_string(), word(own, rule))).filter(|(_, word)| !word.is_empty()).collect();
    if rules.len() > 1 {
        return Err(Error::Unreadable(super::config::TWO_RULES.replace("for the same rule", "in the same file")));
    }
    out.rule = rules.into_iter().next();
    Ok(out)
}
