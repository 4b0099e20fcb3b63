//! Runs an awk program: records, rules, statements.

use super::tree::{Expr, Pattern, Place, Script, Stmt};
use super::value::{Array, Value};
use order::OrdMap;
use regex_lite::Regex;
use world::Cx;

/// What ends more than one statement.
#[derive(Debug)]
pub(super) enum Stop {
    Break,
    Continue,
    Next,
    NextFile,
    Exit(i32),
    Return(Value),
    Wrong(String),
}

pub(super) type Run<T> = Result<T, Stop>;

/// A program that takes more steps than this is stopped.
const STEPS_MAX: u64 = 20_000_000;

/// What a variable holds.
#[derive(Debug, Clone, Default)]
pub(super) enum Cell {
    #[default]
    Empty,
    /// Not used yet; if it becomes an array, it is this one.
    Maybe(usize),
    Value(Value),
    Array(usize),
}

/// Places of the known variables.
pub(super) mod known {
    pub const NF: usize = 0;
    pub const NR: usize = 1;
    pub const FNR: usize = 2;
    pub const FS: usize = 3;
    pub const OFS: usize = 4;
    pub const ORS: usize = 5;
    pub const RS: usize = 6;
    pub const FILENAME: usize = 7;
    pub const RSTART: usize = 8;
    pub const RLENGTH: usize = 9;
    pub const SUBSEP: usize = 10;
    pub const CONVFMT: usize = 11;
    pub const OFMT: usize = 12;
    pub const ENVIRON: usize = 13;
    pub const ARGV: usize = 14;
}

pub(super) struct Machine<'a> {
    pub script: &'a Script,
    pub globals: Vec<Cell>,
    pub arrays: Vec<Array>,
    pub frames: Vec<Vec<Cell>>,
    pub record: String,
    pub fields: Vec<String>,
    /// The fields have been cut from the record.
    pub split: bool,
    /// The record is to be joined from the fields.
    pub stale: bool,
    pub regexes: OrdMap<String, Regex>,
    steps: u64,
    out: Vec<u8>,
    /// Files written so far: the first `>` empties them.
    files: OrdMap<String, Vec<u8>>,
    /// Of files read by `getline`, what is left.
    pub inputs: OrdMap<String, Vec<String>>,
    operands: Vec<String>,
    next_operand: usize,
    stdin: String,
    /// Records of the file at hand, next one last.
    records: Option<Vec<String>>,
    inside: Vec<bool>,
    code: i32,
    pub seed: u64,
    pub last_seed: f64,
    pub now: sim::Time,
}

