//! The sandbox's docker and the real command line: what is said of a wrong line, and the exit code. The real one talks to no
//! daemon. Where no docker is installed, this says so and compares nothing.

mod in_cluster;

use in_cluster::Session;
use std::process::Command;

/// Lines that the client refuses by itself.
const LINES: &[&str] = &[
    "docker run",
    "docker history",
    "docker history a b",
    "docker tag a",
    "docker rmi",
    "docker inspect",
    "docker exec a",
    "docker ps x",
    "docker bogus",
    "docker image bogus",
    "docker container bogus",
    "docker pull",
    "docker pull a b",
    "docker push a b",
    "docker logs",
    "docker stop",
    "docker rm",
    "docker kill",
    "docker start",
    "docker restart",
    "docker rename a",
    "docker port",
    "docker wait",
    "docker run --bogus x",
    "docker run -Z x",
    "docker images --bogus",
    "docker images a b",
    "docker ps -Z",
    "docker rm --bogus",
    "docker tag a B:c:d",
    "docker login a b",
    "docker image inspect",
    "docker system df x",
    "docker image prune x",
    "docker create",
    "docker run --name",
];

fn real(line: &str) -> Option<(String, String, i32)> {
    let words: Vec<&str> = line.split(' ').collect();
    let out = Command::new(words[0]).args(&words[1..]).env("DOCKER_HOST", "tcp://127.0.0.1:1").output().ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&out.stdout), text(&out.stderr), out.status.code()?))
}

#[test]
fn a_wrong_line_is_told_as_the_real_client_tells_it() {
    if !real("docker --version").is_some_and(|(out, ..)| out.starts_with("Docker version 28.")) {
        eprintln!("docker 28 is not installed: nothing is compared");
        return;
    }
    let mut session = Session::new();
    let (mut equal, mut different) = (0, String::new());
    for line in LINES {
        let theirs = real(line).expect("it runs");
        let ours = session.run(line);
        if ours == theirs {
            equal += 1;
        } else {
            different.push_str(&format!("{line}\n  real: {theirs:?}\n  ours: {ours:?}\n"));
        }
    }
    println!("{equal} of {} lines are equal", LINES.len());
    assert!(different.is_empty(), "{different}");
}
