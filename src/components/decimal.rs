//! Numbers as text. The standard library's way to print a float is a tenth of the page's program.

/// The nearest whole number. What is no number, is 0.
pub fn whole(value: f64) -> String {
    rounded(value).to_string()
}

/// One digit behind the point.
pub fn tenths(value: f64) -> String {
    let tenths = rounded(value * 10.0);
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

fn rounded(value: f64) -> i64 {
    let half = if value < 0.0 { -0.5 } else { 0.5 };
    (value + half) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded() {
        assert_eq!([0.0, 0.49, 12.5, -3.6, f64::NAN].map(whole), ["0", "0", "13", "-4", "0"]);
        assert_eq!([0.0, 99.96, 1.25, -0.31, 26.0].map(tenths), ["0.0", "100.0", "1.3", "-0.3", "26.0"]);
    }
}
