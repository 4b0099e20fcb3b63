//! A small world for the tests of this crate: named values and answers to calls.

use crate::cel::{Expr, Template};
use crate::facts::Facts;
use crate::plan::{Explain, Outcome, Plan, QuizKey, StepPlan, Task};
use crate::scenario::{Scenario, Settled};
use manifest::Value;
use order::OrdMap;
use sim::Time;

/// Facts from two tables. A call is looked up as `shop(web)`; what is not there is null.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub now: Time,
    pub vars: OrdMap<String, Value>,
    pub calls: OrdMap<String, Value>,
}

impl World {
    pub fn var(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.vars.insert(name.to_owned(), value.into());
        self
    }

    pub fn set(&mut self, call: &str, value: impl Into<Value>) {
        self.calls.insert(call.to_owned(), value.into());
    }
}

impl Facts for World {
    fn now(&self) -> Time {
        self.now
    }

    fn var(&self, name: &str) -> Option<Value> {
        self.vars.get(name).cloned()
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let args: Vec<&str> = args.iter().map(|arg| arg.as_str().unwrap_or("?")).collect();
        if args.contains(&"?") {
            return Err(format!("`{name}` wants texts"));
        }
        Ok(self.calls.get(&format!("{name}({})", args.join(","))).cloned().unwrap_or_default())
    }
}

pub(crate) fn expr(source: &str) -> Expr {
    Expr::parse(source).unwrap()
}

pub(crate) fn explain(when: &str, say: &str) -> Explain {
    Explain { when: expr(when), say: Template::parse(say).unwrap(), waits: false }
}

/// A lesson of four steps: find a version, predict, push, and customers have it for a minute.
pub(crate) fn plan() -> Plan {
    let answer = Task::Answer {
        accept: expr("shop('web').version == answer"),
        pick: None,
        options: Vec::new(),
        feedback: vec![explain("answer.size() < 3", "Too short."), explain("true", "Not `{answer}`.")],
        right: Template::parse("Yes, {answer}.").unwrap(),
    };
    let outcome = Outcome { when: expr("true"), option: "argo".into(), say: Template::parse("Argo CD did.").unwrap() };
    let predict = Task::Predict {
        options: vec!["argo".into(), "me".into()],
        after: Some("push".into()),
        outcomes: vec![outcome],
    };
    let step = |id: &str, task, explain, hints| StepPlan { id: id.into(), task, explain, hints };
    Plan {
        id: "test".into(),
        steps: vec![
            step("find", answer, Vec::new(), 2),
            step("guess", predict, Vec::new(), 0),
            step(
                "push",
                Task::Check(expr("head('encore/web', 'main') == 'b'")),
                vec![explain("local('~/web').ahead > 0", "{local('~/web').ahead} commit here"), explain("true", "?")],
                3,
            ),
            step("live", Task::Check(expr("held(1m, shop('web').version == 'b')")), Vec::new(), 0),
        ],
        quiz: vec![QuizKey { id: "q".into(), options: 3, right: vec![0, 2] }],
        scenario: Scenario {
            seed: 1,
            start: Time::default(),
            picks: OrdMap::new(),
            machines: Vec::new(),
            repos: Vec::new(),
            nodes: Vec::new(),
            autoscaler: None,
            flux: false,
            sealed_secrets: false,
            rollouts: false,
            prometheus: false,
            namespaces: Vec::new(),
            objects: Vec::new(),
            images: Vec::new(),
            retention: Vec::new(),
            traffic: None,
            until: Settled { check: expr("true"), within_secs: 0 },
            raw: Value::Null,
        },
    }
}
