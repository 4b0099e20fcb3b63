//! Whether all that a jq program names is there.

use super::syntax::{Ast, Def, Part, Pattern};

/// The first function or variable of a program that nothing defines.
pub(super) fn undefined(ast: &Ast, functions: Vec<(String, usize)>, names: Vec<String>) -> Option<String> {
    Names { functions, names, found: None }.in_ast(ast)
}

/// What is not written in jq, with how many arguments.
const OWN: &str = "empty/0 error/0 path/1 getpath/1 range/2 range/3 input/0 debug/0 stderr/0 halt/0 halt_error/1 not/0 length/0 \
    utf8bytelength/0 keys/0 keys_unsorted/0 has/1 contains/1 type/0 tostring/0 tojson/0 fromjson/0 tonumber/0 sort/0 min/0 max/0 \
    reverse/0 flatten/0 flatten/1 indices/1 setpath/2 delpaths/1 now/0 infinite/0 nan/0 input_filename/0 ascii_downcase/0 \
    ascii_upcase/0 explode/0 implode/0 ltrimstr/1 rtrimstr/1 startswith/1 endswith/1 trim/0 ltrim/0 rtrim/0 split/1 strftime/1 \
    gmtime/0 localtime/0 mktime/0 timegm/0 fromdate/0 strptime/1 pow/2 atan2/2 fmin/2 fmax/2 floor/0 ceil/0 round/0 sqrt/0 fabs/0 \
    trunc/0 exp/0 exp2/0 exp10/0 log/0 log2/0 log10/0 sin/0 cos/0 tan/0 isnan/0 isinfinite/0 isnormal/0 path/0 key/0 _tojson/0 _tojson/1 _toyaml/0 _fromyaml/0 _envsubst/0";

struct Names {
    functions: Vec<(String, usize)>,
    names: Vec<String>,
    found: Option<String>,
}

impl Names {
    fn in_ast(mut self, ast: &Ast) -> Option<String> {
        self.ask(ast);
        self.found
    }

    fn ask(&mut self, ast: &Ast) {
        if self.found.is_some() {
            return;
        }
        let (functions, names) = (self.functions.len(), self.names.len());
        match ast {
            Ast::Identity | Ast::Recurse | Ast::Literal(_) | Ast::Format(_) | Ast::Break(_) | Ast::Array(None) => {}
            Ast::Each(a) | Ast::Negate(a) | Ast::Array(Some(a)) | Ast::Try(a, None) | Ast::Label(_, a) => self.ask(a),
            Ast::Index(a, b)
            | Ast::Pipe(a, b)
            | Ast::Comma(a, b)
            | Ast::Binary(_, a, b)
            | Ast::Assign(_, a, b)
            | Ast::Try(a, Some(b))
            | Ast::If(a, b, None) => {
                self.ask(a);
                self.ask(b);
            }
            Ast::Slice(a, b, c) => {
                self.ask(a);
                b.iter().chain(c).for_each(|ast| self.ask(ast));
            }
            Ast::If(a, b, Some(c)) => [a, b, c].into_iter().for_each(|ast| self.ask(ast)),
            Ast::Text(_, parts) => {
                for part in parts {
                    if let Part::Expr(ast) = part {
                        self.ask(ast);
                    }
                }
            }
            Ast::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                self.ask(key);
                self.ask(value);
            }),
            Ast::Reduce(source, pattern, a, b) => {
                self.ask(source);
                self.ask(a);
                self.bind(pattern);
                self.ask(b);
            }
            Ast::Foreach(source, pattern, a, b, c) => {
                self.ask(source);
                self.ask(a);
                self.bind(pattern);
                self.ask(b);
                c.iter().for_each(|ast| self.ask(ast));
            }
            Ast::As(source, patterns, body) => {
                self.ask(source);
                patterns.iter().for_each(|pattern| self.bind(pattern));
                self.ask(body);
            }
            Ast::Define(def, rest) => self.define(def, rest),
            Ast::Call(name, args) => {
                let count = args.len();
                let own = format!("{name}/{count}");
                let known = self.functions.iter().any(|(known, params)| known == name && *params == count);
                if !known && !OWN.split_whitespace().any(|known| known == own) {
                    self.found = Some(format!("{own} is not defined"));
                }
                args.iter().for_each(|ast| self.ask(ast));
            }
            Ast::Var(name) => {
                if !matches!(name.as_str(), "ENV" | "__loc__") && !self.names.contains(name) {
                    self.found = Some(format!("${name} is not defined"));
                }
            }
        }
        self.functions.truncate(functions);
        self.names.truncate(names);
    }

    fn define(&mut self, def: &Def, rest: &Ast) {
        self.functions.push((def.name.clone(), def.params.len()));
        let inner = (self.functions.len(), self.names.len());
        for param in &def.params {
            let name = param.trim_start_matches('$').to_string();
            self.functions.push((name.clone(), 0));
            self.names.push(name);
        }
        self.ask(&def.body);
        self.functions.truncate(inner.0);
        self.names.truncate(inner.1);
        self.ask(rest);
    }

    fn bind(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Var(name) => self.names.push(name.clone()),
            Pattern::List(all) => all.iter().for_each(|pattern| self.bind(pattern)),
            Pattern::Map(all) => {
                for (_, var, pattern) in all {
                    self.names.extend(var.clone());
                    pattern.iter().for_each(|pattern| self.bind(pattern));
                }
            }
        }
    }
}
