//! The record and its fields.

use super::run::{Cell, Machine, Run, Stop, known};
use super::value::Value;

impl Machine<'_> {
    pub fn set_record(&mut self, record: String) {
        self.record = record;
        self.split = false;
        self.stale = false;
    }

    /// `$0`.
    pub fn record(&mut self) -> &str {
        if self.stale {
            self.record = self.fields.join(&self.global_text(known::OFS));
            self.stale = false;
        }
        &self.record
    }

    pub fn count_fields(&mut self) {
        let count = u32::try_from(self.fields.len()).unwrap_or(u32::MAX);
        self.globals[known::NF] = Cell::Value(Value::Number(f64::from(count)));
    }

    /// Cuts the record into fields.
    pub fn cut(&mut self) {
        if !self.split {
            let separator = self.global_text(known::FS);
            let record = std::mem::take(&mut self.record);
            self.fields = self.pieces(&record, &separator);
            self.record = record;
            self.split = true;
            self.count_fields();
        }
    }

    pub fn pieces(&mut self, text: &str, separator: &str) -> Vec<String> {
        if separator == " " {
            return text.split([' ', '\t', '\n']).filter(|piece| !piece.is_empty()).map(String::from).collect();
        }
        if text.is_empty() {
            return Vec::new();
        }
        if separator.is_empty() {
            return text.chars().map(String::from).collect();
        }
        let mut chars = separator.chars();
        let single = chars.next().filter(|c| chars.next().is_none() && !matches!(c, '\\'));
        // Where an empty line separates records, a newline separates fields, too.
        let lines = self.global_text(known::RS).is_empty();
        if let Some(c) = single {
            return text.split(|d| d == c || (lines && d == '\n')).map(String::from).collect();
        }
        match self.regex(separator) {
            Ok(regex) => regex.split(text).map(String::from).collect(),
            Err(_) => vec![text.to_string()],
        }
    }

    pub fn field(&mut self, index: f64) -> Run<Value> {
        if index < 0.0 {
            return Err(Stop::Wrong(format!("run time error: negative field index ${index}")));
        }
        if index < 1.0 {
            return Ok(Value::Input(self.record().to_string()));
        }
        self.cut();
        Ok(self.fields.get(count(index) - 1).map_or(Value::Nothing, |text| Value::Input(text.clone())))
    }
}

/// A number of fields; within a limit.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and positive")]
pub(super) fn count(number: f64) -> usize {
    number.clamp(0.0, 100_000.0) as usize
}
