//! The elements of arrays: one of them, all of them, their keys.

use crate::expand::{Expanded, Trouble};
use crate::state::Bash;
use crate::vars::{Value, map_keys};
use world::Cx;

impl Bash {
    /// An element of an array, by what stands in the brackets.
    pub(crate) fn item_at(&mut self, name: &str, index: &str, cx: &Cx<'_>) -> Expanded<Option<String>> {
        let name = self.meant(name);
        if matches!(name.as_str(), "PIPESTATUS" | "FUNCNAME" | "BASH_SOURCE") {
            let at = self.arithmetic(index, cx)?;
            return Ok(usize::try_from(at).ok().and_then(|at| self.special_list(&name).get(at).cloned()));
        }
        if let Some(Value::Map(items)) = self.vars.get(&name).map(|var| &var.value) {
            return Ok(items.get(index).cloned());
        }
        let Ok(at) = self.list_index(&name, index, cx).map_err(|trouble| {
            // Bash names only the array and goes on.
            trouble.message.contains("subscript")
        }) else {
            return Err(format!("{name}: bad array subscript").into());
        };
        Ok(match self.vars.get(&name).map(|var| &var.value) {
            Some(Value::List(items)) => items.get(&at).cloned(),
            Some(Value::Text(text)) if at == 0 => Some(text.clone()),
            _ => None,
        })
    }

    /// An assignment inside an expression.
    pub(crate) fn assign_number(&mut self, name: &str, index: Option<&str>, value: i64, cx: &Cx<'_>) -> Expanded<()> {
        let name = self.meant(name);
        let var = self.vars.entry(name.clone()).or_default();
        if var.readonly {
            return Err(Trouble::discards(format!("{name}: readonly variable")));
        }
        let text = value.to_string();
        match (index, &mut var.value) {
            (Some(key), Value::Map(items)) => {
                items.insert(key.into(), text);
            }
            (None, Value::List(items)) => {
                items.insert(0, text);
            }
            (Some(index), _) => {
                let at = self.list_index(&name, index, cx)?;
                let var = self.vars.entry(name).or_default();
                if !matches!(var.value, Value::List(_)) {
                    let first = var.scalar().map(|text| (0, text.to_string()));
                    var.value = Value::List(first.into_iter().collect());
                }
                if let Value::List(items) = &mut var.value {
                    items.insert(at, text);
                }
            }
            (None, value) => *value = Value::Text(text),
        }
        Ok(())
    }

    /// The elements of an array; of another variable, its value.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        match name {
            "@" | "*" => return self.params.clone(),
            "PIPESTATUS" | "FUNCNAME" | "BASH_SOURCE" => return self.special_list(name),
            _ => {}
        }
        match self.vars.get(&self.meant(name)).map(|var| &var.value) {
            Some(Value::List(items)) => items.values().cloned().collect(),
            Some(Value::Map(items)) => map_keys(items).iter().filter_map(|key| items.get(key).cloned()).collect(),
            Some(Value::Text(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    pub(crate) fn keys(&self, name: &str) -> Vec<String> {
        match self.vars.get(&self.meant(name)).map(|var| &var.value) {
            Some(Value::List(items)) => items.keys().map(u64::to_string).collect(),
            Some(Value::Map(items)) => map_keys(items),
            Some(Value::Text(_)) => vec!["0".into()],
            _ => (0..self.special_list(name).len()).map(|at| at.to_string()).collect(),
        }
    }
}
