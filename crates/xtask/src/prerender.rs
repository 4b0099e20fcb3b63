//! What stands on every route before any program has loaded: headline, brief and start button, as plain HTML.
//! The page replaces it when it takes over.

use crate::html::{Page, escape};
use crate::lessons::{Lesson, Track};
use crate::unlike::Difference;
use std::fmt::Write;

/// All tracks of the curriculum; the ones without a lesson are only named.
const CURRICULUM: [(&str, &str); 10] = [
    ("devops", "DevOps"),
    ("containers", "Containers and Kubernetes"),
    ("cicd", "CI/CD"),
    ("gitops", "GitOps"),
    ("iac", "Infrastructure as code"),
    ("monitoring", "Monitoring"),
    ("aiops", "AIOps"),
    ("mlops", "MLOps"),
    ("finops", "FinOps"),
    ("secops", "SecOps"),
];

const LEAD: &str = "Real Git, CI, Argo CD and a Kubernetes cluster, wired together and live on this page. \
    Push a commit and watch it reach customers. Break it, ask why, rewind.";

/// Every route of the site.
pub fn pages(tracks: &[Track], differences: &[Difference]) -> Vec<Page> {
    let mut pages = vec![home(tracks), line_up(tracks), real_simulated_missing(differences)];
    for track in tracks {
        pages.push(track_page(track));
        pages.extend(track.lessons.iter().map(|lesson| lesson_page(track, lesson)));
    }
    pages
}

/// The page for addresses that do not exist; `base` is where the site lies on its host.
pub fn not_found(base: &str) -> String {
    let base = escape(base);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>Not here · Opsfest</title></head><body>\
         <main><h1>Nothing plays here</h1><p>This address is not part of Opsfest.</p>\
         <p><a href=\"{base}\">Back to the line-up</a></p></main></body></html>\n"
    )
}

fn home(tracks: &[Track]) -> Page {
    let start = tracks.iter().find_map(|track| Some((track, track.lessons.first()?)));
    let button = start.map(|(track, lesson)| {
        let (href, title) = (address(track, lesson), escape(&lesson.title));
        format!("<div class=\"row\"><a class=\"btn primary lg\" href=\"{href}\">{title}</a>")
            + "<span class=\"note\">No account, no install.</span></div>"
    });
    let body = format!(
        "<main class=\"wrap\" id=\"main\"><section class=\"hero\"><div><h1>Run the whole Ops world in one tab.</h1>\
         <p class=\"lead\">{LEAD}</p>{}</div></section>{}</main>",
        button.unwrap_or_default(),
        cards(tracks)
    );
    page("", "Opsfest: run the whole Ops world in one tab", LEAD, body)
}

fn line_up(tracks: &[Track]) -> Page {
    let body = format!("<main class=\"wrap\" id=\"main\"><h1 class=\"sr\">Line-up</h1>{}</main>", cards(tracks));
    Page { kind: "line-up", ..page("line-up/", "Line-up · Opsfest", "All tracks and exercises of Opsfest.", body) }
}

fn cards(tracks: &[Track]) -> String {
    let open = tracks.iter().filter(|track| !track.lessons.is_empty());
    let mut html = String::from("<section class=\"sec\" id=\"line-up\"><header><h2>The line-up</h2></header>");
    html.push_str("<div class=\"lineup\">");
    html.extend(open.map(card));
    html.push_str("</div>");
    let missing = |slug: &str| !tracks.iter().any(|track| track.slug == slug && !track.lessons.is_empty());
    let soon: String =
        CURRICULUM.iter().filter(|(slug, _)| missing(slug)).map(|(_, title)| format!("<li>{title}</li>")).collect();
    if !soon.is_empty() {
        html.push_str(&format!("<div class=\"soon\"><b>In preparation</b><ul>{soon}</ul></div>"));
    }
    html + "</section>"
}

fn card(track: &Track) -> String {
    let item = |lesson: &Lesson| {
        let (href, title) = (address(track, lesson), escape(&lesson.title));
        format!("<li><a href=\"{href}\">{title}<span class=\"faint\">{} min</span></a></li>", lesson.minutes)
    };
    let items: String = track.lessons.iter().map(item).collect();
    format!(
        "<article class=\"card track\"><h3><a href=\"{{root}}{}/\">{}</a></h3><p>{}</p><ol>{items}</ol></article>",
        track.slug,
        escape(&track.title),
        escape(&track.summary)
    )
}

fn track_page(track: &Track) -> Page {
    let body = format!(
        "<main class=\"wrap\" id=\"main\"><h1>{}</h1><p class=\"lead\">{}</p><div class=\"lineup\">{}</div></main>",
        escape(&track.title),
        escape(&track.summary),
        card(track)
    );
    let made = page(&format!("{}/", track.slug), &format!("{} · Opsfest", track.title), &track.summary, body);
    Page { kind: "track", subject: track.slug.clone(), ..made }
}

