//! The functions: a row each. Letters stand for types: `s` scalar, `v` instant vector, `m` range vector, `t` string; what
//! stands behind `?` may be left out, `*` may come as often as one likes.

use crate::value::Kind;

#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: &'static str,
    args: &'static str,
    returns: u8,
    /// Only with `--enable-feature=promql-experimental-functions`.
    pub experimental: bool,
}

const fn f(name: &'static str, args: &'static str, returns: u8) -> Function {
    Function { name, args, returns, experimental: false }
}

/// An experimental one.
const fn x(name: &'static str, args: &'static str, returns: u8) -> Function {
    Function { name, args, returns, experimental: true }
}

/// In the order of their names.
const FUNCTIONS: &[Function] = &[
    f("abs", "v", b'v'),
    f("absent", "v", b'v'),
    f("absent_over_time", "m", b'v'),
    f("acos", "v", b'v'),
    f("acosh", "v", b'v'),
    f("asin", "v", b'v'),
    f("asinh", "v", b'v'),
    f("atan", "v", b'v'),
    f("atanh", "v", b'v'),
    f("avg_over_time", "m", b'v'),
    f("ceil", "v", b'v'),
    f("changes", "m", b'v'),
    f("clamp", "vss", b'v'),
    f("clamp_max", "vs", b'v'),
    f("clamp_min", "vs", b'v'),
    f("cos", "v", b'v'),
    f("cosh", "v", b'v'),
    f("count_over_time", "m", b'v'),
    f("day_of_month", "?v", b'v'),
    f("day_of_week", "?v", b'v'),
    f("day_of_year", "?v", b'v'),
    f("days_in_month", "?v", b'v'),
    f("deg", "v", b'v'),
    f("delta", "m", b'v'),
    f("deriv", "m", b'v'),
    x("double_exponential_smoothing", "mss", b'v'),
    x("end", "", b's'),
    f("exp", "v", b'v'),
    f("first_over_time", "m", b'v'),
    f("floor", "v", b'v'),
    f("histogram_fraction", "ssv", b'v'),
    f("histogram_quantile", "sv", b'v'),
    x("histogram_quantiles", "vts?sssssssss", b'v'),
    f("hour", "?v", b'v'),
    f("idelta", "m", b'v'),
    f("increase", "m", b'v'),
    x("info", "v?v", b'v'),
    f("irate", "m", b'v'),
    f("label_join", "vtt*t", b'v'),
    f("label_replace", "vtttt", b'v'),
    f("last_over_time", "m", b'v'),
    f("ln", "v", b'v'),
    f("log10", "v", b'v'),
    f("log2", "v", b'v'),
    x("mad_over_time", "m", b'v'),
    x("max_of", "ss", b's'),
    f("max_over_time", "m", b'v'),
    x("min_of", "ss", b's'),
    f("min_over_time", "m", b'v'),
    f("minute", "?v", b'v'),
    f("month", "?v", b'v'),
    f("pi", "", b's'),
    f("predict_linear", "ms", b'v'),
    f("present_over_time", "m", b'v'),
    f("quantile_over_time", "sm", b'v'),
    f("rad", "v", b'v'),
    x("range", "", b's'),
    f("rate", "m", b'v'),
    f("resets", "m", b'v'),
    f("round", "v?s", b'v'),
    f("scalar", "v", b's'),
    f("sgn", "v", b'v'),
    f("sin", "v", b'v'),
    f("sinh", "v", b'v'),
    f("sort", "v", b'v'),
    x("sort_by_label", "v*t", b'v'),
    x("sort_by_label_desc", "v*t", b'v'),
    f("sort_desc", "v", b'v'),
    f("sqrt", "v", b'v'),
    x("start", "", b's'),
    x("start_timestamp", "v", b'v'),
    f("stddev_over_time", "m", b'v'),
    f("stdvar_over_time", "m", b'v'),
    x("step", "", b's'),
    f("sum_over_time", "m", b'v'),
    f("tan", "v", b'v'),
    f("tanh", "v", b'v'),
    f("time", "", b's'),
    f("timestamp", "v", b'v'),
    x("ts_of_first_over_time", "m", b'v'),
    x("ts_of_last_over_time", "m", b'v'),
    x("ts_of_max_over_time", "m", b'v'),
    x("ts_of_min_over_time", "m", b'v'),
    f("vector", "s", b'v'),
    f("year", "?v", b'v'),
];

/// Functions of native histograms, which are not here.
pub(crate) const REAL: &str = "histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum";

pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

fn kind(letter: u8) -> Kind {
    match letter {
        b's' => Kind::Scalar,
        b'v' => Kind::Vector,
        b'm' => Kind::Matrix,
        _ => Kind::Text,
    }
}

impl Function {
    pub fn returns(&self) -> Kind {
        kind(self.returns)
    }

    /// How many arguments it takes at least and at most.
    pub fn arity(&self) -> (usize, usize) {
        let letters = self.args.bytes().filter(u8::is_ascii_alphabetic).count();
        let least = self.args.find(['?', '*']).unwrap_or(letters);
        (least, if self.args.contains('*') { usize::MAX } else { letters })
    }

    pub fn arg(&self, at: usize) -> Kind {
        let mut letters = self.args.bytes().filter(u8::is_ascii_alphabetic);
        let last = letters.clone().next_back();
        kind(letters.nth(at).or(last).unwrap_or(b't'))
    }
}
