//! RSA: keys of two primes, OAEP with SHA-256 as `crypto/rsa` does it, and the signature of a certificate.

use crate::big::{Big, Modulus};
use crate::der;
use crate::{Chance, Error};
use sha2::{Digest, Sha256};

/// Of the exponent that everybody uses.
const EXPONENT: u32 = 65_537;
/// Rounds of Miller and Rabin's test for a prime of this size (FIPS 186-5, table B.1, says 4 for 1,024 bits).
const ROUNDS: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub n: Big,
    pub e: Big,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateKey {
    pub public: PublicKey,
    d: Big,
    p: Big,
    q: Big,
}

impl PublicKey {
    /// Bytes of the modulus.
    pub fn size(&self) -> usize {
        self.n.bits().div_ceil(8)
    }

    fn raise(&self, block: &[u8]) -> Vec<u8> {
        Modulus::new(self.n.clone()).power(&Big::from_be(block), &self.e).to_be(self.size())
    }

    pub fn encrypt(&self, chance: Chance, message: &[u8], label: &[u8]) -> Result<Vec<u8>, Error> {
        let len = self.size();
        if message.len() + 66 > len {
            return Err(Error::TooLong);
        }
        let mut seed = [0; 32];
        chance(&mut seed);
        let mut data = Sha256::digest(label).to_vec();
        data.resize(len - 34 - message.len(), 0);
        data.push(1);
        data.extend_from_slice(message);
        mask(&mut data, &seed);
        mask(&mut seed, &data);
        Ok(self.raise(&[&[0], seed.as_slice(), &data].concat()))
    }

    /// As `BEGIN RSA PUBLIC KEY` holds it.
    pub fn to_der(&self) -> Vec<u8> {
        der::sequence(&[der::integer(&self.n), der::integer(&self.e)])
    }

    /// A key as SSH writes it, for a fingerprint.
    pub fn fingerprint(&self) -> String {
        let mut out = Vec::new();
        let number =
            |n: &Big| [&[0][..usize::from(n.bits().is_multiple_of(8))], &n.to_be(n.bits().div_ceil(8))].concat();
        for part in [b"ssh-rsa".to_vec(), number(&self.e), number(&self.n)] {
            out.extend((part.len() as u32).to_be_bytes());
            out.extend(part);
        }
        format!("SHA256:{}", crate::base64::encode(&Sha256::digest(&out)).trim_end_matches('='))
    }
}

impl PrivateKey {
    pub fn generate(chance: Chance, bits: usize) -> Self {
        let p = prime(chance, bits / 2);
        let q = prime(chance, bits - bits / 2);
        let one = Big::small(1);
        let phi = p.sub(&one).mul(&q.sub(&one));
        // d = (1 + k·φ)/e for the one k below e that leaves no rest: the primes are chosen so that there is one.
        let (_, rest) = phi.div_small(EXPONENT);
        let k = Modulus::new(Big::small(EXPONENT)).power(&Big::small(rest), &Big::small(EXPONENT - 2));
        let k = Big::small(EXPONENT).sub(&k);
        let (d, _) = phi.mul(&k).add(&one).div_small(EXPONENT);
        let (p, q) = if p > q { (p, q) } else { (q, p) };
        Self { public: PublicKey { n: p.mul(&q), e: Big::small(EXPONENT) }, d, p, q }
    }

    /// By both primes, as the Chinese do it.
    fn raise(&self, block: &[u8]) -> Vec<u8> {
        let value = Big::from_be(block);
        let part = |prime: &Big| {
            let exponent = self.d.rem(&prime.sub(&Big::small(1)));
            Modulus::new(prime.clone()).power(&value.rem(prime), &exponent)
        };
        let (a, b) = (part(&self.p), part(&self.q));
        let modulus = Modulus::new(self.p.clone());
        let inverse = self.inverse();
        let high = modulus.product(&modulus.minus(&a, &b.rem(&self.p)), &modulus.enter(&inverse));
        high.mul(&self.q).add(&b).to_be(self.public.size())
    }

    /// Of `q` modulo `p`.
    fn inverse(&self) -> Big {
        Modulus::new(self.p.clone()).power(&self.q.rem(&self.p), &self.p.sub(&Big::small(2)))
    }