fn lesson_page(track: &Track, lesson: &Lesson) -> Page {
    let mut steps = String::new();
    for (at, goal) in lesson.goals.iter().enumerate() {
        let number = at + 1;
        // Writing into a String cannot fail.
        write!(
            steps,
            "<li class=\"step\" data-s=\"todo\"><span class=\"mark\" aria-hidden=\"true\">{number}</span>\
             <div><h2 class=\"goal\">{goal}</h2></div></li>"
        )
        .expect("a String takes every text");
    }
    let body = format!(
        "<main class=\"stage\" id=\"main\"><section class=\"brief\" aria-label=\"Brief\"><header><h1>{}</h1>\
         <p>{} min · {}</p></header><div class=\"prose\"><p>{}</p>{}</div>\
         <ol class=\"steps\" aria-label=\"Steps\">{steps}</ol>\
         <footer><a class=\"btn primary\" href=\"#start\">Start</a></footer></section></main>",
        escape(&lesson.title),
        lesson.minutes,
        escape(&track.title),
        escape(&lesson.objective),
        lesson.brief
    );
    let path = format!("{}/{}/", track.slug, lesson.slug);
    let subject = format!("{}/{}", track.slug, lesson.slug);
    Page {
        has_world: true,
        kind: "lesson",
        subject,
        ..page(&path, &format!("{} · Opsfest", lesson.title), &lesson.objective, body)
    }
}

fn real_simulated_missing(differences: &[Difference]) -> Page {
    // A row a tool: they stand in the order of the tools.
    let row = |of: &[Difference]| {
        let told: Vec<String> = of.iter().map(|difference| escape(&difference.what)).collect();
        format!("<tr><td>{}</td><td>{}</td></tr>", escape(&of[0].tool), told.join("<br>"))
    };
    let rows: String = differences.chunk_by(|a, b| a.tool == b.tool).map(row).collect();
    let body = format!(
        "<main class=\"wrap\" id=\"main\"><h1>Real, simulated, missing</h1><p class=\"lead\">Git objects, pipelines and \
         manifests are computed by real engines; the cluster, the registry and the customers are simulated. \
         Where a tool here knowingly differs from the real one, it stands in this table, which is made from the \
         source.</p><table class=\"events\"><thead><tr><th>Tool</th><th>Here</th></tr></thead><tbody>{rows}</tbody>\
         </table></main>"
    );
    let description = "What is the real thing in Opsfest, what is simulated and how, and what is not there.";
    Page {
        kind: "missing", ..page("real-simulated-missing/", "Real, simulated, missing · Opsfest", description, body)
    }
}

fn address(track: &Track, lesson: &Lesson) -> String {
    format!("{{root}}{}/{}/", track.slug, lesson.slug)
}

fn page(path: &str, title: &str, description: &str, body: String) -> Page {
    let (path, title, description) = (path.to_owned(), title.to_owned(), description.to_owned());
    Page { path, title, description, body, kind: "home", subject: String::new(), has_world: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracks() -> Vec<Track> {
        let lesson = Lesson {
            slug: "00-ship".to_owned(),
            title: "Ship <it>".to_owned(),
            minutes: 5,
            objective: "One push.".to_owned(),
            brief: "<p>Doors.</p>".to_owned(),
            goals: vec!["Find".to_owned()],
        };
        let (slug, title, summary) = ("devops".to_owned(), "DevOps".to_owned(), "The crew.".to_owned());
        vec![Track { slug, title, summary, order: 1, lessons: vec![lesson] }]
    }

    #[test]
    fn every_route_has_its_page() {
        let pages = pages(&tracks(), &[]);
        let paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
        assert_eq!(paths, ["", "line-up/", "real-simulated-missing/", "devops/", "devops/00-ship/"]);
        assert!(pages.iter().all(|page| page.body.contains("<h1")));
    }

    #[test]
    fn home_leads_to_the_first_lesson_and_names_what_is_in_preparation() {
        let home = home(&tracks());
        assert!(home.body.contains("href=\"{root}devops/00-ship/\">Ship &lt;it&gt;</a>"));
        assert!(home.body.contains("<li>MLOps</li>") && !home.body.contains("<li>DevOps</li>"));
    }

    #[test]
    fn a_lesson_shows_brief_steps_and_start() {
        let page = &pages(&tracks(), &[])[4];
        assert!(page.has_world);
        for part in ["<p>Doors.</p>", "<h2 class=\"goal\">Find</h2>", "href=\"#start\""] {
            assert!(page.body.contains(part), "{part}");
        }
    }
}
