//! The certificate that carries a controller's public key: X.509, signed by itself, as sealed-secrets makes it with Go's
//! `x509.CreateCertificate` (no name, a CA, key usage `encipherOnly`).

use crate::big::Big;
use crate::rsa::{PrivateKey, PublicKey};
use crate::{Chance, der};
use sha1::{Digest, Sha1};

/// What is read of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub key: PublicKey,
    /// `20261124120000Z`: when it was made.
    pub from: String,
    /// `20361124120000Z`: the moment after which it is good for nothing.
    pub until: String,
}

pub const KIND: &str = "CERTIFICATE";

/// Times are `20261127120000`.
pub fn make(chance: Chance, key: &PrivateKey, from: &str, until: &str) -> Vec<u8> {
    let mut serial = [0; 16];
    chance(&mut serial);
    let time = |at: &str| match at.strip_prefix("20").filter(|_| at < "2050") {
        Some(short) => der::value(0x17, format!("{short}Z").as_bytes()),
        None => der::value(0x18, format!("{at}Z").as_bytes()),
    };
    let signature = der::sequence(&[der::oid(der::SHA256_WITH_RSA), der::NULL.to_vec()]);
    let public = key.public.to_der();
    let bits = |bytes: &[u8]| der::value(3, &[&[0], bytes].concat());
    let subject_key = der::sequence(&[der::sequence(&[der::oid(der::RSA), der::NULL.to_vec()]), bits(&public)]);
    let yes = vec![1, 1, 0xff];
    let extension = |last: u8, critical: bool, content: &[u8]| {
        let critical = if critical { yes.clone() } else { Vec::new() };
        der::sequence(&[der::oid(&[0x55, 0x1d, last]), critical, der::value(4, content)])
    };
    let extensions = der::sequence(&[
        extension(15, true, &bits(&[1])),
        extension(19, true, &der::sequence(std::slice::from_ref(&yes))),
        extension(14, false, &der::value(4, &Sha1::digest(&public))),
    ]);
    let body = der::sequence(&[
        der::value(0xa0, &der::integer(&Big::small(2))),
        der::integer(&Big::from_be(&serial)),
        signature.clone(),
        der::sequence(&[]),
        der::sequence(&[time(from), time(until)]),
        der::sequence(&[]),
        subject_key,
        der::value(0xa3, &extensions),
    ]);
    let signed = bits(&key.sign(&body));
    der::sequence(&[body, signature, signed])
}

/// Nothing for what is no certificate of an RSA key.
pub fn read(bytes: &[u8]) -> Option<Certificate> {
    let mut body = der::Reader(bytes).inner(0x30)?.inner(0x30)?;
    body.take(0xa0);
    body.take(2)?;
    body.take(0x30)?;
    body.take(0x30)?;
    let mut times = body.inner(0x30)?;
    let mut time = || {
        let (tag, text) = times.any()?;
        let text = String::from_utf8_lossy(text);
        Some(if tag == 0x17 { format!("20{text}") } else { text.into_owned() })
    };
    let (from, until) = (time()?, time()?);
    body.take(0x30)?;
    let mut info = body.inner(0x30)?;
    if info.inner(0x30)?.take(6)? != der::RSA {
        return None;
    }
    let mut key = der::Reader(info.take(3)?.get(1..)?).inner(0x30)?;
    let (n, e) = (Big::from_be(key.take(2)?), Big::from_be(key.take(2)?));
    n.bit(0).then_some(Certificate { key: PublicKey { n, e }, from, until })
}
