//! "Why?": the chain of causes.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// `Pod shop/web-5d8f…`.
    pub subject: String,
    /// One sentence that sums it up.
    pub summary: String,
    /// From what is seen back to its root.
    pub steps: Vec<WhyStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyStep {
    pub time: String,
    pub actor: String,
    pub text: String,
    /// `git`, `ci`, `argocd`, `cluster`, `shop`, `terminal`.
    pub topic: String,
    pub subject: String,
    /// The commit or the input that began it all.
    pub root: bool,
    /// A commit to show in the Git panel: repository path and id.
    pub commit: Option<(String, String)>,
}
