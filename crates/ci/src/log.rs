//! What a step prints: workflow commands such as `::error file=a::b` carried out, secrets masked.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use order::OrdMap;
use serde::{Deserialize, Serialize};

/// What a step said about a place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    pub level: Level,
    pub message: String,
    pub title: String,
    /// GitHub's `.github` where none is named.
    pub file: String,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    Notice,
    Warning,
    Error,
}

/// A log as it is shown, and what its commands did.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub log: String,
    pub masks: Vec<String>,
    pub outputs: OrdMap<String, String>,
    pub annotations: Vec<Annotation>,
}

/// The words of the runner for a command that is to go.
const DEPRECATED: &str = "The `set-output` command is deprecated and will be disabled soon. Please upgrade to using \
    Environment Files. For more information see: \
    https://github.blog/changelog/2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/";

/// Reads a log; `masks` are hidden in it from the start, `debug` lines shown where somebody wants them.
#[inline(never)]
pub(crate) fn tell(text: &str, masks: &[String], debug: bool) -> Told {
    let mut told = Told { masks: masks.to_vec(), ..Told::default() };
    // Between `::stop-commands::TOKEN` and `::TOKEN::` nothing is a command.
    let mut stopped: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let (bare, end) = line.strip_suffix('\n').map_or((line, ""), |bare| (bare, "\n"));
        let command = command(bare.trim_start());
        let shown = match (&stopped, command) {
            (Some(token), Some((name, _, _))) if name == token => {
                stopped = None;
                None
            }
            (Some(_), _) | (None, None) => Some(bare.to_string()),
            (None, Some(("stop-commands", _, data))) => {
                stopped = Some(data);
                None
            }
            (None, Some((name, properties, data))) => carry_out(&mut told, (name, &properties, data), bare, debug),
        };
        if let Some(shown) = shown {
            let shown = mask(&shown, &told.masks);
            told.log.push_str(&shown);
            told.log.push_str(end);
        }
    }
    for annotation in &mut told.annotations {
        annotation.message = mask(&annotation.message, &told.masks);
    }
    told
}

type Properties = OrdMap<String, String>;

#[inline(never)]
fn carry_out(
    told: &mut Told,
    (name, properties, data): (&str, &Properties, String),
    bare: &str,
    debug: bool,
) -> Option<String> {
    let get = |key: &str| properties.get(key).cloned().unwrap_or_default();
    let annotation = |level: Level, message: &str| Annotation {
        level,
        message: message.into(),
        title: get("title"),
        file: Some(get("file")).filter(|file| !file.is_empty()).unwrap_or_else(|| ".github".into()),
        line: get("line").parse().unwrap_or(1),
    };
    let (level, word) = match name {
        "error" => (Level::Error, "Error: "),
        "warning" => (Level::Warning, "Warning: "),
        "notice" => (Level::Notice, "Notice: "),
        "group" => return Some(["##[group]", &data].concat()),
        "endgroup" => return Some("##[endgroup]".into()),
        "debug" => return debug.then(|| ["##[debug]", &data].concat()),
        "echo" | "add-matcher" | "remove-matcher" | "save-state" => return None,
        "add-mask" => {
            told.masks.extend(lines_of(&data));
            return Some("::add-mask::***".into());
        }
        "set-output" => {
            told.outputs.insert(get("name"), data);
            told.annotations.push(annotation(Level::Warning, DEPRECATED));
            return Some(["Warning: ", DEPRECATED].concat());
        }
        "set-env" | "add-path" => {
            let message = format!(
                "The `{name}` command is disabled. Please upgrade to using Environment Files or opt into unsecure \
                 command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment variable to `true`."
            );
            told.annotations.push(annotation(Level::Error, &message));
            return Some(["Error: ", &message].concat());
        }
        _ => return Some(bare.into()),
    };
    told.annotations.push(annotation(level, &data));
    Some([word, &data].concat())
}

/// `::name key=value,key=value::data`, taken apart.
#[inline(never)]
fn command(line: &str) -> Option<(&str, Properties, String)> {
    let (head, data) = line.strip_prefix("::")?.split_once("::")?;
    let (name, pairs) = head.split_once(' ').unwrap_or((head, ""));
    if name.is_empty() {
        return None;
    }
    let mut properties = OrdMap::new();
    for pair in pairs.split(',') {
        if let Some((key, value)) = pair.split_once('=') {
            properties.insert(key.trim().to_string(), decoded(value.trim()).replace("%3A", ":").replace("%2C", ","));
        }
    }
    Some((name, properties, decoded(data)))
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

/// What of a secret is hidden: each of its lines.
pub(crate) fn lines_of(secret: &str) -> impl Iterator<Item = String> + '_ {
    secret.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from)
}

/// A text with `***` for each secret, the longest first.
#[inline(never)]
pub(crate) fn mask(text: &str, masks: &[String]) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let longest = masks.iter().filter(|mask| rest.starts_with(mask.as_str())).map(String::len).max();
        match longest {
            Some(length) => {
                out.push_str("***");
                rest = &rest[length..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_carried_out_and_secrets_hidden() {
        let text = "hello s3cret\n::group::Build\n::error file=a.js,line=3,title=Oh%3A no::broken%0Aagain\n::endgroup::\n\
                    ::debug::not shown\n::add-mask::other\nan other word\n::set-output name=v::1\n::stop-commands::x\n\
                    ::error::no\n::x::\n::notice::fine\nno ::error::end";
        let told = tell(text, &["s3cret".into()], false);
        let expected = format!(
            "hello ***\n##[group]Build\nError: broken\nagain\n##[endgroup]\n::add-mask::***\nan *** word\nWarning: \
             {DEPRECATED}\n::error::no\nNotice: fine\nno ::error::end"
        );
        assert_eq!(told.log, expected);
        assert_eq!(told.outputs.get("v").map(String::as_str), Some("1"));
        let [error, _, notice] = &told.annotations[..] else { panic!("{:?}", told.annotations) };
        let at = (error.level, error.file.as_str(), error.line, error.title.as_str());
        assert_eq!(at, (Level::Error, "a.js", 3, "Oh: no"));
        assert_eq!((notice.file.as_str(), notice.message.as_str()), (".github", "fine"));
        assert!(tell("::debug::seen", &[], true).log.contains("##[debug]seen"));
        assert_eq!(mask("abcd", &["ab".into(), "abc".into()]), "***d");
    }
}
