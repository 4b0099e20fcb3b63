//! The prompt, from PS1.

use crate::state::Bash;
use world::Cx;

/// Green user and host, blue folder, as in the sketches of the page.
pub(crate) const PS1: &str = "\x1b[32m\\u@\\h\x1b[0m \x1b[34m\\w\x1b[0m $ ";

impl Bash {
    pub(crate) fn prompt(&self, cx: &Cx<'_>) -> String {
        let ps1 = self.vars.get("PS1").and_then(crate::vars::Var::scalar).unwrap_or(PS1);
        let home = self.value("HOME", cx).unwrap_or_default();
        let cwd = cx.cwd();
        let shown = match cwd.strip_prefix(&home) {
            Some(rest) if !home.is_empty() && (rest.is_empty() || rest.starts_with('/')) => format!("~{rest}"),
            _ => cwd.clone(),
        };
        let mut out = String::new();
        let mut chars = ps1.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('u') => out.push_str(&cx.machine().user),
                Some('h' | 'H') => out.push_str(&cx.machine().hostname),
                Some('w') => out.push_str(&shown),
                Some('W') => out.push_str(vfs::base_name(&shown)),
                Some('$') => out.push('$'),
                Some('e') => out.push('\x1b'),
                Some('n') => out.push('\n'),
                Some('[' | ']') => {}
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            }
        }
        out
    }
}
