//! Variables, positional and special parameters.

use crate::run::Bash;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use world::Cx;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Var {
    pub value: String,
    pub exported: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options {
    /// `-e`: the first failure ends the shell.
    pub errexit: bool,
    /// `-u`: an unset variable is an error.
    pub nounset: bool,
    /// `-x`: commands are printed before they run.
    pub xtrace: bool,
    pub pipefail: bool,
    /// `-f`: no globs.
    pub noglob: bool,
}

impl Bash {
    /// Takes over the environment that the process got.
    pub(crate) fn import_env(&mut self, cx: &Cx<'_>) {
        for (name, value) in cx.env_all().iter() {
            self.vars.entry(name.clone()).or_insert_with(|| Var { value: value.clone(), exported: true });
        }
        let cwd = cx.cwd();
        self.set("PWD", &cwd);
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let exported = self.vars.get(name).is_some_and(|var| var.exported) || self.options_allexport;
        self.vars.insert(name.into(), Var { value: value.into(), exported });
    }

    pub(crate) fn export(&mut self, name: &str, value: Option<&str>) {
        let var = self.vars.entry(name.into()).or_default();
        var.exported = true;
        if let Some(value) = value {
            var.value = value.into();
        }
    }

    /// What children get, with the assignments before their command.
    pub(crate) fn child_env(&self, extra: &[(String, String)]) -> Arc<OrdMap<String, String>> {
        let mut env: OrdMap<String, String> = self
            .vars
            .iter()
            .filter(|(_, var)| var.exported)
            .map(|(name, var)| (name.clone(), var.value.clone()))
            .collect();
        env.extend(extra.iter().cloned());
        Arc::new(env)
    }

    /// A variable or a special parameter; `None` where it is unset.
    pub(crate) fn value(&self, name: &str, cx: &Cx<'_>) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "$" => Some(self.pid_shown.unwrap_or(cx.pid.0).to_string()),
            "!" => self.last_background.map(|pid| pid.to_string()),
            "#" => Some(self.params.len().to_string()),
            "-" => Some(self.flags()),
            "0" => Some(self.name.clone()),
            "@" | "*" => (!self.params.is_empty()).then(|| self.params.join(" ")),
            "LINENO" => Some(self.line.to_string()),
            "RANDOM" | "SECONDS" => self.vars.get(name).map(|var| var.value.clone()),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                let index: usize = digits.parse().ok()?;
                self.params.get(index.checked_sub(1)?).cloned()
            }
            _ => self.vars.get(name).map(|var| var.value.clone()),
        }
    }

    fn flags(&self) -> String {
        let mut flags = String::from("hB");
        for (on, flag) in [
            (self.options.errexit, 'e'),
            (self.options.nounset, 'u'),
            (self.options.xtrace, 'x'),
            (self.interactive, 'i'),
        ] {
            if on {
                flags.insert(0, flag);
            }
        }
        flags
    }
}
