//! Whole numbers of any size, least limb first, and arithmetic modulo an odd one by Montgomery's way: all that RSA,
//! X25519 and Poly1305 need.
// Unlike crypto/rsa: time depends on the numbers. Nobody measures it in a simulated cluster.

use std::cmp::Ordering;

/// Limbs of 32 bits (a wasm machine multiplies no wider), the least first, without zeros at the top.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Big(pub Vec<u32>);

impl Big {
    pub fn small(value: u32) -> Self {
        Self(vec![value]).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    pub fn from_be(bytes: &[u8]) -> Self {
        let limb = |part: &[u8]| part.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        Self(bytes.rchunks(4).map(limb).collect()).trimmed()
    }

    pub fn from_le(bytes: &[u8]) -> Self {
        let turned: Vec<u8> = bytes.iter().rev().copied().collect();
        Self::from_be(&turned)
    }

    /// In `len` bytes; what does not fit is lost.
    pub fn to_be(&self, len: usize) -> Vec<u8> {
        let mut out = self.to_le(len);
        out.reverse();
        out
    }

    pub fn to_le(&self, len: usize) -> Vec<u8> {
        let mut out: Vec<u8> = self.0.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        out.resize(len, 0);
        out
    }

    pub fn bits(&self) -> usize {
        self.0.last().map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize)
    }

    pub fn bit(&self, at: usize) -> bool {
        self.0.get(at / 32).is_some_and(|limb| limb >> (at % 32) & 1 == 1)
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&self, other: &Self) -> Self {
        let mut out = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        let mut carry = 0_u64;
        for at in 0..self.0.len().max(other.0.len()) + 1 {
            let limb = |of: &Self| u64::from(of.0.get(at).copied().unwrap_or(0));
            carry += limb(self) + limb(other);
            out.push(carry as u32);
            carry >>= 32;
        }
        Self(out).trimmed()
    }

    /// `other` is not larger.
    pub fn sub(&self, other: &Self) -> Self {
        let mut out = self.clone();
        subtract(&mut out.0, &other.0);
        out.trimmed()
    }

    pub fn mul(&self, other: &Self) -> Self {
        let mut out = vec![0_u32; self.0.len() + other.0.len()];
        for (at, a) in self.0.iter().enumerate() {
            let mut carry = 0_u64;
            for (to, b) in other.0.iter().enumerate() {
                carry += u64::from(*a) * u64::from(*b) + u64::from(out[at + to]);
                out[at + to] = carry as u32;
                carry >>= 32;
            }
            out[at + other.0.len()] = carry as u32;
        }
        Self(out).trimmed()
    }

    /// Quotient and rest.
    pub fn div_small(&self, by: u32) -> (Self, u32) {
        let mut out = self.0.clone();
        let mut rest = 0_u64;
        for limb in out.iter_mut().rev() {
            rest = rest << 32 | u64::from(*limb);
            *limb = (rest / u64::from(by)) as u32;
            rest %= u64::from(by);
        }
        (Self(out).trimmed(), rest as u32)
    }

    /// The rest of a division, bit by bit: what is divided is never long.
    pub fn rem(&self, by: &Self) -> Self {
        let mut rest = vec![0_u32; by.0.len() + 1];
        for at in (0..self.bits()).rev() {
            double(&mut rest, self.bit(at));
            if compare(&rest, &by.0) != Ordering::Less {
                subtract(&mut rest, &by.0);
            }
        }
        Self(rest).trimmed()
    }

