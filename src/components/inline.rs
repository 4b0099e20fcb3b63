//! Short texts with a little markup, such as goals and explanations: they may hold words of the learner's own files,
//! so only a few tags without attributes are known, and everything else stays text.

use yew::prelude::*;

const TAGS: [&str; 7] = ["code", "b", "strong", "em", "i", "dfn", "kbd"];

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    tag: Option<&'static str>,
    text: String,
}

pub fn inline(text: &str) -> Html {
    pieces(text).into_iter().map(draw).collect::<Html>()
}

fn draw(piece: Piece) -> Html {
    let Piece { tag, text } = piece;
    match tag {
        Some("code") => html! { <code>{ text }</code> },
        Some("b" | "strong") => html! { <b>{ text }</b> },
        Some("em" | "i") => html! { <em>{ text }</em> },
        Some("dfn") => html! { <dfn>{ text }</dfn> },
        Some("kbd") => html! { <kbd>{ text }</kbd> },
        _ => html! { { text } },
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open: Vec<&'static str> = Vec::new();
    let mut now = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        now.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((tag, after)) = opening(rest) {
            flush(&mut pieces, &mut now, open.last().copied());
            open.push(tag);
            rest = after;
        } else if let Some((tag, after)) = closing(rest)
            && open.last() == Some(&tag)
        {
            flush(&mut pieces, &mut now, open.pop());
            rest = after;
        } else if let Some((word, after)) = plain(rest) {
            now.push_str(word);
            rest = after;
        } else {
            now.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    now.push_str(rest);
    flush(&mut pieces, &mut now, open.last().copied());
    pieces
}

fn flush(pieces: &mut Vec<Piece>, now: &mut String, tag: Option<&'static str>) {
    if !now.is_empty() {
        pieces.push(Piece { tag, text: std::mem::take(now) });
    }
}

fn opening(text: &str) -> Option<(&'static str, &str)> {
    let inside = text.strip_prefix('<')?;
    TAGS.into_iter().find_map(|tag| Some((tag, inside.strip_prefix(tag)?.strip_prefix('>')?)))
}

fn closing(text: &str) -> Option<(&'static str, &str)> {
    let inside = text.strip_prefix("</")?;
    TAGS.into_iter().find_map(|tag| Some((tag, inside.strip_prefix(tag)?.strip_prefix('>')?)))
}

/// Entities, and tags of paragraphs, which a short text does without.
fn plain(text: &str) -> Option<(&'static str, &str)> {
    const WORDS: [(&str, &str); 9] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("<p>", ""),
        ("</p>", " "),
        ("<br>", " "),
        ("<br />", " "),
    ];
    WORDS.into_iter().find_map(|(from, to)| Some((to, text.strip_prefix(from)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(Option<&'static str>, &str)]) {
        let found = pieces(text);
        let found: Vec<_> = found.iter().map(|piece| (piece.tag, piece.text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn known_tags_and_entities() {
        check("a <code>x &lt; y</code> b", &[(None, "a "), (Some("code"), "x < y"), (None, " b")]);
        check("<p>one</p><p>two</p>", &[(None, "one two ")]);
    }

    #[test]
    fn everything_else_stays_text() {
        check("<script>a</script>", &[(None, "<script>a</script>")]);
        check("<b onclick=\"x\">a</b>", &[(None, "<b onclick=\"x\">a</b>")]);
        check("1 < 2 & 3", &[(None, "1 < 2 & 3")]);
        check("</code>", &[(None, "</code>")]);
    }
}