    pub fn decrypt(&self, block: &[u8], label: &[u8]) -> Option<Vec<u8>> {
        if block.len() != self.public.size() || block.len() < 66 || Big::from_be(block) >= self.public.n {
            return None;
        }
        let block = self.raise(block);
        let (seed, data) = block[1..].split_at(32);
        let (mut seed, mut data) = (seed.to_vec(), data.to_vec());
        mask(&mut seed, &data);
        mask(&mut data, &seed);
        let rest = data.strip_prefix(Sha256::digest(label).as_slice())?;
        let at = rest.iter().position(|byte| *byte != 0)?;
        (block[0] == 0 && rest[at] == 1).then(|| rest[at + 1..].to_vec())
    }

    /// PKCS #1 v1.5 over SHA-256.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let len = self.public.size();
        let kind = der::sequence(&[der::oid(der::SHA256), der::NULL.to_vec()]);
        let hash = der::sequence(&[kind, der::value(4, &Sha256::digest(message))]);
        let mut block = vec![0xff; len];
        block[..2].copy_from_slice(&[0, 1]);
        block[len - hash.len() - 1] = 0;
        block[len - hash.len()..].copy_from_slice(&hash);
        self.raise(&block)
    }

    /// As `BEGIN RSA PRIVATE KEY` holds it (PKCS #1).
    pub fn to_der(&self) -> Vec<u8> {
        let one = Big::small(1);
        let (dp, dq) = (self.d.rem(&self.p.sub(&one)), self.d.rem(&self.q.sub(&one)));
        let numbers =
            [&Big::default(), &self.public.n, &self.public.e, &self.d, &self.p, &self.q, &dp, &dq, &self.inverse()];
        der::sequence(&numbers.map(der::integer))
    }

    pub fn from_der(bytes: &[u8]) -> Option<Self> {
        let mut all = der::Reader(bytes).inner(0x30)?;
        let numbers: Vec<Big> = std::iter::from_fn(|| all.take(2)).map(Big::from_be).collect();
        let [_, n, e, d, p, q, ..] = numbers.as_slice() else { return None };
        let whole = !p.is_zero() && !q.is_zero() && p.mul(q) == *n && n.bit(0);
        let public = PublicKey { n: n.clone(), e: e.clone() };
        whole.then(|| Self { public, d: d.clone(), p: p.clone(), q: q.clone() })
    }
}

/// MGF1 of a seed over the bytes.
fn mask(bytes: &mut [u8], seed: &[u8]) {
    for (count, part) in bytes.chunks_mut(32).enumerate() {
        let pad = Sha256::new().chain_update(seed).chain_update((count as u32).to_be_bytes()).finalize();
        for (byte, pad) in part.iter_mut().zip(pad) {
            *byte ^= pad;
        }
    }
}

/// A prime with its two highest bits set, one more than a multiple of the exponent never.
fn prime(chance: Chance, bits: usize) -> Big {
    let sieve = small_primes();
    let mut bytes = vec![0; bits / 8];
    loop {
        chance(&mut bytes);
        let last = bytes.len() - 1;
        bytes[0] |= 0xc0;
        bytes[last] |= 1;
        let base = Big::from_be(&bytes);
        let rests: Vec<u32> = sieve.iter().map(|prime| base.div_small(*prime).1).collect();
        // The next few thousand odd numbers: a prime is among them nearly always.
        for step in (0..1 << 14).step_by(2) {
            let hit = |(rest, prime): (&u32, &u32)| (rest + step) % prime == 0;
            if rests.iter().zip(&sieve).any(hit) {
                continue;
            }
            let candidate = base.add(&Big::small(step));
            if candidate.div_small(EXPONENT).1 != 1 && candidate.bits() == bits && is_prime(chance, &candidate) {
                return candidate;
            }
        }
    }
}

fn small_primes() -> Vec<u32> {
    let mut primes: Vec<u32> = vec![3];
    for number in (5..8192).step_by(2) {
        if primes.iter().take_while(|prime| **prime * **prime <= number).all(|prime| number % prime != 0) {
            primes.push(number);
        }
    }
    primes
}

fn is_prime(chance: Chance, n: &Big) -> bool {
    let one = Big::small(1);
    let less = n.sub(&one);
    let twos = (0..).find(|at| less.bit(*at)).unwrap_or(0);
    let odd = less.shifted_right(twos);
    let modulus = Modulus::new(n.clone());
    let mut base = Big::small(2);
    for _ in 0..ROUNDS {
        let mut x = modulus.power(&base, &odd);
        let mut rounds = 0;
        while x != one && x != less {
            rounds += 1;
            if rounds >= twos {
                return false;
            }
            x = modulus.power(&x, &Big::small(2));
        }
        if x == one && rounds > 0 {
            return false;
        }
        let mut bytes = [0; 32];
        chance(&mut bytes);
        base = Big::from_be(&bytes).add(&Big::small(2));
    }
    true
}
