//! Selectors, and what stands behind them: ranges, `offset`, `@`.

use super::grammar::{Parsed, Parser};
use super::lexer::Token;
use super::{At, Expr, Matcher, When};
use crate::labels::NAME;
use crate::value::Kind;

impl Parser<'_> {
    pub(super) fn selector(&mut self, from: usize, name: Option<&str>) -> Parsed<Expr> {
        let mut matchers = Vec::new();
        let fits_all = std::mem::take(&mut self.fits_all);
        let make = |place: usize, label: &str, op: &str, value: &str| {
            Matcher::new(label, op, value).map_err(|told| (place, told))
        };
        if let Some(name) = name {
            matchers.push(make(from, NAME, "=", name)?);
        }
        if self.eat("{") {
            while !self.eat("}") {
                let (place, context) = (self.piece().from, "label matching");
                let label = match self.next() {
                    Token::Word(label) if !label.contains(':') => label,
                    // A quoted name alone is the metric's.
                    Token::Text(label) => {
                        if self.is(",") || self.is("}") {
                            if name.is_some() || matchers.iter().any(|one: &Matcher| one.name == NAME) {
                                return Err((place, format!("metric name must not be set twice: {label:?}")));
                            }
                            matchers.push(make(place, NAME, "=", &label)?);
                            if !self.is("}") {
                                self.want(",", context)?;
                            }
                            continue;
                        }
                        label
                    }
                    _ => {
                        self.at -= 1;
                        let (place, told) = self.unexpected(context);
                        return Err((place, format!("{told}, expected identifier or \"}}\"")));
                    }
                };
                let Token::Sign(op @ ("=" | "!=" | "=~" | "!~")) = self.next() else {
                    self.at -= 1;
                    let (place, told) = self.unexpected(context);
                    return Err((place, format!("{told}, expected label matching operator")));
                };
                let Token::Text(value) = self.next() else {
                    self.at -= 1;
                    let (place, told) = self.unexpected(context);
                    return Err((place, format!("{told}, expected string")));
                };
                matchers.push(make(place, &label, op, &value)?);
                if !self.is("}") && !self.eat(",") {
                    let (place, told) = self.unexpected(context);
                    return Err((place, format!("{told}, expected \",\" or \"}}\"")));
                }
            }
        }
        if !fits_all && matchers.iter().all(|matcher| matcher.fits("")) {
            return Err((from, "vector selector must contain at least one non-empty matcher".into()));
        }
        Ok(Expr::Select { matchers, range: None, when: When::default() })
    }

    /// `[5m]`, `[1h:5m]`, `offset 1d`, `@ 1609746000`
    pub(super) fn postfix(&mut self, mut of: Expr) -> Parsed<Expr> {
        loop {
            let from = self.piece().from;
            if self.eat("[") {
                of = self.ranged(from, of)?;
            } else if self.eat_word("offset") {
                let minus = self.eat("-");
                if !minus {
                    self.eat("+");
                }
                let millis = self.millis("offset")?;
                let Some(when) = when_of(&mut of) else {
                    let told = "offset modifier must be preceded by an instant vector selector or range vector \
                                selector or a subquery";
                    return Err((from, told.into()));
                };
                when.offset = if minus { -millis } else { millis };
            } else if self.eat("@") {
                let at = self.moment()?;
                let Some(when) = when_of(&mut of) else {
                    let told = "@ modifier must be preceded by an instant vector selector or range vector selector \
                                or a subquery";
                    return Err((from, told.into()));
                };
                when.at = Some(at);
            } else {
                return Ok(of);
            }
        }
    }

    fn moment(&mut self) -> Parsed<At> {
        let sign = if self.eat("-") { -1.0 } else { 1.0 };
        self.eat("+");
        for (name, at) in [("start", At::Start), ("end", At::End)] {
            if self.eat_word(name) {
                self.want("(", "@")?;
                self.want(")", "@")?;
                return Ok(at);
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "moments are milliseconds")]
        match self.next() {
            Token::Number(secs) if secs.is_finite() && secs.abs() < 9e15 => {
                Ok(At::Time(libm::round(sign * secs * 1_000.0) as i64))
            }
            Token::Duration(millis) => Ok(At::Time(if sign < 0.0 { -millis } else { millis })),
            Token::Number(_) => Err((self.pieces[self.at - 1].from, "timestamp out of bounds for @ modifier".into())),
            _ => {
                self.at -= 1;
                let (place, told) = self.unexpected("@");
                Err((place, format!("{told}, expected timestamp")))
            }
        }
    }

    fn millis(&mut self, context: &str) -> Parsed<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "durations are milliseconds")]
        match self.next() {
            Token::Duration(millis) => Ok(millis),
            Token::Number(secs) if secs.is_finite() && secs.abs() < 9e12 => Ok(libm::round(secs * 1_000.0) as i64),
            _ => {
                self.at -= 1;
                let (place, told) = self.unexpected(context);
                Err((place, format!("{told}, expected number, duration, step(), or range()")))
            }
        }
    }

    fn ranged(&mut self, from: usize, of: Expr) -> Parsed<Expr> {
        let place = self.piece().from;
        let range = self.millis("subquery or range selector")?;
        if range <= 0 {
            return Err((place, "duration must be greater than 0".into()));
        }
        if self.eat(":") {
            let step = if self.is("]") { None } else { Some(self.millis("subquery selector")?) };
            self.want("]", "subquery selector")?;
            if !matches!(of.kind(), Kind::Vector | Kind::Scalar) {
                let told = "subquery is only allowed on instant vector, got ";
                return Err((from, format!("{told}{} instead", of.kind().words())));
            }
            return Ok(Expr::Subquery { of: Box::new(of), range, step, when: When::default() });
        }
        self.want("]", "subquery or range")?;
        match of {
            Expr::Select { matchers, range: None, when } if when == When::default() => {
                Ok(Expr::Select { matchers, range: Some(range), when })
            }
            Expr::Select { range: None, .. } => Err((from, "no offset or @ modifiers allowed before range".into())),
            _ => Err((from, "ranges only allowed for vector selectors".into())),
        }
    }
}

fn when_of(expr: &mut Expr) -> Option<&mut When> {
    match expr {
        Expr::Select { when, .. } | Expr::Subquery { when, .. } => Some(when),
        _ => None,
    }
}
