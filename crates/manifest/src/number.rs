//! Numbers as Go's `encoding/json` and go-yaml print them.

/// The power of ten of a finite number's first digit.
fn decimal_exponent(x: f64) -> i32 {
    format!("{x:e}").rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

fn exponent_form(x: f64, width: usize) -> String {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text.as_str(), "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{mantissa}e{sign}{exponent:0>width$}")
}

/// As Go's `encoding/json` prints a float: no exponent between 1e-6 and 1e21.
pub fn float_text(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        return "null".into();
    }
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        return exponent_form(x, 1);
    }
    format!("{x}")
}

/// As go-yaml prints a float: `strconv.FormatFloat(x, 'g', -1, 64)`.
pub(crate) fn yaml_float(x: f64) -> String {
    if x.is_nan() {
        return ".nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "+.inf".into() } else { "-.inf".into() };
    }
    let exponent = decimal_exponent(x);
    if x != 0.0 && !(-4..6).contains(&exponent) {
        return exponent_form(x, 2);
    }
    format!("{x}")
}
