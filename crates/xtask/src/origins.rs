//! No request ever leaves the site: the built scripts, style sheets and pages name no other origin, but for links
//! in prose that a reader may follow.

use crate::files;
use crate::outcome::Counts;
use anyhow::Result;
use std::path::Path;

/// Names, not addresses: browsers never fetch them.
const NAMES: &[&str] = &["http://www.w3.org/"];

/// Every built script, style sheet and page is one check.
pub fn check(dist: &Path) -> Result<Counts> {
    let mut counts = Counts::default();
    for path in files::walk(dist)? {
        if !files::has_extension(&path, &["js", "mjs", "css", "html"]) {
            continue;
        }
        let text = files::read_text(&path)?;
        let found = if files::has_extension(&path, &["html"]) { in_html(&text) } else { in_text(&text) };
        counts.count(found.is_empty());
        for address in found {
            println!("origins: {}: {address}", files::relative(dist, &path));
        }
    }
    Ok(counts)
}

/// Addresses of other origins anywhere in a text.
fn in_text(text: &str) -> Vec<String> {
    let starts = text.match_indices("://").filter_map(|(at, _)| {
        // A comment fetches nothing: wasm-bindgen's output names the manual that it follows.
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        if line.starts_with("//") || line.starts_with('*') {
            return None;
        }
        let scheme = ["https", "http"].into_iter().find(|scheme| text[..at].ends_with(scheme))?;
        Some(at - scheme.len())
    });
    let ends = |c: char| c.is_whitespace() || "\"'`<>()\\".contains(c);
    let addresses = starts.map(|at| text[at..].split(ends).next().unwrap_or_default());
    let outside = addresses.filter(|address| !NAMES.iter().any(|name| address.starts_with(name)));
    outside.map(str::to_owned).collect()
}

/// Addresses inside tags, but for `<a …>`: those are only followed by a click.
fn in_html(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    let loading = tags.filter(|tag| !tag.starts_with("a ") && !tag.starts_with("a\n"));
    loading.flat_map(in_text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fetch_is_found_and_a_namespace_is_not() {
        let script = "fetch('https://cdn.example/x.js'); ns = \"http://www.w3.org/2000/svg\"; a = location + '://b'
            // see https://manual.example/";
        assert_eq!(in_text(script), ["https://cdn.example/x.js"]);
    }

    #[test]
    fn prose_may_link() {
        let html = "<p>http://web.shop <a href=\"https://kubernetes.io/docs/\">docs</a><img src=\"http://x.y/z.png\">";
        assert_eq!(in_html(html), ["http://x.y/z.png"]);
    }
}
