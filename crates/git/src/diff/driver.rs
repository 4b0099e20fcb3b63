//! Which files are text, and which of their lines start something: the `diff` attribute and Git's own drivers.

// Unlike git: of its own drivers there are golang, markdown, python and rust; others name functions as files without one.

use super::patch::is_binary;
use crate::Repo;
use crate::work::{Attr, Attributes};
use vfs::Vfs;

/// How the lines behind `@@` are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Driver {
    #[default]
    Plain,
    Golang,
    Markdown,
    Python,
    Rust,
}

/// What the `diff` attribute says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Text, binary, or as its bytes look.
    pub text: Option<bool>,
    pub driver: Driver,
}

impl Repo {
    pub(crate) fn diff_kind(&self, files: &Vfs, path: &str) -> Kind {
        let mut kind = Kind { text: None, driver: Driver::Plain };
        match Attributes::of(self, files, path).get(path, "diff") {
            None => {}
            Some(Attr::Set) => kind.text = Some(true),
            Some(Attr::Unset) => kind.text = Some(false),
            Some(Attr::Value(name)) => kind.driver = Driver::named(&name),
        }
        kind
    }
}

impl Kind {
    pub fn is_binary(self, bytes: &[u8]) -> bool {
        self.text.map_or_else(|| is_binary(bytes), |text| !text)
    }
}

impl Driver {
    pub fn named(name: &str) -> Self {
        match name {
            "golang" => Self::Golang,
            "markdown" => Self::Markdown,
            "python" => Self::Python,
            "rust" => Self::Rust,
            _ => Self::Plain,
        }
    }

    /// What stands behind `@@` for the lines below this one; `None` where it starts nothing.
    pub fn function_name(self, line: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        let inner = text.trim_start_matches([' ', '\t']);
        let word = |text: &str, words: &[&str]| {
            words.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t'])))
        };
        let shown = match self {
            Self::Plain => {
                let starts = line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'));
                starts.then_some(text)
            }
            Self::Markdown => {
                let indent = text.len() - text.trim_start_matches(' ').len();
                let marks = text[indent..].len() - text[indent..].trim_start_matches('#').len();
                let after = text[indent + marks..].starts_with([' ', '\t']);
                (indent <= 3 && (1..=6).contains(&marks) && after).then_some(text)
            }
            Self::Python => {
                let body = inner.strip_prefix("async").map_or(inner, str::trim_start);
                (word(inner, &["class"]) || word(body, &["def"])).then_some(inner)
            }
            Self::Golang => {
                let typed = word(text, &["type"]) && (text.contains("struct") || text.contains("interface"));
                (word(text, &["func"]) || typed).then_some(text)
            }
            Self::Rust => {
                let mut rest = inner;
                loop {
                    let next = ["pub", "unsafe", "async", "const", "default", "extern"]
                        .iter()
                        .find_map(|word| rest.strip_prefix(word).filter(|rest| rest.starts_with([' ', '\t', '('])));
                    let Some(next) = next else { break };
                    let next = match next.strip_prefix('(') {
                        Some(scope) => scope.split_once(')').map_or("", |(_, rest)| rest),
                        None => next,
                    };
                    rest = next.trim_start();
                    if let Some(abi) = rest.strip_prefix('"') {
                        rest = abi.split_once('"').map_or("", |(_, rest)| rest.trim_start());
                    }
                }
                let starts = word(rest, &["struct", "enum", "union", "mod", "trait", "fn", "macro_rules!"])
                    || rest.strip_prefix("impl").is_some_and(|rest| rest.starts_with([' ', '\t', '<']));
                starts.then_some(inner)
            }
        }?;
        let mut end = shown.len().min(80);
        while !shown.is_char_boundary(end) {
            end -= 1;
        }
        Some(shown[..end].trim_end().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Driver;

    #[test]
    fn each_language_has_its_own_beginnings() {
        let name = |driver: Driver, line: &str| driver.function_name(line.as_bytes());
        assert_eq!(name(Driver::Python, "    async def f(x):\n").as_deref(), Some("async def f(x):"));
        assert_eq!(name(Driver::Python, "defer = 1\n"), None);
        assert_eq!(
            name(Driver::Rust, "    pub(crate) unsafe fn f() {\n").as_deref(),
            Some("pub(crate) unsafe fn f() {")
        );
        assert_eq!(name(Driver::Rust, "let fn_ = 1;\n"), None);
        assert_eq!(name(Driver::Markdown, "## Title\n").as_deref(), Some("## Title"));
        assert_eq!(name(Driver::Golang, "func (a *B) C() {\n").as_deref(), Some("func (a *B) C() {"));
        assert_eq!(name(Driver::Plain, "  x\n"), None);
    }
}
