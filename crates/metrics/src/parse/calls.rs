//! Calls of functions and aggregations: how many arguments, and of what kinds.

use super::grammar::{Parsed, Parser};
use super::{Expr, Function};
use crate::value::Kind;

impl Parser<'_> {
    /// The second one of `info` is a list of labels.
    fn arguments(&mut self, of_info: bool) -> Parsed<Vec<(usize, Expr)>> {
        self.want("(", "")?;
        let mut args = Vec::new();
        while !self.eat(")") {
            let from = self.piece().from;
            self.fits_all = of_info && args.len() == 1 && self.is("{");
            args.push((from, self.expr(1)?));
            if self.eat(",") {
                if self.is(")") {
                    return Err((self.piece().from, "trailing commas not allowed in function call args".into()));
                }
            } else if !self.is(")") {
                return Err(self.unexpected(""));
            }
        }
        Ok(args)
    }

    pub(super) fn call(&mut self, from: usize, function: &'static Function) -> Parsed<Expr> {
        let of_info = function.name == "info";
        let args = self.arguments(of_info)?;
        let (least, most) = function.arity();
        let (name, count) = (function.name, args.len());
        let wrong = |words: &str, number: usize| {
            Err((from, format!("expected {words}{number} argument(s) in call to \"{name}\", got {count}")))
        };
        if least == most && count != least {
            return wrong("", least);
        }
        if count < least {
            return wrong("at least ", least);
        }
        if count > most {
            return wrong("at most ", most);
        }
        for (at, (place, arg)) in args.iter().enumerate() {
            expect(*place, arg, function.arg(at), &format!("call to function \"{name}\""))?;
            let (selects, nameless) = (matches!(arg, Expr::Select { .. }), self.text[*place..].starts_with('{'));
            if of_info && at == 1 && !(selects && nameless) {
                let what = if selects { ", got vector selector instead" } else { "" };
                return Err((*place, ["expected label selectors only", what].concat()));
            }
        }
        Ok(Expr::Call { function, args: args.into_iter().map(|(_, arg)| arg).collect() })
    }

    fn grouping(&mut self) -> Parsed<Option<(bool, Vec<String>)>> {
        let without = self.is_word("without");
        if !without && !self.is_word("by") {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some((without, self.names()?)))
    }

    pub(super) fn aggregate(&mut self, from: usize, op: &'static str) -> Parsed<Expr> {
        if op.starts_with("limit") && !self.features.experimental {
            let told = "() is experimental and must be enabled with --enable-feature=promql-experimental-functions";
            return Err((from, [op, told].concat()));
        }
        let before = self.grouping()?;
        let mut args = self.arguments(false)?;
        let grouping = match before {
            Some(before) => Some(before),
            None => self.grouping()?,
        };
        let (without, labels) = grouping.unwrap_or_default();
        let wanted =
            usize::from(matches!(op, "topk" | "bottomk" | "limitk" | "limit_ratio" | "count_values" | "quantile")) + 1;
        if args.is_empty() {
            return Err((from, "no arguments for aggregate expression provided".into()));
        }
        if args.len() != wanted {
            let told = "wrong number of arguments for aggregate expression provided, expected ";
            return Err((from, format!("{told}{wanted}, got {}", args.len())));
        }
        let (place, of) = args.pop().unwrap_or((from, Expr::Number(0.0)));
        expect(place, &of, Kind::Vector, "aggregation expression")?;
        let param = match args.pop() {
            Some((place, param)) => {
                let kind = if op == "count_values" { Kind::Text } else { Kind::Scalar };
                expect(place, &param, kind, "aggregation parameter")?;
                Some(Box::new(param))
            }
            None => None,
        };
        Ok(Expr::Aggregate { op, of: Box::new(of), param, labels, without })
    }
}

fn expect(place: usize, expr: &Expr, wanted: Kind, context: &str) -> Parsed<()> {
    let is = expr.kind();
    if is == wanted {
        return Ok(());
    }
    Err((place, format!("expected type {} in {context}, got {}", wanted.words(), is.words())))
}
