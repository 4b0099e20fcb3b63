//! Which views are open, and how the room is shared.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    Terminal,
    Shop,
    Cluster,
    ArgoCd,
    Pipelines,
    Git,
    Files,
}

impl View {
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal => "Terminal",
            Self::Shop => "Shop",
            Self::Cluster => "Cluster",
            Self::ArgoCd => "Argo CD",
            Self::Pipelines => "Pipelines",
            Self::Git => "Git",
            Self::Files => "Files",
        }
    }

    /// For ids.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Shop => "shop",
            Self::Cluster => "cluster",
            Self::ArgoCd => "argocd",
            Self::Pipelines => "pipelines",
            Self::Git => "git",
            Self::Files => "files",
        }
    }
}

/// A line that can be dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Between brief and workbench, in pixels from the left.
    Brief,
    /// Between the two panes of views, in per cent from the left.
    Split,
    /// Between views and terminal, in per cent from the top.
    Term,
}

impl Edge {
    pub fn limits(self) -> (u32, u32) {
        match self {
            Self::Brief => (280, 640),
            Self::Split => (25, 80),
            Self::Term => (30, 85),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    pub brief_px: u32,
    pub split_percent: u32,
    pub term_percent: u32,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { brief_px: 360, split_percent: 58, term_percent: 66 }
    }
}

impl Sizes {
    pub fn get(self, edge: Edge) -> u32 {
        match edge {
            Edge::Brief => self.brief_px,
            Edge::Split => self.split_percent,
            Edge::Term => self.term_percent,
        }
    }

    pub fn set(&mut self, edge: Edge, value: u32) {
        let (min, max) = edge.limits();
        let value = value.clamp(min, max);
        match edge {
            Edge::Brief => self.brief_px = value,
            Edge::Split => self.split_percent = value,
            Edge::Term => self.term_percent = value,
        }
    }

    /// As it is kept: `360 58 66`.
    pub fn to_text(self) -> String {
        format!("{} {} {}", self.brief_px, self.split_percent, self.term_percent)
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let mut sizes = Self::default();
        let mut numbers = text.split(' ').map(str::parse::<u32>);
        for edge in [Edge::Brief, Edge::Split, Edge::Term] {
            sizes.set(edge, numbers.next()?.ok()?);
        }
        Some(sizes)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The world has a shop. One without is about Git: its files stand beside the history.
    pub shop: bool,
    /// And an Argo CD.
    pub argocd: bool,
    /// One column.
    pub narrow: bool,
    pub left: View,
    pub right: View,
    /// The only one, in one column.
    pub one: View,
    pub sizes: Sizes,
}

impl Default for Layout {
    fn default() -> Self {
        let (left, right) = (View::Shop, View::Git);
        Self { shop: true, argocd: true, narrow: false, left, right, one: left, sizes: Sizes::default() }
    }
}

impl Layout {
    pub fn left_views(&self) -> &'static [View] {
        match (self.shop, self.argocd) {
            (true, true) => &[View::Shop, View::Cluster, View::ArgoCd, View::Pipelines],
            (true, false) => &[View::Shop, View::Cluster, View::Pipelines],
            (false, _) => &[View::Git, View::Pipelines],
        }
    }

    pub fn right_views(&self) -> &'static [View] {
        if self.shop { &[View::Git, View::Files] } else { &[View::Files] }
    }

    /// All that are there, for one column.
    pub fn views(&self) -> Vec<View> {
        let panes = self.left_views().iter().chain(self.right_views());
        std::iter::once(View::Terminal).chain(panes.copied()).collect()
    }

    /// What the world has; views that it has nothing for are not offered.
    pub fn world(&mut self, shop: bool, argocd: bool) {
        let other = self.shop != shop;
        (self.shop, self.argocd) = (shop, argocd);
        if other || !self.left_views().contains(&self.left) {
            self.left = self.left_views()[0];
        }
        if other {
            self.right = self.right_views()[0];
        }
        if !self.views().contains(&self.one) {
            self.one = self.left;
        }
    }

    pub fn select(&mut self, view: View) {
        self.one = view;
        if self.left_views().contains(&view) {
            self.left = view;
        } else if self.right_views().contains(&view) {
            self.right = view;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_in_their_limits() {
        let mut sizes = Sizes::default();
        sizes.set(Edge::Brief, 5000);
        sizes.set(Edge::Split, 0);
        assert_eq!(sizes.to_text(), "640 25 66");
        assert_eq!(Sizes::from_text("640 25 66"), Some(sizes));
        assert_eq!(Sizes::from_text("640 x"), None);
    }

    #[test]
    fn a_world_without_a_shop_has_git_beside_its_files() {
        let mut layout = Layout::default();
        layout.world(false, true);
        assert_eq!((layout.left, layout.right, layout.one), (View::Git, View::Files, View::Git));
        layout.select(View::Files);
        layout.world(false, true);
        assert_eq!((layout.left, layout.right, layout.one), (View::Git, View::Files, View::Files));
        assert_eq!(layout.views(), [View::Terminal, View::Git, View::Pipelines, View::Files]);
    }

    #[test]
    fn a_view_of_what_is_not_there_is_not_offered() {
        let mut layout = Layout::default();
        layout.select(View::ArgoCd);
        layout.world(true, false);
        assert_eq!((layout.left, layout.one), (View::Shop, View::Shop));
        assert!(!layout.views().contains(&View::ArgoCd));
    }

    #[test]
    fn selecting_a_view_opens_it_in_its_pane() {
        let mut layout = Layout::default();
        layout.select(View::Files);
        layout.select(View::ArgoCd);
        assert_eq!((layout.left, layout.right, layout.one), (View::ArgoCd, View::Files, View::ArgoCd));
    }
}
