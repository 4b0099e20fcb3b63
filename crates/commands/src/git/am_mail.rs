//! Mails with patches: a mailbox into mails, a mail into who, when, what and the patch.

/// What a mail says of the commit to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mail {
    pub name: String,
    pub email: String,
    /// As it stands there.
    pub date: String,
    pub subject: String,
    /// The message behind the subject.
    pub body: String,
    /// From `---` on.
    pub patch: String,
}

/// The mails of a mailbox; a text that starts with a header is one mail.
#[inline(never)]
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut mails: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let starts = line.strip_prefix("From ").is_some_and(|rest| {
            let mut words = rest.trim_end().rsplitn(3, ' ');
            let year = words.next().unwrap_or_default();
            let time = words.next().unwrap_or_default();
            year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) && time.matches(':').count() == 2
        });
        if starts || mails.is_empty() {
            if mails.is_empty() && line.trim().is_empty() {
                continue;
            }
            mails.push(String::new());
        }
        if let Some(mail) = mails.last_mut() {
            mail.push_str(line);
        }
    }
    mails
}

/// Whether it looks like mail at all.
#[inline(never)]
pub(crate) fn is_mail(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    match lines.next() {
        Some(line) if line.starts_with("From ") => true,
        Some(line) => {
            let name = line.split(':').next().unwrap_or_default();
            line.contains(':') && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        }
        None => false,
    }
}

impl Mail {
    pub fn read(text: &str, keeps_subject: bool) -> Self {
        let mut mail = Self::default();
        let (head, rest) = headers(text);
        mail.header_lines(&head);
        // The sender may name another author in the first lines.
        let mut rest = rest.trim_start_matches('\n');
        if rest.starts_with("From: ") {
            let (inner, after) = headers(rest);
            mail.header_lines(&inner);
            rest = after.trim_start_matches('\n');
        }
        if !keeps_subject {
            mail.subject = without_prefixes(&mail.subject).to_string();
        }
        let mut body = String::new();
        let mut at = 0;
        for line in rest.split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == "---" || line.starts_with("diff --git ") || line.starts_with("Index: ") {
                break;
            }
            body.push_str(bare);
            body.push('\n');
            at += line.len();
        }
        mail.body = body.trim_end().to_string();
        mail.patch = rest[at..].to_string();
        mail
    }

    #[inline(never)]
    fn header_lines(&mut self, lines: &[(String, String)]) {
        for (name, value) in lines {
            match name.to_ascii_lowercase().as_str() {
                "from" => {
                    let (name, email) = value.split_once('<').unwrap_or(("", value));
                    self.email = email.trim_end().trim_end_matches('>').to_string();
                    let name = decoded(name.trim());
                    self.name = name.trim_matches('"').to_string();
                    if self.name.is_empty() {
                        self.name.clone_from(&self.email);
                    }
                }
                "date" => self.date.clone_from(value),
                "subject" => self.subject = decoded(value),
                _ => {}
            }
        }
    }

    pub fn message(&self) -> String {
        if self.body.is_empty() {
            format!("{}\n", self.subject)
        } else {
            format!("{}\n\n{}\n", self.subject, self.body)
        }
    }
}

/// The header's lines by name, folded ones put together, and what follows them.
#[inline(never)]
fn headers(text: &str) -> (Vec<(String, String)>, &str) {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let bare = line.trim_end();
        if bare.is_empty() {
            break;
        }
        match (line.starts_with([' ', '\t']), lines.last_mut(), bare.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(bare.trim_start());
            }
            (false, _, Some((name, value))) if !name.contains(' ') => {
                lines.push((name.to_string(), value.trim_start().to_string()));
            }
            _ => {}
        }
    }
    (lines, &text[at..])
}

/// `Re: [PATCH 1/3] second` is about `second`.
#[inline(never)]
fn without_prefixes(subject: &str) -> &str {
    let mut text = subject.trim();
    loop {
        let low = text.get(..3).map(str::to_ascii_lowercase);
        if low.as_deref() == Some("re:") {
            text = text[3..].trim_start();
        } else if let Some(rest) = text.strip_prefix('[')
            && let Some((_, after)) = rest.split_once(']')
        {
            text = after.trim_start();
        } else {
            return text;
        }
    }
}

/// `=?UTF-8?q?=C3=BC?=` into `ü`.
#[inline(never)]
fn decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut last_was_word = false;
    while let Some(start) = rest.find("=?") {
        let before = &rest[..start];
        let mut parts = rest[start + 2..].splitn(3, '?');
        let (Some(_), Some(kind), Some(tail)) = (parts.next(), parts.next(), parts.next()) else { break };
        let Some(end) = tail.find("?=") else { break };
        if !(last_was_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        let bytes = if kind.eq_ignore_ascii_case("q") { from_q(&tail[..end]) } else { from_base64(&tail[..end]) };
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = &tail[end + 2..];
        last_was_word = true;
    }
    out.push_str(rest);
    out
}

#[inline(never)]
fn from_q(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'=', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'_', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
        at += 1;
    }
    out
}

#[inline(never)]
fn from_base64(text: &str) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_who_when_what_and_patch() {
        let text = "From 1 Mon Sep 17 00:00:00 2001\nFrom: =?UTF-8?q?L=C3=A9a?= <l@x>\nDate: D\nSubject: [PATCH v2 1/2] one\n two\n\nbody\n---\n a | 1\n";
        let mail = Mail::read(text, false);
        assert_eq!((mail.name.as_str(), mail.email.as_str(), mail.date.as_str()), ("Léa", "l@x", "D"));
        assert_eq!((mail.message().as_str(), mail.patch.as_str()), ("one two\n\nbody\n", "---\n a | 1\n"));
        assert_eq!(split(&text.repeat(2)).len(), 2);
        assert_eq!(decoded("=?UTF-8?B?w7xi?="), "üb");
    }
}
