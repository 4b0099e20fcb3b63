//! `%5.2f` and its like, as C's printf: for the shell's `printf`, and for awk's.

/// What stands between `%` and the conversion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spec {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub zero: bool,
    pub alternate: bool,
    pub width: usize,
    pub precision: Option<usize>,
    pub conversion: char,
}

/// No field is wider than this.
const WIDTH_MAX: usize = 10_000;

/// Reads a specification behind its `%`, with `*` taken from `star`; how many characters it has.
pub fn read(text: &[char], star: &mut dyn FnMut() -> i64) -> (Spec, usize) {
    let mut spec = Spec::default();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        match c {
            '-' => spec.left = true,
            '+' => spec.plus = true,
            ' ' => spec.space = true,
            '0' => spec.zero = true,
            '#' => spec.alternate = true,
            '\'' => {}
            _ => break,
        }
        at += 1;
    }
    let mut number = |at: &mut usize| -> i64 {
        if text.get(*at) == Some(&'*') {
            *at += 1;
            return star();
        }
        let mut value = 0_i64;
        while let Some(digit) = text.get(*at).and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(i64::from(digit));
            *at += 1;
        }
        value
    };
    let width = number(&mut at);
    spec.left |= width < 0;
    spec.width = usize::try_from(width.unsigned_abs()).unwrap_or(0).min(WIDTH_MAX);
    if text.get(at) == Some(&'.') {
        at += 1;
        let precision = number(&mut at);
        spec.precision = usize::try_from(precision).ok().map(|n| n.min(WIDTH_MAX));
    }
    while matches!(text.get(at), Some('h' | 'l' | 'L' | 'j' | 'z' | 't')) {
        at += 1;
    }
    if let Some(c) = text.get(at) {
        spec.conversion = *c;
        at += 1;
    }
    (spec, at)
}

impl Spec {
    /// Brings a text to the width.
    pub fn pad(&self, text: &str) -> String {
        let fill = " ".repeat(self.width.saturating_sub(text.chars().count()));
        if self.left { text.to_string() + &fill } else { fill + text }
    }

    pub fn text(&self, text: &str) -> String {
        match self.precision {
            Some(count) => self.pad(&text.chars().take(count).collect::<String>()),
            None => self.pad(text),
        }
    }

    fn number(&self, sign: &str, digits: &str, zeros: bool) -> String {
        let length = sign.len() + digits.len();
        if zeros && self.zero && !self.left && length < self.width {
            return format!("{sign}{}{digits}", "0".repeat(self.width - length));
        }
        self.pad(&format!("{sign}{digits}"))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        }
    }

    /// `d i u o x X`.
    pub fn integer(&self, value: i64) -> String {
        let signed = matches!(self.conversion, 'd' | 'i');
        #[expect(clippy::cast_sign_loss, reason = "unsigned conversions show the bits")]
        let bits = value as u64;
        let (sign, mut digits) = match self.conversion {
            'o' => ("", format!("{bits:o}")),
            'x' => ("", format!("{bits:x}")),
            'X' => ("", format!("{bits:X}")),
            'u' => ("", bits.to_string()),
            _ => (self.sign(value < 0), value.unsigned_abs().to_string()),
        };
        if let Some(least) = self.precision {
            if least == 0 && value == 0 {
                digits.clear();
            }
            digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
        }
        let sign = match (self.alternate && value != 0, self.conversion) {
            (true, 'x') => "0x",
            (true, 'X') => "0X",
            (true, 'o') if !digits.starts_with('0') => "0",
            _ => sign,
        };
        self.number(sign, &digits, self.precision.is_none() || !signed && self.precision.is_none())
    }

    /// `e E f F g G`.
    pub fn float(&self, value: f64) -> String {
        let upper = self.conversion.is_ascii_uppercase();
        let negative = value.is_sign_negative() && !value.is_nan();
        let size = value.abs();
        if !size.is_finite() {
            let word = if size.is_nan() { "nan" } else { "inf" };
            let word = if upper { word.to_uppercase() } else { word.into() };
            return self.pad(&(self.sign(negative).to_string() + &word));
        }
        let precision = self.precision.unwrap_or(6);
        let digits = match self.conversion.to_ascii_lowercase() {
            'f' => format!("{size:.precision$}"),
            'e' => exponent(size, precision),
            _ => self.general(size, precision.max(1)),
        };
        let digits = if upper { digits.to_uppercase() } else { digits };
        self.number(self.sign(negative), &digits, true)
    }

    fn general(&self, size: f64, precision: usize) -> String {
        let rounded = exponent(size, precision - 1);
        let power: i64 = rounded.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
        let scientific = power < -4 || power >= i64::try_from(precision).unwrap_or(i64::MAX);
        let text = if scientific {
            rounded
        } else {
            let places = usize::try_from(i64::try_from(precision).unwrap_or(0) - 1 - power).unwrap_or(0);
            format!("{size:.places$}")
        };
        if self.alternate {
            return text;
        }
        let (mantissa, tail) = text.split_once('e').map_or((text.as_str(), None), |(m, e)| (m, Some(e)));
        let short =
            if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
        tail.map_or(short.to_string(), |tail| format!("{short}e{tail}"))
    }
}

/// C's `%e`: at least two digits of exponent, with a sign.
fn exponent(size: f64, precision: usize) -> String {
    let text = format!("{size:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{mantissa}e{sign}{power:0>2}")
}
