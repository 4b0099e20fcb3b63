//! Runs an awk program: its state, and its rules over the records.

use super::tree::{Pattern, Place, Script};
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
    pub steps: u64,
    pub out: Vec<u8>,
    /// Files written so far: the first `>` empties them.
    pub files: OrdMap<String, Vec<u8>>,
    /// Of files read by `getline`, what is left.
    pub inputs: OrdMap<String, Vec<String>>,
    pub operands: Vec<String>,
    pub next_operand: usize,
    pub stdin: String,
    /// Records of the file at hand, next one last.
    pub records: Option<Vec<String>>,
    inside: Vec<bool>,
    pub code: i32,
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
}
