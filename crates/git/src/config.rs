//! Configuration files: read with Git's grammar, changed in place so that comments and order stay.

use std::fmt::Write as _;
use std::sync::Arc;
use vfs::Vfs;

/// One `key = value` of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// `section.key` or `section.subsection.key`; section and key in lower case.
    pub name: String,
    /// `None` where the key stands alone, which means true.
    pub value: Option<String>,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// A parsed file with its text. A clone shares both.
#[derive(Debug, Clone, Default)]
pub struct Config {
    file: Arc<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    text: String,
    entries: Vec<ConfigEntry>,
    /// Each section's canonical name and the line of its header.
    sections: Vec<(String, usize)>,
    /// The first line that is not configuration, from 1.
    bad_line: Option<usize>,
}

impl Config {
    /// Reads a file; `None` where there is none.
    pub fn read(files: &Vfs, path: &str) -> Option<Self> {
        let parse = |bytes: &[u8]| Self::parse(&String::from_utf8_lossy(bytes));
        files.read_as(path, parse).ok().map(|config| Self::clone(&config))
    }

    pub fn parse(text: &str) -> Self {
        let mut config = Lines { text: text.into(), ..Lines::default() };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut section = String::new();
        let mut at = 0;
        while at < lines.len() {
            let mut used = 1;
            let mut logical = lines[at].trim_end_matches(['\n', '\r']).to_string();
            while logical.ends_with('\\') && at + used < lines.len() && !logical.trim_start().starts_with(['#', ';']) {
                logical.pop();
                logical.push_str(lines[at + used].trim_end_matches(['\n', '\r']));
                used += 1;
            }
            let mut rest = logical.trim();
            if rest.starts_with('[') {
                match section_header(rest) {
                    Some((name, after)) => {
                        config.sections.push((name.clone(), at));
                        section = name;
                        rest = after.trim();
                    }
                    None => config.bad_line = config.bad_line.or(Some(at + 1)),
                }
            }
            if !(rest.is_empty() || rest.starts_with(['#', ';', '['])) {
                let (key, value) = rest.split_once('=').map_or((rest, None), |(key, value)| (key, Some(value)));
                let key = key.trim().to_ascii_lowercase();
                let sane = key.starts_with(|c: char| c.is_ascii_alphabetic())
                    && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                if sane && !section.is_empty() {
                    let value = value.map(plain_value);
                    let name = format!("{section}.{key}");
                    config.entries.push(ConfigEntry { name, value, line: at, lines: used });
                } else {
                    config.bad_line = config.bad_line.or(Some(at + 1));
                }
            }
            at += used;
        }
        Self { file: Arc::new(config) }
    }

    pub fn text(&self) -> &str {
        &self.file.text
    }

    pub fn bad_line(&self) -> Option<usize> {
        self.file.bad_line
    }

    pub fn entries(&self) -> &[ConfigEntry] {
        &self.file.entries
    }

