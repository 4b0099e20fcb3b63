//! The grammar: precedence climbing over tokens, and the check of types.

use super::lexer::{self, Piece, Token};
use super::{Expr, Matching, REAL, Side, find};
use crate::value::Kind;

const AGGREGATIONS: [&str; 14] = [
    "sum",
    "avg",
    "count",
    "min",
    "max",
    "group",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "count_values",
    "quantile",
    "limitk",
    "limit_ratio",
];
pub(crate) const NOT_HERE: &str = "is real, but not part of this sandbox yet";
/// Deeper than anybody writes.
const DEPTH_MAX: u32 = 100;

/// How tightly an operator binds.
const OPERATORS: [(&str, u8); 16] = [
    ("or", 1),
    ("and", 2),
    ("unless", 2),
    ("==", 3),
    ("!=", 3),
    ("<=", 3),
    (">=", 3),
    ("<", 3),
    (">", 3),
    ("+", 4),
    ("-", 4),
    ("*", 5),
    ("/", 5),
    ("%", 5),
    ("atan2", 5),
    ("^", 6),
];

pub(crate) fn is_comparison(op: &str) -> bool {
    matches!(op, "==" | "!=" | "<=" | ">=" | "<" | ">")
}

pub(crate) fn is_set(op: &str) -> bool {
    matches!(op, "or" | "and" | "unless")
}

pub(super) struct Parser<'t> {
    pub text: &'t str,
    pub pieces: Vec<Piece>,
    pub at: usize,
    depth: u32,
    pub features: Features,
    /// The next selector may fit everything.
    pub fits_all: bool,
}

/// What `--enable-feature` has switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features {
    /// `promql-experimental-functions`
    pub experimental: bool,
}

pub(super) type Parsed<T> = Result<T, (usize, String)>;

/// Reads an expression; the error is a whole line, `1:5: parse error: …`.
pub fn parse(text: &str) -> Result<Expr, String> {
    parse_with(text, Features::default())
}

