//! Markdown to HTML that is safe to insert: raw HTML becomes text, and links lead only to https or within the site.

use super::part::Notes;
use pulldown_cmark::{Event, Options, Parser, Tag, html};

/// A text with blocks: paragraphs, lists, tables, code.
pub(super) fn blocks(text: &str, file: &str, line: usize, notes: &mut Notes) -> String {
    let mut events = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Link { dest_url, .. }) = &event
            && !leads_to_a_safe_place(dest_url)
        {
            notes.add(file, line, format!("the link to `{dest_url}` must begin with https://, #, ./ or ../"));
        }
        events.push(match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                notes.add(file, line, format!("use a figure block instead of the image `{dest_url}`"));
                continue;
            }
            // What an author writes as HTML is shown as what it is: text.
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            other => other,
        });
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    // A lesson is not left by a look at somebody's documentation.
    out.replace("<a href=\"https://", "<a target=\"_blank\" rel=\"noopener\" href=\"https://")
}

/// A text of one paragraph, without the paragraph's own tags.
pub(super) fn inline(text: &str, file: &str, line: usize, notes: &mut Notes) -> String {
    let html = blocks(text.trim(), file, line, notes);
    let html = html.trim();
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    match inner {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => html.to_owned(),
    }
}

fn leads_to_a_safe_place(url: &str) -> bool {
    ["https://", "#", "./", "../"].iter().any(|start| url.starts_with(start))
}

/// A drawing that may be put into the page: an SVG without scripts, styles and foreign addresses.
pub(super) fn figure(svg: &str) -> Result<String, &'static str> {
    let svg = svg.trim();
    let lower = svg.to_ascii_lowercase();
    if !lower.starts_with("<svg") || !lower.ends_with("</svg>") {
        return Err("a figure must be one <svg> element");
    }
    if !lower.contains("role=\"img\"") || !lower.contains("<title") {
        return Err("a figure needs role=\"img\" and a <title>, for those who do not see it");
    }
    let banned = ["<script", "<style", "style=", "javascript:", "<foreignobject", "<image", "url(http", "href=\"http"];
    if banned.iter().any(|word| lower.contains(word)) || has_handler(&lower) {
        return Err("a figure may have no script, style, event handler, image or foreign address");
    }
    // Inside HTML the namespace is known; without it the page names no foreign address at all.
    let svg = svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    Ok(format!("<figure>{svg}</figure>\n"))
}

/// Whether an attribute such as ` onclick=` stands in the text.
fn has_handler(lower: &str) -> bool {
    lower.split_ascii_whitespace().any(|word| {
        word.strip_prefix("on")
            .and_then(|rest| rest.split_once('='))
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_of_an_author_is_shown_as_text() {
        let mut notes = Notes::default();
        let html = blocks("Hi <b onclick=x>you</b>\n\n<script>alert(1)</script>\n", "a.md", 1, &mut notes);
        assert!(!html.contains("<script") && !html.contains("<b "), "{html}");
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }

    #[test]
    fn only_safe_links_pass_without_a_note() {
        let mut notes = Notes::default();
        blocks("[a](https://example.org) [b](../x/) [c](#d)", "a.md", 1, &mut notes);
        assert!(notes.list.is_empty());
        blocks("[a](javascript:alert)", "a.md", 1, &mut notes);
        assert_eq!(notes.list.len(), 1);
    }

    #[test]
    fn a_line_of_text_loses_its_paragraph() {
        let mut notes = Notes::default();
        assert_eq!(inline("Say `git push`.", "a.md", 1, &mut notes), "Say <code>git push</code>.");
    }

    #[test]
    fn a_figure_must_be_harmless() {
        assert!(figure("<svg role=\"img\"><title>a</title></svg>").is_ok());
        assert!(figure("<svg role=\"img\" onload=\"x()\"><title>a</title></svg>").is_err());
        assert!(figure("<svg role=\"img\"><title>a</title><g style=\"x\"/></svg>").is_err());
        assert!(figure("<svg><path/></svg>").is_err());
    }
}
