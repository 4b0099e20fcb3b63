//! age: the published vectors, and the real `age` where it is installed.

#![allow(clippy::unwrap_used)]

use seal::{Error, age, chacha, x25519};
use std::io::Write as _;
use std::process::{Command, Stdio};

fn chance() -> impl FnMut(&mut [u8]) {
    let mut state = 3_u64;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap()).collect()
}

/// RFC 7748, section 5.2: once and a thousand times.
#[test]
fn x25519_is_that_of_the_rfc() {
    let key = |text: &str| -> [u8; 32] { hex(text).try_into().unwrap() };
    let mut k = x25519::BASE;
    let mut u = x25519::BASE;
    for round in 0..1000 {
        let next = x25519::x25519(&k, &u);
        (u, k) = (k, next);
        if round == 0 {
            assert_eq!(k, key("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
        }
    }
    assert_eq!(k, key("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
}

#[test]
fn what_is_encrypted_opens_for_each_recipient_and_nobody_else() {
    let mut chance = chance();
    let keys: Vec<_> = (0..3).map(|_| age::generate(&mut chance)).collect();
    let to: Vec<_> = keys[..2].iter().map(age::recipient_of).collect();
    for len in [0, 1, 65_535, 65_536, 65_537, 200_000] {
        let text = vec![b'x'; len];
        let file = age::encrypt(&mut chance, &to, &text);
        for key in &keys[..2] {
            assert_eq!(age::decrypt(&[*key], &file).as_ref(), Ok(&text));
        }
        assert_eq!(age::decrypt(&keys[2..], age::armor(&file).as_bytes()), Err(Error::NoIdentity));
        let mut broken = file.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(age::decrypt(&keys, &broken), Err(Error::Piece));
    }
    assert_eq!(age::read_identity(&age::write_identity(&keys[0])), Some(keys[0]));
    assert_eq!(age::read_recipient(&age::write_recipient(&to[0])), Some(to[0]));
    assert_eq!(age::read_recipient("age1qqqq"), None);
}

/// Additional data is none in age; the key stream and tag are the RFC's (8439, appendix A.5 has data: so by round trip and age).
#[test]
fn a_changed_byte_is_refused() {
    let sealed = chacha::seal(&[7; 32], &[1; 12], b"hello");
    assert_eq!(chacha::open(&[7; 32], &[1; 12], &sealed).unwrap(), b"hello");
    for at in 0..sealed.len() {
        let mut bad = sealed.clone();
        bad[at] ^= 0x10;
        assert_eq!(chacha::open(&[7; 32], &[1; 12], &bad), None);
    }
}

#[test]
fn the_real_age_agrees() {
    let run = |arguments: &[&str], input: &[u8]| {
        let mut child = match Command::new("age").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => {
                eprintln!("age: not compared, it is not here ({error})");
                return None;
            }
        };
        child.stdin.take().unwrap().write_all(input).unwrap();
        Some(child.wait_with_output().unwrap().stdout)
    };
    let mut chance = chance();
    let key = age::generate(&mut chance);
    let to = age::write_recipient(&age::recipient_of(&key));
    let path = std::env::temp_dir().join(format!("age-{}.txt", std::process::id()));
    std::fs::write(&path, age::write_identity(&key) + "\n").unwrap();
    let text = b"PAYMENTS_KEY=sk_live_1\n".repeat(5000);
    let Some(theirs) = run(&["-a", "-r", &to], &text) else { return };
    assert_eq!(age::decrypt(&[key], &theirs).unwrap(), text);
    for ours in [
        age::encrypt(&mut chance, &[age::recipient_of(&key)], &text),
        age::armor(&age::encrypt(&mut chance, &[age::recipient_of(&key)], &text)).into_bytes(),
    ] {
        assert_eq!(run(&["-d", "-i", path.to_str().unwrap()], &ours).unwrap(), text);
    }
    std::fs::remove_file(&path).unwrap();
}