/// With more than is on by itself.
pub fn parse_with(text: &str, features: Features) -> Result<Expr, String> {
    let read = || {
        let pieces = lexer::pieces(text)?;
        let mut parser = Parser { text, pieces, at: 0, depth: 0, features, fits_all: false };
        if *parser.token() == Token::End {
            return Err((0, "no expression found in input".to_string()));
        }
        let expr = parser.expr(1)?;
        match parser.token() {
            Token::End => Ok(expr),
            _ => Err(parser.unexpected("")),
        }
    };
    read().map_err(|(at, told)| {
        let before = &text[..at.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").len() + 1;
        format!("{line}:{column}: parse error: {told}")
    })
}

impl Parser<'_> {
    pub fn piece(&self) -> &Piece {
        &self.pieces[self.at.min(self.pieces.len() - 1)]
    }

    pub fn token(&self) -> &Token {
        &self.piece().token
    }

    pub fn next(&mut self) -> Token {
        let token = self.token().clone();
        self.at += 1;
        token
    }

    pub fn unexpected(&self, context: &str) -> (usize, String) {
        let piece = self.piece();
        let shown = piece.token.shown(&self.text[piece.from..piece.to]);
        let told = if context.is_empty() { String::new() } else { [" in ", context].concat() };
        (piece.from, format!("unexpected {shown}{told}"))
    }

    pub fn is(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(own) if *own == sign)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.token(), Token::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub fn eat(&mut self, sign: &str) -> bool {
        let there = self.is(sign);
        self.at += usize::from(there);
        there
    }

    pub fn eat_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        self.at += usize::from(there);
        there
    }

    pub fn want(&mut self, sign: &str, context: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.unexpected(context)) }
    }

    fn operator(&self) -> Option<(&'static str, u8)> {
        let own = match self.token() {
            Token::Sign(sign) => sign,
            Token::Word(word) => word.as_str(),
            _ => return None,
        };
        OPERATORS.iter().find(|(op, _)| op.eq_ignore_ascii_case(own)).copied()
    }

    pub fn expr(&mut self, least: u8) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err((self.piece().from, "expression is nested too deeply".into()));
        }
        let mut left = self.unary()?;
        while let Some((op, level)) = self.operator().filter(|(_, level)| *level >= least) {
            let from = self.piece().from;
            self.at += 1;
            let to_bool = self.eat_word("bool");
            let matching = self.matching(op)?;
            // `^` is the only one that binds to the right.
            let right = self.expr(if op == "^" { level } else { level + 1 })?;
            left = self.binary(from, op, (left, right), to_bool, matching)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let from = self.piece().from;
        let minus = self.is("-");
        if !minus && !self.is("+") {
            let atom = self.atom()?;
            return self.postfix(atom);
        }
        self.at += 1;
        // It binds as `*` does: `-2 ^ 2` is `-(2 ^ 2)`.
        let of = self.expr(6)?;
        let kind = of.kind();
        if !matches!(kind, Kind::Scalar | Kind::Vector) {
            let told = "unary expression only allowed on expressions of type scalar or instant vector, got \"";
            return Err((from, [told, kind.words(), "\""].concat()));
        }
        Ok(match of {
            Expr::Number(number) if minus => Expr::Number(-number),
            of if minus => Expr::Negate(Box::new(of)),
            of => of,
        })
    }

    fn matching(&mut self, op: &str) -> Parsed<Option<Matching>> {
        let on = self.is_word("on");
        if !on && !self.is_word("ignoring") {
            return Ok(None);
        }
        self.at += 1;
        let labels = self.names()?;
        let mut matching = Matching { on, labels, side: Side::None, include: Vec::new() };
        let (left, right) = (self.is_word("group_left"), self.is_word("group_right"));
        if left || right {
            if is_set(op) {
                return Err((self.piece().from, format!("no grouping allowed for \"{op}\" operation")));
            }
            let from = self.piece().from;
            self.at += 1;
            matching.side = if left { Side::Left } else { Side::Right };
            if self.is("(") {
                matching.include = self.names()?;
            }
            let both = matching.include.iter().find(|name| on && matching.labels.contains(name));
            if let Some(name) = both {
                return Err((from, format!("label \"{name}\" must not occur in ON and GROUP clause at once")));
            }
        }
        Ok(Some(matching))
    }

    fn binary(
        &self,
        from: usize,
        op: &'static str,
        (left, right): (Expr, Expr),
        to_bool: bool,
        matching: Option<Matching>,
    ) -> Parsed<Expr> {
        let (a, b) = (left.kind(), right.kind());
        let scalars = a == Kind::Scalar && b == Kind::Scalar;
        let told = if to_bool && !is_comparison(op) {
            "bool modifier can only be used on comparison operators".to_string()
        } else if is_comparison(op) && !to_bool && scalars {
            "comparisons between scalars must use BOOL modifier".into()
        } else if [a, b].iter().any(|kind| !matches!(kind, Kind::Scalar | Kind::Vector)) {
            "binary expression must contain only scalar and instant vector types".into()
        } else if is_set(op) && (a == Kind::Scalar || b == Kind::Scalar) {
            format!("set operator \"{op}\" not allowed in binary scalar expression")
        } else if matching.is_some() && (a != Kind::Vector || b != Kind::Vector) {
            "vector matching only allowed between instant vectors".into()
        } else {
            let plain = Matching { on: false, labels: Vec::new(), side: Side::None, include: Vec::new() };
            let matching = matching.unwrap_or(plain);
            return Ok(Expr::Binary { op, left: Box::new(left), right: Box::new(right), to_bool, matching });
        };
        Err((from, told))
    }

    /// `(a, "b")`
    pub fn names(&mut self) -> Parsed<Vec<String>> {
        self.want("(", "grouping opts")?;
        let mut names = Vec::new();
        while !self.eat(")") {
            match self.token().clone() {
                Token::Word(name) if !name.contains(':') => names.push(name),
                Token::Text(name) => names.push(name),
                _ => return Err(self.unexpected("grouping opts")),
            }
            self.at += 1;
            if !self.is(")") {
                self.want(",", "grouping opts")?;
            }
        }
        Ok(names)
    }

    fn atom(&mut self) -> Parsed<Expr> {
        #[expect(clippy::cast_precision_loss, reason = "a duration in seconds is a float")]
        match self.token().clone() {
            Token::Number(number) => {
                self.at += 1;
                Ok(Expr::Number(number))
            }
            Token::Duration(millis) => {
                self.at += 1;
                Ok(Expr::Number(millis as f64 / 1_000.0))
            }
            Token::Text(text) => {
                self.at += 1;
                Ok(Expr::Text(text))
            }
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.expr(1)?;
                self.want(")", "")?;
                Ok(Expr::Paren(Box::new(inner)))
            }
            Token::Sign("{") => {
                let from = self.piece().from;
                self.selector(from, None)
            }
            Token::Word(word) => self.word(&word),
            _ => Err(self.unexpected("")),
        }
    }

    fn word(&mut self, word: &str) -> Parsed<Expr> {
        let from = self.piece().from;
        self.at += 1;
        let aggregation = AGGREGATIONS.iter().find(|name| name.eq_ignore_ascii_case(word));
        if let Some(op) = aggregation.filter(|_| self.is("(") || self.is_word("by") || self.is_word("without")) {
            return self.aggregate(from, op);
        }
        if self.is("(") {
            let Some(function) = find(word) else {
                let real = REAL.split_whitespace().any(|name| name == word);
                let told = if real {
                    format!("function \"{word}\" {NOT_HERE}")
                } else {
                    format!("unknown function with name \"{word}\"")
                };
                return Err((from, told));
            };
            if function.experimental && !self.features.experimental {
                return Err((from, format!("function \"{word}\" is not enabled")));
            }
            return self.call(from, function);
        }
        self.selector(from, Some(word))
    }
}
