//! Images: pulled one after the other, kept by the node, tried again with a back-off.

use super::backoff::go_duration;
use super::run::{Image, State, Step, container_spec};
use crate::engine::Cluster;
use crate::object::{Key, Object};
use crate::recorder::Note;
use crate::runtime::Runtime;
use manifest::word;
use sim::Sim;
use std::sync::Arc;
use std::time::Duration;

/// Asking the registry for an image that is there already.
const KNOWN_ALREADY: Duration = Duration::from_millis(420);

/// Why a name means no image, in the words of the `reference` package of distribution.
fn malformed(image: &str) -> Option<&'static str> {
    const WRONG: &str = "invalid reference format";
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let slash = name.rfind('/').map_or(0, |at| at + 1);
    let (_, tag) = name[slash..].split_once(':').map_or((name, None), |(name, tag)| (name, Some(tag)));
    if name.split(':').next().unwrap_or("").bytes().any(|b| b.is_ascii_uppercase()) {
        return Some("invalid reference format: repository name must be lowercase");
    }
    let tag_wrong = |tag: &str| {
        tag.is_empty() || tag.len() > 128 || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let hex = |digest: &str| digest.split_once(':').map_or("", |(_, hex)| hex).to_string();
    match digest.map(hex) {
        Some(hex) if hex.len() < 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) => Some(WRONG),
        Some(hex) if hex.len() != 64 => Some("invalid checksum digest length"),
        _ => tag.is_some_and(tag_wrong).then_some(WRONG),
    }
}

impl Cluster {
    /// Sees to it that the image is on the node, then starts the container.
    #[inline(never)]
    pub(super) fn ensure_image(&mut self, sim: &mut Sim, runtime: &mut dyn Runtime, key: &Key, at: u16) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        let Some(container) = run.container(at) else { return };
        let spec = container_spec(&pod, run.inits, at);
        let image: Arc<str> = word(spec.str_at("image"));
        let epoch = container.epoch;
        if let Some(why) = malformed(&image) {
            let told =
                format!("Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": {why}");
            for note in [Note::warning("InspectFailed", &*told), Note::warning("Failed", "Error: InvalidImageName")] {
                self.event(sim, &pod, note.on(&run.node, Some(&container.name)));
            }
            return self.image_missing(sim, key, at, "InvalidImageName", &told);
        }
        let known = self.nodes.get(&run.node).and_then(|node| node.images.get(&image)).cloned();
        let policy = spec.str_at("imagePullPolicy");
        if let Some(known) = known.clone().filter(|_| policy != "Always") {
            let told = format!("Container image \"{image}\" already present on machine");
            self.event(sim, &pod, Note::normal("Pulled", told).on(&run.node, Some(&container.name)));
            self.edit(key, |run| {
                if let Some(container) = run.container_mut(at) {
                    container.image_id = known.digest;
                }
            });
            let after = Duration::from_millis(40 + sim.rng().below(120));
            return self.set_timer(sim, key, &run.uid, after, Step::Start { container: at, epoch });
        }
        if policy == "Never" {
            let told = format!("Container image \"{image}\" is not present with pull policy of Never");
            self.event(
                sim,
                &pod,
                Note::warning("ErrImageNeverPull", told.clone()).on(&run.node, Some(&container.name)),
            );
            return self.image_missing(sim, key, at, "ErrImageNeverPull", &told);
        }
        let told = format!("Pulling image \"{image}\"");
        self.event(sim, &pod, Note::normal("Pulling", told).on(&run.node, Some(&container.name)));
        let now = sim.now();
        let (pulled, takes) = match (runtime.pull(sim, &image), &known) {
            (Ok(pulled), known) => {
                let image = Image { digest: pulled.digest.into(), size_bytes: pulled.size_bytes };
                let fresh = known.as_ref().is_none_or(|known| known.digest != image.digest);
                (Ok(image), if fresh { pulled.duration } else { KNOWN_ALREADY })
            }
            (Err(why), _) => (Err(Arc::from(why)), Duration::from_millis(900 + sim.rng().below(900))),
        };
        let Some(node) = self.nodes.get_mut(&run.node) else { return };
        let node = Arc::make_mut(node);
        let starts = node.pull_free_at.max(now);
        node.pull_free_at = starts + takes;
        let waited = starts.since(now) + takes;
        let step = Step::Pulled { container: at, image, pulled: Box::new((pulled, takes, waited)), epoch };
        self.set_timer(sim, key, &run.uid, waited, step);
    }

    #[expect(clippy::too_many_arguments, reason = "what a pull came to")]
    #[inline(never)]
    pub(super) fn image_pulled(
        &mut self,
        sim: &mut Sim,
        _: &mut dyn Runtime,
        key: &Key,
        (at, epoch): (u16, u32),
        image: &Arc<str>,
        pulled: Result<Image, Arc<str>>,
        (took, waited): (Duration, Duration),
    ) {
        let (Some(pod), Some(run)) = (self.store.get_key(key).cloned(), self.pods.get(key).cloned()) else { return };
        if let (Ok(pulled), Some(node)) = (&pulled, self.nodes.get_mut(&run.node)) {
            Arc::make_mut(node).images.insert(image.clone(), pulled.clone());
        }
        let Some(container) = run.container(at).filter(|c| c.epoch == epoch && !run.stopping) else { return };
        match pulled {
            Ok(pulled) => {
                let told = format!(
                    "Successfully pulled image \"{image}\" in {} ({} including waiting). Image size: {} bytes.",
                    rounded(took),
                    rounded(waited),
                    pulled.size_bytes
                );
                self.event(sim, &pod, Note::normal("Pulled", told).on(&run.node, Some(&container.name)));
                self.edit(key, |run| {
                    if let Some(container) = run.container_mut(at) {
                        container.image_id = pulled.digest;
                    }
                });
                let after = Duration::from_millis(40 + sim.rng().below(120));
                self.set_timer(sim, key, &run.uid, after, Step::Start { container: at, epoch });
            }
            Err(why) => self.pull_failed(sim, key, &pod, at, image, &why),
        }
    }

