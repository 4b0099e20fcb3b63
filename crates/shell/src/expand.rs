//! From words to fields: tilde, parameters, substitutions, splitting, globs, quote removal.

use crate::code::{Part, Word};
use crate::glob;
use crate::state::Bash;
use crate::vars::Var;
use world::Cx;

/// Why a word has no expansion, in bash's words, and what that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub message: String,
    pub ends: Ends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Only this command.
    Command,
    /// All that was read with it.
    Line,
    /// A shell that is not interactive.
    Shell,
}

impl Trouble {
    pub fn discards(message: String) -> Self {
        Self { message, ends: Ends::Line }
    }

    pub fn exits(message: String) -> Self {
        Self { message, ends: Ends::Shell }
    }
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self { message, ends: Ends::Command }
    }
}

pub(crate) type Expanded<T> = Result<T, Trouble>;

/// A piece of an expanded word.
#[derive(Debug, Clone)]
pub(crate) enum Chunk {
    Text {
        text: String,
        quoted: bool,
        /// It is split at blanks.
        split: bool,
    },
    /// Between two elements of an array. As one text they stand apart by this.
    Break(String),
}

/// A field being built: its text, and the same as a pattern in which quoted characters are escaped.
#[derive(Debug, Clone, Default)]
struct Field {
    text: String,
    pattern: String,
    globs: bool,
    /// Quotes make even an empty field a field.
    quoted: bool,
}

impl Field {
    fn push(&mut self, text: &str, quoted: bool) {
        self.text.push_str(text);
        self.quoted |= quoted;
        for c in text.chars() {
            if (quoted && c.is_ascii_punctuation() && !matches!(c, '/' | '.' | '_')) || (!quoted && c == '\\') {
                self.pattern.push('\\');
            }
            self.globs |= !quoted && matches!(c, '*' | '?' | '[' | '(');
            self.pattern.push(c);
        }
    }

    fn is_some(&self) -> bool {
        self.quoted || !self.text.is_empty()
    }
}

/// Splits what may be split: blanks among IFS run together, its other characters each end a field.
#[derive(Default)]
struct Splitter {
    ifs: String,
    done: Vec<Field>,
    field: Field,
    /// Blanks ended the field before: a separator that follows belongs to them.
    after_blank: bool,
}

impl Splitter {
    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.field));
    }

    fn split(&mut self, text: &str) {
        for c in text.chars() {
            if !self.ifs.contains(c) {
                self.after_blank = false;
                self.field.push(c.encode_utf8(&mut [0; 4]), false);
            } else if matches!(c, ' ' | '\t' | '\n') {
                if self.field.is_some() {
                    self.end();
                    self.after_blank = true;
                }
            } else if self.after_blank && !self.field.is_some() {
                self.after_blank = false;
            } else {
                self.end();
            }
        }
    }
}

impl Bash {
    /// Words to arguments: split and globbed.
    pub(crate) fn fields(&mut self, words: &[Word], cx: &mut Cx<'_>) -> Expanded<Vec<String>> {
        let mut all = Vec::new();
        for word in words {
            self.word_fields(word, cx, &mut all)?;
        }
        Ok(all)
    }

    pub(crate) fn word_fields(&mut self, word: &Word, cx: &mut Cx<'_>, all: &mut Vec<String>) -> Expanded<()> {
        if let [Part::Text { text, quoted }] = &word.0[..]
            && (*quoted || !text.contains(['*', '?', '[', '\\', '(']))
        {
            all.push(text.clone());
            return Ok(());
        }
        let fields = self.split(word, cx)?;
        self.expanded += fields.len();
        for field in fields {
            if field.globs && !self.options.noglob {
                let found = glob::paths(cx.files(), &cx.cwd(), &field.pattern, self.options);
                if !found.is_empty() {
                    all.extend(found);
                    continue;
                }
                if self.options.failglob {
                    return Err(Trouble::discards(format!("no match: {}", field.text)));
                }
                if self.options.nullglob {
                    continue;
                }
            }
            all.push(field.text);
        }
        Ok(())
    }

    pub(crate) fn ifs(&self) -> String {
        self.vars.get("IFS").map_or(" \t\n".to_string(), |var| var.scalar().unwrap_or_default().to_string())
    }

