//! Secrets: what logs and outputs do not show.

use crate::engine::{Ci, Token};
use crate::log::{self, Annotation, Level};
use order::OrdMap;

impl Ci {
    /// What a job's logs hide: secrets, and what its steps asked for.
    pub(crate) fn masks(&self, token: Token) -> Vec<String> {
        let mut masks: Vec<String> = self.secrets.values().flat_map(|secret| log::lines_of(secret)).collect();
        masks.push(crate::contexts::TOKEN.into());
        if !self.settings.is_empty()
            && let Some(run) = self.run(token.run)
        {
            let own = self.settings(&run.repo).map(|settings| &settings.secrets);
            let guarded = self.of_environment(run, token.job).map(|environment| &environment.secrets);
            let all = own.into_iter().chain(guarded).flat_map(|secrets| secrets.values());
            masks.extend(all.flat_map(|secret| log::lines_of(secret)));
        }
        if let Some(job) = self.run(token.run).and_then(|run| run.jobs.get(token.job)) {
            masks.extend_from_slice(&job.masks);
        }
        masks
    }

    pub(crate) fn debugs(&self) -> bool {
        let on = |map: &OrdMap<String, String>| map.get("ACTIONS_STEP_DEBUG").is_some_and(|value| value == "true");
        on(&self.secrets) || on(&self.vars)
    }

    /// What a running step has printed, as its log will show it.
    pub fn shown(&self, token: Token, text: &str) -> String {
        log::tell(text, &self.masks(token), self.debugs()).log
    }

    /// A job's outputs without those that hold a secret.
    #[inline(never)]
    pub(crate) fn without_secrets(&self, token: Token, outputs: &mut OrdMap<String, String>) -> Vec<Annotation> {
        let masks = self.masks(token);
        let mut said = Vec::new();
        outputs.retain(|name, value| {
            let keeps = log::mask(value, &masks) == *value;
            if !keeps {
                said.push(Annotation {
                    level: Level::Warning,
                    message: format!("Skip output '{name}' since it may contain secret."),
                    title: String::new(),
                    file: ".github".into(),
                    line: 1,
                });
            }
            keeps
        });
        said
    }
}
