//! Keys, certificates and sealed values, compared with openssl and Python's `cryptography`.

#![allow(clippy::unwrap_used)]

use seal::hybrid::{self, Scope};
use seal::rsa::PrivateKey;
use seal::{Error, cert, der};
use std::process::Command;

fn chance(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

#[test]
fn what_is_sealed_opens_under_its_label_only() {
    let mut chance = chance(7);
    let key = PrivateKey::generate(&mut chance, 2048);
    let old = PrivateKey::generate(&mut chance, 1024);
    let label = Scope::Strict.label("shop", "db");
    let sealed = hybrid::encrypt(&mut chance, &key.public, b"hunter2", label.as_bytes()).unwrap();
    assert_eq!(sealed[..2], [1, 0]);
    assert_eq!(sealed.len(), 2 + 256 + 7 + 16);
    let keys = [old, key.clone()];
    assert_eq!(hybrid::decrypt(&keys, &sealed, label.as_bytes()).unwrap(), b"hunter2");
    assert_eq!(hybrid::decrypt(&keys, &sealed, b"shop/other"), Err(Error::NoKey));
    assert_eq!(hybrid::decrypt(&keys[..1], &sealed, label.as_bytes()), Err(Error::NoKey));
    assert_eq!(hybrid::decrypt(&keys, &sealed[..100], label.as_bytes()), Err(Error::NoKey));
    assert_eq!(PrivateKey::from_der(&key.to_der()), Some(key));
}

/// Python opens what we sealed, we open what it sealed; openssl verifies key and certificate.
#[test]
fn python_and_openssl_agree() {
    let folder = std::env::temp_dir().join(format!("seal-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut chance = chance(11);
    let key = PrivateKey::generate(&mut chance, 2048);
    let private = der::to_pem("RSA PRIVATE KEY", &key.to_der());
    let made = cert::make(&mut chance, &key, "20261127120000", "20361124120000");
    let read = cert::read(&made).unwrap();
    assert_eq!((read.key, read.until.as_str()), (key.public.clone(), "20361124120000Z"));
    std::fs::write(folder.join("key.pem"), &private).unwrap();
    std::fs::write(folder.join("cert.pem"), der::to_pem(cert::KIND, &made)).unwrap();
    let sealed = hybrid::encrypt(&mut chance, &key.public, b"s3cret\n", b"shop/db").unwrap();
    std::fs::write(folder.join("sealed"), &sealed).unwrap();
    let run =
        |program: &str, arguments: &[&str]| match Command::new(program).args(arguments).current_dir(&folder).output() {
            Ok(out) => {
                Some((out.status.success(), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned()))
            }
            Err(error) => {
                eprintln!("{program}: not compared, it is not here ({error})");
                None
            }
        };
    if let Some((ok, text)) = run("openssl", &["rsa", "-in", "key.pem", "-check", "-noout"]) {
        assert!(ok && text.contains("RSA key ok"), "{text}");
        let (_, text) = run("openssl", &["x509", "-in", "cert.pem", "-noout", "-text"]).unwrap();
        for part in ["Encipher Only", "CA:TRUE", "Nov 24 12:00:00 2036 GMT", "sha256WithRSAEncryption"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let (_, print) = run("sh", &["-c", "openssl x509 -in cert.pem -noout -pubkey > pub.pem; ssh-keygen -i -m PKCS8 -f pub.pem > pub.ssh && ssh-keygen -l -f pub.ssh"]).unwrap();
        if print.contains("SHA256:") {
            assert!(print.contains(&key.public.fingerprint()), "{print} {}", key.public.fingerprint());
        }
    }
    let script = "
import sys
from cryptography.hazmat.primitives import serialization, hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=b'shop/db')
key = serialization.load_pem_private_key(open('key.pem','rb').read(), None)
s = open('sealed','rb').read()
n = int.from_bytes(s[:2], 'big')
session = key.decrypt(s[2:2+n], oaep)
from cryptography import x509
cert = x509.load_pem_x509_certificate(open('cert.pem','rb').read())
cert.verify_directly_issued_by(cert)
sys.stdout.buffer.write(AESGCM(session).decrypt(bytes(12), s[2+n:], None))
k = AESGCM.generate_key(256)
w = key.public_key().encrypt(k, oaep)
open('theirs','wb').write(len(w).to_bytes(2,'big') + w + AESGCM(k).encrypt(bytes(12), b'from python', None))
";
    let (ok, text) = run("python3", &["-c", script]).unwrap_or_default();
    if text.contains("No module named") || text.is_empty() {
        eprintln!("python3 with cryptography: not compared, it is not here");
        return;
    }
    assert!(ok && text == "s3cret\n", "{text}");
    let theirs = std::fs::read(folder.join("theirs")).unwrap();
    assert_eq!(hybrid::decrypt(&[key], &theirs, b"shop/db").unwrap(), b"from python");
    std::fs::remove_dir_all(&folder).unwrap();
}
