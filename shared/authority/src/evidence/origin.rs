//! Where a call came from, coarsely: networks instead of addresses, families instead of user agents, shapes instead of names.

use std::borrow::Cow;
use std::net::Ipv6Addr;

/// Addresses that no route of the Internet leads to: a VPC endpoint, or AWS itself.
pub(crate) const PRIVATE: &str = "private";

/// The network of `sourceIPAddress`: `/24` of IPv4, `/48` of IPv6, [`PRIVATE`], or the host name of an AWS service. No address is kept.
pub(super) fn network(source: &str) -> Option<Cow<'_, str>> {
    if let Some(octets) = ipv4(source) {
        let [a, b, c, _] = octets;
        let is_private = matches!((a, b), (10 | 127 | 0, _) | (172, 16..=31) | (192, 168) | (169, 254))
            || (a == 100 && (64..=127).contains(&b));
        return Some(if is_private {
            Cow::Borrowed(PRIVATE)
        } else {
            Cow::Owned(format!("{a}.{b}.{c}.0/24"))
        });
    }
    if let Ok(address) = source.parse::<Ipv6Addr>() {
        let [a, b, c, ..] = address.segments();
        let is_private = (a & 0xfe00) == 0xfc00 || (a & 0xffc0) == 0xfe80 || address.is_loopback();
        return Some(if is_private {
            Cow::Borrowed(PRIVATE)
        } else {
            Cow::Owned(format!("{a:x}:{b:x}:{c:x}::/48"))
        });
    }
    if source == "AWS Internal" {
        return Some(Cow::Borrowed(PRIVATE));
    }
    is_service_host(source).then_some(Cow::Borrowed(source))
}

/// Whether a network is one that the Internet reaches.
pub(crate) fn is_public(network: &str) -> bool {
    network.contains('/')
}

/// Four numbers up to 255, leading zeros let through.
fn ipv4(text: &str) -> Option<[u8; 4]> {
    let begins = text.len() <= 15
        && text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit() || byte == b'+');
    if !begins {
        return None;
    }
    let mut octets = [0; 4];
    let mut fields = text.split('.');
    for octet in &mut octets {
        let field = fields.next().filter(|field| field.len() <= 3)?;
        *octet = field.parse().ok()?;
    }
    fields.next().is_none().then_some(octets)
}

fn is_service_host(text: &str) -> bool {
    let is_host = text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    is_host && (text.ends_with(".amazonaws.com") || text.ends_with(".amazon.com") || text.ends_with(".aws.internal"))
}

/// What a user agent begins with, and the family it is of. The first row that fits counts.
const AGENTS: &[(&str, &str)] = &[
    ("mozilla/", "browser"),
    ("console.", "console"),
    ("signin.", "console"),
    ("aws-cli/", "cli"),
    ("aws-sdk", "sdk"),
    ("boto", "sdk"),
    ("botocore", "sdk"),
    ("aws internal", "service"),
    ("aws-internal", "service"),
    ("terraform", "terraform"),
    ("hashicorp", "terraform"),
    ("apn/", "terraform"),
    ("pulumi", "pulumi"),
    ("cloudformation", "service"),
];

/// The family of a user agent.
pub(super) fn agent(user_agent: &str) -> &'static str {
    let begin = user_agent.trim_start_matches(['[', '"']);
    let bytes = begin.as_bytes();
    // Of 64 characters; of texts of ASCII, as nearly all are, the bytes are those.
    let end = match bytes.get(..64) {
        Some(first) if !first.is_ascii() => begin.char_indices().nth(64).map_or(bytes.len(), |(end, _)| end),
        Some(first) => first.len(),
        None => bytes.len(),
    };
    let text = bytes.get(..end).unwrap_or(bytes);
    let begins = |start: &str| {
        let head = text.get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    // The console's own calls name it, or the browser behind it, after a general beginning.
    if begins("s3console") || names_console(text) {
        return "console";
    }
    if let Some((_, family)) = AGENTS.iter().find(|(start, _)| begins(start)) {
        return family;
    }
    let suffix = text.len().checked_sub(SERVICE.len()).and_then(|from| text.get(from..));
    if suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(SERVICE)) {
        "service"
    } else {
        "other"
    }
}

/// What the host names of services end with.
const SERVICE: &[u8] = b".amazonaws.com";

