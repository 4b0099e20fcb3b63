//! How a shell starts: its own arguments.

use crate::state::Bash;
use world::Cx;

impl Bash {
    /// Reads the arguments; an exit code where there is nothing to run.
    pub(crate) fn start(&mut self, cx: &mut Cx<'_>) -> Option<i32> {
        self.import_env(cx);
        let args = std::mem::take(&mut self.params);
        let mut at = 0;
        let (mut text, mut reads_input) = (None, false);
        while let Some(arg) = args.get(at).filter(|arg| arg.len() > 1 && arg.starts_with('-')) {
            at += 1;
            match arg.as_str() {
                "-i" => self.interactive = true,
                "-s" => reads_input = true,
                "-O" | "+O" => {
                    let option = args.get(at).cloned().unwrap_or_default();
                    at += 1;
                    crate::options::shopt(self, &["-s".to_string(), option], cx);
                }
                "--" => break,
                "--version" => {
                    cx.out("GNU bash, version 5.2.15(1)-release, as far as this sandbox simulates it\n");
                    return Some(0);
                }
                "--noprofile" | "--norc" | "-l" | "--login" => {}
                "-o" => {
                    let option = ["-o".to_string(), args.get(at).cloned().unwrap_or_default()];
                    at += 1;
                    if let Err(message) = self.set_options(&option) {
                        cx.err(format!("bash: {message}\n"));
                        return Some(2);
                    }
                }
                flags => {
                    let wants_text = flags.contains('c');
                    let rest: String = flags.chars().filter(|c| !matches!(c, 'c' | 'i' | 'l')).collect();
                    self.interactive |= flags.contains('i');
                    if rest.len() > 1
                        && let Err(message) = self.set_options(&[rest])
                    {
                        cx.err(format!("bash: {message}\n"));
                        return Some(2);
                    }
                    if wants_text {
                        let Some(given) = args.get(at) else {
                            cx.err("bash: -c: option requires an argument\n");
                            return Some(2);
                        };
                        text = Some(given.clone());
                        at += 1;
                    }
                }
            }
        }
        self.options.expand_aliases |= self.interactive;
        let operands = args[at.min(args.len())..].to_vec();
        self.begin(text, operands, reads_input, cx)
    }

    /// Takes the source: a text, a file, or standard input.
    fn begin(
        &mut self,
        text: Option<String>,
        mut operands: Vec<String>,
        reads_input: bool,
        cx: &mut Cx<'_>,
    ) -> Option<i32> {
        if let Some(text) = text {
            if !operands.is_empty() {
                self.name = operands.remove(0);
            }
            self.source = text;
            self.text_given = true;
        } else if operands.is_empty() || reads_input {
            self.reads_input = true;
        } else {
            let file = operands.remove(0);
            match cx.files().read(&cx.path(&file)) {
                Ok(bytes) => self.source = String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) => {
                    let code = if error == vfs::VfsError::NotFound { 127 } else { 126 };
                    cx.err(format!("bash: {file}: {error}\n"));
                    return Some(code);
                }
            }
            self.name = file;
        }
        self.params = operands;
        None
    }
}
