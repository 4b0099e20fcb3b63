//! What a SealedSecret's value is (sealed-secrets 0.27, `pkg/crypto`): a session key under RSA-OAEP with the length before
//! it, then the value under AES-256-GCM with a nonce of zeros, for the key is used once.

use crate::rsa::{PrivateKey, PublicKey};
use crate::{Chance, Error, aes};

/// Where a sealed value may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Scope {
    #[default]
    Strict,
    Namespace,
    Cluster,
}

impl Scope {
    pub const WORDS: [&'static str; 3] = ["strict", "namespace-wide", "cluster-wide"];

    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    pub fn named(word: &str) -> Option<Self> {
        [Self::Strict, Self::Namespace, Self::Cluster].into_iter().find(|scope| scope.word() == word)
    }

    /// What is bound to the value: it opens nowhere else.
    pub fn label(self, namespace: &str, name: &str) -> String {
        match self {
            Self::Strict => format!("{namespace}/{name}"),
            Self::Namespace => namespace.to_string(),
            Self::Cluster => String::new(),
        }
    }
}

pub fn encrypt(chance: Chance, key: &PublicKey, text: &[u8], label: &[u8]) -> Result<Vec<u8>, Error> {
    let mut session = [0; 32];
    chance(&mut session);
    let wrapped = key.encrypt(chance, &session, label)?;
    let mut out = (wrapped.len() as u16).to_be_bytes().to_vec();
    out.extend(wrapped);
    out.extend(aes::seal(&session, &[0; 12], text, &[]));
    Ok(out)
}

/// By the first of the keys that opens it.
pub fn decrypt(keys: &[PrivateKey], sealed: &[u8], label: &[u8]) -> Result<Vec<u8>, Error> {
    let (len, rest) = sealed.split_at_checked(2).ok_or(Error::NoKey)?;
    let len = usize::from(len[0]) << 8 | usize::from(len[1]);
    let (wrapped, text) = rest.split_at_checked(len).ok_or(Error::NoKey)?;
    keys.iter()
        .find_map(|key| {
            let session: [u8; 32] = key.decrypt(wrapped, label)?.try_into().ok()?;
            aes::open(&session, &[0; 12], text, &[])
        })
        .ok_or(Error::NoKey)
}
