//! Sparklines: a minute of values.

use super::tenths;
use yew::prelude::*;

/// The line lies between these heights of a box 28 high.
const TOP: f64 = 2.0;
const BOTTOM: f64 = 26.0;

/// `most` is what fills the height, if the values do not reach higher.
pub fn spark(values: &[f64], most: f64, state: &'static str, label: String) -> Html {
    let line = line(values, most);
    let area = format!("M0,28 L{line} L100,28Z");
    html! {
        <svg class="spark" data-s={state} role="img" aria-label={label} viewBox="0 0 100 28" preserveAspectRatio="none">
            if !line.is_empty() {
                <path class="area" d={area} />
                <path d={format!("M{line}")} />
            }
        </svg>
    }
}

fn line(values: &[f64], most: f64) -> String {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let most = finite.fold(most, f64::max);
    let step = 100.0 / (values.len().max(2) - 1) as f64;
    let mut line = String::new();
    for (at, value) in values.iter().enumerate() {
        let share = if value.is_finite() && most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (at as f64 * step, BOTTOM - share * (BOTTOM - TOP));
        let gap = if at == 0 { "" } else { " " };
        line.extend([gap, &tenths(x), ",", &tenths(y)]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_value_touches_the_top() {
        assert_eq!(line(&[0.0, 5.0, 10.0], 1.0), "0.0,26.0 50.0,14.0 100.0,2.0");
        assert_eq!(line(&[1.0, f64::NAN], 2.0), "0.0,14.0 100.0,26.0");
        assert_eq!(line(&[], 1.0), "");
    }
}