    fn split(&mut self, word: &Word, cx: &mut Cx<'_>) -> Expanded<Vec<Field>> {
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        let mut out = Splitter { ifs: self.ifs(), ..Splitter::default() };
        for chunk in chunks {
            match chunk {
                Chunk::Text { text, quoted: false, split: true } => out.split(&text),
                Chunk::Text { text, quoted, .. } => {
                    out.field.push(&text, quoted);
                    out.after_blank = false;
                }
                Chunk::Break(_) if out.field.is_some() => out.end(),
                Chunk::Break(_) => {}
            }
        }
        if out.field.is_some() {
            out.end();
        }
        Ok(out.done)
    }

    /// A word as one text: assignments, redirect targets, `case`.
    pub(crate) fn text(&mut self, word: &Word, cx: &mut Cx<'_>) -> Expanded<String> {
        if let [Part::Text { text, .. }] = &word.0[..] {
            return Ok(text.clone());
        }
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        Ok(joined(chunks))
    }

    /// A word as a pattern: quoted characters stand for themselves.
    pub(crate) fn pattern(&mut self, word: &Word, cx: &mut Cx<'_>) -> Expanded<String> {
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        let mut field = Field::default();
        for chunk in chunks {
            match chunk {
                // A backslash that came out of a variable takes the next character as it is.
                Chunk::Text { text, quoted: false, .. } => field.pattern.push_str(&text),
                Chunk::Text { text, .. } => field.push(&text, true),
                Chunk::Break(between) => field.push(&between, false),
            }
        }
        Ok(field.pattern)
    }

    /// A word as a regular expression: quoted characters stand for themselves.
    pub(crate) fn regex(&mut self, word: &Word, cx: &mut Cx<'_>) -> Expanded<String> {
        let mut chunks = Vec::new();
        self.chunks(word, false, false, cx, &mut chunks)?;
        let mut out = String::new();
        for chunk in chunks {
            match chunk {
                Chunk::Text { text, quoted: true, .. } => {
                    for c in text.chars() {
                        if "\\.[]{}()*+?^$|".contains(c) {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                }
                Chunk::Text { text, .. } => out.push_str(&text),
                Chunk::Break(between) => out.push_str(&between),
            }
        }
        Ok(out)
    }

    /// Expands a word's parts. `quoted`: it stands in double quotes. `inside`: it stands in `${…}`, where even plain
    /// text is split.
    pub(crate) fn chunks(
        &mut self,
        word: &Word,
        quoted: bool,
        inside: bool,
        cx: &mut Cx<'_>,
        out: &mut Vec<Chunk>,
    ) -> Expanded<()> {
        for part in &word.0 {
            match part {
                Part::Text { text, quoted: own } => {
                    let quoted = quoted || *own;
                    out.push(Chunk::Text { text: text.clone(), quoted, split: inside && !quoted });
                }
                Part::Tilde(user) => {
                    let text = self.tilde(user, cx);
                    out.push(Chunk::Text { text, quoted: true, split: false });
                }
                Part::Subst { index, quoted: own } => {
                    let text = self.substs.get(*index).cloned().unwrap_or_default();
                    out.push(Chunk::Text { text, quoted: quoted || *own, split: true });
                }
                Part::Arith { text, quoted: own } => {
                    let text = self.text(text, cx)?;
                    let text = self.arithmetic(&text, cx)?.to_string();
                    out.push(Chunk::Text { text, quoted: quoted || *own, split: true });
                }
                Part::Param { param, quoted: own } => self.param(param, quoted || *own, cx, out)?,
            }
        }
        Ok(())
    }

    fn tilde(&self, user: &str, cx: &Cx<'_>) -> String {
        let home = || self.value("HOME", cx).unwrap_or_else(|| cx.machine().home().to_string());
        match user {
            "" => home(),
            "+" => cx.cwd(),
            "-" => self.vars.get("OLDPWD").and_then(Var::scalar).unwrap_or("~-").to_string(),
            "root" => "/root".into(),
            name if name == cx.machine().user => home(),
            name => format!("~{name}"),
        }
    }
}

pub(crate) fn joined(chunks: Vec<Chunk>) -> String {
    let mut out = String::new();
    for chunk in chunks {
        match chunk {
            Chunk::Text { text, .. } => out.push_str(&text),
            Chunk::Break(between) => out.push_str(&between),
        }
    }
    out
}
