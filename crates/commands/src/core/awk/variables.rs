//! Awk's variables and arrays.

use super::fields::count;
use super::run::{Cell, Machine, Run, Stop, known};
use super::tree::{Expr, Place};
use super::value::Value;
use world::Cx;

impl Machine<'_> {
    pub fn cell(&mut self, place: Place) -> &mut Cell {
        match place {
            Place::Global(at) => &mut self.globals[at],
            Place::Local(at) => &mut self.frames.last_mut().expect("a local variable stands in a call")[at],
        }
    }

    pub fn get_place(&mut self, place: Place) -> Run<Value> {
        if place == Place::Global(known::NF) {
            self.cut();
        }
        match self.cell(place) {
            Cell::Value(value) => Ok(value.clone()),
            Cell::Empty | Cell::Maybe(_) => Ok(Value::Nothing),
            Cell::Array(_) => Err(Stop::Wrong("run time error: type error: array used as a scalar".into())),
        }
    }

    pub fn set_place(&mut self, place: Place, value: Value) {
        *self.cell(place) = Cell::Value(value);
    }

    /// The array that a variable is, or becomes.
    pub fn array(&mut self, place: Place) -> Run<usize> {
        let next = self.arrays.len();
        match self.cell(place) {
            Cell::Array(at) => return Ok(*at),
            Cell::Value(_) => {
                return Err(Stop::Wrong("run time error: type error: scalar used as an array".into()));
            }
            cell @ Cell::Maybe(_) => {
                if let Cell::Maybe(at) = *cell {
                    *cell = Cell::Array(at);
                    return Ok(at);
                }
            }
            cell @ Cell::Empty => *cell = Cell::Array(next),
        }
        self.arrays.push(super::value::Array::default());
        Ok(next)
    }

    /// The key that indices make.
    pub fn key(&mut self, index: &[Expr], cx: &mut Cx<'_>) -> Run<String> {
        let mut parts = Vec::new();
        for expr in index {
            parts.push(self.string(expr, cx)?);
        }
        Ok(parts.join(&if parts.len() > 1 { self.global_text(known::SUBSEP) } else { String::new() }))
    }

    pub fn store(&mut self, place: &Expr, value: Value, cx: &mut Cx<'_>) -> Run<()> {
        match place {
            Expr::Var(place) => {
                if matches!(self.cell(*place), Cell::Array(_)) {
                    return Err(Stop::Wrong("run time error: type error: assignment to an array".into()));
                }
                let number = value.number();
                self.set_place(*place, value);
                if *place == Place::Global(known::NF) {
                    self.cut();
                    self.fields.resize(count(number), String::new());
                    self.stale = true;
                    self.globals[known::NF] = Cell::Value(Value::Number(number));
                }
            }
            Expr::Field(index) => {
                let index = self.eval(index, cx)?.number();
                let text = value.text(&self.global_text(known::CONVFMT));
                if index == 0.0 {
                    self.set_record(text);
                    return Ok(());
                }
                if index < 0.0 {
                    return Err(Stop::Wrong(format!("run time error: negative field index ${index}")));
                }
                self.cut();
                let at = count(index);
                if at > self.fields.len() {
                    self.fields.resize(at, String::new());
                }
                self.fields[at - 1] = text;
                self.stale = true;
                self.count_fields();
            }
            Expr::Item(place, index) => {
                let key = self.key(index, cx)?;
                let array = self.array(*place)?;
                *self.arrays[array].item(&key) = value;
            }
            _ => return Err(Stop::Wrong("assignment to something that is no variable".into())),
        }
        Ok(())
    }
}
