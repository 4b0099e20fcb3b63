//! Loops, `case` and the redirects of compound commands, as instructions of the machine.

use crate::code::{Op, Simple};
use crate::expand::Expanded;
use crate::glob::{Match, matches_as};
use crate::run::Flow;
use crate::state::{Bash, Loop};
use std::sync::Arc;
use world::Cx;

impl Bash {
    pub(crate) fn begin_loop(&mut self, end: usize, words: Option<(String, Vec<String>)>, text: String) {
        let frame = self.frame();
        let (top, unchecked, saved) = (frame.pc + 1, frame.unchecked, frame.saved.len());
        frame.loops.push(Loop { top, end, words, unchecked, saved, status: 0, text, menu: false, asked: false });
    }

    pub(crate) fn begin_for(&mut self, name: &str, words: &Arc<Simple>, end: usize, cx: &mut Cx<'_>) -> Expanded<Flow> {
        if !crate::parse::is_name(name) {
            self.complain(cx, &format!("`{name}': not a valid identifier"));
            self.status = 1;
            self.frame().pc = end + 1;
            return Ok(Flow::Jump);
        }
        let mut fields = self.fields(&words.words, cx)?;
        fields.reverse();
        let text = if self.options.xtrace { words.text.clone() } else { String::new() };
        self.begin_loop(end, Some((name.to_string(), fields)), text);
        self.status = 0;
        Ok(Flow::Next)
    }

    pub(crate) fn for_next(&mut self, end: usize, cx: &mut Cx<'_>) -> Flow {
        let next = self
            .frame()
            .loops
            .last_mut()
            .and_then(|current| Some((current.text.clone(), current.words.as_mut()?)))
            .and_then(|(text, (name, words))| words.pop().map(|word| (name.clone(), word, text)));
        match next {
            Some((name, word, text)) => {
                if self.options.xtrace {
                    let plus = self.plus();
                    cx.err(format!("{plus}for {name} in {text}\n"));
                }
                match self.assign(&name, None, false, &word, cx) {
                    Ok(()) => Flow::Next,
                    Err(trouble) => self.trouble(trouble, cx),
                }
            }
            None => {
                self.frame().pc = end;
                Flow::Jump
            }
        }
    }

    pub(crate) fn case_arm(&mut self, patterns: &Arc<Simple>, next: usize, cx: &mut Cx<'_>) -> Expanded<Flow> {
        let subject = self.frame().cases.last().cloned().unwrap_or_default();
        let how = Match { extglob: self.options.extglob, nocase: self.options.nocasematch };
        for word in &patterns.words {
            let pattern = self.pattern(word, cx)?;
            if matches_as(&pattern, &subject, how) {
                return Ok(Flow::Next);
            }
        }
        self.substs.clear();
        self.frame().pc = next;
        Ok(Flow::Jump)
    }

    pub(crate) fn open_redirect(&mut self, simple: &Arc<Simple>, cx: &mut Cx<'_>) -> Flow {
        if !self.ready(simple, cx) {
            return Flow::Wait;
        }
        let line = self.line;
        let mut fds = cx.fds();
        match self.redirect(&simple.redirects, &mut fds, cx) {
            Ok(()) => {
                let saved = cx.replace_fds(fds);
                self.frame().saved.push(saved);
                // The file that stands for a `<( )` stays until the end of the whole command.
                self.substs.clear();
                self.frame().pc += 1;
                Flow::Jump
            }
            Err(trouble) => {
                self.line = line.max(simple.line.min(line));
                let flow = self.trouble(trouble, cx);
                if flow == Flow::Turn {
                    self.skip_redirected();
                    return Flow::Jump;
                }
                flow
            }
        }
    }

    /// Goes behind the end of the redirected command that begins here.
    fn skip_redirected(&mut self) {
        let frame = self.frame();
        let mut depth = 0;
        while let Some(op) = frame.code.get(frame.pc) {
            frame.pc += 1;
            match op {
                Op::Redirect(_) => depth += 1,
                Op::EndRedirect => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}

pub(crate) fn leave_loop(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>, leave: bool) -> Flow {
    let name = if leave { "break" } else { "continue" };
    if shell.frame().loops.is_empty() {
        let message = format!("{name}: only meaningful in a `for', `while', or `until' loop");
        return shell.usage(cx, &message, 0);
    }
    let depth = match args.first().map(|arg| (arg, arg.parse::<i64>())) {
        None => 1,
        Some((_, Ok(n))) if n > 0 => usize::try_from(n).unwrap_or(usize::MAX),
        Some((arg, Ok(_))) => {
            shell.complain(cx, &format!("{name}: {arg}: loop count out of range"));
            shell.status = 1;
            let frame = shell.frame();
            frame.pc = frame.loops[0].end;
            frame.loops.truncate(1);
            return Flow::Jump;
        }
        Some((arg, Err(_))) => {
            shell.complain(cx, &format!("{name}: {arg}: numeric argument required"));
            shell.exiting = Some(128);
            return Flow::Jump;
        }
    };
    let frame = shell.frame();
    let target = frame.loops.len().saturating_sub(depth);
    frame.loops.truncate(target + 1);
    let here = frame.loops[target].clone();
    frame.pc = if leave { here.end } else { here.top };
    frame.unchecked = here.unchecked;
    while shell.frame().saved.len() > here.saved {
        if let Some(saved) = shell.frame().saved.pop() {
            cx.restore_fds(saved);
        }
    }
    shell.status = 0;
    Flow::Jump
}
