//! What a command name leads to: a program, or a script and what runs it.

use crate::state::Bash;
use vfs::Kind;
use world::Cx;

/// Programs of a real system that are only builtins here.
const BUILT_IN: [&str; 8] = ["[", "echo", "false", "kill", "printf", "pwd", "test", "true"];

impl Bash {
    /// What a command name stands for; or bash's exit code and words.
    pub(crate) fn resolve(&self, name: &str, cx: &Cx<'_>) -> Result<Target, (i32, String)> {
        if !name.contains('/') {
            let here = cx.world.has_program(&cx.machine_id(), name);
            if let Some(program) = cx.world.programs().get(name).filter(|_| here) {
                return Ok(Target::Program(program.name.into()));
            }
            if BUILT_IN.contains(&name) {
                return Ok(Target::Script(["bash", "-c", "\"$0\" \"$@\"", name].map(String::from).to_vec()));
            }
            return match self.in_path(name, cx) {
                Some(path) => self.script(&path, cx).map_err(|what| (127, what)),
                None => Err((127, "command not found".into())),
            };
        }
        let path = cx.path(name);
        match cx.files().stat(&path) {
            Err(error) => {
                let dir = vfs::parent(&path);
                let program = cx.world.programs().get(vfs::base_name(&path));
                match program.filter(|_| matches!(dir, "/bin" | "/usr/bin" | "/usr/local/bin")) {
                    Some(program) => Ok(Target::Program(program.name.into())),
                    None => Err((127, error.to_string())),
                }
            }
            Ok(stat) if stat.kind == Kind::Dir => Err((126, "Is a directory".into())),
            Ok(stat) if stat.mode & 0o111 == 0 => Err((126, "Permission denied".into())),
            Ok(_) => self.script(name, cx).map_err(|what| (127, what)),
        }
    }

    /// An executable file of that name in one of PATH's folders.
    pub(crate) fn in_path(&self, name: &str, cx: &Cx<'_>) -> Option<String> {
        let path = self.value("PATH", cx)?;
        path.split(':').filter(|dir| !dir.is_empty() && !name.is_empty()).map(|dir| format!("{dir}/{name}")).find(
            |file| cx.files().stat(&cx.path(file)).is_ok_and(|stat| stat.kind == Kind::File && stat.mode & 0o111 != 0),
        )
    }

    /// The command that runs a script: what its first line says.
    fn script(&self, path: &str, cx: &Cx<'_>) -> Result<Target, String> {
        let text = cx.files().read_text(&cx.path(path)).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        // A small file of an image that stands for a program.
        if first.starts_with("stands for ") {
            let program = cx.world.programs().get(vfs::base_name(path));
            return match program {
                Some(program) => Ok(Target::Program(program.name.into())),
                None => Err("what it stands for is real, but not part of this sandbox yet".into()),
            };
        }
        let Some(line) = first.strip_prefix("#!") else {
            return Ok(Target::Script(vec!["bash".into(), path.into()]));
        };
        let mut words: Vec<String> = line.split_whitespace().map(String::from).collect();
        if words.first().is_some_and(|word| word.ends_with("/env")) {
            words.remove(0);
            words.retain(|word| word != "-S");
        }
        let interpreter = words.first().cloned().unwrap_or_default();
        let Some(program) = cx.world.programs().get(vfs::base_name(&interpreter)) else {
            return Err("cannot execute: required file not found".into());
        };
        words[0] = program.name.into();
        words.push(path.into());
        Ok(Target::Script(words))
    }
}

/// What a command name leads to.
pub(crate) enum Target {
    Program(String),
    /// The interpreter, its arguments, the file.
    Script(Vec<String>),
}
