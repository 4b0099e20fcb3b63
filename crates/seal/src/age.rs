//! Files of age (age-encryption.org/v1) for X25519 recipients: a header with the file's key for each of them, then the text
//! in sealed pieces of 64 KiB; in binary or in armor.

use crate::x25519::{BASE, x25519};
use crate::{Chance, Error, base64, bech32, chacha};
use sha2::{Digest, Sha256};

const VERSION: &str = "age-encryption.org/v1\n";
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";
const PIECE: usize = 64 * 1024;

/// A secret key, or the public half of one.
pub type Key = [u8; 32];

pub fn generate(chance: Chance) -> Key {
    let mut key = [0; 32];
    chance(&mut key);
    key
}

pub fn recipient_of(identity: &Key) -> Key {
    x25519(identity, &BASE)
}

pub fn write_identity(key: &Key) -> String {
    bech32::encode("age-secret-key-", key).to_uppercase()
}

pub fn write_recipient(key: &Key) -> String {
    bech32::encode("age", key)
}

pub fn read_identity(text: &str) -> Option<Key> {
    let small = text.to_ascii_lowercase();
    (text.to_ascii_uppercase() == text).then(|| bech32::decode("age-secret-key-", &small)).flatten()
}

pub fn read_recipient(text: &str) -> Option<Key> {
    bech32::decode("age", text)
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut pad = [0; 64];
    pad[..key.len()].copy_from_slice(key);
    let mut inner = Sha256::new().chain_update(pad.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    Sha256::new().chain_update(pad.map(|byte| byte ^ 0x5c)).chain_update(inner.finalize()).finalize().into()
}

/// HKDF for a key of 32 bytes; salts are no longer than a block.
fn derive(secret: &[u8], salt: &[u8], info: &str) -> Key {
    hmac(&hmac(salt, &[secret]), &[info.as_bytes(), &[1]])
}

fn wrapping(shared: &Key, ephemeral: &Key, recipient: &Key) -> Key {
    derive(shared, &[ephemeral.as_slice(), recipient].concat(), "age-encryption.org/v1/X25519")
}

fn unpadded(bytes: &[u8]) -> String {
    base64::encode(bytes).trim_end_matches('=').to_string()
}

fn padded(text: &str) -> Option<Vec<u8>> {
    let fill = &"==="[..(4 - text.len() % 4) % 4];
    base64::decode(&format!("{text}{fill}")).filter(|bytes| unpadded(bytes) == text)
}

/// To all of the recipients, in binary.
pub fn encrypt(chance: Chance, recipients: &[Key], text: &[u8]) -> Vec<u8> {
    let mut file_key = [0; 16];
    chance(&mut file_key);
    let mut header = VERSION.to_string();
    for recipient in recipients {
        let secret = generate(&mut *chance);
        let ephemeral = recipient_of(&secret);
        let key = wrapping(&x25519(&secret, recipient), &ephemeral, recipient);
        let body = unpadded(&chacha::seal(&key, &[0; 12], &file_key));
        header.push_str(&format!("-> X25519 {}\n{body}\n", unpadded(&ephemeral)));
    }
    header.push_str("---");
    let mac = hmac(&derive(&file_key, &[], "header"), &[header.as_bytes()]);
    let mut out = format!("{header} {}\n", unpadded(&mac)).into_bytes();
    let mut nonce = [0; 16];
    chance(&mut nonce);
    out.extend(nonce);
    let key = derive(&file_key, &nonce, "payload");
    let mut pieces = text.chunks(PIECE).peekable();
    let mut count = 0;
    loop {
        let piece = pieces.next().unwrap_or_default();
        let last = pieces.peek().is_none();
        out.extend(chacha::seal(&key, &piece_nonce(count, last), piece));
        count += 1;
        if last {
            return out;
        }
    }
}

fn piece_nonce(count: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&count.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// What stands in a header: kind and arguments of each stanza with its body, the mac, and where the text begins.
struct Header {
    stanzas: Vec<(Vec<String>, Vec<u8>)>,
    mac: Vec<u8>,
    len: usize,
    signed: usize,
}

fn header(bytes: &[u8]) -> Result<Header, Error> {
    let mut out = Header { stanzas: Vec::new(), mac: Vec::new(), len: 0, signed: 0 };
    let line = |at: &mut usize| {
        let end = bytes[*at..].iter().position(|byte| *byte == b'\n').ok_or(Error::Header)?;
        let text = std::str::from_utf8(&bytes[*at..*at + end]).map_err(|_| Error::Header)?;
        *at += end + 1;
        Ok::<&str, Error>(text)
    };
    let mut at = 0;
    if line(&mut at)? != VERSION.trim_end() {
        return Err(Error::NotAge);
    }
    loop {
        let before = at;
        let first = line(&mut at)?;
        if let Some(mac) = first.strip_prefix("--- ") {
            out.mac = padded(mac).filter(|mac| mac.len() == 32).ok_or(Error::Header)?;
            (out.signed, out.len) = (before + 3, at);
            return Ok(out);
        }
        let words = first.strip_prefix("-> ").ok_or(Error::Header)?;
        let words: Vec<String> = words.split(' ').map(str::to_string).collect();
        if words.iter().any(String::is_empty) {
            return Err(Error::Header);
        }
        let mut body = String::new();
        loop {
            let part = line(&mut at)?;
            body.push_str(part);
            if part.len() < 64 {
                break;
            }
            if part.len() > 64 {
                return Err(Error::Header);
            }
        }
        out.stanzas.push((words, padded(&body).ok_or(Error::Header)?));
    }
}

/// By any of the identities.
pub fn decrypt(identities: &[Key], file: &[u8]) -> Result<Vec<u8>, Error> {
    let armored = dearmor(file)?;
    let bytes = armored.as_deref().unwrap_or(file);
    let header = header(bytes)?;
    let file_key = unwrap(identities, &header)?;
    let mac = hmac(&derive(&file_key, &[], "header"), &[&bytes[..header.signed]]);
    if mac.as_slice() != header.mac {
        return Err(Error::Mac);
    }
    let (nonce, mut rest) = bytes[header.len..].split_at_checked(16).ok_or(Error::Cut)?;
    let key = derive(&file_key, nonce, "payload");
    let mut out = Vec::new();
    for count in 0.. {
        let (piece, after) = rest.split_at(rest.len().min(PIECE + 16));
        let last = after.is_empty();
        let text = chacha::open(&key, &piece_nonce(count, last), piece).ok_or(Error::Piece)?;
        if text.is_empty() && count > 0 {
            return Err(Error::Piece);
        }
        out.extend(text);
        rest = after;
        if last {
            break;
        }
    }
    Ok(out)
}

fn unwrap(identities: &[Key], header: &Header) -> Result<Vec<u8>, Error> {
    if header.stanzas.iter().any(|(words, _)| words[0] == "scrypt") {
        return Err(Error::Passphrase);
    }
    for (words, body) in &header.stanzas {
        if words[0] != "X25519" {
            continue;
        }
        let share = words.get(1).filter(|_| words.len() == 2).and_then(|share| padded(share));
        let share: Key = share.and_then(|share| share.try_into().ok()).ok_or(Error::Header)?;
        if body.len() != 32 {
            return Err(Error::Header);
        }
        for identity in identities {
            let shared = x25519(identity, &share);
            if shared == [0; 32] {
                return Err(Error::Header);
            }
            let key = wrapping(&shared, &share, &recipient_of(identity));
            if let Some(file_key) = chacha::open(&key, &[0; 12], body) {
                return Ok(file_key);
            }
        }
    }
    Err(Error::NoIdentity)
}

pub fn armor(file: &[u8]) -> String {
    let mut out = format!("{BEGIN}\n");
    for line in base64::encode(file).as_bytes().chunks(64) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(END);
    out.push('\n');
    out
}

/// What the armor holds; nothing where there is none.
fn dearmor(file: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let Ok(text) = std::str::from_utf8(file) else { return Ok(None) };
    let Some(rest) = text.trim_start().strip_prefix(BEGIN) else { return Ok(None) };
    let (body, after) = rest.split_once(END).ok_or(Error::Armor)?;
    let body = body.replace('\r', "");
    let body = body.strip_prefix('\n').and_then(|body| body.strip_suffix('\n')).ok_or(Error::Armor)?;
    let mut lines = body.split('\n').peekable();
    let mut all = String::new();
    while let Some(line) = lines.next() {
        let full = line.len() == 64 || lines.peek().is_none() && (1..64).contains(&line.len());
        if !full {
            return Err(Error::Armor);
        }
        all.push_str(line);
    }
    let bytes = base64::decode(&all).filter(|_| after.trim().is_empty()).ok_or(Error::Armor)?;
    if base64::encode(&bytes) == all { Ok(Some(bytes)) } else { Err(Error::Armor) }
}
