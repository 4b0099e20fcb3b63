//! Decimal numbers read exactly, as the standard library reads them, without its tables of powers: they are 10 kB of the
//! worker that no packer makes smaller. What cannot be told by two exact doubles is told by whole numbers of any length.

use std::cmp::Ordering;

/// More digits than this change nothing that a double can hold, as long as it is known that there are some.
const DIGITS_MAX: usize = 800;
/// Powers of ten up to this one are exact doubles.
const EXACT_POWER: i32 = 22;
/// Bits of a double's mantissa.
const MANTISSA: i32 = 53;
/// The exponent of the smallest double's last bit.
const LOWEST: i32 = -1074;
/// Bits of a quotient: the mantissa's, two more, and one or two for not knowing its size.
const QUOTIENT: i32 = MANTISSA + 5;

/// A number in decimal, with sign, point and exponent as in Rust; `None` where it is none. Too large gives infinity.
pub fn float_of(text: &str) -> Option<f64> {
    let (negative, rest) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let size = match rest {
        "inf" | "infinity" => f64::INFINITY,
        "nan" | "NaN" => f64::NAN,
        _ => Decimal::read(rest)?.double(),
    };
    Some(if negative { -size } else { size })
}

/// `digits` × 10^`exponent`.
struct Decimal {
    digits: Vec<u8>,
    exponent: i32,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (number, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], exponent_of(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let all = || whole.bytes().chain(part.bytes());
        if all().next().is_none() || !all().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut digits: Vec<u8> = all().map(|b| b - b'0').skip_while(|digit| *digit == 0).collect();
        let mut exponent = exponent - i32::try_from(part.len()).ok()?;
        if digits.len() > DIGITS_MAX {
            let cut = digits.split_off(DIGITS_MAX);
            exponent += i32::try_from(cut.len()).ok()?;
            if cut.iter().any(|digit| *digit > 0) {
                digits.push(1);
                exponent -= 1;
            }
        }
        Some(Self { digits, exponent })
    }

    fn double(&self) -> f64 {
        let size = i32::try_from(self.digits.len()).unwrap_or(i32::MAX).saturating_add(self.exponent);
        if self.digits.is_empty() || size < -330 {
            return 0.0;
        }
        if size > 310 {
            return f64::INFINITY;
        }
        self.quick().unwrap_or_else(|| self.exact())
    }

    /// Two exact doubles, multiplied or divided once, round once.
    fn quick(&self) -> Option<f64> {
        if self.digits.len() > 15 || self.exponent.abs() > EXACT_POWER {
            return None;
        }
        let digits = self.digits.iter().fold(0.0, |sum, digit| sum * 10.0 + f64::from(*digit));
        let power = (0..self.exponent.abs()).fold(1.0, |power, _| power * 10.0);
        Some(if self.exponent < 0 { digits / power } else { digits * power })
    }

    /// The quotient of two whole numbers, bit by bit, with two bits more than are kept.
    fn exact(&self) -> f64 {
        let mut above = Whole::default();
        self.digits.iter().for_each(|digit| above.times_plus(10, u32::from(*digit)));
        let mut below = Whole(vec![1]);
        let grows = if self.exponent < 0 { &mut below } else { &mut above };
        (0..self.exponent.abs()).for_each(|_| grows.times_plus(10, 0));
        let last = (above.bits() - below.bits() - MANTISSA - 2).max(LOWEST - 2);
        if last < 0 {
            above.shift(-last)
        } else {
            below.shift(last)
        }
        below.shift(QUOTIENT - 1);
        let mut quotient = 0_u64;
        for _ in 0..QUOTIENT {
            quotient <<= 1;
            if above.compare(&below) != Ordering::Less {
                above.subtract(&below);
                quotient |= 1;
            }
            below.halve();
        }
        rounded(quotient, last, !above.0.is_empty())
    }
}

fn exponent_of(text: &str) -> Option<i32> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Far beyond what a double holds, whatever the digits.
    let size = digits.bytes().fold(0_i32, |sum, b| (sum * 10 + i32::from(b - b'0')).min(100_000));
    Some(if negative { -size } else { size })
}

