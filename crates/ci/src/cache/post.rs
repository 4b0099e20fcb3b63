//! What a job saves when its steps are over: a step of its own for each cache, the last first.

use super::{BASE, BYTES_MAX, Cache, Post, inside, taken};
use crate::contexts::{place, reference};
use crate::engine::{Ask, Ci, Outcome, Tick, Token, Wants};
use crate::run::{State, StepRun};
use sim::Sim;

impl Ci {
    /// Adds the steps that come behind those of the file, once.
    #[inline(never)]
    pub(crate) fn add_posts(&mut self, token: Token) {
        let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)) else { return };
        let posts = std::mem::take(&mut job.posts);
        for post in posts.into_iter().rev() {
            let id = format!("__post{}", job.steps.len());
            job.steps.push(StepRun::named(id, post.name.clone()));
            job.saves.push(post);
        }
        // It was asked for first, so it comes last.
        if job.to_stop() {
            job.steps.push(crate::services::stop_step());
        }
    }

    /// A step that saves a cache, if the job has gone well and nobody has saved it.
    #[inline(never)]
    pub(crate) fn begin_post(&mut self, sim: &mut Sim, token: Token) -> Vec<Ask> {
        let now = sim.now();
        let Some(job) = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job)) else { return Vec::new() };
        let (good, machine) = (!job.failed() && !job.cancelled, job.machine.clone());
        let step = &mut job.steps[token.step];
        step.started = Some(now);
        if step.id == crate::services::STOP {
            step.state = State::Running;
            return self.stop_containers(token).into_iter().collect();
        }
        if !good {
            step.state = State::Skipped;
            step.finished = Some(now);
            self.timers.set(sim, now, Tick::Step(Token { step: token.step + 1, ..token }));
            return Vec::new();
        }
        step.state = State::Running;
        job.saving = (!job.saves.is_empty()).then(|| job.saves.remove(0));
        match &job.saving {
            Some(post) if post.hit => {
                let log = format!("Cache hit occurred on the primary key {}, not saving cache.\n", post.key);
                self.done(sim, token, Outcome { log, ..Outcome::default() });
                Vec::new()
            }
            _ => vec![Ask::Pack { token, machine, base: BASE.into(), wants: Wants::Save }],
        }
    }

    /// The runner's files have come of which some are to be saved.
    #[inline(never)]
    pub(crate) fn save(&mut self, sim: &mut Sim, token: Token, files: Vec<(String, Vec<u8>)>) {
        let job = self.run_mut(token.run).and_then(|run| run.jobs.get_mut(token.job));
        let Some(post) = job.and_then(|job| job.saving.take()) else { return };
        let log = self.saved(sim, token, &post, files);
        self.done(sim, token, Outcome { log, ..Outcome::default() });
    }

    #[inline(never)]
    fn saved(&mut self, sim: &mut Sim, token: Token, post: &Post, files: Vec<(String, Vec<u8>)>) -> String {
        let now = sim.now();
        let Some(run) = self.run(token.run) else { return String::new() };
        if place(run, token.job).is_none() {
            return String::new();
        }
        let patterns = match inside(run, &post.paths) {
            Ok(patterns) => patterns,
            Err(message) => return format!("::warning::{message}\n"),
        };
        let (repo, reference) = (run.repo.clone(), reference(run));
        let files = taken(files, &patterns);
        if files.is_empty() {
            return "::warning::Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no \
                    cache is being saved.\n"
                .into();
        }
        let same = |cache: &Cache| {
            cache.repo == repo && cache.reference == reference && cache.key == post.key && cache.paths == post.paths
        };
        if self.caches.iter().any(same) {
            return format!(
                "Failed to save: Unable to reserve cache with key {}, another job may be creating this cache.\n",
                post.key
            );
        }
        let bytes: usize = files.values().map(|file| file.len()).sum();
        self.caches_made += 1;
        let (id, key, paths) = (self.caches_made, post.key.clone(), post.paths.clone());
        self.caches.push(Cache {
            id,
            repo: repo.clone(),
            key,
            reference,
            paths,
            files,
            bytes,
            created: now,
            used: now,
        });
        // Who was not asked for longest goes first.
        while self.caches(&repo).map(|cache| cache.bytes).sum::<usize>() > BYTES_MAX {
            let oldest = self.caches(&repo).min_by_key(|cache| (cache.used, cache.id)).map(|cache| cache.id);
            self.caches.retain(|cache| Some(cache.id) != oldest);
        }
        format!(
            "Cache Size: ~{} MB ({bytes} B)\nCache saved successfully\nCache saved with {}key: {}\n",
            super::megabytes(bytes),
            if post.manager { "the " } else { "" },
            post.key
        )
    }
}
