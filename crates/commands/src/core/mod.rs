//! The core tools, with GNU coreutils' words.

mod awk;
mod cat;
mod chmod;
mod cp;
mod curl;
mod curl_options;
mod curl_url;
mod cut;
mod date;
mod date_parse;
mod digest;
mod env;
mod find;
mod find_expr;
mod grep;
mod head;
mod input;
mod lines;
mod ls;
mod mkdir;
mod mv;
mod not_here;
mod panic;
mod ranges;
mod rev;
mod rm;
mod run_list;
mod sed;
mod sed_run;
mod sed_script;
mod seq;
mod sleep;
mod small;
mod sort;
mod sort_key;
mod sums;
mod tee;
mod touch;
mod tr;
mod uniq;
mod wc;
mod xargs;

use world::Program;

pub(crate) fn programs() -> Vec<Program> {
    let mut all = vec![
        Program::once("awk", awk::main),
        Program::once("mawk", awk::main),
        Program::once("chmod", chmod::main),
        Program::once("cp", cp::main),
        Program::once("cut", cut::main),
        Program::once("date", date::main),
        Program::once("seq", seq::main),
        Program::once("sort", sort::main),
        Program::once("tr", tr::main),
        Program::once("uniq", uniq::main),
        Program::steps::<env::Env>("env"),
        Program::steps::<env::Timeout>("timeout"),
        Program::steps::<find::Find>("find"),
        Program::steps::<tee::Tee>("tee"),
        Program::steps::<xargs::Xargs>("xargs"),
        Program::once("curl", curl::main),
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
    all.extend(lines::programs());
    all.extend(small::programs());
    all.extend(sums::programs());
    all.extend(not_here::programs());
    all
}
