//! What the instructions do, one by one.

use crate::code::{Code, Op, Simple};
use crate::expand::{Ends, Expanded, Trouble};
use crate::run::Flow;
use crate::state::{Bash, Function, Waiting};
use std::sync::Arc;
use world::Cx;

impl Bash {
    pub(crate) fn op(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        let flow = match op {
            Op::Simple(simple) => self.simple(simple, cx),
            Op::Pipeline(parts) => self.pipeline(parts, cx),
            Op::Subshell(code) => {
                let fds = cx.fds();
                let pid = cx.spawn_as(self.subshell(code, cx), fds);
                self.wait = Waiting::Children { pids: vec![pid], statuses: vec![None] };
                Flow::Spawned
            }
            Op::Background { code, text } => self.background(code, text, cx),
            Op::Redirect(simple) => self.open_redirect(simple, cx),
            Op::For { name, words, end } => {
                self.prepared(words, cx, |shell, cx| shell.begin_for(name, words, *end, cx))
            }
            Op::Select { name, words, end } => {
                self.prepared(words, cx, |shell, cx| shell.begin_select(name, words, *end, cx))
            }
            Op::Case(subject) => self.prepared(subject, cx, |shell, cx| {
                let text = subject.words.first().map_or(Ok(String::new()), |word| shell.text(word, cx))?;
                shell.trace_text("case ", subject, " in", cx);
                shell.frame().cases.push(text);
                shell.status = 0;
                Ok(Flow::Next)
            }),
            Op::CaseArm { patterns, next } => {
                self.prepared(patterns, cx, |shell, cx| shell.case_arm(patterns, *next, cx))
            }
            Op::Arith(simple) => self.prepared(simple, cx, |shell, cx| shell.arith_command(simple, cx)),
            Op::Cond(simple) => self.prepared(simple, cx, |shell, cx| shell.condition(simple, cx)),
            Op::Check => self.check(cx),
            _ => self.jump(op, cx),
        };
        if self.options.noexec && !self.interactive && flow == Flow::Next {
            self.status = 0;
        }
        flow
    }