/// `name=value`.
pub(super) fn is_assignment(arg: &str) -> bool {
    arg.split_once('=').is_some_and(|(name, _)| {
        name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

impl<'a> Machine<'a> {
    pub fn new(script: &'a Script, stdin: String, operands: &[String], cx: &Cx<'_>) -> Self {
        let mut machine = Self {
            script,
            globals: vec![Cell::Empty; script.globals.len()],
            arrays: Vec::new(),
            frames: Vec::new(),
            record: String::new(),
            fields: Vec::new(),
            split: true,
            stale: false,
            regexes: OrdMap::new(),
            steps: 0,
            out: Vec::new(),
            files: OrdMap::new(),
            inputs: OrdMap::new(),
            operands: operands.to_vec(),
            next_operand: 0,
            stdin,
            records: None,
            inside: vec![false; script.rules.len()],
            code: 0,
            seed: 0x2545_f491_4f6c_dd1d,
            last_seed: 0.0,
            now: cx.now(),
        };
        for (place, text) in [
            (known::FS, " "),
            (known::OFS, " "),
            (known::ORS, "\n"),
            (known::RS, "\n"),
            (known::SUBSEP, "\x1c"),
            (known::CONVFMT, "%.6g"),
            (known::OFMT, "%.6g"),
        ] {
            machine.globals[place] = Cell::Value(Value::Text(text.into()));
        }
        for place in [known::NF, known::NR, known::FNR, known::RSTART] {
            machine.globals[place] = Cell::Value(Value::Number(0.0));
        }
        machine.globals[known::RLENGTH] = Cell::Value(Value::Number(-1.0));
        let environ = machine.array(Place::Global(known::ENVIRON));
        if let Ok(environ) = environ {
            for (name, value) in cx.env_all().iter() {
                *machine.arrays[environ].item(name) = Value::Input(value.clone());
            }
        }
        if let Ok(argv) = machine.array(Place::Global(known::ARGV)) {
            for (index, arg) in std::iter::once("awk").chain(operands.iter().map(String::as_str)).enumerate() {
                *machine.arrays[argv].item(&index.to_string()) = Value::Input(arg.into());
            }
        }
        machine
    }

    /// An assignment of the command line: its backslashes are read.
    pub fn command_line(&mut self, name: &str, value: &str) {
        let (value, _) = shell::unescape(value, shell::Escapes::Format);
        if let Some(at) = self.script.globals.iter().position(|known| known == name) {
            self.globals[at] = Cell::Value(Value::Input(value));
        }
    }

    pub fn run(&mut self, cx: &mut Cx<'_>) -> Run<i32> {
        let script = self.script;
        let mut ended = false;
        for (pattern, action) in &script.rules {
            if *pattern == Pattern::Begin
                && let Some(action) = action
            {
                match self.stmt(action, cx) {
                    Err(Stop::Exit(code)) => {
                        self.code = code;
                        ended = true;
                        break;
                    }
                    other => other?,
                }
            }
        }
        let reads = script.rules.iter().any(|(pattern, _)| *pattern != Pattern::Begin);
        if reads && !ended {
            match self.main_loop(cx) {
                Err(Stop::Exit(code)) => self.code = code,
                other => other?,
            }
        }
        for (pattern, action) in &script.rules {
            if *pattern == Pattern::End
                && (!ended || reads)
                && let Some(action) = action
            {
                match self.stmt(action, cx) {
                    Err(Stop::Exit(code)) => {
                        self.code = code;
                        break;
                    }
                    other => other?,
                }
            }
        }
        Ok(self.code)
    }

    fn main_loop(&mut self, cx: &mut Cx<'_>) -> Run<()> {
        while let Some(record) = self.next_record(cx)? {
            self.set_record(record);
            match self.rules(cx) {
                Ok(()) | Err(Stop::Next) => {}
                Err(Stop::NextFile) => self.records = None,
                Err(stop) => return Err(stop),
            }
        }
        Ok(())
    }

    fn rules(&mut self, cx: &mut Cx<'_>) -> Run<()> {
        let script = self.script;
        for (index, (pattern, action)) in script.rules.iter().enumerate() {
            let hit = match pattern {
                Pattern::Begin | Pattern::End => false,
                Pattern::Always => true,
                Pattern::When(expr) => self.truth(expr, cx)?,
                Pattern::Range(from, to) => {
                    let begins = self.inside[index] || self.truth(from, cx)?;
                    if begins {
                        self.inside[index] = !self.truth(to, cx)?;
                    }
                    begins
                }
            };
            if !hit {
                continue;
            }
            match action {
                Some(action) => self.stmt(action, cx)?,
                None => {
                    let record = self.record().to_string();
                    let end = self.global_text(known::ORS);
                    self.print(record + &end, None, cx)?;
                }
            }
        }
        Ok(())
    }

    /// The next record of the input, with `NR` and `FNR` moved on.
    pub fn next_record(&mut self, cx: &mut Cx<'_>) -> Run<Option<String>> {
        loop {
            if let Some(records) = &mut self.records {
                if let Some(record) = records.pop() {
                    for place in [known::NR, known::FNR] {
                        let count = self.global_number(place) + 1.0;
                        self.globals[place] = Cell::Value(Value::Number(count));
                    }
                    return Ok(Some(record));
                }
                self.records = None;
            }
            let Some(operand) = self.operands.get(self.next_operand).cloned() else {
                let untouched = self.next_operand == usize::MAX || self.operands.iter().any(|arg| !is_assignment(arg));
                if untouched {
                    return Ok(None);
                }
                self.next_operand = usize::MAX;
                let text = std::mem::take(&mut self.stdin);
                self.open(&text);
                continue;
            };
            self.next_operand += 1;
            if is_assignment(&operand) {
                let (name, value) = operand.split_once('=').unwrap_or((&operand, ""));
                self.command_line(name, value);
                continue;
            }
            let text = if operand == "-" {
                std::mem::take(&mut self.stdin)
            } else {
                match cx.files().read_text(&cx.path(&operand)) {
                    Ok(text) => text,
                    Err(error) => {
                        self.flush(cx);
                        return Err(Stop::Wrong(format!("cannot open {operand} ({error})")));
                    }
                }
            };
            self.globals[known::FILENAME] = Cell::Value(Value::Text(operand));
            self.globals[known::FNR] = Cell::Value(Value::Number(0.0));
            self.open(&text);
        }
    }

    fn open(&mut self, text: &str) {
        let mut records = self.records_of(text);
        records.reverse();
        self.records = Some(records);
    }

    pub fn records_of(&mut self, text: &str) -> Vec<String> {
        let separator = self.global_text(known::RS);
        if text.is_empty() {
            return Vec::new();
        }
        let chars = separator.chars().count();
        if separator.is_empty() {
            let body = text.trim_matches('\n');
            let mut all = Vec::new();
            let mut rest = body;
            while let Some(at) = rest.find("\n\n") {
                all.push(rest[..at].to_string());
                rest = rest[at..].trim_start_matches('\n');
            }
            if !rest.is_empty() {
                all.push(rest.to_string());
            }
            return all;
        }
        if chars == 1 {
            let body = text.strip_suffix(separator.as_str()).unwrap_or(text);
            return body.split(separator.as_str()).map(String::from).collect();
        }
        match self.regex(&separator) {
            Ok(regex) => {
                let mut all: Vec<String> = regex.split(text).map(String::from).collect();
                if all.last().is_some_and(|last| last.is_empty() || last == "\n") {
                    all.pop();
                }
                all
            }
            Err(_) => vec![text.to_string()],
        }
    }

    pub fn global_text(&self, place: usize) -> String {
        match &self.globals[place] {
            Cell::Value(value) => value.text("%.6g"),
            _ => String::new(),
        }
    }

    pub fn global_number(&self, place: usize) -> f64 {
        match &self.globals[place] {
            Cell::Value(value) => value.number(),
            _ => 0.0,
        }
    }

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

    fn print(&mut self, text: String, to: Option<(bool, String)>, cx: &mut Cx<'_>) -> Run<()> {
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
