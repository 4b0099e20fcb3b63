//! docker on a workstation: transcripts of what a learner sees, from a Dockerfile to a container that answers.

mod in_cluster;

use in_cluster::Session;

const DOCKERFILE: &str = "FROM node:22-alpine\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\nCOPY . .\nEXPOSE 8080\n\
     CMD [\"node\", \"server.js\"]\n";
const PACKAGE: &str = "{\"name\":\"web\",\"version\":\"1.0.0\",\"scripts\":{\"hello\":\"echo hello\"},\"dependencies\":{\"express\":\"^5\"},\
     \"devDependencies\":{\"jest\":\"^30\"}}";
const LOCK: &str =
    "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"express\":\"^5\"}},\"node_modules/jest\":{}}}";

/// A workstation with a small service in `~/web`.
fn desk() -> Session {
    let mut s = Session::new();
    let host = s.world.machine_mut(&world::MachineId::workstation()).expect("there");
    for (path, text) in [
        ("Dockerfile", DOCKERFILE),
        ("package.json", PACKAGE),
        ("package-lock.json", LOCK),
        ("server.js", "listen()\n"),
        (
            "encore.yaml",
            "name: web\nversion: 1.0.0\nport: 8080\nstartup: 1s\nheadline: Hello from a container\nlog: web is up\n",
        ),
        (".dockerignore", "notes.txt\n"),
        ("notes.txt", "private\n"),
    ] {
        host.files.make_dir_all("/home/learner/web", 0).expect("home takes folders");
        host.files.write(&["/home/learner/web/", path].concat(), text.as_bytes().to_vec(), 0).expect("and files");
    }
    s
}

/// Runs a line that must succeed; both outputs.
fn runs(s: &mut Session, line: &str) -> String {
    let (out, err, code) = s.run(line);
    assert_eq!(code, 0, "{line}\n{out}{err}");
    out + &err
}

#[test]
fn build_images_history_run_and_curl() {
    let mut s = desk();
    let log = runs(&mut s, "docker build -t web web");
    for part in [
        "#0 building with \"default\" instance using docker driver\n\n#1 [internal] load build definition from Dockerfile\n",
        "#2 [internal] load metadata for docker.io/library/node:22-alpine\n#2 DONE 0.6s\n\n",
        "#4 [1/5] FROM docker.io/library/node:22-alpine@sha256:",
        "#6 [2/5] WORKDIR /app\n#6 DONE ",
        "#8 [4/5] RUN npm ci --omit=dev\n#8 ",
        "added 68 packages in ",
        "naming to docker.io/library/web:latest done\n",
    ] {
        assert!(log.contains(part), "{part}\n{log}");
    }
    let images = s.ok("docker images");
    let lines: Vec<&str> = images.lines().collect();
    assert_eq!(lines[0], "REPOSITORY   TAG       IMAGE ID       CREATED                  SIZE");
    assert!(lines[1].starts_with("web          latest    ") && lines[1].ends_with("164MB"), "{images}");
    let history = s.ok("docker history web --format '{{.CreatedBy}}|{{.Size}}'");
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines[0], "CMD [\"node\" \"server.js\"]|0B");
    assert_eq!(lines[1], "EXPOSE [8080/tcp]|0B");
    assert!(lines[3].starts_with("RUN /bin/sh -c npm ci --omit=dev # buildkit|5."), "{history}");
    assert_eq!(
        s.ok("docker run --rm web ls"),
        "Dockerfile\nencore.yaml\nnode_modules\npackage-lock.json\npackage.json\nserver.js\n"
    );
    let id = s.ok("docker run -d --name web -p 8080:8080 -e MODE=test web");
    assert_eq!(id.trim_end().len(), 64);
    s.wait(3);
    assert!(s.ok("curl -s localhost:8080/").contains("Hello from a container"));
    assert!(s.ok("docker ps").contains("0.0.0.0:8080->8080/tcp, [::]:8080->8080/tcp   web\n"));
    assert_eq!(s.ok("docker logs web"), "web is up\n");
    assert_eq!(s.ok("docker exec web sh -c 'echo $MODE; pwd; cat /etc/alpine-release'"), "test\n/app\n3.22.1\n");
    assert_eq!(s.ok("docker inspect -f '{{.State.Status}} {{.Config.WorkingDir}}' web"), "running /app\n");
    assert_eq!(s.ok("docker stop web"), "web\n");
    assert!(s.ok("docker ps -a --format '{{.Names}} {{.Status}}'").starts_with("web Exited (0) "));
    assert_eq!(s.ok("docker rm web"), "web\n");
    assert_eq!(s.run("curl -s localhost:8080/").2, 7, "nobody is there any more");
}

