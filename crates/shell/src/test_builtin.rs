//! `test` and `[`.

use crate::run::{Bash, Flow};
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
    let mut parser = Parser { args, at: 0, cx };
    let result = if args.is_empty() { Ok(false) } else { parser.or() };
    let rest = parser.at < args.len();
    match result {
        Ok(_) if rest => {
            shell.complain(cx, &format!("{name}: too many arguments"));
            shell.end(2)
        }
        Ok(value) => shell.end(i32::from(!value)),
        Err(message) => {
            shell.complain(cx, &format!("{name}: {message}"));
            shell.end(2)
        }
    }
}

struct Parser<'a, 'w> {
    args: &'a [String],
    at: usize,
    cx: &'a Cx<'w>,
}

type Verdict = Result<bool, String>;

impl Parser<'_, '_> {
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
            return Ok(!self.not()?);
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
            return binary(&first, &op, &right);
        }
        if first == "(" {
            self.at += 1;
            let value = self.or()?;
            if self.peek(0) != Some(")") {
                return Err("`)' expected".into());
            }
            self.at += 1;
            return Ok(value);
        }
        if first.len() == 2
            && first.starts_with('-')
            && let Some(operand) = self.peek(1).map(String::from)
        {
            self.at += 2;
            return self.unary(&first, &operand);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }

    fn unary(&self, op: &str, operand: &str) -> Verdict {
        let path = self.cx.path(operand);
        let files = self.cx.files();
        Ok(match op {
            "-n" => !operand.is_empty(),
            "-z" => operand.is_empty(),
            "-e" | "-r" | "-w" => !operand.is_empty() && files.exists(&path),
            "-f" => files.is_file(&path),
            "-d" => files.is_dir(&path),
            "-s" => files.stat(&path).is_ok_and(|stat| stat.size > 0),
            "-x" => files.stat(&path).is_ok_and(|stat| stat.mode & 0o111 != 0),
            "-L" | "-h" => files.lstat(&path).is_ok_and(|stat| stat.kind == vfs::Kind::Symlink),
            "-t" => match operand {
                "0" => self.cx.stdin_is_terminal(),
                "1" => self.cx.stdout_is_terminal(),
                _ => false,
            },
            other => return Err(format!("{other}: unary operator expected")),
        })
    }
}

fn is_binary(op: &str) -> bool {
    matches!(op, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

fn binary(left: &str, op: &str, right: &str) -> Verdict {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
    Ok(match op {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        _ => {
            let (left, right) = (number(left)?, number(right)?);
            match op {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                _ => left >= right,
            }
        }
    })
}
