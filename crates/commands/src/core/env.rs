//! `env`: prints the environment. Running a command in a changed one is what bash's `NAME=value command` does.

use world::Cx;

pub(crate) fn main(cx: &mut Cx<'_>) -> i32 {
    if let Some(arg) = cx.args().first() {
        cx.err(format!("env: running a command ('{arg}') is real env, but not part of this sandbox yet\n"));
        return 125;
    }
    let text: String = cx.env_all().iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    cx.out(text);
    0
}