#[test]
fn a_changed_file_leaves_the_packages_cached() {
    let mut s = desk();
    runs(&mut s, "docker build -t web web");
    runs(&mut s, "echo changed >> web/server.js");
    let before = s.world.now();
    let log = runs(&mut s, "docker build -t web web");
    assert!(log.contains("[4/5] RUN npm ci --omit=dev\n#8 CACHED\n"), "{log}");
    assert!(s.world.now().since(before).as_secs() < 3);
    assert!(s.ok("docker images -f dangling=true -q").trim().len() == 12, "the old one has lost its name");
    let pruned = s.ok("docker image prune -f");
    assert!(pruned.starts_with("Deleted Images:\ndeleted: sha256:"), "{pruned}");
    let usage = s.ok("docker system df");
    assert!(
        usage.starts_with(
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\nImages          1         0         "
        ),
        "{usage}"
    );
}

#[test]
fn a_failing_run_shows_its_words_and_its_place() {
    let mut s = desk();
    runs(&mut s, "printf 'FROM alpine:3.20\\nRUN echo before && npm ci\\n' > web/Dockerfile");
    let (_, err, code) = s.run("docker build web");
    assert_eq!(code, 1);
    assert!(err.contains(" before\n") && err.contains("/bin/sh: npm: not found\n"), "{err}");
    assert!(
        err.contains(
            "Dockerfile:2\n--------------------\n   1 |     FROM alpine:3.20\n   2 | >>> RUN echo before && npm ci\n"
        ),
        "{err}"
    );
    assert!(
        err.ends_with("ERROR: failed to build: failed to solve: process \"/bin/sh -c echo before && npm ci\" did not complete successfully: exit code: 127\n"),
        "{err}"
    );
    assert_eq!(s.run("docker build nope").1, "ERROR: unable to prepare context: path \"nope\" not found\n");
    assert_eq!(
        s.run("docker build -f web/Nope web").1.lines().last().unwrap_or_default(),
        "ERROR: failed to build: failed to solve: failed to read dockerfile: open Nope: no such file or directory"
    );
    assert_eq!(s.run("docker build -t Web web").1, "ERROR: invalid tag \"Web\": repository name must be lowercase\n");
}

