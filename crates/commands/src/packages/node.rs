//! `node`, `python` and `nginx`: they tell their version; what they would run is told by an image's program manifest.

use world::Cx;

fn runs(cx: &mut Cx<'_>, version: &str, missing: fn(&str) -> String) -> i32 {
    if !super::installed_here(cx) {
        return crate::core::not_here(cx);
    }
    let args = cx.args();
    let name = cx.program();
    match args.first().map(String::as_str) {
        Some("-v" | "--version" | "-V") => {
            cx.out(version);
            0
        }
        Some(file) if !file.starts_with('-') && !cx.files().exists(&cx.path(file)) => {
            let path = cx.path(file);
            cx.err(missing(&path));
            if name == "node" { 1 } else { 2 }
        }
        _ => {
            cx.err([&name, ": running programs of one's own is real, but not part of this sandbox yet\n"].concat());
            cx.err("hint: an encore.yaml in the image's working directory says how its program behaves\n");
            1
        }
    }
}

pub(super) fn node(cx: &mut Cx<'_>) -> i32 {
    runs(cx, "v22.20.0\n", |path| {
        format!(
            "node:internal/modules/cjs/loader:1386\n  throw err;\n  ^\n\nError: Cannot find module '{path}'\n    at \
             Module._resolveFilename (node:internal/modules/cjs/loader:1383:15) {{\n  code: 'MODULE_NOT_FOUND',\n  requireStack: \
             []\n}}\n\nNode.js v22.20.0\n"
        )
    })
}

pub(super) fn python(cx: &mut Cx<'_>) -> i32 {
    runs(cx, "Python 3.12.11\n", |path| {
        format!("python3: can't open file '{path}': [Errno 2] No such file or directory\n")
    })
}

pub(super) fn nginx(cx: &mut Cx<'_>) -> i32 {
    if !super::installed_here(cx) {
        return crate::core::not_here(cx);
    }
    match cx.args().first().map(String::as_str) {
        Some("-v") => {
            cx.err("nginx version: nginx/1.29.1\n");
            0
        }
        Some("-t") => {
            cx.err("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n");
            0
        }
        _ => {
            cx.err("nginx: starting it by hand is real, but not part of this sandbox yet\n");
            1
        }
    }
}
