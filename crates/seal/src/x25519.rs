//! X25519 (RFC 7748): a secret that two share who know each other's public halves.

use crate::big::{Big, Modulus};

/// The point that all public halves are multiples of.
pub const BASE: [u8; 32] = {
    let mut point = [0; 32];
    point[0] = 9;
    point
};

pub fn x25519(secret: &[u8; 32], point: &[u8; 32]) -> [u8; 32] {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    let field = Modulus::new(Big::from_le(&prime));
    let mut scalar = *secret;
    scalar[0] &= 248;
    scalar[31] = scalar[31] & 127 | 64;
    let scalar = Big::from_le(&scalar);
    let mut u = *point;
    u[31] &= 127;
    let u = field.enter(&Big::from_le(&u).rem(&field.n));
    let a24 = field.enter(&Big::small(121_665));
    let one = field.enter(&Big::small(1));
    let (mut x2, mut z2, mut x3, mut z3) = (one.clone(), Big::default(), u.clone(), one);
    let mut swapped = false;
    for at in (0..255).rev() {
        let bit = scalar.bit(at);
        if bit != swapped {
            std::mem::swap(&mut x2, &mut x3);
            std::mem::swap(&mut z2, &mut z3);
            swapped = bit;
        }
        let (a, b) = (field.plus(&x2, &z2), field.minus(&x2, &z2));
        let (aa, bb) = (field.product(&a, &a), field.product(&b, &b));
        let e = field.minus(&aa, &bb);
        let da = field.product(&field.minus(&x3, &z3), &a);
        let cb = field.product(&field.plus(&x3, &z3), &b);
        let (sum, less) = (field.plus(&da, &cb), field.minus(&da, &cb));
        x3 = field.product(&sum, &sum);
        z3 = field.product(&u, &field.product(&less, &less));
        x2 = field.product(&aa, &bb);
        z2 = field.product(&e, &field.plus(&aa, &field.product(&a24, &e)));
    }
    if swapped {
        (x2, z2) = (x3, z3);
    }
    let inverse = field.power(&field.leave(&z2), &field.n.sub(&Big::small(2)));
    let mut out = [0; 32];
    out.copy_from_slice(&field.product(&x2, &inverse).to_le(32));
    out
}