/// `quotient` × 2^`last`, and a little more if `inexact`, as the nearest double; ties go to the even one.
fn rounded(quotient: u64, last: i32, inexact: bool) -> f64 {
    let bits = 64 - quotient.leading_zeros().cast_signed();
    let dropped = (bits - MANTISSA).max(LOWEST - last);
    let low = quotient & ((1 << dropped) - 1);
    let half = 1_u64 << (dropped - 1);
    let mut kept = quotient >> dropped;
    if low > half || (low == half && (inexact || kept & 1 == 1)) {
        kept += 1;
    }
    let exponent = last + dropped;
    let first = exponent / 2;
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
    let kept = kept as f64;
    // In two steps, each of which is exact: the whole power may be too small or too large for a double.
    kept * power_of_two(first) * power_of_two(exponent - first)
}

fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(u64::from((1023 + exponent).cast_unsigned()) << 52)
}

/// A whole number of any length, its lowest part first, the highest not zero.
#[derive(Debug, Default)]
struct Whole(Vec<u32>);

impl Whole {
    fn times_plus(&mut self, factor: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for part in &mut self.0 {
            let sum = u64::from(*part) * u64::from(factor) + carry;
            *part = low(sum);
            carry = sum >> 32;
        }
        if carry > 0 {
            self.0.push(low(carry));
        }
    }

    fn bits(&self) -> i32 {
        let length = i32::try_from(self.0.len()).expect("a few thousand bits");
        self.0.last().map_or(0, |top| length * 32 - top.leading_zeros().cast_signed())
    }

    /// Times 2^`by`.
    fn shift(&mut self, by: i32) {
        (0..by % 32).for_each(|_| self.times_plus(2, 0));
        let parts = usize::try_from(by / 32).expect("shifts go up");
        self.0.splice(0..0, std::iter::repeat_n(0, parts));
    }

    fn halve(&mut self) {
        let mut carry = 0;
        for part in self.0.iter_mut().rev() {
            let next = *part << 31;
            *part = *part >> 1 | carry;
            carry = next;
        }
        self.trim();
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// `other` is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (part, less) in self.0.iter_mut().zip(others) {
            let (first, under) = part.overflowing_sub(less);
            let (second, again) = first.overflowing_sub(u32::from(borrow));
            *part = second;
            borrow = under || again;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
fn low(sum: u64) -> u32 {
    sum as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let (ours, theirs) = (float_of(text), text.parse::<f64>().ok());
        assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{text}: {ours:?}, not {theirs:?}");
    }

    #[test]
    fn it_reads_what_the_standard_library_reads() {
        for text in [
            "",
            ".",
            "-",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1x",
            "+-1",
            "0",
            "-0",
            "0.0",
            "1",
            "1.",
            ".5",
            "+7.25",
            "1e5",
            "1E-5",
            "inf",
            "-inf",
            "9007199254740993",
            "9007199254740992.5",
            "1e22",
            "1e23",
            "123456789012345678901234567890",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e309",
            "1e999999999999",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1e-400",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "0.1",
            "0.3",
            "8.41e21",
            "6631236846766476e-316",
            "0.000000000000000000000000000000000000000000001",
        ] {
            check(text);
        }
        check(&format!("1{}", "0".repeat(400)));
        check(&format!("0.{}1", "0".repeat(1_000)));
        check(&format!("9007199254740992.5{}1", "0".repeat(900)));
    }

    #[test]
    fn it_agrees_on_drawn_numbers() {
        let mut state = 7_u64;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state ^ state >> 29
        };
        for _ in 0..20_000 {
            let (bits, exponent) = (f64::from_bits(draw()), draw() % 700);
            if bits.is_finite() {
                check(&format!("{bits:e}"));
                check(&format!("{bits:.30e}"));
            }
            check(&format!("{}.{}e{}", draw() % 1_000_000, draw(), exponent.cast_signed() - 350));
        }
    }
}
