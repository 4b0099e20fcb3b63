//! Amounts of resources: `250m`, `1.5`, `128Mi`, `1e3`. Held in thousandths, so that the scheduler adds whole numbers.

/// An amount in thousandths of its unit (millicores; thousandths of a byte).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(pub i128);

/// What the API server says of a text that is no quantity.
pub const QUANTITY_FORM: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

impl Quantity {
    /// Reads a quantity; a fraction below a thousandth rounds up, as in apimachinery.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (negative, number) = match number.as_bytes().first()? {
            b'-' => (true, &number[1..]),
            b'+' => (false, &number[1..]),
            _ => (false, number),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.len() > 30 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (numerator, denominator) = scale(suffix)?;
        let places = u32::try_from(fraction.len()).ok()?;
        let below = 10_i128.checked_pow(places)?.checked_mul(denominator)?;
        let above = digits.parse::<i128>().ok()?.checked_mul(numerator)?.checked_mul(1_000)?;
        let amount = (above + below - 1) / below;
        Some(Self(if negative { -amount } else { amount }))
    }

    /// Thousandths, as processors are counted.
    pub fn milli(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    /// Whole units, rounded up: bytes, pods.
    pub fn units(self) -> i64 {
        i64::try_from((self.0 + 999).div_euclid(1_000)).unwrap_or(i64::MAX)
    }
}

/// The factor of a suffix, as a fraction.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(power) = BINARY.iter().position(|name| *name == suffix) {
        return Some((1_i128 << (10 * (power + 1)), 1));
    }
    let thousands = |power: u32| 1_000_i128.pow(power);
    match suffix {
        "" => Some((1, 1)),
        "n" => Some((1, thousands(3))),
        "u" => Some((1, thousands(2))),
        "m" => Some((1, 1_000)),
        "k" => Some((thousands(1), 1)),
        "M" => Some((thousands(2), 1)),
        "G" => Some((thousands(3), 1)),
        "T" => Some((thousands(4), 1)),
        "P" => Some((thousands(5), 1)),
        "E" => Some((thousands(6), 1)),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128.checked_pow(exponent.unsigned_abs()).filter(|_| exponent.abs() <= 18)?;
            Some(if exponent < 0 { (1, power) } else { (power, 1) })
        }
    }
}

/// The canonical text of an amount in the style of `text` (`0.5` becomes `500m`, `1024Mi` becomes `1Gi`); `None` if it is none.
pub fn canonical(text: &str) -> Option<String> {
    let amount = Quantity::parse(text)?.0;
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))).unwrap_or(text.len());
    let suffix = &text[end..];
    if suffix.ends_with('i') && amount % 1_000 == 0 {
        return Some(binary(amount / 1_000));
    }
    if amount == 0 {
        return Some("0".into());
    }
    if suffix.starts_with(['e', 'E']) && suffix.len() > 1 {
        return Some(exponent(amount));
    }
    if amount % 1_000 != 0 {
        return Some(format!("{amount}m"));
    }
    let (mut units, mut power) = (amount / 1_000, 0);
    while units % 1_000 == 0 && power < 6 {
        units /= 1_000;
        power += 1;
    }
    Some(format!("{units}{}", ["", "k", "M", "G", "T", "P", "E"][power]))
}

/// The text of an amount of bytes: `100Mi`, `1536`.
pub(crate) fn binary(mut units: i128) -> String {
    let mut power = 0;
    while units != 0 && units % 1_024 == 0 && power < 6 {
        units /= 1_024;
        power += 1;
    }
    format!("{units}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power])
}

fn exponent(amount: i128) -> String {
    let (mut units, mut power) = (amount, -3_i32);
    while units % 1_000 == 0 && power < 18 {
        units /= 1_000;
        power += 3;
    }
    if power == 0 { units.to_string() } else { format!("{units}e{power}") }
}
