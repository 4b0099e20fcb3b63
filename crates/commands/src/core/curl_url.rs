//! The addresses that `curl` takes.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub scheme: &'static str,
    pub host: String,
    pub port: u16,
    /// With the query, without the fragment.
    pub path: String,
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        if self.port != default_port(self.scheme) {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

fn default_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

/// Reads an address; the error is curl's exit code and words.
pub(super) fn read_url(text: &str) -> Result<Url, (i32, String)> {
    let bad = || (3, "URL using bad/illegal format or missing URL".to_string());
    let (scheme, rest) = match text.split_once("://") {
        None => ("http", text),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
        Some((scheme, _)) => return Err((1, format!("Protocol \"{scheme}\" not supported or disabled in libcurl"))),
    };
    let rest = rest.split('#').next().unwrap_or(rest);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (place, path) = rest.split_at(end);
    // A name and a password before the host are for the server, and no server of this world asks for them.
    let place = place.rsplit('@').next().unwrap_or(place);
    let (host, port) = match place.split_once(':') {
        Some((host, port)) if !port.is_empty() => (host, port.parse::<u16>().map_err(|_| bad())?),
        Some((host, _)) => (host, default_port(scheme)),
        None => (place, default_port(scheme)),
    };
    if host.is_empty() || host.contains(' ') {
        return Err(bad());
    }
    let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
    Ok(Url { scheme, host: host.to_string(), port, path })
}

#[cfg(test)]
mod tests {
    use super::read_url;

    fn check(text: &str, expect: &str) {
        let told = match read_url(text) {
            Ok(url) => format!("{} {} {} {url}", url.host, url.port, url.path),
            Err((code, _)) => code.to_string(),
        };
        assert_eq!(told, expect, "{text}");
    }

    #[test]
    fn addresses() {
        check("shop.encore", "shop.encore 80 / http://shop.encore/");
        check("http://web.shop:8080/a?b=c#d", "web.shop 8080 /a?b=c http://web.shop:8080/a?b=c");
        check("https://u:p@x", "x 443 / https://x/");
        check("HTTP://x?q", "x 80 /?q http://x/?q");
        check("http://", "3");
        check("http://h:xx/", "3");
        check("http://h:99999/", "3");
        check("ftp://x", "1");
    }
}
