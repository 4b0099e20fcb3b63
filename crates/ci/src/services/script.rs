//! The scripts that start and stop a job's services: command lines of `docker`, shown as the real runner shows them.

use super::Service;

/// Where a password is handed over: this and the service's number.
pub(super) const PASSWORD: &str = "DOCKER_PASSWORD_";
/// By this the real one tells its containers from others; there it is made of the runner's settings.
const LABEL: &str = "8d27e3";

/// What both scripts call. `d` shows a command line as its first word has it and runs the others.
const BOTH: &str = r###"d() { echo "##[command]/usr/bin/docker $1"; shift; docker "$@" 2>&1; }
fail() { echo "::error::$1"; exit 1; }
thrice() {
  for try in 1 2 3; do
    "$2" && return
    code=$?
    [ $try = 3 ] && fail "$1 failed with exit code $code"
    back=$((RANDOM % 9 + 1)).$((RANDOM % 900 + 100))
    echo "::warning::$1 failed with exit code $code, back off $back seconds before retry."
    sleep $back
  done
}
"###;

const START: &str = r###"pull() { d "${config}pull $image" pull "$image"; }
login() {
  echo "##[command]/usr/bin/docker ${config}login $server -u $user --password-stdin"
  printf %s "$password" | docker login $server -u "$user" --password-stdin 2>&1
}
up() {
  alias=$1 said=$2; shift 2
  echo "##[command]/usr/bin/docker create $said"
  docker create "$@" > "$RUNNER_TEMP/_id" 2>&1
  code=$?
  cat "$RUNNER_TEMP/_id"
  [ $code = 0 ] || fail "Exit code $code returned from process: file name '/usr/bin/docker', arguments 'create $said'."
  id=$(tail -n 1 "$RUNNER_TEMP/_id")
  d "start $id" start $id || fail "Docker start fail with exit code $?"
  d "ps --all --filter id=$id --filter status=running --no-trunc --format \"{{.ID}} {{.Status}}\"" \
    ps --all --filter id=$id --filter status=running --no-trunc --format '{{.ID}} {{.Status}}' > "$RUNNER_TEMP/_ps"
  cat "$RUNNER_TEMP/_ps"
  if ! grep -q "^$id" "$RUNNER_TEMP/_ps"; then
    d "ps --all --filter id=$id --no-trunc --format \"{{.ID}} {{.Status}}\"" \
      ps --all --filter id=$id --no-trunc --format '{{.ID}} {{.Status}}'
    d "logs --details $id" logs --details $id
    echo "::warning::Docker container $id is not in running state."
  fi
  d "port $id" port $id > "$RUNNER_TEMP/_port"
  cat "$RUNNER_TEMP/_port"
  echo "id $alias=$id" >> "$GITHUB_OUTPUT"
  grep -e '->' "$RUNNER_TEMP/_port" | while read -r inside _ outside; do
    echo "port $alias ${inside%/*}=${outside##*:}" >> "$GITHUB_OUTPUT"
  done
  all="$all $alias=$id=$image"
  echo '##[endgroup]'
}
look() {
  echo "##[command]/usr/bin/docker inspect --format=\"$format\" $1"
  state=$(docker inspect --format="$format" $1)
  [ -z "$state" ] || echo "$state"
}
all= bad=
format='{{if .Config.Healthcheck}}{{print .State.Health.Status}}{{end}}'
echo '##[group]Checking docker version'
api=$(docker version --format "'{{.Server.APIVersion}}'")
printf '%s\n' "##[command]/usr/bin/docker version --format '{{.Server.APIVersion}}'" "$api" "Docker daemon API version: $api" \
  "##[command]/usr/bin/docker version --format '{{.Client.APIVersion}}'" "$api" "Docker client API version: $api"
echo '##[endgroup]'
echo '##[group]Clean up resources from previous jobs'
d "ps --all --quiet --no-trunc --filter \"label=$label\"" ps --all --quiet --no-trunc --filter label=$label
d "network prune --force --filter \"label=$label\"" network prune --force --filter label=$label
echo '##[endgroup]'
echo '##[group]Create local container network'
d "network create --label $label $network" network create --label $label $network ||
  fail "Docker network create failed with exit code $?"
echo '##[endgroup]'
"###;

