//! The walk over a tree: each value under AES-256-GCM with its path as additional data, and the digest over all of them.

use super::{Branch, Error, Item, Metadata, Tree};
use crate::{Chance, aes, base64};
use regex_lite::Regex;
use sha2::{Digest, Sha512};

/// What `mac_only_encrypted` begins with: SHA-256 of `sops`.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// What was decrypted where, and its nonce: a value that stays is written as it was, so that a diff shows what changed.
pub type Stash = Vec<(String, Item, Vec<u8>)>;

/// Kind and plain text of a value; nothing for what is never encrypted.
fn plain(item: &Item) -> Option<(&'static str, String)> {
    Some(match item {
        Item::Text(text) => ("str", text.clone()),
        Item::Int(n) => ("int", n.to_string()),
        Item::Float(x) => ("float", x.to_string()),
        Item::Bool(on) => ("bool", if *on { "True" } else { "False" }.to_string()),
        Item::Time(text) => ("time", text.clone()),
        Item::Comment(text) => ("comment", text.clone()),
        Item::Null | Item::List(_) | Item::Map(_) => return None,
    })
}

fn seal(chance: Chance, key: &[u8; 32], item: &Item, path: &str, stash: &Stash) -> Option<String> {
    let (kind, text) = plain(item)?;
    if text.is_empty() {
        return Some(text);
    }
    let known = stash.iter().find(|(at, value, _)| at == path && value == item);
    let nonce = known.map_or_else(
        || {
            let mut nonce = vec![0; 32];
            chance(&mut nonce);
            nonce
        },
        |(_, _, nonce)| nonce.clone(),
    );
    let sealed = aes::seal(key, &nonce, text.as_bytes(), path.as_bytes());
    let (data, tag) = sealed.split_at(sealed.len() - 16);
    let [data, nonce, tag] = [data, nonce.as_slice(), tag].map(base64::encode);
    Some(format!("ENC[AES256_GCM,data:{data},iv:{nonce},tag:{tag},type:{kind}]"))
}

fn open(key: &[u8; 32], text: &str, path: &str) -> Result<(Item, Vec<u8>), String> {
    let wrong = || format!("Input string {text} does not match sops' data format");
    let body = text.strip_prefix("ENC[AES256_GCM,data:").and_then(|body| body.strip_suffix(']')).ok_or_else(wrong)?;
    let (data, rest) = body.split_once(",iv:").ok_or_else(wrong)?;
    let (nonce, rest) = rest.split_once(",tag:").ok_or_else(wrong)?;
    let (tag, kind) = rest.split_once(",type:").ok_or_else(wrong)?;
    let decode = |part: &str, name: &str| {
        base64::decode(part).ok_or_else(|| format!("Error base64-decoding {name}: illegal base64 data"))
    };
    let (mut data, nonce, tag) = (decode(data, "data")?, decode(nonce, "iv")?, decode(tag, "tag")?);
    data.extend(tag);
    let bytes = aes::open(key, &nonce, &data, path.as_bytes())
        .ok_or("Could not decrypt with AES_GCM: cipher: message authentication failed")?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let item = match kind {
        "str" | "bytes" => Item::Text(text),
        "int" => Item::Int(text.parse().map_err(|_| format!("strconv.Atoi: parsing \"{text}\": invalid syntax"))?),
        "float" => Item::Float(manifest::float_of(&text).unwrap_or(0.0)),
        "bool" => Item::Bool(text == "True" || text == "true"),
        "time" => Item::Time(text),
        "comment" => Item::Comment(text),
        other => return Err(format!("Unknown datatype: {other}")),
    };
    Ok((item, nonce))
}

/// Which values are encrypted.
struct Choice<'m> {
    rule: &'m str,
    word: &'m str,
    regex: Option<Regex>,
}

impl Metadata {
    fn choice(&self) -> Result<Choice<'_>, Error> {
        let (rule, word) = self.rule.as_ref().map_or(("", ""), |(rule, word)| (rule.as_str(), word.as_str()));
        // An expression that cannot be read matches nothing, as there.
        let regex = if rule.ends_with("_regex") { Regex::new(word).ok() } else { None };
        Ok(Choice { rule, word, regex })
    }
}

impl Choice<'_> {
    fn encrypts(&self, path: &[String]) -> bool {
        let hit = path.iter().any(|key| match &self.regex {
            Some(regex) => regex.is_match(key),
            None => self.rule.ends_with("_suffix") && key.ends_with(self.word),
        });
        // `unencrypted_…` names what is left alone, `encrypted_…` what is not.
        self.rule.is_empty() || hit != self.rule.starts_with("un")
    }
}

