//! `find`: walks folders and asks an expression about each entry.

use super::find_expr::{Act, Expr};
use super::find_parse::parse;
use super::run_list::{Item, Progress, RunList};
use serde::{Deserialize, Serialize};
use vfs::Kind;
use world::{Behaviour, Cx, Step};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Find {
    list: Option<RunList>,
    /// Something went wrong on the way.
    code: i32,
    /// Commands with `+`: their failure counts.
    batches: bool,
}

impl From<Vec<String>> for Find {
    fn from(_: Vec<String>) -> Self {
        Self::default()
    }
}

/// Folders deeper than this are not entered.
const DEPTH_MAX: usize = 64;

/// One walk.
struct Walk<'a, 'w> {
    cx: &'a mut Cx<'w>,
    expr: &'a Expr,
    items: Vec<Item>,
    /// Of each `-exec … +`, the paths so far.
    batches: Vec<(Vec<String>, Vec<String>)>,
    code: i32,
    over: bool,
}

impl Find {
    fn begin(&mut self, cx: &mut Cx<'_>) -> Result<(), i32> {
        let args = cx.args();
        let first = args
            .iter()
            .position(|arg| arg.starts_with('-') && arg.len() > 1 || matches!(arg.as_str(), "(" | "!" | ","));
        let (paths, rest) = args.split_at(first.unwrap_or(args.len()));
        let rest: Vec<String> =
            rest.iter().skip_while(|arg| matches!(arg.as_str(), "-L" | "-P" | "-H")).cloned().collect();
        let expr = match parse(&rest, cx.now()) {
            Ok(expr) => expr,
            Err(message) => {
                cx.err(format!("find: {message}\n"));
                return Err(1);
            }
        };
        let paths = if paths.is_empty() { vec![".".to_string()] } else { paths.to_vec() };
        let mut walk = Walk { cx, expr: &expr, items: Vec::new(), batches: Vec::new(), code: 0, over: false };
        for path in &paths {
            let full = walk.cx.path(path);
            if let Err(error) = walk.cx.files().lstat(&full) {
                walk.items.push(Item::Err(format!("find: ‘{path}’: {error}\n")));
                walk.code = 1;
                continue;
            }
            walk.visit(path, 0);
        }
        let Walk { mut items, batches, code, .. } = walk;
        self.batches = !batches.is_empty();
        for (command, paths) in batches {
            let mut argv = command;
            argv.extend(paths);
            items.push(Item::Run(argv));
        }
        self.code = code;
        self.list = Some(RunList::new(items));
        Ok(())
    }
}

impl Walk<'_, '_> {
    fn visit(&mut self, path: &str, depth: usize) {
        if self.over {
            return;
        }
        let full = self.cx.path(path);
        let Ok(stat) = self.cx.files().lstat(&full) else { return };
        let mut prune = false;
        let in_range = depth >= self.expr.least && depth <= self.expr.most;
        if !self.expr.depth_first && in_range {
            self.ask(path, depth, &mut prune);
        }
        if stat.kind == Kind::Dir && depth < self.expr.most.min(DEPTH_MAX) && !prune {
            let names: Vec<String> =
                self.cx.files().names(&full).unwrap_or_default().into_iter().map(String::from).collect();
            for name in names {
                let below = if path.ends_with('/') { format!("{path}{name}") } else { format!("{path}/{name}") };
                self.visit(&below, depth + 1);
            }
        }
        if self.expr.depth_first && in_range {
            self.ask(path, depth, &mut prune);
        }
    }

    fn ask(&mut self, path: &str, depth: usize, prune: &mut bool) {
        let mut acts = Vec::new();
        self.expr.holds(path, depth, self.cx, &mut acts);
        for act in acts {
            match act {
                Act::Print(text) => self.items.push(Item::Out(text)),
                Act::Prune => *prune = true,
                Act::Quit => self.over = true,
                Act::Run(argv) => self.items.push(Item::Run(argv)),
                Act::Batch(command) => match self.batches.iter_mut().find(|(known, _)| *known == command) {
                    Some((_, paths)) => paths.push(path.to_string()),
                    None => self.batches.push((command, vec![path.to_string()])),
                },
                Act::Delete => {
                    let (full, micros) = (self.cx.path(path), self.cx.micros());
                    let files = self.cx.files_mut();
                    let dir = files.lstat(&full).is_ok_and(|stat| stat.kind == Kind::Dir);
                    let gone = if dir { files.remove_dir(&full, micros) } else { files.remove_file(&full, micros) };
                    if let Err(error) = gone {
                        self.items.push(Item::Err(format!("find: cannot delete ‘{path}’: {error}\n")));
                        self.code = 1;
                    }
                }
            }
        }
    }
}

impl Behaviour for Find {
    const PROGRAM: &'static str = "find";

    fn step(&mut self, cx: &mut Cx<'_>) -> Step {
        if self.list.is_none()
            && let Err(code) = self.begin(cx)
        {
            return Step::Done(code);
        }
        let env = cx.env_all();
        let Some(list) = &mut self.list else { return Step::Done(1) };
        loop {
            if matches!(list.step(cx, &env, false), Progress::Waits) {
                return Step::Child;
            }
            match list.missing.take() {
                Some(name) => {
                    cx.err(format!("find: ‘{name}’: No such file or directory\n"));
                    self.code = if self.batches { 1 } else { self.code };
                }
                None => {
                    let failed = self.batches && list.codes.iter().any(|code| *code != 0);
                    return Step::Done(self.code.max(i32::from(failed)));
                }
            }
        }
    }
}
