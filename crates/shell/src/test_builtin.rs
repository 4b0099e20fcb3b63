//! `test` and `[`, and the tests that `[[` shares with them.

use crate::run::Flow;
use crate::state::Bash;
use vfs::Kind;
use world::Cx;

pub(crate) fn bracket(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    match args.split_last() {
        Some((last, args)) if last == "]" => evaluate(shell, "[", args, cx),
        _ => {
            shell.complain(cx, "[: missing `]'");
            shell.end(2)
        }
    }
}

pub(crate) fn test(shell: &mut Bash, args: &[String], cx: &mut Cx<'_>) -> Flow {
    evaluate(shell, "test", args, cx)
}

fn evaluate(shell: &mut Bash, name: &str, args: &[String], cx: &mut Cx<'_>) -> Flow {
    let verdict = {
        let mut parser = Parser { args, at: 0, shell, cx };
        parser.by_count()
    };
    match verdict {
        Ok(value) => {
            shell.status = i32::from(!value);
            Flow::Next
        }
        Err(message) => {
            shell.complain(cx, &format!("{name}: {message}"));
            shell.end(2)
        }
    }
}

struct Parser<'a, 'w> {
    args: &'a [String],
    at: usize,
    shell: &'a Bash,
    cx: &'a Cx<'w>,
}

type Verdict = Result<bool, String>;

impl Parser<'_, '_> {
    /// With few arguments, their number says what they mean.
    fn by_count(&mut self) -> Verdict {
        let args = self.args;
        match args {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [not, one] if not == "!" => Ok(one.is_empty()),
            [op, operand] if is_unary(op) => unary(op, operand, self.shell, self.cx),
            [op, _] => Err(format!("{op}: unary operator expected")),
            [left, op, right] if is_binary(op) => binary(left, op, right, self.cx),
            [_, op, _] if matches!(op.as_str(), "-a" | "-o") => self.whole(),
            [not, ..] if not == "!" && args.len() < 5 => {
                let mut rest = Parser { args: &args[1..], at: 0, shell: self.shell, cx: self.cx };
                Ok(!rest.by_count()?)
            }
            [open, one, close] if open == "(" && close == ")" => Ok(!one.is_empty()),
            [_, op, _] => Err(format!("{op}: binary operator expected")),
            _ => self.whole(),
        }
    }

    fn whole(&mut self) -> Verdict {
        let value = self.or()?;
        if self.at < self.args.len() { Err("too many arguments".into()) } else { Ok(value) }
    }

    fn peek(&self, ahead: usize) -> Option<&str> {
        self.args.get(self.at + ahead).map(String::as_str)
    }

    fn or(&mut self) -> Verdict {
        let mut value = self.and()?;
        while self.peek(0) == Some("-o") {
            self.at += 1;
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Verdict {
        let mut value = self.not()?;
        while self.peek(0) == Some("-a") {
            self.at += 1;
            value &= self.not()?;
        }
        Ok(value)
    }

    fn not(&mut self) -> Verdict {
        if self.peek(0) == Some("!") && self.peek(1).is_some() {
            self.at += 1;
            let mut negated = true;
            while self.peek(0) == Some("!") {
                negated = !negated;
                self.at += 1;
            }
            return Ok(self.primary()? != negated);
        }
        self.primary()
    }

    fn primary(&mut self) -> Verdict {
        let first = self.peek(0).ok_or("argument expected")?.to_string();
        if let (Some(op), Some(right)) = (self.peek(1), self.peek(2))
            && is_binary(op)
        {
            let (op, right) = (op.to_string(), right.to_string());
            self.at += 3;
            return binary(&first, &op, &right, self.cx);
        }
        if first == "(" && self.at < 200 {
            self.at += 1;
            let value = self.or()?;
            if self.peek(0) != Some(")") {
                return Err("`)' expected".into());
            }
            self.at += 1;
            return Ok(value);
        }
        if is_unary(&first)
            && let Some(operand) = self.peek(1).map(String::from)
        {
            self.at += 2;
            return unary(&first, &operand, self.shell, self.cx);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

pub(crate) fn is_unary(op: &str) -> bool {
    op.len() == 2 && op.starts_with('-') && "abcdefghknoprstuvwxzGLNORS".contains(&op[1..])
}

pub(crate) fn unary(op: &str, operand: &str, shell: &Bash, cx: &Cx<'_>) -> Verdict {
    let path = cx.path(operand);
    let files = cx.files();
    let special = matches!(operand, "/dev/null" | "/dev/stdin" | "/dev/stdout" | "/dev/stderr" | "/dev/tty");
    Ok(match op {
        "-n" => !operand.is_empty(),
        "-z" => operand.is_empty(),
        "-a" | "-e" | "-r" | "-w" | "-O" | "-G" => !operand.is_empty() && (special || files.exists(&path)),
        "-f" => !operand.is_empty() && files.is_file(&path),
        "-d" => !operand.is_empty() && files.is_dir(&path),
        "-s" => !operand.is_empty() && files.stat(&path).is_ok_and(|stat| stat.size > 0),
        "-x" => !operand.is_empty() && files.stat(&path).is_ok_and(|stat| stat.mode & 0o111 != 0),
        "-L" | "-h" => !operand.is_empty() && files.lstat(&path).is_ok_and(|stat| stat.kind == Kind::Symlink),
        "-c" => special,
        "-t" => match operand {
            "0" => cx.stdin_is_terminal(),
            "1" => cx.stdout_is_terminal(),
            _ => false,
        },
        "-v" => match operand.split_once('[') {
            Some((name, rest)) => shell.has_item(name, rest.trim_end_matches(']')),
            None => shell.value(operand, cx).is_some(),
        },
        "-R" => shell.vars.get(operand).is_some_and(|var| var.nameref),
        "-o" => shell.option(operand).unwrap_or(false),
        // No such files here: pipes, sockets, blocks, and no such bits.
        "-p" | "-S" | "-b" | "-g" | "-u" | "-k" | "-N" => false,
        other => return Err(format!("{other}: unary operator expected")),
    })
}

pub(crate) fn is_binary(op: &str) -> bool {
    matches!(op, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef")
}

fn binary(left: &str, op: &str, right: &str, cx: &Cx<'_>) -> Verdict {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
    Ok(match op {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        "-nt" | "-ot" | "-ef" => of_files(left, op, right, cx),
        _ => compare(op, number(left)?, number(right)?),
    })
}

pub(crate) fn compare(op: &str, left: i64, right: i64) -> bool {
    match op {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    }
}

pub(crate) fn of_files(left: &str, op: &str, right: &str, cx: &Cx<'_>) -> bool {
    let stat = |name: &str| cx.files().stat(&cx.path(name)).ok();
    match (stat(left), stat(right), op) {
        (Some(a), Some(b), "-nt") => a.mtime > b.mtime,
        (Some(a), Some(b), "-ot") => a.mtime < b.mtime,
        (Some(a), Some(b), _) => a.ino == b.ino,
        (Some(_), None, "-nt") | (None, Some(_), "-ot") => true,
        _ => false,
    }
}