type Leaf<'l> = &'l mut dyn FnMut(&mut Item, &[String]) -> Result<(), Error>;

fn walk(item: &mut Item, path: &mut Vec<String>, leaf: Leaf) -> Result<(), Error> {
    match item {
        Item::Map(branch) => walk_branch(branch, path, leaf),
        Item::List(items) => items.iter_mut().try_for_each(|item| walk(item, path, leaf)),
        Item::Null => Ok(()),
        _ => leaf(item, path),
    }
}

fn walk_branch(branch: &mut Branch, path: &mut Vec<String>, leaf: Leaf) -> Result<(), Error> {
    for (key, item) in branch {
        if matches!(item, Item::Comment(_)) {
            leaf(item, path)?;
            continue;
        }
        path.push(key.clone());
        walk(item, path, leaf)?;
        path.pop();
    }
    Ok(())
}

impl Tree {
    fn each(&mut self, leaf: Leaf) -> Result<(), Error> {
        self.branches.iter_mut().try_for_each(|branch| walk_branch(branch, &mut Vec::new(), leaf))
    }

    /// Encrypts what the metadata says, and writes time, version and MAC into them.
    pub fn encrypt(&mut self, chance: Chance, key: &[u8; 32], stash: &Stash, now: &str) -> Result<(), Error> {
        let mut metadata = self.metadata.clone().ok_or(Error::NoMetadata)?;
        let choice = metadata.choice()?;
        let mut digest = Sha512::new();
        if metadata.mac_only_encrypted {
            digest.update(ONLY_ENCRYPTED);
        }
        let only = metadata.mac_only_encrypted;
        self.each(&mut |item, path| {
            let encrypted = choice.encrypts(path);
            let comment = matches!(item, Item::Comment(_));
            if (encrypted || !only) && !comment {
                digest.update(plain(item).unwrap_or_default().1);
            }
            if encrypted && let Some(text) = seal(&mut *chance, key, item, &(path.join(":") + ":"), stash) {
                *item = if comment { Item::Comment(text) } else { Item::Text(text) };
            }
            Ok(())
        })?;
        let mac = hex(&digest.finalize());
        metadata.lastmodified = now.to_string();
        metadata.version = super::VERSION.to_string();
        metadata.mac = seal(chance, key, &Item::Text(mac), now, &Vec::new()).unwrap_or_default();
        self.metadata = Some(metadata);
        Ok(())
    }

    /// The other way; the MAC must be that of the file, unless it is to be ignored.
    pub fn decrypt(&mut self, key: &[u8; 32], ignore_mac: bool) -> Result<Stash, Error> {
        let metadata = self.metadata.clone().ok_or(Error::NoMetadata)?;
        let choice = metadata.choice()?;
        let mut digest = Sha512::new();
        if metadata.mac_only_encrypted {
            digest.update(ONLY_ENCRYPTED);
        }
        let mut stash = Stash::new();
        self.each(&mut |item, path| {
            let encrypted = choice.encrypts(path);
            if encrypted {
                let place = path.join(":") + ":";
                match item {
                    Item::Comment(text) if !text.is_empty() => {
                        // A comment may have been written in clear later.
                        if let Ok((open, nonce)) = open(key, text, &place) {
                            stash.push((place, open.clone(), nonce));
                            *item = open;
                        }
                    }
                    Item::Text(text) if !text.is_empty() => {
                        let (open, nonce) = open(key, text, &place).map_err(Error::Value)?;
                        stash.push((place, open.clone(), nonce));
                        *item = open;
                    }
                    Item::Text(_) | Item::Comment(_) => {}
                    Item::Int(_) => return Err(Error::NotText("int")),
                    Item::Float(_) => return Err(Error::NotText("float64")),
                    Item::Bool(_) => return Err(Error::NotText("bool")),
                    _ => return Err(Error::NotText("time.Time")),
                }
            }
            if (encrypted || !metadata.mac_only_encrypted) && !matches!(item, Item::Comment(_)) {
                digest.update(plain(item).unwrap_or_default().1);
            }
            Ok(())
        })?;
        let computed = hex(&digest.finalize());
        let (file, _) = open(key, &metadata.mac, &metadata.lastmodified).unwrap_or((Item::Null, Vec::new()));
        let file = plain(&file).map_or("no MAC".to_string(), |(_, text)| text);
        if file != computed && !ignore_mac {
            return Err(Error::Mac { file, computed });
        }
        Ok(stash)
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |byte: u8| char::from_digit(u32::from(byte), 16).unwrap_or('0').to_ascii_uppercase();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
