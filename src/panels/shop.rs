//! The Shop: what customers see, how many see which version, and how they fare.

use crate::components::{empty, icon, skeleton, spark, tenths, whole};
use screen::{Request, Shop, Ticket, VersionShare};
use std::rc::Rc;
use yew::prelude::*;

/// From here on the figures turn amber and red.
const ERRORS_BAD_PERCENT: f64 = 1.0;
const P99_BAD_MS: f64 = 1_000.0;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub shop: Option<Rc<Shop>>,
}

#[component]
pub fn ShopPanel(props: &Props) -> Html {
    let Some(shop) = &props.shop else {
        return skeleton();
    };
    if shop.host.is_empty() {
        return empty("shop", "No shop in this world", "This lesson works without Encore's shop.");
    }
    html! {
        <>
            { front(shop) }
            { share(&shop.shares) }
            { stats(shop) }
            <div>
                <h3 class="cap">{ "Last requests" }</h3>
                <ol class="ticker">{ shop.recent.iter().map(request).collect::<Html>() }</ol>
            </div>
        </>
    }
}

fn front(shop: &Shop) -> Html {
    let tickets = shop.tickets.iter().map(ticket).collect::<Html>();
    html! {
        <section class="shopfront" aria-label="What customers see">
            <header>
                { icon("shop") }<span class="mono">{ &shop.host }</span><span class="grow"></span>
                if !shop.version.is_empty() {
                    <span class="badge mono">{ format!("web {}", shop.version) }</span>
                }
            </header>
            <div class="page">
                if let Some(outage) = &shop.outage {
                    <div class="outage"><b>{ "Customers see an error" }</b><span>{ outage }</span></div>
                } else {
                    <h3>{ &shop.headline }</h3>
                    <ul>{ tickets }</ul>
                }
            </div>
        </section>
    }
}

fn ticket(ticket: &Ticket) -> Html {
    html! {
        <li class="ticket">
            <span class="day">{ &ticket.day }</span>
            <span><b>{ &ticket.name }</b><span class="dim">{ &ticket.detail }</span></span>
            <span class="price">{ &ticket.price }</span>
        </li>
    }
}

/// Which version answers how many customers.
fn share(shares: &[VersionShare]) -> Html {
    if shares.is_empty() {
        return Html::default();
    }
    let words: Vec<String> =
        shares.iter().map(|share| format!("{} % to {}", whole(share.percent), share.version)).collect();
    let label = format!("Traffic: {}", words.join(", "));
    let mut from = 0.0;
    let mut bars = Vec::new();
    let mut items = Vec::new();
    for (at, share) in shares.iter().enumerate() {
        let lane = format!("lane-{}", at % 5);
        let key = share.version.clone();
        bars.push(html! {
            <rect key={key.clone()} class={lane.clone()} x={tenths(from)}
                width={tenths(share.percent)} height="8" />
        });
        items.push(html! {
            <li {key} class={lane}>
                { format!("web {} ", share.version) }<b class="num">{ format!("{} %", whole(share.percent)) }</b>
            </li>
        });
        from += share.percent;
    }
    html! {
        <div class="share">
            <svg class="bar" role="img" aria-label={label} viewBox="0 0 100 8" preserveAspectRatio="none">
                { for bars }
            </svg>
            <ul>{ for items }</ul>
        </div>
    }
}

fn stats(shop: &Shop) -> Html {
    let errors = if shop.error_percent >= ERRORS_BAD_PERCENT { "bad" } else { "ok" };
    let slow = if shop.p99_ms >= P99_BAD_MS { "bad" } else { "now" };
    let (p99, unit) = duration(shop.p99_ms);
    let requests = whole(shop.requests_per_second);
    let error = tenths(shop.error_percent);
    html! {
        <dl class="stats">
            { figure("Requests", requests, "req/s", spark_of("Requests", &shop.requests_history, 1.0, "now")) }
            { figure("Errors", error, "%", spark_of("Errors", &shop.error_history, 10.0, errors)) }
            { figure("p99", p99, unit, spark_of("p99", &shop.p99_history, P99_BAD_MS, slow)) }
        </dl>
    }
}

fn spark_of(name: &str, history: &[f64], most: f64, state: &'static str) -> Html {
    let now = history.last().copied().unwrap_or_default();
    spark(history, most, state, format!("{name} over the last minute, now {}", tenths(now)))
}

fn figure(name: &'static str, value: String, unit: &'static str, line: Html) -> Html {
    html! { <div><dt>{ name }</dt><dd>{ value }{ " " }<small>{ unit }</small>{ line }</dd></div> }
}

fn duration(millis: f64) -> (String, &'static str) {
    if millis >= P99_BAD_MS { (tenths(millis / 1_000.0), "s") } else { (whole(millis), "ms") }
}

fn request(request: &Request) -> Html {
    let state = if request.status >= 500 { "bad" } else { "ok" };
    html! {
        <li>
            <time>{ &request.time }</time><b data-s={state}>{ request.status.to_string() }</b>
            <span class="cut">{ &request.line }</span><span class="dim">{ &request.version }</span>
            <span class="dim">{ format!("{} ms", request.ms) }</span>
        </li>
    }
}

/// What the tab says of it.
pub fn dot(shop: &Shop) -> Option<&'static str> {
    if shop.outage.is_some() || shop.error_percent >= ERRORS_BAD_PERCENT {
        return Some("bad");
    }
    let versions = shop.shares.iter().filter(|share| share.percent > 0.0).count();
    (versions > 1).then_some("run")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_above_a_thousand_milliseconds() {
        assert_eq!(duration(212.4), ("212".to_owned(), "ms"));
        assert_eq!(duration(2_040.0), ("2.0".to_owned(), "s"));
    }
}
