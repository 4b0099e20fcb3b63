//! Numbers as Go writes them.

/// What is no number of digits.
fn special(x: f64) -> Option<&'static str> {
    match x {
        _ if x.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// `strconv.FormatFloat(x, 'f', -1, 64)`
pub fn number_text(x: f64) -> String {
    special(x).map_or_else(|| x.to_string(), String::from)
}

/// `%f`
pub(crate) fn fixed(x: f64) -> String {
    special(x).map_or_else(|| format!("{x:.6}"), String::from)
}

/// `strconv.FormatFloat(x, 'g', -1, 64)`, whose exponents have two digits and begin at a million and below a ten-thousandth.
pub(crate) fn short(x: f64) -> String {
    let exact = format!("{x:e}");
    let Some((digits, Ok(exponent))) = exact.split_once('e').map(|(digits, at)| (digits, at.parse::<i32>())) else {
        return number_text(x);
    };
    if (-4..6).contains(&exponent) {
        return x.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// As labels of quantiles are written (`labels.FormatOpenMetricsFloat`): never without a point or an exponent.
pub(crate) fn open_metrics(x: f64) -> String {
    let mut text = short(x);
    if special(x).is_none() && !text.contains(['e', '.']) {
        text.push_str(".0");
    }
    text
}