    /// A key's last value; `Some("true")` where it stands without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let entry = self.file.entries.iter().rev().find(|entry| is_called(entry, name))?;
        Some(entry.value.as_deref().unwrap_or("true"))
    }

    pub fn get_all(&self, name: &str) -> Vec<&str> {
        let all = self.file.entries.iter().filter(|entry| is_called(entry, name));
        all.map(|entry| entry.value.as_deref().unwrap_or("true")).collect()
    }

    /// `true`, `yes`, `on`, 1 or a lone key; `None` where it is not set.
    pub fn get_bool(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1"))
    }

    /// The subsections of a section that have any key, in file order.
    pub fn subsections(&self, section: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for (name, _) in &self.file.sections {
            if let Some(sub) = name.strip_prefix(&format!("{section}."))
                && !names.iter().any(|known| known == sub)
            {
                names.push(sub.into());
            }
        }
        names
    }

    fn put_lines(&mut self, lines: &[String]) {
        *self = Self::parse(&lines.concat());
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.file.text.split_inclusive('\n').map(str::to_string).collect();
        if let Some(last) = lines.last_mut()
            && !last.ends_with('\n')
        {
            last.push('\n');
        }
        lines
    }

    /// Sets a key to one value: replaces its last line, else adds a line to its section.
    pub fn set(&mut self, name: &str, value: &str) {
        let canonical_name = canonical(name);
        match self.file.entries.iter().rev().find(|entry| entry.name == canonical_name).cloned() {
            Some(entry) => {
                let mut lines = self.lines();
                let line = format!("\t{} = {}\n", key_of(name), quoted(value));
                // A key may share its line with the section's header.
                let shared = lines[entry.line].trim_start().starts_with('[');
                let kept = lines[entry.line].split_inclusive(']').next().unwrap_or_default().to_string();
                let line = if shared { format!("{kept}\n{line}") } else { line };
                lines.splice(entry.line..entry.line + entry.lines, [line]);
                self.put_lines(&lines);
            }
            None => self.add(name, value),
        }
    }

    /// Adds a value to a key that may have others.
    pub fn add(&mut self, name: &str, value: &str) {
        let section = section_of(&canonical(name)).to_string();
        let line = format!("\t{} = {}\n", key_of(name), quoted(value));
        let mut lines = self.lines();
        match self.file.sections.iter().rposition(|(known, _)| *known == section) {
            Some(at) => {
                let start = self.file.sections[at].1;
                let next = self.file.sections.get(at + 1).map_or(lines.len(), |(_, line)| *line);
                let in_section = self.file.entries.iter().filter(|entry| (start..next).contains(&entry.line));
                let last = in_section.map(|entry| entry.line + entry.lines).max().unwrap_or(start + 1);
                lines.insert(last, line);
            }
            None => {
                lines.push(format!("{}\n", header(name)));
                lines.push(line);
            }
        }
        self.put_lines(&lines);
    }

    /// Removes every value of a key, and its section's header where nothing else is left. False: there was none.
    pub fn unset(&mut self, name: &str) -> bool {
        let name = canonical(name);
        let gone: Vec<ConfigEntry> = self.file.entries.iter().filter(|entry| entry.name == name).cloned().collect();
        let mut lines = self.lines();
        for entry in gone.iter().rev() {
            lines.drain(entry.line..entry.line + entry.lines);
        }
        self.put_lines(&lines);
        if !gone.is_empty() {
            self.drop_empty(section_of(&name));
        }
        !gone.is_empty()
    }

    /// Removes a section with all its keys. False: there was none.
    pub fn remove_section(&mut self, section: &str) -> bool {
        let mut found = false;
        while let Some(at) = self.file.sections.iter().position(|(name, _)| name == section) {
            let end = self.file.sections.get(at + 1).map_or(usize::MAX, |(_, line)| *line);
            let mut lines = self.lines();
            lines.drain(self.file.sections[at].1..end.min(lines.len()));
            self.put_lines(&lines);
            found = true;
        }
        found
    }

    fn drop_empty(&mut self, section: &str) {
        let Some(at) = self.file.sections.iter().position(|(name, _)| name == section) else { return };
        let mut lines = self.lines();
        let start = self.file.sections[at].1;
        let end = self.file.sections.get(at + 1).map_or(lines.len(), |(_, line)| *line);
        if lines[start + 1..end].iter().all(|line| line.trim().is_empty()) {
            lines.drain(start..end);
            self.put_lines(&lines);
        }
    }
}

/// `Branch.Main.Remote` → `branch.Main.remote`.
fn canonical(name: &str) -> String {
    match (name.find('.'), name.rfind('.')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}{}{}", name[..first].to_ascii_lowercase(), &name[first..last], name[last..].to_ascii_lowercase())
        }
        _ => name.to_ascii_lowercase(),
    }
}

/// Whether a name, however its letters are written, is an entry's.
fn is_called(entry: &ConfigEntry, name: &str) -> bool {
    entry.name.len() == name.len() && (entry.name == name || entry.name == canonical(name))
}

fn section_of(name: &str) -> &str {
    name.rfind('.').map_or(name, |at| &name[..at])
}

fn key_of(name: &str) -> &str {
    name.rfind('.').map_or(name, |at| &name[at + 1..])
}

/// `[branch "main"]` for `branch.main.remote`.
pub(crate) fn header(name: &str) -> String {
    let section = section_of(name);
    match section.split_once('.') {
        Some((section, sub)) => {
            format!("[{section} \"{}\"]", sub.replace('\\', "\\\\").replace('"', "\\\""))
        }
        None => format!("[{section}]"),
    }
}

/// Reads `[section "sub"] rest` into the canonical name and the rest.
fn section_header(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('[')?;
    if let Some(quote) = inner.find('"')
        && inner[..quote].find(']').is_none()
    {
        let mut name = inner[..quote].trim().to_ascii_lowercase();
        name.push('.');
        let mut chars = inner[quote + 1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    let rest = inner[quote + 1 + at + 1..].trim_start();
                    return Some((name, rest.strip_prefix(']')?));
                }
                '\\' => name.push(chars.next()?.1),
                c => name.push(c),
            }
        }
        return None;
    }
    let end = inner.find(']')?;
    let name = inner[..end].trim();
    let sane = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (sane && !name.is_empty()).then(|| (name.to_ascii_lowercase(), &inner[end + 1..]))
}

/// Takes quotes, escapes and a trailing comment out of a value.
fn plain_value(raw: &str) -> String {
    let mut out = String::new();
    let mut kept = 0;
    let mut quoted = false;
    let mut chars = raw.trim().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('b') => out.push('\u{8}'),
                Some(other) => out.push(other),
                None => {}
            },
            '#' | ';' if !quoted => break,
            c => out.push(c),
        }
        if quoted || !c.is_whitespace() {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out
}

fn quoted(value: &str) -> String {
    let wrap = value.starts_with(' ') || value.ends_with(' ') || value.contains(['#', ';', '\r']);
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c => out.push(c),
        }
    }
    let mut text = String::new();
    let done = if wrap { write!(text, "\"{out}\"") } else { write!(text, "{out}") };
    done.expect("text takes text");
    text
}
