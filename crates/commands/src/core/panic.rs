//! `opsfest-panic`: makes the worker panic, so that the browser journeys can prove that a crash loses nothing.
//!
//! It is no command of any real machine and does nothing else.

use world::Cx;

pub(crate) fn main(_: &mut Cx<'_>) -> i32 {
    panic!("asked for by opsfest-panic");
}
