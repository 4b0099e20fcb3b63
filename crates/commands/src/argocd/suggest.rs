//! A first word that `argocd` does not know, and the commands that look like it.

/// The words of the real one for a first word that it does not know, with those that look like it.
pub(super) fn unknown_command(word: &str) -> String {
    let mut text = format!("Error: unknown command \"{word}\" for \"argocd\"\n");
    let near: Vec<&str> = ROOT_NAMES.split(' ').filter(|name| looks_like(word, name)).collect();
    if !near.is_empty() {
        text.push_str(&format!("\nDid you mean this?\n\t{}\n\n", near.join("\n\t")));
    }
    text.push_str("Run 'argocd --help' for usage.\n");
    text
}

const ROOT_NAMES: &str = "account admin app appset cert cluster completion configure context gpg login logout proj relogin \
    repo repocreds version";

/// cobra suggests what is two letters away, or begins with the word.
fn looks_like(word: &str, name: &str) -> bool {
    let word = word.to_ascii_lowercase();
    name.starts_with(&word) || distance(&word, name) <= 2
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, x) in a.chars().enumerate() {
        let mut corner = at;
        row[0] = at + 1;
        for (column, y) in b.iter().enumerate() {
            let kept = corner + usize::from(x != *y);
            corner = row[column + 1];
            row[column + 1] = kept.min(corner + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
