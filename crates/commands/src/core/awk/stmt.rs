//! Awk's statements, and what they print.

use super::run::{Machine, Run, Stop, known};
use super::tree::{Expr, Place, Stmt};
use super::value::Value;
use world::Cx;

/// A program that takes more steps than this is stopped.
const STEPS_MAX: u64 = 20_000_000;

impl Machine<'_> {
    fn step(&mut self) -> Run<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(Stop::Wrong("stopped: a program may take so many steps in this sandbox and no more".into()));
        }
        Ok(())
    }

    pub fn stmt(&mut self, stmt: &Stmt, cx: &mut Cx<'_>) -> Run<()> {
        self.step()?;
        match stmt {
            Stmt::Block(all) => all.iter().try_for_each(|stmt| self.stmt(stmt, cx)),
            Stmt::Expr(expr) => self.eval(expr, cx).map(|_| ()),
            Stmt::Print(args, formatted, to) => self.print_stmt(args, *formatted, to.as_ref(), cx),
            Stmt::If(condition, then, otherwise) => {
                if self.truth(condition, cx)? {
                    self.stmt(then, cx)
                } else {
                    otherwise.as_ref().map_or(Ok(()), |stmt| self.stmt(stmt, cx))
                }
            }
            Stmt::While(condition, body) => {
                while self.truth(condition, cx)? {
                    if self.looped(body, cx)? {
                        break;
                    }
                }
                Ok(())
            }
            Stmt::Do(body, condition) => loop {
                if self.looped(body, cx)? || !self.truth(condition, cx)? {
                    return Ok(());
                }
            },
            Stmt::For(start, condition, step, body) => {
                if let Some(start) = start {
                    self.stmt(start, cx)?;
                }
                loop {
                    if let Some(condition) = condition
                        && !self.truth(condition, cx)?
                    {
                        return Ok(());
                    }
                    if self.looped(body, cx)? {
                        return Ok(());
                    }
                    if let Some(step) = step {
                        self.stmt(step, cx)?;
                    }
                }
            }
            Stmt::ForIn(name, array, body) => self.for_in(*name, *array, body, cx),
            Stmt::Break => Err(Stop::Break),
            Stmt::Continue => Err(Stop::Continue),
            Stmt::Next => Err(Stop::Next),
            Stmt::NextFile => Err(Stop::NextFile),
            Stmt::Exit(code) => self.exit(code.as_ref(), cx),
            Stmt::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::Nothing), |expr| self.eval(expr, cx))?;
                Err(Stop::Return(value))
            }
            Stmt::Delete(place, index) => {
                let array = self.array(*place)?;
                match index {
                    Some(index) => {
                        let key = self.key(index, cx)?;
                        self.arrays[array].remove(&key);
                    }
                    None => self.arrays[array].clear(),
                }
                Ok(())
            }
        }
    }

    fn exit(&mut self, code: Option<&Expr>, cx: &mut Cx<'_>) -> Run<()> {
        let code = match code {
            Some(expr) => self.eval(expr, cx)?.number(),
            None => f64::from(self.code),
        };
        #[expect(clippy::cast_possible_truncation, reason = "an exit code is small")]
        Err(Stop::Exit((code as i64 & 255) as i32))
    }

    fn for_in(&mut self, name: Place, array: Place, body: &Stmt, cx: &mut Cx<'_>) -> Run<()> {
        let array = self.array(array)?;
        for key in self.arrays[array].keys() {
            if self.arrays[array].get(&key).is_none() {
                continue;
            }
            self.set_place(name, Value::Input(key));
            if self.looped(body, cx)? {
                break;
            }
        }
        Ok(())
    }

    /// A round of a loop; true where it is left.
    fn looped(&mut self, body: &Stmt, cx: &mut Cx<'_>) -> Run<bool> {
        self.step()?;
        match self.stmt(body, cx) {
            Ok(()) | Err(Stop::Continue) => Ok(false),
            Err(Stop::Break) => Ok(true),
            Err(stop) => Err(stop),
        }
    }

    fn print_stmt(&mut self, args: &[Expr], formatted: bool, to: Option<&(bool, Expr)>, cx: &mut Cx<'_>) -> Run<()> {
        let text = if formatted {
            let values = args.iter().map(|arg| self.eval(arg, cx)).collect::<Run<Vec<Value>>>()?;
            self.sprintf(&values)?
        } else {
            let format = self.global_text(known::OFMT);
            let mut texts = Vec::new();
            for arg in args {
                texts.push(self.eval(arg, cx)?.text(&format));
            }
            if args.is_empty() {
                texts.push(self.record().to_string());
            }
            texts.join(&self.global_text(known::OFS)) + &self.global_text(known::ORS)
        };
        let to = match to {
            Some((append, expr)) => Some((*append, self.eval(expr, cx)?.text("%.6g"))),
            None => None,
        };
        self.print(text, to, cx)
    }

    pub fn print(&mut self, text: String, to: Option<(bool, String)>, cx: &mut Cx<'_>) -> Run<()> {
        let Some((append, name)) = to else {
            self.out.extend_from_slice(text.as_bytes());
            return Ok(());
        };
        match name.as_str() {
            "/dev/stdout" | "-" => self.out.extend_from_slice(text.as_bytes()),
            "/dev/stderr" => {
                self.flush(cx);
                cx.err(text);
            }
            _ => {
                if !self.files.contains_key(&name) {
                    let old = if append {
                        cx.files().read(&cx.path(&name)).map(|b| b.into_owned()).unwrap_or_default()
                    } else {
                        Vec::new()
                    };
                    self.files.insert(name.clone(), old);
                }
                if let Some(bytes) = self.files.get_mut(&name) {
                    bytes.extend_from_slice(text.as_bytes());
                }
            }
        }
        Ok(())
    }

    /// Writes what has been printed so far.
    pub fn flush(&mut self, cx: &mut Cx<'_>) {
        let out = std::mem::take(&mut self.out);
        cx.out(out);
        let micros = cx.micros();
        for (name, bytes) in self.files.iter() {
            let path = cx.path(name);
            if name == "/dev/null" {
                continue;
            }
            if let Err(error) = cx.files_mut().write(&path, bytes.clone(), micros) {
                cx.err(format!("awk: cannot open \"{name}\" for output ({error})\n"));
            }
        }
    }
}
