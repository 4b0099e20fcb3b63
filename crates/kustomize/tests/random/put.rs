//! Lines put into a text, which takes all.

macro_rules! putln {
    ($out:expr, $($rest:tt)*) => { writeln!($out, $($rest)*).expect("a text takes all") };
}