#[test]
fn tag_push_pull_and_the_cluster() {
    let mut s = desk();
    runs(&mut s, "docker build -q -t web web");
    s.ok("docker tag web registry.encore/web:1.0.0");
    let pushed = s.ok("docker push registry.encore/web:1.0.0");
    assert!(
        pushed.starts_with("The push refers to repository [registry.encore/web]\n") && pushed.contains(": Pushed\n"),
        "{pushed}"
    );
    let digest = pushed.split_once("digest: ").expect("told").1.split(' ').next().expect("told").to_string();
    assert!(s.ok("docker push registry.encore/web:1.0.0").contains(": Layer already exists\n"));
    runs(&mut s, "docker rmi web registry.encore/web:1.0.0");
    assert_eq!(s.ok("docker images -q"), "");
    let pulled = s.ok(&format!("docker pull registry.encore/web@{digest}"));
    assert!(
        pulled
            .contains(&format!("Digest: {digest}\nStatus: Downloaded newer image for registry.encore/web@{digest}\n")),
        "{pulled}"
    );
    s.ok(&format!("kubectl create deployment web --image=registry.encore/web@{digest}"));
    s.ok("kubectl rollout status deployment/web");
    let id = s.ok("kubectl get pods -o jsonpath='{.items[0].status.containerStatuses[0].imageID}'");
    assert_eq!(id, format!("registry.encore/web@{digest}"));
    s.ok("kubectl create deployment none --image=registry.encore/web:9");
    s.wait(10);
    let waiting =
        s.ok("kubectl get pods -l app=none -o jsonpath='{.items[0].status.containerStatuses[0].state.waiting.reason}'");
    assert!(matches!(waiting.as_str(), "ErrImagePull" | "ImagePullBackOff"), "{waiting}");
    assert_eq!(
        s.fails("docker pull registry.encore/web:9"),
        "Error response from daemon: manifest for registry.encore/web:9 not found: manifest unknown: manifest unknown\n"
    );
    assert!(
        s.fails("docker pull nosuchthing")
            .contains("pull access denied for nosuchthing, repository does not exist or may require 'docker login'")
    );
    assert_eq!(
        s.fails("docker push registry.encore/other"),
        "An image does not exist locally with the tag: registry.encore/other\n"
    );
}

#[test]
fn an_image_whose_command_is_a_program_really_runs_it_in_the_cluster() {
    let mut s = desk();
    runs(
        &mut s,
        "mkdir job; echo tuned > job/answer; printf 'FROM alpine:3.20\\nENV WHO=band\\nCOPY answer /etc/answer\\nCMD [\"sh\", \"-c\", \"echo the $WHO is $(cat /etc/answer)\"]\\n' > job/Dockerfile",
    );
    runs(&mut s, "docker build -q -t registry.encore/job:1 --push job");
    assert_eq!(s.ok("docker run --rm registry.encore/job:1"), "the band is tuned\n");
    s.ok("kubectl create job tune --image=registry.encore/job:1");
    s.wait(20);
    assert_eq!(s.ok("kubectl logs job/tune"), "the band is tuned\n");
}

#[test]
fn containers_as_the_daemon_tells_of_them() {
    let mut s = desk();
    let (out, err, code) = s.run("docker run --name hello alpine:3.20 echo hi");
    assert_eq!((out.as_str(), code), ("hi\n", 0), "{err}");
    assert!(
        err.starts_with("Unable to find image 'alpine:3.20' locally\n3.20: Pulling from library/alpine\n"),
        "{err}"
    );
    assert!(err.ends_with("Status: Downloaded newer image for alpine:3.20\n"), "{err}");
    let (_, err, code) = s.run("docker run --name hello alpine:3.20 true");
    assert_eq!(code, 125);
    assert!(err.starts_with("docker: Error response from daemon: Conflict. The container name \"/hello\" is already in use by container \""), "{err}");
    assert_eq!(s.run("docker run --rm alpine:3.20 sh -c 'exit 3'").2, 3);
    let (_, err, code) = s.run("docker run --rm alpine:3.20 bash");
    assert_eq!(code, 127);
    assert!(err.contains("exec: \"bash\": executable file not found in $PATH: unknown"), "{err}");
    assert!(
        s.fails("docker rmi alpine:3.20")
            .contains("conflict: unable to remove repository reference \"alpine:3.20\" (must force)")
    );
    assert_eq!(s.fails("docker rm nope"), "Error response from daemon: No such container: nope\n");
    assert_eq!(s.fails("docker tag nope x"), "Error response from daemon: No such image: nope:latest\n");
    assert_eq!(s.run("docker inspect nope"), ("[]\n".into(), "error: no such object: nope\n".into(), 1));
    s.ok("docker run -d --name sleeper alpine:3.20 sleep 1000");
    assert!(
        s.fails("docker rm sleeper")
            .contains("container is running: stop the container before removing or force remove")
    );
    let before = s.world.now();
    s.ok("docker stop -t 2 sleeper");
    assert!((2..4).contains(&s.world.now().since(before).as_secs()), "a first process without a handler is killed");
    assert!(s.ok("docker ps -a --filter name=sleeper --format '{{.Status}}'").starts_with("Exited (137)"));
    s.ok("docker run --rm -v ~/web:/mnt -w /mnt alpine:3.20 sh -c 'echo new > made'");
    assert_eq!(s.ok("cat web/made"), "new\n", "a mount brings back what was written");
    assert_eq!(s.ok("printf 'a\\nb\\n' | docker run --rm -i alpine:3.20 wc -l").trim(), "2");
}