fn names_console(text: &[u8]) -> bool {
    const CONSOLE: &[u8] = b"console.amazon";
    // Few have a `z`, and a search for one byte takes many at once.
    let has_rare = text.iter().fold(false, |has, byte| has | matches!(byte, b'z' | b'Z'));
    has_rare
        && text
            .windows(CONSOLE.len())
            .any(|part| part.eq_ignore_ascii_case(CONSOLE))
}

/// Whether a person sits before it.
pub(crate) fn is_interactive(agent: &str) -> bool {
    matches!(agent, "browser" | "console")
}

/// The shape of a role session name: runs of digits, and of hexadecimal digits that have a digit in them, stand as `#`; an e-mail address as `<email>`.
pub(super) fn session_shape(name: &str) -> String {
    if name.contains('@') {
        return "<email>".to_owned();
    }
    let mut shape = String::with_capacity(name.len());
    let mut word = String::new();
    for character in name.chars().take(64) {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else {
            close(&mut word, &mut shape);
            if !(character == '-' && shape.ends_with('-')) {
                shape.push(character);
            }
        }
    }
    close(&mut word, &mut shape);
    while shape.contains("#-#") {
        shape = shape.replace("#-#", "#");
    }
    shape
}

fn close(word: &mut String, shape: &mut String) {
    let has_digit = word.bytes().any(|b| b.is_ascii_digit());
    let is_random = has_digit && word.len() >= 4 && (word.bytes().all(|b| b.is_ascii_hexdigit()) || word.len() >= 16);
    if is_random {
        shape.push('#');
    } else {
        let mut was_digit = false;
        for character in word.chars() {
            let is_digit = character.is_ascii_digit();
            if !is_digit {
                shape.push(character);
            } else if !was_digit {
                shape.push('#');
            }
            was_digit = is_digit;
        }
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::{agent, network, session_shape};

    #[test]
    fn addresses_are_kept_as_networks_only() {
        for (source, want) in [
            ("198.51.100.7", Some("198.51.100.0/24")),
            ("035.249.253.232", Some("35.249.253.0/24")),
            ("10.1.2.3", Some("private")),
            ("172.31.0.9", Some("private")),
            ("172.32.0.9", Some("172.32.0.0/24")),
            ("100.64.0.1", Some("private")),
            ("2001:db8:1:2::3", Some("2001:db8:1::/48")),
            ("fd00::1", Some("private")),
            ("AWS Internal", Some("private")),
            ("lambda.amazonaws.com", Some("lambda.amazonaws.com")),
            ("evil.example.com", None),
            ("256.1.1.1", None),
            ("1.2.3.4.5", None),
            ("", None),
        ] {
            assert_eq!(network(source).as_deref(), want, "{source}");
        }
    }

    #[test]
    fn user_agents_have_families() {
        for (text, want) in [
            ("Mozilla/5.0 (X11; Linux x86_64)", "browser"),
            ("[S3Console/0.4, aws-internal/3]", "console"),
            ("console.amazonaws.com", "console"),
            ("signin.amazonaws.com", "console"),
            ("aws-cli/2.15.0 Python/3.11", "cli"),
            ("Boto3/1.34 md/Botocore#1.34", "sdk"),
            ("aws-sdk-go-v2/1.32.3 os/linux", "sdk"),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.7", "terraform"),
            ("cloudformation.amazonaws.com", "service"),
            ("lambda.amazonaws.com", "service"),
            ("stratus-red-team_5c59eb79", "other"),
            ("Events.AmazonAWS.com", "service"),
            ("[é, https://console.amazonaws.com/s3]", "console"),
            ("\u{e9}aws-cli/2.15.0", "other"),
            // Nothing after the first 64 characters counts, whatever their bytes.
            (&format!("{}.amazonaws.com", "é".repeat(51)), "other"),
            (&format!("{}.amazonaws.com", "é".repeat(50)), "service"),
            (&format!("{}.amazonaws.com", "e".repeat(51)), "other"),
            (&format!("{} console.amazonaws.com", "e".repeat(60)), "other"),
        ] {
            assert_eq!(agent(text), want, "{text}");
        }
    }

    #[test]
    fn names_of_sessions_have_shapes() {
        for (name, want) in [
            ("i-786a3a8b5c0d92ef4", "i-#"),
            ("aws-go-sdk-1722587398902687000", "aws-go-sdk-#"),
            ("botocore-session-1700000000", "botocore-session-#"),
            ("orders-handler", "orders-handler"),
            ("ann@example.com", "<email>"),
            ("0a05817a-84d2-4c67-b91f-aeac6a0e5e70", "#"),
            ("", ""),
        ] {
            assert_eq!(session_shape(name), want, "{name}");
        }
    }
}
