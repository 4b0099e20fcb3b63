//! The core tools, with GNU coreutils' words.

mod cat;
mod cp;
mod curl;
mod curl_options;
mod curl_url;
mod env;
mod grep;
mod head;
mod input;
mod ls;
mod mkdir;
mod mv;
mod not_here;
mod panic;
mod rev;
mod rm;
mod sed;
mod sed_script;
mod sleep;
mod small;
mod touch;
mod wc;

use world::Program;

pub(crate) fn programs() -> Vec<Program> {
    let mut all = vec![
        Program::once("cp", cp::main),
        Program::once("curl", curl::main),
        Program::once("env", env::main),
        Program::once("ls", ls::main),
        Program::once("mkdir", mkdir::main),
        Program::once("mv", mv::main),
        Program::once("opsfest-panic", panic::main),
        Program::once("rm", rm::main),
        Program::once("rmdir", rm::rmdir),
        Program::once("sed", sed::main),
        Program::once("touch", touch::main),
        Program::once("wc", wc::main),
        Program::steps::<cat::Cat>("cat"),
        Program::steps::<grep::Grep>("grep"),
        Program::steps::<head::Head>("head"),
        Program::steps::<rev::Rev>("rev"),
        Program::steps::<sleep::Sleep>("sleep"),
        Program::once("tail", head::tail),
    ];
    all.extend(small::programs());
    all.extend(not_here::programs());
    all
}
