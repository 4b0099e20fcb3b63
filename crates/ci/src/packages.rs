//! `actions/delete-package-versions`: old images of the registry go. As the real one does, it asks the forge's API.
//! <https://github.com/actions/delete-package-versions#readme>

use crate::contexts::{Place, TEMP, TOKEN, workspace};
use crate::engine::{Ask, Token};
use order::OrdMap;

pub(crate) const INPUTS: [&str; 10] = [
    "package-name",
    "package-type",
    "package-version-ids",
    "owner",
    "num-old-versions-to-delete",
    "min-versions-to-keep",
    "ignore-versions",
    "delete-only-pre-release-versions",
    "delete-only-untagged-versions",
    "token",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packages {
    name: String,
    owner: Option<String>,
    ids: Vec<String>,
    /// So many of the oldest, where nothing is said of how many stay.
    count: i64,
    keep: i64,
    ignore: String,
    untagged: bool,
    token: String,
}

/// No more are deleted at once.
const RATE: i64 = 100;
const RELEASE: &str = "^(0|[1-9]\\d*)((\\.(0|[1-9]\\d*))*)$";

const SCRIPT: &str = r#"api() { gh api "$@" 2> "$RUNNER_TEMP/_why"; }
why() { sed 's/^gh: //; s/^HTTP [0-9]*: //; s/ (HTTP [0-9]*)$//' "$RUNNER_TEMP/_why"; }
fail() { echo "::error::$1"; exit 1; }
if [ -z "$ids" ] && [ -n "$wanted" ]; then
  ids=$(api "$url?per_page=100" -q "$wanted") || fail "get versions API failed. $(why)"
fi
[ -n "$ids" ] || exit 0
set -- $ids
echo "Total versions deleted till now: $#"
n=0
for id in "$@"; do
  api -X DELETE "$url/$id" > /dev/null || fail "delete version API failed. $(why) %0A$n versions deleted till now."
  n=$((n + 1))
done
"#;

impl Packages {
    #[inline(never)]
    pub(crate) fn read(with: &OrdMap<String, String>) -> Result<Self, String> {
        let text = |key: &str| with.get(key).map(|text| text.trim().to_string()).unwrap_or_default();
        let number = |key: &str, usual: i64| match text(key).as_str() {
            "" => Ok(usual),
            other => other.parse::<i64>().map_err(|_| format!("{key}: {other} is no number")),
        };
        let on = |key: &str| text(key).eq_ignore_ascii_case("true");
        let (name, kind) = (text("package-name"), text("package-type"));
        for (key, value) in [("package-name", &name), ("package-type", &kind)] {
            if value.is_empty() {
                return Err(format!("Input required and not supplied: {key}"));
            }
        }
        if !kind.eq_ignore_ascii_case("container") {
            return Err(format!("package-type: {kind} is real, but not part of this sandbox yet"));
        }
        let (count, mut keep) = (number("num-old-versions-to-delete", 1)?, number("min-versions-to-keep", -1)?);
        let (pre, untagged) = (on("delete-only-pre-release-versions"), on("delete-only-untagged-versions"));
        if count > 1 && (keep >= 0 || pre || untagged) {
            return Err("Invalid input combination".into());
        }
        if pre || untagged {
            keep = keep.max(0);
        }
        let ignore = Some(text("ignore-versions")).filter(|text| !text.is_empty()).unwrap_or_else(|| "^$".into());
        let token = if with.contains_key("token") { text("token") } else { TOKEN.into() };
        if token.is_empty() {
            return Err("No token found".into());
        }
        let ids = text("package-version-ids");
        let ids = ids.split(',').map(|id| id.trim().to_string()).filter(|id| !id.is_empty());
        Ok(Self {
            name,
            owner: Some(text("owner")).filter(|owner| !owner.is_empty()),
            ids: ids.collect(),
            count,
            keep,
            ignore: if pre { RELEASE.into() } else { ignore },
            untagged,
            token,
        })
    }

    /// The oldest versions that may go, as `gh api --jq` finds them.
    fn wanted(&self) -> String {
        if self.count <= 0 && self.keep < 0 {
            return String::new();
        }
        let ignore = crate::Data::text(&self.ignore).to_json();
        let tagged = if self.untagged { " | select(.metadata.container.tags == [])" } else { "" };
        let most = if self.keep < 0 {
            format!("[{}, {RATE}]", self.count)
        } else {
            format!("[([length - {}, 0] | max), {RATE}]", self.keep)
        };
        format!(
            "sort_by([.created_at, .id]) | [.[] | select(.name | test({ignore}) | not){tagged} | .id] | .[:({most} | min)] | .[]"
        )
    }

    pub(crate) fn ask(&self, place: &Place<'_>, token: Token) -> Ask {
        let owner = self.owner.as_deref().or(place.run.repo.split('/').next()).unwrap_or_default();
        let mut env: OrdMap<String, String> = [
            ("GH_TOKEN", self.token.clone()),
            ("RUNNER_TEMP", TEMP.to_string()),
            ("url", format!("/users/{owner}/packages/container/{}/versions", self.name)),
            ("ids", self.ids.join(" ")),
            ("wanted", self.wanted()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_string(), value))
        .collect();
        let mut script = SCRIPT.to_string();
        if self.ids.is_empty() && self.wanted().is_empty() {
            env.remove("wanted");
            script =
                "echo 'Number of old versions to delete input is 0 or less, no versions will be deleted'\n".to_string();
        }
        Ask::Script {
            token,
            machine: place.state.machine.clone(),
            argv: vec!["bash".into(), format!("{TEMP}/packages-{}.sh", token.step)],
            script,
            directory: workspace(place.run),
            env,
            causes: place.causes(),
        }
    }
}
