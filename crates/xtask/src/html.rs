//! The page's HTML: Trunk's result taken apart once, and put together again for every route, with the strict
//! content security policy, no inline script, and links relative to the route.

use anyhow::{Context, Result, bail, ensure};

/// Static hosts set no headers, so the policy stands in the page.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     worker-src 'self' blob:; connect-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; \
     form-action 'none'";

/// Trunk's `index.html` without its scripts and preloads.
#[derive(Debug)]
pub struct Shell {
    html: String,
    /// File names of the page's program, beside `index.html`.
    pub js: String,
    pub wasm: String,
}

/// One route.
#[derive(Debug)]
pub struct Page {
    /// `` for the start page, else `gitops/03-rollback-by-revert/`.
    pub path: String,
    pub title: String,
    pub description: String,
    /// What stands inside `#app` until the program takes over. Links start with `ROOT`.
    pub body: String,
    /// What the program shows: `home`, `lesson`, `track`, `text`, `missing`.
    pub kind: &'static str,
    /// The lesson's path, or the track's folder.
    pub subject: String,
    /// A world will be wanted: its lesson is loaded early. The worker is started by the first script.
    pub has_world: bool,
}

/// Stands for the way from a route to the site's root, in `Page::body`.
pub const ROOT: &str = "{root}";

/// Built parts that every route loads.
#[derive(Debug)]
pub struct Parts {
    pub boot: String,
    pub engine: String,
}

impl Shell {
    pub fn from_trunk(html: &str) -> Result<Self> {
        let mut html = html.to_owned();
        let boot = take_boot(&mut html)?;
        ensure!(!has_inline_script(&html), "index.html has an inline script: the content security policy forbids it");
        let name = |before: &str| quoted(&boot, before).map(file_name).context("Trunk's start script names no program");
        let (js, wasm) = (name("from '")?, name("module_or_path: '")?);
        remove_preloads(&mut html);
        ensure!(html.contains("<head>"), "index.html has no <head>");
        ensure!(html.contains("id=\"app\""), "index.html has no element with id=\"app\"");
        Ok(Self { html, js, wasm })
    }

    /// The whole document of one route.
    pub fn page(&self, parts: &Parts, page: &Page) -> Result<String> {
        let root = root_of(&page.path);
        let mut html = self.html.replace("=\"./", &format!("=\"{root}"));
        set_title(&mut html, &page.title)?;
        remove_tag(&mut html, "<meta name=\"description\"");
        let start = format!(
            "<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
             <meta name=\"description\" content=\"{}\">",
            escape(&page.description)
        );
        remove_tag(&mut html, "<meta charset");
        insert_after(&mut html, "<head>", &start)?;
        let end = html.find("</head>").context("index.html has no </head>")?;
        html.insert_str(end, &self.head(parts, page, &root));
        let app = html.find("id=\"app\"").context("index.html has no element with id=\"app\"")?;
        let open = app + html[app..].find('>').context("the element #app is not closed")? + 1;
        html.insert_str(open, &page.body.replace(ROOT, &root));
        Ok(html)
    }

    fn head(&self, parts: &Parts, page: &Page, root: &str) -> String {
        let Parts { boot, engine } = parts;
        let preload = |file: &str, kind: &str| {
            format!("<link rel=\"preload\" as=\"fetch\" type=\"{kind}\" crossorigin href=\"{root}{file}\">")
        };
        let mut head = format!(
            "<meta name=\"opsfest-root\" content=\"{root}\"><meta name=\"opsfest-engine\" content=\"{engine}\">\
             <meta name=\"opsfest-page\" content=\"{}\"><meta name=\"opsfest-lesson\" content=\"{}\">\
             <script type=\"module\" src=\"{root}{boot}\"></script>\
             <link rel=\"modulepreload\" href=\"{root}{}\">",
            page.kind,
            escape(&page.subject),
            self.js
        );
        head.push_str(&preload(&self.wasm, "application/wasm"));
        if page.has_world {
            head.push_str(&preload(&format!("lessons/{}.bin", page.subject), "application/octet-stream"));
            head.push_str(&format!("<link rel=\"modulepreload\" href=\"{root}engine/{engine}/worker.js\">"));
        }
        head
    }

    /// The module that starts the page; it lies beside the program, whose size it is told, and knows where the editor is.
    pub fn boot(&self, editor: &str, bytes: usize) -> String {
        let boot = include_str!("site_files/boot.js").replace("@EDITOR@", editor);
        boot.replace("@JS@", &self.js).replace("@WASM@", &self.wasm).replace("@BYTES@", &bytes.to_string())
    }
}

