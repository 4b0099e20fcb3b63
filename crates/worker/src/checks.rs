//! What tests and benches ask of the engines in wasm. The site's worker has none of it (feature `checks`).

use cluster::crowd::Crowd;
use lesson::CompiledLesson;
use session::{Lesson, Session};
use std::time::Duration;
use wasm_bindgen::prelude::*;

fn read(lesson: &[u8]) -> Result<Lesson, JsError> {
    let compiled: CompiledLesson = postcard::from_bytes(lesson).map_err(|_| JsError::new("damaged lesson"))?;
    Ok(Lesson::new(compiled.plan, compiled.page))
}

/// The state hashes after random sessions: one `random/SEED HASH` line each.
#[wasm_bindgen]
pub fn random_hashes(lesson: &[u8], seeds: u32) -> Result<String, JsError> {
    session::random_hashes(&read(lesson)?, u64::from(seeds)).map_err(|error| JsError::new(&error))
}

/// An hour's session to rewind in; whoever calls measures the time.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Hour(Session);

#[wasm_bindgen]
impl Hour {
    #[wasm_bindgen(constructor)]
    pub fn new(lesson: &[u8]) -> Result<Hour, JsError> {
        Ok(Self(session::hour_session(&read(lesson)?)?))
    }

    /// How many places there are to seek.
    pub fn places(&self) -> usize {
        self.0.journal().path().len()
    }

    pub fn seek(&mut self, at: usize) {
        self.0.seek(Some(at));
    }

    pub fn secs(&self) -> f64 {
        self.0.now().now().since(self.0.began()).as_secs_f64()
    }
}

/// A fresh session of the lesson, to let time pass in.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Steady(Session);

#[wasm_bindgen]
impl Steady {
    #[wasm_bindgen(constructor)]
    pub fn new(lesson: &[u8]) -> Result<Steady, JsError> {
        Ok(Self(Session::start(read(lesson)?, 1, "bench")?))
    }

    pub fn advance(&mut self, secs: u32) {
        self.0.advance(Duration::from_secs(u64::from(secs)));
    }
}

/// A workstation in an empty world, on which scripts are run; whoever calls measures the time.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workstation(session::World);

#[wasm_bindgen]
impl Workstation {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Workstation {
        Self(session::empty_world(1))
    }

    /// What the script printed.
    pub fn run(&mut self, script: &str) -> Result<String, JsError> {
        match session::run_script(&mut self.0, script) {
            (text, 0) => Ok(text),
            (text, code) => Err(JsError::new(&format!("exit code {code}: {text}"))),
        }
    }
}

/// Fills a cluster with one deployment. The cluster is kept until it is dropped, so that its memory can be measured.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Filled(Crowd);

#[wasm_bindgen]
impl Filled {
    #[wasm_bindgen(constructor)]
    pub fn new(nodes: u32) -> Filled {
        Self(Crowd::new(nodes))
    }

    pub fn fill(&mut self, pods: u32) {
        self.0.fill(pods);
    }

    pub fn available(&self) -> f64 {
        // Few enough for a number of JavaScript's.
        self.0.available() as f64
    }
}
