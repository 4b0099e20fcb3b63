//! Where the sandbox knowingly differs from a real tool: the `// Unlike TOOL: …` comments of the source, gathered
//! for the page "Real, simulated, missing".

use crate::files;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    pub tool: String,
    pub what: String,
    pub file: String,
}

/// All differences, by tool, then by file.
pub fn gather(root: &Path) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    for folder in ["crates", "src"] {
        for path in files::sources(&root.join(folder))? {
            if files::has_extension(&path, &["rs"]) && !path.starts_with(root.join("crates/xtask")) {
                found.extend(in_source(&files::relative(root, &path), &files::read_text(&path)?));
            }
        }
    }
    found.sort_by(|a, b| (&a.tool, &a.file).cmp(&(&b.tool, &b.file)));
    Ok(found)
}

fn in_source(file: &str, text: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let comment = line.trim_start_matches('/').trim_start();
        let Some((tool, start)) = comment.strip_prefix("Unlike ").and_then(|rest| rest.split_once(": ")) else {
            continue;
        };
        if !line.starts_with("//") {
            continue;
        }
        let mut what = start.trim().to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with("//") && !next.contains("Unlike ")) {
            what.push(' ');
            what.push_str(more.trim_start_matches('/').trim());
        }
        // Where a rule stands is for the source.
        let what = what.split(" <http").next().unwrap_or_default();
        found.push(Difference { tool: tool.to_owned(), what: what.trim().to_owned(), file: file.to_owned() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_of_the_project_names_a_tool() {
        let all = gather(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap();
        assert!(all.len() > 20, "{}", all.len());
        let sentences: Vec<_> = all.iter().filter(|found| found.tool.contains([',', '`'])).collect();
        assert!(sentences.is_empty(), "a sentence that begins with Unlike: {sentences:?}");
    }

    #[test]
    fn a_comment_may_go_over_several_lines() {
        let source = "fn a() {\n    // Unlike git: there is no editor,\n    // so a message is wanted.\n    b();\n}\n";
        let expected = Difference {
            tool: "git".to_owned(),
            what: "there is no editor, so a message is wanted.".to_owned(),
            file: "x.rs".to_owned(),
        };
        assert_eq!(in_source("x.rs", source), [expected]);
        assert!(in_source("x.rs", "let a = \"Unlike git: no\";").is_empty());
    }
}