/// The way from a route back to the site's root.
fn root_of(path: &str) -> String {
    match path.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn take_boot(html: &mut String) -> Result<String> {
    let mut from = 0;
    while let Some(start) = html[from..].find("<script").map(|at| from + at) {
        let close = html[start..].find("</script>").context("index.html has a script that is not closed")?;
        let end = start + close + "</script>".len();
        if html[start..end].contains("TrunkApplicationStarted") {
            let script = html[start..end].to_owned();
            html.replace_range(start..end, "");
            return Ok(script);
        }
        from = end;
    }
    bail!("Trunk's start script is not in index.html: has it a <link data-trunk rel=\"rust\">?")
}

fn has_inline_script(html: &str) -> bool {
    html.split("<script").skip(1).any(|rest| !rest.split('>').next().unwrap_or_default().contains("src="))
}

fn quoted<'a>(script: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = script.split_once(before)?;
    rest.split_once('\'').map(|(inside, _)| inside)
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// Trunk's preloads are written for one place only; `Shell::head` writes its own.
fn remove_preloads(html: &mut String) {
    for tag in ["<link rel=\"modulepreload\"", "<link rel=\"preload\""] {
        while remove_tag(html, tag) {}
    }
}

/// Removes the first tag that starts so; tells whether there was one.
fn remove_tag(html: &mut String, start: &str) -> bool {
    let Some(at) = html.find(start) else {
        return false;
    };
    let end = html[at..].find('>').map_or(html.len(), |close| at + close + 1);
    html.replace_range(at..end, "");
    true
}

fn set_title(html: &mut String, title: &str) -> Result<()> {
    let (open, close) = (html.find("<title>"), html.find("</title>"));
    let (Some(open), Some(close)) = (open, close) else {
        bail!("index.html has no <title>");
    };
    html.replace_range(open + "<title>".len()..close, &escape(title));
    Ok(())
}

fn insert_after(html: &mut String, place: &str, what: &str) -> Result<()> {
    let at = html.find(place).with_context(|| format!("index.html has no {place}"))?;
    html.insert_str(at + place.len(), what);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = "<!doctype html><html><head><meta charset=\"utf-8\"><title>x</title>\
        <link rel=\"stylesheet\" href=\"./app-1.css\">\
        <link rel=\"modulepreload\" href=\"./page-2.js\" crossorigin=\"anonymous\"></head><body><div id=\"app\"></div>\
        <script type=\"module\">\nimport init, * as bindings from './page-2.js';\n\
        const wasm = await init({ module_or_path: './page-2_bg.wasm' });\n\
        dispatchEvent(new CustomEvent(\"TrunkApplicationStarted\", {detail: {wasm}}));\n</script></body></html>";

    fn page(path: &str) -> String {
        let page = Page {
            path: path.to_owned(),
            title: "A & B".to_owned(),
            description: "d".to_owned(),
            body: "<a href=\"{root}x/\">x</a>".to_owned(),
            kind: "lesson",
            subject: path.trim_end_matches('/').to_owned(),
            has_world: !path.is_empty(),
        };
        let parts = Parts { boot: "boot-3.js".to_owned(), engine: "e4".to_owned() };
        Shell::from_trunk(TRUNK).unwrap().page(&parts, &page).unwrap()
    }

    #[test]
    fn a_route_links_back_to_the_root() {
        let html = page("gitops/03-revert/");
        for part in [
            "href=\"../../app-1.css\"",
            "src=\"../../boot-3.js\"",
            "<div id=\"app\"><a href=\"../../x/\">",
            "<title>A &amp; B</title>",
            "content=\"../../\"",
            "href=\"../../lessons/gitops/03-revert.bin\"",
            "href=\"../../page-2_bg.wasm\"",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        assert_eq!(html.matches("modulepreload").count(), 2);
        assert_eq!(html.matches("charset").count(), 1);
    }

    #[test]
    fn no_inline_script_is_left() {
        assert!(!has_inline_script(&page("")));
        assert!(has_inline_script("<script>x</script>"));
        let error = Shell::from_trunk("<head></head>").unwrap_err().to_string();
        assert!(error.starts_with("Trunk's start script is not in index.html"), "{error}");
    }

    #[test]
    fn the_boot_module_names_the_program() {
        let boot = Shell::from_trunk(TRUNK).unwrap().boot("editor/editor-5.js", 7);
        for part in ["'./page-2.js'", "'./page-2_bg.wasm'", "import('./editor/editor-5.js')"] {
            assert!(boot.contains(part), "{part} is missing in {boot}");
        }
        assert!(!boot.contains('@'));
    }
}