#[test]
fn package_managers_pay_off_as_they_do() {
    let mut s = desk();
    let size = |s: &mut Session, dockerfile: &str| -> i64 {
        runs(s, &format!("mkdir -p t; printf '{dockerfile}' > t/Dockerfile"));
        runs(s, "docker build -q -t t t");
        s.ok("docker image inspect -f '{{.Size}}' t").trim().parse().expect("a number")
    };
    let base = size(&mut s, "FROM debian:bookworm-slim\\n");
    let apart = size(
        &mut s,
        "FROM debian:bookworm-slim\\nRUN apt-get update\\nRUN apt-get install -y curl\\nRUN rm -rf /var/lib/apt/lists/*\\n",
    );
    let once = size(
        &mut s,
        "FROM debian:bookworm-slim\\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\\n",
    );
    assert!(apart - base > 25_000_000 && once - base < 9_000_000, "{base} {apart} {once}");
    let pip = size(&mut s, "FROM python:3.12-slim\\nRUN pip install flask\\n");
    let lean = size(&mut s, "FROM python:3.12-slim\\nRUN pip install --no-cache-dir flask\\n");
    assert!(pip > lean, "{pip} {lean}");
    let apk = size(&mut s, "FROM alpine:3.20\\nRUN apk add --no-cache jq\\n");
    assert!((8_000_000..11_000_000).contains(&apk), "{apk}");
    runs(
        &mut s,
        "mkdir -p g; printf 'module encore/tickets\\ngo 1.24\\nrequire github.com/x/y v1.0.0\\n' > g/go.mod; echo 'package main' > g/main.go",
    );
    let go = "FROM golang:1.24-alpine AS build\\nWORKDIR /src\\nCOPY . .\\nRUN --mount=type=cache,target=/root/.cache/go-build go build -ldflags=\"-s -w\" -o /tickets\\nFROM \
              scratch\\nCOPY --from=build /tickets /tickets\\nENTRYPOINT [\"/tickets\"]\\n";
    runs(&mut s, &format!("printf '{go}' > g/Dockerfile"));
    let before = s.world.now();
    runs(&mut s, "docker build -q -t g g");
    let cold = s.world.now().since(before);
    runs(&mut s, "echo '// more' >> g/main.go");
    let before = s.world.now();
    runs(&mut s, "docker build -q -t g g");
    assert!(s.world.now().since(before) * 4 < cold, "compiled packages were kept");
    assert!(s.ok("docker images g --format '{{.Size}}'").starts_with("6.6"));
    assert_eq!(s.run("npm ci"), (String::new(), "npm: real, but not part of this sandbox yet\n".into(), 127));
}

#[test]
fn compose_and_the_like_say_that_they_are_not_here() {
    let mut s = desk();
    for line in [
        "docker compose up",
        "docker volume ls",
        "docker run --privileged alpine",
        "docker build --ssh default .",
        "docker image save x",
        "docker -H x ps",
    ] {
        let (_, err, code) = s.run(line);
        assert!(code != 0 && err.contains("real, but not part of this sandbox yet"), "{line}: {err}");
    }
}
