//! Charts: the definition, the values and the templates, as `helm lint` sees them.

use super::{Overlay, at, line_naming};
use helm::{File, Severity};
use manifest::Value;
use screen::Diagnostic;
use sim::Time;
use vfs::{Kind, Vfs};

/// The chart that a file belongs to: the nearest folder above it with a `Chart.yaml`.
pub(super) fn root(files: &Vfs, path: &str) -> Option<String> {
    let mut folder = vfs::parent(path);
    while folder.len() > 1 {
        if files.is_file(&vfs::join(folder, "Chart.yaml")) {
            return Some(folder.to_string());
        }
        folder = vfs::parent(folder);
    }
    None
}

fn inner<'p>(root: &str, path: &'p str) -> &'p str {
    path.strip_prefix(root).unwrap_or(path).trim_start_matches('/')
}

/// Whether a file of a chart is a template: no YAML before it is rendered.
pub(super) fn renders(root: &str, path: &str) -> bool {
    inner(root, path).starts_with("templates/")
}

/// What `helm lint` says of this file with the chart's own values.
#[inline(never)]
pub(super) fn wrong(files: &Vfs, root: &str, path: &str, text: &str, now: Time) -> Vec<Diagnostic> {
    let overlay = Overlay { files, path, text };
    let walked = files.walk(root, &mut |_| true).unwrap_or_default();
    let all = walked.iter().filter(|(_, stat)| stat.kind == Kind::File).map(|(path, _)| path.as_str());
    let unsaved = (!files.exists(path)).then_some(path);
    let read = |path: &str| Some(File { name: inner(root, path).into(), bytes: overlay.read(path)? });
    let chart = all.chain(unsaved).filter_map(read).collect();
    let name = inner(root, path);
    let now = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
    let found = helm::lint(chart, &Value::map(), root, now, &mut Vec::new());
    let ours = found.iter().filter(|finding| finding.severity > Severity::Info);
    ours.filter_map(|finding| {
        let place = place_in(&finding.told, name);
        // What is wrong with the values is seen where a template uses them.
        let values = name == "values.yaml" && finding.path == "templates/";
        if place.is_none() && finding.path != name && !values {
            return None;
        }
        let place = place.unwrap_or_else(|| (line_naming(text, &finding.told), 1));
        Some(at(place, &finding.told, finding.severity != Severity::Error))
    })
    .collect()
}

/// Line and column behind `CHART/templates/x.yaml:` in a message.
fn place_in(told: &str, name: &str) -> Option<(usize, usize)> {
    let behind = told.split_once(&["/", name, ":"].concat())?.1;
    let mut numbers = behind.split(|c: char| !c.is_ascii_digit()).map(str::parse::<usize>);
    let line = numbers.next()?.ok()?;
    let column = numbers.next().and_then(Result::ok);
    Some((line, column.map_or(1, |at| at + 1)))
}

#[cfg(test)]
mod tests {
    use super::place_in;

    #[test]
    fn a_place_stands_behind_the_files_name() {
        let told = "parse error at (web/templates/d.yaml:7): unclosed action";
        assert_eq!(place_in(told, "templates/d.yaml"), Some((7, 1)));
        let told =
            "template: web/templates/d.yaml:5:14: executing \"web/templates/d.yaml\" at <.Values.a.b>: nil pointer";
        assert_eq!(place_in(told, "templates/d.yaml"), Some((5, 15)));
        assert_eq!(place_in(told, "templates/e.yaml"), None);
    }
}
