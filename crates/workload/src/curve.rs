//! The two curves that traffic follows: demand over time, and latency under load.

use sim::Time;

/// Demand relative to its base, by the time of day: fewest at five in the morning, most at five in the afternoon.
pub(crate) fn daily(time: Time, amplitude: f64) -> f64 {
    let civil = time.civil();
    let hour = f64::from(civil.hour) + f64::from(civil.minute) / 60.0;
    let phase = (hour - 11.0) / 24.0 * 2.0 * std::f64::consts::PI;
    1.0 + amplitude * libm::sin(phase)
}

/// How much longer a request takes at this utilisation, as in a queue with one server; cut where requests would
/// time out anyway.
pub(crate) fn slowdown(utilisation: f64) -> f64 {
    if utilisation >= 0.97 { 33.0 } else { 1.0 / (1.0 - utilisation) }
}

/// The share of requests that a server drops when more come than it can do.
pub(crate) fn overload(utilisation: f64) -> f64 {
    if utilisation <= 1.0 { 0.0 } else { 1.0 - 1.0 / utilisation }
}