    /// Runs the substitutions, then does what needs them.
    fn prepared(
        &mut self,
        simple: &Arc<Simple>,
        cx: &mut Cx<'_>,
        then: impl FnOnce(&mut Self, &mut Cx<'_>) -> Expanded<Flow>,
    ) -> Flow {
        if !self.ready(simple, cx) {
            return Flow::Wait;
        }
        if !self.interactive {
            self.line = simple.line;
        }
        match then(self, cx) {
            Ok(flow) => flow,
            Err(trouble) => self.trouble(trouble, cx),
        }
    }

    fn arith_command(&mut self, simple: &Simple, cx: &mut Cx<'_>) -> Expanded<Flow> {
        let text = match simple.words.first() {
            Some(word) => self.text(word, cx)?,
            None => String::new(),
        };
        if self.options.xtrace {
            let plus = self.plus();
            cx.err(format!("{plus}(( {text} ))\n"));
        }
        match self.arithmetic(&text, cx) {
            Ok(value) => self.status = i32::from(value == 0),
            Err(trouble) => {
                let unset = trouble.message.ends_with("unbound variable");
                let trouble = Trouble {
                    message: if unset { trouble.message } else { format!("((: {}", trouble.message) },
                    ends: match trouble.ends {
                        Ends::Line => Ends::Command,
                        other => other,
                    },
                };
                if trouble.ends != Ends::Command {
                    return Err(trouble);
                }
                self.complain(cx, &trouble.message);
                self.status = 1;
            }
        }
        Ok(Flow::Next)
    }

    fn jump(&mut self, op: &Op, cx: &mut Cx<'_>) -> Flow {
        let status = self.status;
        match op {
            Op::Jump(to) => {
                self.frame().pc = *to;
                return Flow::Jump;
            }
            Op::JumpIfFailed(to) | Op::JumpIfOk(to) if (status != 0) == matches!(op, Op::JumpIfFailed(_)) => {
                self.frame().pc = *to;
                return Flow::Jump;
            }
            Op::Negate => self.status = i32::from(status == 0),
            Op::CheckOff => self.frame().unchecked += 1,
            Op::CheckOn => {
                let frame = self.frame();
                frame.unchecked = frame.unchecked.saturating_sub(1);
            }
            Op::While { end, enter } => {
                self.begin_loop(*end, None, String::new());
                self.frame().pc = *enter;
                return Flow::Jump;
            }
            Op::ForNext { end } => return self.for_next(*end, cx),
            Op::SelectNext { end } => return self.select_next(*end, cx),
            Op::EndRound => {
                if let Some(current) = self.frame().loops.last_mut() {
                    current.status = status;
                }
            }
            Op::LoopStatus => self.status = self.frame().loops.last().map_or(0, |current| current.status),
            Op::EndLoop => {
                self.frame().loops.pop();
            }
            Op::Ok => self.status = 0,
            Op::EndRedirect => {
                if let Some(saved) = self.frame().saved.pop() {
                    cx.restore_fds(saved);
                }
            }
            Op::Define { name, body } => self.define(name, body, cx),
            Op::EndCase => {
                self.frame().cases.pop();
            }
            Op::Time { .. } => self.timers.push(cx.now()),
            Op::EndTime { posix } => self.say_time(*posix, cx),
            _ => {}
        }
        Flow::Next
    }

    fn define(&mut self, name: &str, body: &Arc<Code>, cx: &mut Cx<'_>) {
        let place = match &self.place {
            Some(place) => place.clone(),
            None if self.text_given => "environment".into(),
            None if self.reads_input => "main".into(),
            None => self.name.clone(),
        };
        if name.contains(['$', '\'', '"']) {
            self.complain(cx, &format!("`{name}': not a valid identifier"));
            self.status = 1;
            return;
        }
        self.functions.insert(name.to_string(), Function { code: body.clone(), place });
        self.status = 0;
    }

    fn say_time(&mut self, posix: bool, cx: &mut Cx<'_>) {
        let Some(began) = self.timers.pop() else { return };
        let micros = cx.now().as_micros().saturating_sub(began.as_micros());
        let (minutes, rest) = (micros / 60_000_000, micros % 60_000_000);
        let (secs, millis) = (rest / 1_000_000, rest % 1_000_000 / 1000);
        if let Some(format) = self.vars.get("TIMEFORMAT").and_then(crate::vars::Var::scalar).filter(|_| !posix) {
            let text = timed(format, micros);
            cx.err(text);
            return;
        }
        cx.err(if posix {
            format!("real {}.{:02}\nuser 0.00\nsys 0.00\n", minutes * 60 + secs, millis / 10)
        } else {
            format!("\nreal\t{minutes}m{secs}.{millis:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
        });
    }
}

/// TIMEFORMAT: `%R`, `%U`, `%S`, with digits and an `l` before the letter; `%P`.
fn timed(format: &str, micros: u64) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let digits = chars.next_if(char::is_ascii_digit).and_then(|c| c.to_digit(10)).unwrap_or(3).min(3) as usize;
        let long = chars.next_if_eq(&'l').is_some();
        let micros = match chars.next() {
            Some('R') => micros,
            // Programs here take no time of a processor.
            Some('U' | 'S') => 0,
            Some('P') => {
                out.push_str("0.00");
                continue;
            }
            Some(other) => {
                out.push(other);
                continue;
            }
            None => break,
        };
        let millis = format!("{:03}", micros / 1000 % 1000);
        let fraction = if digits > 0 { format!(".{}", &millis[..digits]) } else { String::new() };
        let secs = micros / 1_000_000;
        out.push_str(&if long {
            format!("{}m{}{fraction}s", secs / 60, secs % 60)
        } else {
            format!("{secs}{fraction}")
        });
    }
    out.push('\n');
    out
}
