//! How a build speaks: BuildKit's plain progress (`util/progress/progressui`), sizes and times.

use std::time::Duration;

/// `12.34MB`: BuildKit's way to write a size.
pub(crate) fn fixed(bytes: u64) -> String {
    let (unit, name) = unit(bytes);
    if unit == 1 {
        return [&bytes.to_string(), "B"].concat();
    }
    let hundredths = (u128::from(bytes) * 100 + u128::from(unit) / 2) / u128::from(unit);
    [&(hundredths / 100).to_string(), ".", &two(hundredths % 100), name].concat()
}

fn two(number: u128) -> String {
    if number < 10 { ["0", &number.to_string()].concat() } else { number.to_string() }
}

fn unit(bytes: u64) -> (u64, &'static str) {
    match bytes {
        0..1_000 => (1, "B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    }
}

/// `8.31MB`, `161MB`: a size with so many digits that count, as the Docker CLI writes it (`docker/go-units`).
#[inline(never)]
pub fn size_words(bytes: u64, digits: u32) -> String {
    let (unit, name) = unit(bytes);
    let whole = bytes / unit;
    let places = digits.saturating_sub(whole.to_string().len() as u32);
    let scale = 10_u64.pow(places);
    let scaled = (u128::from(bytes) * u128::from(scale) + u128::from(unit) / 2) / u128::from(unit);
    let scaled = u64::try_from(scaled).unwrap_or(u64::MAX);
    if scaled / scale >= 1_000 && unit < 1_000_000_000 && unit > 0 {
        return size_words(unit * 1_000, digits);
    }
    let mut fraction = String::new();
    if places > 0 {
        let rest = (scaled % scale + scale).to_string();
        fraction = [".", &rest[1..]].concat();
        fraction = fraction.trim_end_matches('0').trim_end_matches('.').to_string();
    }
    [&(scaled / scale).to_string(), &fraction, name].concat()
}

/// `0.3s`
pub fn duration(took: Duration) -> String {
    let tenths = (took.as_millis() + 50) / 100;
    [&(tenths / 10).to_string(), ".", &(tenths % 10).to_string(), "s"].concat()
}

/// `0.324`
pub(crate) fn millis(took: Duration) -> String {
    let ms = took.as_millis();
    let rest = (ms % 1_000 + 1_000).to_string();
    [&(ms / 1_000).to_string(), ".", &rest[1..]].concat()
}

/// `CMD ["node" "server.js"]`, as history shows it.
pub(crate) fn list(word: &str, items: &[String]) -> String {
    let mut out = [word, " ["].concat();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(&["\"", &item.replace('\\', "\\\\").replace('"', "\\\""), "\""].concat());
    }
    out.push(']');
    out
}
