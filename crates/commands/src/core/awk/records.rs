//! The input of an awk program, record by record.

use super::run::{Cell, Machine, Run, Stop, is_assignment, known};
use super::value::Value;
use world::Cx;

impl Machine<'_> {
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
}
