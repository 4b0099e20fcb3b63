//! What is wrong with a text while it is written, in the words of whoever will read the file: kubectl and the API server,
//! the pipelines, Kustomize, Helm, Argo CD, a container's start.

mod charts;
mod kustomizations;
mod objects;

use manifest::{Document, Level, Value};
use screen::Diagnostic;
use vfs::Vfs;
use world::{MachineId, World};

/// What is wrong with a text that would stand at a path of the workstation.
#[inline(never)]
pub fn diagnose(world: &World, path: &str, text: &str) -> Vec<Diagnostic> {
    let Some(files) = world.machine(&MachineId::workstation()).map(|machine| &machine.files) else { return Vec::new() };
    let chart = charts::root(files, path);
    if let Some(root) = &chart
        && charts::renders(root, path)
    {
        return charts::wrong(files, root, path, text, world.now());
    }
    if !(path.ends_with(".yaml") || path.ends_with(".yml")) {
        return Vec::new();
    }
    let (documents, problems) = Value::parse_yaml(text);
    let mut all: Vec<Diagnostic> = problems
        .iter()
        .map(|problem| at((problem.line, problem.column), &problem.message, problem.level != Level::Error))
        .collect();
    if all.iter().any(|problem| !problem.warning) {
        return all;
    }
    let name = vfs::base_name(path);
    all.extend(match () {
        () if path.contains("/.github/workflows/") => workflow(name, text),
        () if name == "encore.yaml" => program(documents.first()),
        () if kustomize::FILE_NAMES.contains(&name) => kustomizations::wrong(files, path, text),
        () => match chart {
            Some(root) => charts::wrong(files, &root, path, text, world.now()),
            None => objects::wrong(world, &documents, kustomizations::is_patch(files, path)),
        },
    });
    all
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn at((line, column): (usize, usize), message: &str, warning: bool) -> Diagnostic {
    Diagnostic { line: small(line), column: small(column), message: message.into(), warning }
}

fn workflow(name: &str, text: &str) -> Vec<Diagnostic> {
    ci::Workflow::parse(name, text).err().map(|error| at((error.line, 1), &error.message, false)).into_iter().collect()
}

fn program(document: Option<&Document>) -> Vec<Diagnostic> {
    let read = document.map(|document| workload::Program::read(&document.value));
    let error = read.and_then(Result::err);
    error.map(|error| at((1, 1), &error.to_string(), false)).into_iter().collect()
}

/// The line that a message most likely means: the first with the last of its quoted words on it.
fn line_naming(text: &str, message: &str) -> usize {
    let quoted = message.split(['"', '\'', '`']).filter(|word| word.len() > 1 && !word.contains(' '));
    let line = |word: &str| text.lines().position(|line| line.contains(word));
    quoted.filter_map(line).next_back().map_or(1, |at| at + 1)
}

/// A file as it will be, over the files as they are.
struct Overlay<'f> {
    files: &'f Vfs,
    path: &'f str,
    text: &'f str,
}

impl Overlay<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        if path == self.path {
            return Some(self.text.as_bytes().to_vec());
        }
        self.files.read(path).ok().map(std::borrow::Cow::into_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::line_naming;

    #[test]
    fn a_message_means_the_line_of_its_last_word() {
        let text = "kind: Kustomization\nresource:\n- a.yaml\n";
        assert_eq!(line_naming(text, "invalid Kustomization: json: unknown field \"resource\""), 2);
        assert_eq!(line_naming(text, "accumulating resources from 'a.yaml': open 'nowhere'"), 3);
        assert_eq!(line_naming(text, "kustomization.yaml is empty"), 1);
    }
}
