//! Secrets in Git: values that only a cluster opens (Sealed Secrets), files that only a key opens (age, SOPS), and the
//! search for what should not be there (gitleaks' rules).
//!
//! Bytes in, bytes out: chance is handed in, and nothing here knows a file, a clock or a cluster.

pub mod aes;
pub mod age;
pub mod base64;
pub mod bech32;
pub mod big;
pub mod cert;
pub mod chacha;
pub mod der;
pub mod hybrid;
pub mod leaks;
pub mod rsa;
pub mod sops;
pub mod x25519;

/// Fills bytes by chance.
pub type Chance<'c> = &'c mut dyn FnMut(&mut [u8]);

/// Words are those of sealed-secrets and of age 1.2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("crypto/rsa: message too long for RSA key size")]
    TooLong,
    #[error("no key could decrypt secret")]
    NoKey,
    #[error("failed to read header: parsing age header: failed to read intro: unexpected intro")]
    NotAge,
    #[error("failed to read header: parsing age header: malformed header")]
    Header,
    #[error("bad header MAC")]
    Mac,
    #[error("failed to read nonce: unexpected EOF")]
    Cut,
    #[error("failed to decrypt and authenticate payload chunk")]
    Piece,
    #[error("no identity matched any of the recipients")]
    NoIdentity,
    #[error("identity did not match any of the recipients: incorrect passphrase")]
    Passphrase,
    #[error("invalid armor")]
    Armor,
}