    #[inline(never)]
    fn pull_failed(&mut self, sim: &mut Sim, key: &Key, pod: &Arc<Object>, at: u16, image: &Arc<str>, why: &Arc<str>) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at) else { return };
        let now = sim.now();
        for told in [format!("Failed to pull image \"{image}\": {why}"), "Error: ErrImagePull".to_string()] {
            self.event(sim, pod, Note::warning("Failed", told).on(&run.node, Some(&container.name)));
        }
        let text = format!("could not pull image {image}: {why}");
        let id = sim.record("cluster", "kubelet", self.subject(pod), text, &run.because);
        self.edit(key, |run| {
            run.because = id.into();
            if let Some(container) = run.container_mut(at) {
                container.backoffs_mut().pull.next(now);
                container.state = State::Waiting { reason: "ErrImagePull".into(), message: Some(why.clone()) };
                container.epoch += 1;
            }
        });
        self.publish(sim, key);
        // The next look finds the back-off and says so.
        let after = Duration::from_secs(1) + Duration::from_millis(sim.rng().below(11_000));
        self.set_timer(sim, key, &run.uid, after, Step::Retry { container: at, epoch: container.epoch + 1 });
    }

    /// Still waiting after a failed pull: says so, and plans the next try.
    #[inline(never)]
    pub(super) fn pull_backs_off(&mut self, sim: &mut Sim, key: &Key, pod: &Arc<Object>, at: u16, left: Duration) {
        let Some(run) = self.pods.get(key).cloned() else { return };
        let Some(container) = run.container(at) else { return };
        let image = container_spec(pod, run.inits, at).str_at("image").to_string();
        let told = format!("Back-off pulling image \"{image}\"");
        self.event(sim, pod, Note::normal("BackOff", told.clone()).on(&run.node, Some(&container.name)));
        self.event(sim, pod, Note::warning("Failed", "Error: ImagePullBackOff").on(&run.node, Some(&container.name)));
        let because = match &container.state {
            State::Waiting { reason, message: Some(message) } if **reason == *"ErrImagePull" => {
                format!("{told}: ErrImagePull: {message}")
            }
            State::Waiting { message: Some(message), .. } => message.to_string(),
            _ => told,
        };
        self.image_missing(sim, key, at, "ImagePullBackOff", &because);
        let epoch = self.pods.get(key).and_then(|run| run.container(at)).map_or(0, |c| c.epoch);
        self.set_timer(sim, key, &run.uid, left, Step::Retry { container: at, epoch });
    }

    fn image_missing(&mut self, sim: &mut Sim, key: &Key, at: u16, reason: &str, message: &str) {
        let state = State::Waiting { reason: word(reason), message: Some(message.into()) };
        self.edit(key, |run| {
            if let Some(container) = run.container_mut(at) {
                container.state = state;
            }
        });
        self.publish(sim, key);
    }
}

/// `1.234s`, `456ms`, `1m2.5s`: Go's duration, rounded to milliseconds.
#[inline(never)]
fn rounded(span: Duration) -> String {
    let millis = span.as_millis();
    if millis < 1_000 {
        return format!("{millis}ms");
    }
    let minutes = millis / 60_000;
    let rest = millis % 60_000;
    let fraction = format!(".{:03}", rest % 1_000);
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    let head = if minutes > 0 {
        go_duration(Duration::from_secs(u64::try_from(minutes).unwrap_or(0) * 60))
    } else {
        String::new()
    };
    let head = head.strip_suffix("0s").unwrap_or(&head).to_string();
    format!("{head}{}{fraction}s", rest / 1_000)
}

#[cfg(test)]
mod tests {
    use super::malformed;

    #[test]
    fn a_name_is_read_whole() {
        let digest = "343e9c6d1ff6a9d1c6f0d2c8c2e0a4b0343e9c6d1ff6a9d1c6f0d2c8c2e0a4b0";
        for good in ["nginx", "localhost:5000/web", "registry.encore/web:v1"] {
            assert_eq!(malformed(good), None, "{good}");
        }
        assert_eq!(malformed(&format!("registry.encore/web:rc@sha256:{digest}")), None);
        for wrong in ["web@", "web:", "web@sha256:343e9c6d1ff6", "web:a b", &format!("web@sha256:sha256:{digest}")] {
            assert_eq!(malformed(wrong), Some("invalid reference format"), "{wrong}");
        }
        assert_eq!(malformed(&format!("web@sha256:{}", &digest[..40])), Some("invalid checksum digest length"));
        assert!(malformed("registry.encore/Web").is_some_and(|why| why.ends_with("must be lowercase")));
    }
}
