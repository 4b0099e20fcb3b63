//! The core tools, with GNU coreutils' words.

mod awk;
mod cat;
mod chmod;
mod columns;
mod cp;
mod curl;
mod curl_options;
mod curl_url;
mod cut;
mod date;
mod date_parse;
mod diff;
mod diff_lines;
mod digest;
mod editor;
mod env;
mod expr;
mod file;
mod find;
mod find_expr;
mod find_parse;
mod grep;
mod grep_lines;
mod gzip;
mod head;
mod input;
mod less;
mod lines;
mod links;
mod ls;
mod man;
mod mkdir;
mod mv;
mod not_here;
mod od;
mod panic;
mod ps;
mod ranges;
mod rev;
mod rm;
mod run_list;
mod sed;
mod sed_address;
mod sed_run;
mod sed_script;
mod sed_substitute;
mod seq;
mod sleep;
mod small;
mod sort;
mod sort_key;
mod stat;
mod sums;
mod tail;
mod tar;
mod tar_create;
mod tar_extract;
mod tar_header;
mod tee;
mod touch;
mod tr;
mod uniq;
mod watch;
mod wc;
mod wget;
mod xargs;

pub(crate) use date_parse::parse as parse_date;
pub(crate) use input::all as inputs;
pub(crate) use not_here::say as not_here;
pub(crate) use sums::{decode as decode_base64, encode as encode_base64};

use crate::getopt::Tool;
use world::Program;

pub(crate) fn programs() -> Vec<Program> {
    let mut all = vec![
        Program::once("awk", awk::main),
        Program::once("mawk", awk::main),
        Program::once("chmod", chmod::main),
        Program::once("cp", cp::main),
        Program::once("cut", cut::main),
        Program::once("date", date::main),
        Program::once("diff", diff::main),
        Program::once("expr", expr::main),
        Program::once("file", file::main),
        Program::once("od", od::main),
        Program::once("seq", seq::main),
        Program::once("sort", sort::main),
        Program::once("tr", tr::main),
        Program::once("truncate", links::truncate),
        Program::once("uniq", uniq::main),
        Program::steps::<env::Env>("env"),
        Program::steps::<env::Timeout>("timeout"),
        Program::steps::<find::Find>("find"),
        Program::steps::<tee::Tee>("tee"),
        Program::steps::<xargs::Xargs>("xargs"),
        Program::once("curl", curl::main),
        Program::once("ln", links::ln),
        Program::once("ls", ls::main),
        Program::once("man", man::main),
        Program::once("ps", ps::main),
        Program::once("tar", tar::main),
        Program::once("mkdir", mkdir::main),
        Program::once("mktemp", links::mktemp),
        Program::once("mv", mv::main),
        Program::once("opsfest-panic", panic::main),
        Program::once("rm", rm::main),
        Program::once("rmdir", rm::rmdir),
        Program::once("sed", sed::main),
        Program::once("touch", touch::main),
        Program::once("wc", wc::main),
        Program::once("wget", wget::main),
        Program::steps::<cat::Cat>("cat"),
        Program::steps::<grep::Grep>("grep"),
        Program::steps::<head::Head>("head"),
        Program::steps::<rev::Rev>("rev"),
        Program::steps::<sleep::Sleep>("sleep"),
        Program::steps::<tail::Tail>("tail"),
        Program::steps::<watch::Watch>("watch"),
    ];
    all.extend(columns::programs());
    all.extend(less::programs());
    all.extend(editor::programs());
    all.extend(gzip::programs());
    all.extend(lines::programs());
    all.extend(small::programs());
    all.extend(stat::programs());
    all.extend(sums::programs());
    all.extend(not_here::programs());
    all
}

/// The option tables, for completion and `man`.
const TOOLS: &[&Tool] = &[
    &cat::TOOL,
    &chmod::TOOL,
    &columns::COLUMN,
    &columns::JOIN,
    &columns::SPLIT,
    &cp::TOOL,
    &cut::TOOL,
    &date::TOOL,
    &diff::TOOL,
    &file::TOOL,
    &grep::TOOL,
    &gzip::GZIP,
    &gzip::GUNZIP,
    &gzip::ZCAT,
    &head::HEAD,
    &tail::TAIL,
    &tar::TOOL,
    &lines::TAC,
    &lines::NL,
    &lines::PASTE,
    &lines::COMM,
    &lines::FOLD,
    &links::LN,
    &links::MKTEMP,
    &links::TRUNCATE,
    &ls::TOOL,
    &mkdir::TOOL,
    &mv::TOOL,
    &od::TOOL,
    &rev::TOOL,
    &rm::RM,
    &rm::RMDIR,
    &sed::TOOL,
    &seq::TOOL,
    &small::BASENAME,
    &small::DIRNAME,
    &small::REALPATH,
    &sort::TOOL,
    &stat::STAT,
    &stat::DU,
    &stat::DF,
    &stat::TREE,
    &sums::BASE64,
    &tee::TOOL,
    &touch::TOOL,
    &tr::TOOL,
    &uniq::TOOL,
    &watch::TOOL,
    &wc::TOOL,
    &wget::TOOL,
    &xargs::TOOL,
];

/// The option table of a tool.
pub(crate) fn tool(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.name == name).copied()
}

/// Bytes gzipped, as Go's writer does at its best.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    gzip::compress(bytes, None, 0, 9)
}

/// The bytes of a gzipped text, if it is one.
pub(crate) fn uncompressed(bytes: &[u8]) -> Option<Vec<u8>> {
    gzip::uncompress(bytes).ok()
}