const READY: &str = r###"echo '##[group]Waiting for all services to be ready'
for one in $all; do
  alias=${one%%=*} id=${one#*=} wait=2
  id=${id%%=*}
  look $id
  while [ "$state" = starting ]; do
    echo "$alias service is starting, waiting $wait seconds before checking again."
    sleep $wait
    look $id
    [ $wait -ge 32 ] || wait=$((wait * 2))
  done
  if [ -z "$state" ] || [ "$state" = healthy ]; then echo "$alias service is healthy."; else bad="$bad $one"; fi
done
echo '##[endgroup]'
for one in $bad; do
  alias=${one%%=*} id=${one#*=}
  echo "##[group]Service container $alias failed."
  d "logs --details ${id%%=*}" logs --details ${id%%=*}
  echo "::error::Failed to initialize container ${id#*=}"
  echo "failed $alias=true" >> "$GITHUB_OUTPUT"
  echo '##[endgroup]'
done
[ -z "$bad" ] || fail 'One or more containers failed to start.'
"###;

const OVER: &str = r###"stop() {
  id=$(docker ps --all --quiet --no-trunc --filter "name=$1")
  [ -n "$id" ] || return 0
  if [ "$2" = print ]; then
    echo "Print service container logs: $1"
    d "logs --details $id" logs --details $id || echo "::warning::Docker logs fail with exit code $?"
  fi
  echo "Stop and remove container: $1"
  d "rm --force $id" rm --force $id || echo "::warning::Docker rm fail with exit code $?"
}
"###;

/// One word of the shell's.
fn quoted(text: &str) -> String {
    ["'", &text.replace('\'', "'\\''"), "'"].concat()
}

/// The words of a command line as the runner's process has them: blanks divide, double quotes keep together.
#[inline(never)]
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut inside) = (Vec::new(), None::<String>, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                inside = !inside;
                word.get_or_insert_default();
            }
            '\\' if chars.peek() == Some(&'"') => word.get_or_insert_default().extend(chars.next()),
            c if c.is_whitespace() && !inside => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The host in front of an image's name, if it has one.
fn server(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "",
    }
}

/// What stands behind `docker create`.
#[inline(never)]
fn create(network: &str, service: &Service) -> String {
    let mut line =
        format!("--name {} --label {LABEL} --network {network} --network-alias {}", service.name, service.alias);
    for port in &service.ports {
        line.push_str(&[" -p ", port].concat());
    }
    line.push_str(&[" ", &service.options].concat());
    let escaped = |text: &str| text.replace('"', "\\\"");
    for (name, value) in &service.env {
        let equals = if value.is_empty() { "" } else { "=" };
        line.push_str(&[" -e \"", &escaped(name), equals, &escaped(value), "\""].concat());
    }
    line.push_str(" -e GITHUB_ACTIONS=true");
    if !service.env.iter().any(|(name, _)| name == "CI") {
        line.push_str(" -e CI=true");
    }
    for volume in &service.volumes {
        let (from, to) = volume.split_once(':').map_or(("", volume.as_str()), |(from, to)| (from, to));
        let (to, only) = to.strip_suffix(":ro").map_or((to, ""), |to| (to, ":ro"));
        let from = if from.is_empty() { String::new() } else { ["\"", &escaped(from), "\":"].concat() };
        line.push_str(&[" -v ", &from, "\"", &escaped(to), "\"", only].concat());
    }
    if !service.entrypoint.is_empty() {
        line.push_str(&[" --entrypoint \"", &service.entrypoint, "\""].concat());
    }
    line.push_str(&[" ", &service.image, " ", &service.command].concat());
    line
}

/// Starts all and waits until they are well.
#[inline(never)]
pub(super) fn start(network: &str, services: &[Service], said: &str) -> String {
    let mut text = format!("label={LABEL} network={network}\nprintf %s {}\n{BOTH}{START}", quoted(said));
    for (at, service) in services.iter().enumerate() {
        let line = create(network, service);
        let all: Vec<String> = words(&line).iter().map(|word| quoted(word)).collect();
        text.push_str(&format!(
            "echo {}\nimage={} config=\n",
            quoted(&["##[group]Starting ", &service.alias, " service container"].concat()),
            quoted(&service.image)
        ));
        if !service.user.is_empty() && !service.password.is_empty() {
            text.push_str(&format!(
                "server={} user={} password=\"${PASSWORD}{at}\" config=\"--config $RUNNER_TEMP/.docker_{} \"\nthrice \"Docker login for \
                 '$server'\" login\n",
                quoted(server(&service.image)),
                quoted(&service.user),
                &service.name[..8],
            ));
        }
        text.push_str("thrice 'Docker pull' pull\n");
        if !service.user.is_empty() && !service.password.is_empty() {
            text.push_str("docker logout $server > /dev/null\n");
        }
        text.push_str(
            &["up ", &quoted(&service.alias), " ", &quoted(line.trim_end()), " ", &all.join(" "), "\n"].concat(),
        );
    }
    text + READY
}

/// Stops all; the logs of those that never came up have been shown.
#[inline(never)]
pub(super) fn stop(network: &str, services: &[Service], failed: &dyn Fn(&Service) -> bool) -> String {
    let mut text = [BOTH, OVER].concat();
    for service in services {
        let how = if failed(service) { "" } else { " print" };
        text.push_str(&["stop ", &quoted(&service.name), how, "\n"].concat());
    }
    text.push_str(&format!(
        "echo 'Remove container network: {network}'\nd 'network rm {network}' network rm {network} || echo \"::warning::Docker \
         network rm failed with exit code $?\"\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_process_and_not_of_a_shell() {
        let line = "--health-cmd \"redis-cli ping\" -e \"A=a \\\"b\\\" $c\" --health-interval  10s\n \"\"";
        let expected = ["--health-cmd", "redis-cli ping", "-e", "A=a \"b\" $c", "--health-interval", "10s", ""];
        assert_eq!(words(line), expected);
        assert_eq!(quoted("it's"), "'it'\\''s'");
        let hosts = ["redis:7", "encore/web", "registry.encore/web:1", "localhost/x"].map(server);
        assert_eq!(hosts, ["", "", "registry.encore", "localhost"]);
    }
}