    pub fn shifted_right(&self, bits: usize) -> Self {
        let len = self.bits().saturating_sub(bits);
        let mut out = vec![0_u32; len.div_ceil(32)];
        for at in 0..len {
            if self.bit(at + bits) {
                out[at / 32] |= 1 << (at % 32);
            }
        }
        Self(out).trimmed()
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

fn compare(a: &[u32], b: &[u32]) -> Ordering {
    for at in (0..a.len().max(b.len())).rev() {
        let order = a.get(at).unwrap_or(&0).cmp(b.get(at).unwrap_or(&0));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn subtract(from: &mut [u32], what: &[u32]) {
    let mut borrow = 0_u64;
    for (at, limb) in from.iter_mut().enumerate() {
        let less = u64::from(what.get(at).copied().unwrap_or(0)) + borrow;
        borrow = u64::from(u64::from(*limb) < less);
        *limb = (u64::from(*limb).wrapping_sub(less)) as u32;
    }
}

fn double(limbs: &mut [u32], low: bool) {
    let mut carry = u32::from(low);
    for limb in limbs {
        let top = *limb >> 31;
        *limb = *limb << 1 | carry;
        carry = top;
    }
}

/// An odd modulus, ready to multiply by. Numbers given to it are below it.
#[derive(Debug, Clone)]
pub struct Modulus {
    pub n: Big,
    /// `-1/n` modulo 2³².
    inverse: u32,
    /// `R²`, which carries numbers into Montgomery's form.
    square: Vec<u32>,
}

impl Modulus {
    pub fn new(n: Big) -> Self {
        let low = n.0.first().copied().unwrap_or(1);
        let mut inverse = 1_u32;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2_u32.wrapping_sub(low.wrapping_mul(inverse)));
        }
        let len = n.0.len();
        let mut square = vec![0_u32; len + 1];
        square[0] = 1;
        for _ in 0..64 * len {
            double(&mut square, false);
            if compare(&square, &n.0) != Ordering::Less {
                subtract(&mut square, &n.0);
            }
        }
        square.truncate(len);
        Self { n, inverse: inverse.wrapping_neg(), square }
    }

    fn padded(&self, value: &Big) -> Vec<u32> {
        let mut limbs = value.0.clone();
        limbs.resize(self.n.0.len(), 0);
        limbs
    }

    /// `a·b/R`, into `out`, which has two limbs more than the modulus.
    fn times(&self, a: &[u32], b: &[u32], out: &mut [u32]) {
        let n = self.n.0.as_slice();
        let len = n.len();
        out.fill(0);
        for digit in &a[..len] {
            let digit = u64::from(*digit);
            let mut carry = 0_u64;
            for (to, b) in out[..len].iter_mut().zip(b) {
                carry += digit * u64::from(*b) + u64::from(*to);
                *to = carry as u32;
                carry >>= 32;
            }
            carry += u64::from(out[len]);
            out[len] = carry as u32;
            out[len + 1] = (carry >> 32) as u32;
            let digit = u64::from(out[0].wrapping_mul(self.inverse));
            let mut carry = (digit * u64::from(n[0]) + u64::from(out[0])) >> 32;
            for to in 1..len {
                carry += digit * u64::from(n[to]) + u64::from(out[to]);
                out[to - 1] = carry as u32;
                carry >>= 32;
            }
            carry += u64::from(out[len]);
            out[len - 1] = carry as u32;
            out[len] = out[len + 1].wrapping_add((carry >> 32) as u32);
        }
        out[len + 1] = 0;
        if compare(out, n) != Ordering::Less {
            subtract(out, n);
        }
    }

    /// `a·b/R`: with `b` in Montgomery's form simply the product.
    pub fn product(&self, a: &Big, b: &Big) -> Big {
        let mut out = vec![0; self.n.0.len() + 2];
        self.times(&self.padded(a), &self.padded(b), &mut out);
        Big(out).trimmed()
    }

    pub fn enter(&self, a: &Big) -> Big {
        self.product(a, &Big(self.square.clone()))
    }

    pub fn leave(&self, a: &Big) -> Big {
        self.product(a, &Big::small(1))
    }

    pub fn plus(&self, a: &Big, b: &Big) -> Big {
        let sum = a.add(b);
        if sum >= self.n { sum.sub(&self.n) } else { sum }
    }

    pub fn minus(&self, a: &Big, b: &Big) -> Big {
        if a >= b { a.sub(b) } else { a.add(&self.n).sub(b) }
    }

    /// `base` to the power of `exponent`; four bits of it at a time.
    pub fn power(&self, base: &Big, exponent: &Big) -> Big {
        let len = self.n.0.len();
        let base = self.padded(&self.enter(base));
        let mut table = vec![self.padded(&self.enter(&Big::small(1)))];
        let mut scratch = vec![0_u32; len + 2];
        for at in 1..16 {
            self.times(&table[at - 1], &base, &mut scratch);
            table.push(scratch[..len].to_vec());
        }
        let mut result = table[0].clone();
        for window in (0..exponent.bits().div_ceil(4)).rev() {
            for _ in 0..4 {
                self.times(&result, &result, &mut scratch);
                result.copy_from_slice(&scratch[..len]);
            }
            let digit = (0..4).fold(0, |sum, bit| sum | usize::from(exponent.bit(window * 4 + bit)) << bit);
            if digit > 0 {
                self.times(&result, &table[digit], &mut scratch);
                result.copy_from_slice(&scratch[..len]);
            }
        }
        self.leave(&Big(result).trimmed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_school() {
        let n = Modulus::new(Big::small(1_000_003));
        for (base, exponent) in [(2_u32, 10_u32), (999, 65_537), (1_000_002, 3), (5, 0)] {
            let mut expect = 1_u64;
            for _ in 0..exponent {
                expect = expect * u64::from(base) % 1_000_003;
            }
            assert_eq!(n.power(&Big::small(base), &Big::small(exponent)), Big::small(expect as u32));
        }
    }

    #[test]
    fn a_product_divided_gives_its_rest() {
        let a = Big::from_be(&[0xff; 40]);
        let b = Big::from_be(&[0xab; 23]);
        let sum = a.mul(&b).add(&Big::small(77));
        assert_eq!(sum.rem(&b), Big::small(77));
        assert_eq!(sum.sub(&Big::small(77)).rem(&a), Big::default());
        assert_eq!(a.shifted_right(3).bits(), 317);
    }
}
