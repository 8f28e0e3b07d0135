//! A Content Security Policy, read as far as it decides over a script, a frame and a request of another origin.

use url::Url;

/// The directives that decide over the widget. A page may send any number of others, and none of them is kept.
const READ: [&str; 8] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "connect-src",
    "frame-src",
    "child-src",
    "frame-ancestors",
    "require-trusted-types-for",
];

/// One policy.
pub(super) struct Policy {
    directives: Vec<(String, Vec<String>)>,
}

impl Policy {
    /// Reads a header's value; of a directive that stands twice the first counts.
    pub(super) fn parse(text: &str) -> Self {
        let mut directives: Vec<(String, Vec<String>)> = Vec::new();
        for part in text.split(';') {
            let mut words = part.split_ascii_whitespace();
            let Some(name) = words.next().map(str::to_ascii_lowercase) else { continue };
            if READ.contains(&name.as_str()) && !directives.iter().any(|(known, _)| *known == name) {
                directives.push((name, words.map(str::to_owned).collect()));
            }
        }
        Self { directives }
    }

    /// The sources of exactly this directive.
    pub(super) fn sources(&self, directive: &str) -> Option<Vec<&str>> {
        let (_, sources) = self.directives.iter().find(|(name, _)| name == directive)?;
        Some(sources.iter().map(String::as_str).collect())
    }

    /// The directive that decides, and its sources; the wanted one itself may be absent.
    fn deciding(&self, directive: &str) -> Option<(&'static str, Vec<&str>)> {
        let chain: &[&'static str] = match directive {
            "script-src" => &["script-src-elem", "script-src", "default-src"],
            "frame-src" => &["frame-src", "child-src", "default-src"],
            _ => &["connect-src", "default-src"],
        };
        chain.iter().find_map(|name| Some((*name, self.sources(name)?)))
    }

    /// Whether `page` may take `url` under `directive`; a script may have a `nonce`.
    pub(super) fn allows(&self, directive: &str, url: &Url, page: &Url, nonce: Option<&str>) -> bool {
        let Some((_, sources)) = self.deciding(directive) else { return true };
        let is = |word: &str| sources.iter().any(|source| source.eq_ignore_ascii_case(word));
        if directive == "script-src" {
            if nonce.is_some_and(|nonce| sources.iter().any(|source| *source == format!("'nonce-{nonce}'"))) {
                return true;
            }
            // Hosts then count for nothing.
            if is("'strict-dynamic'") {
                return false;
            }
        }
        sources.iter().any(|source| matches(source, url, page))
    }

    /// The directive as it has to be for `origin` to be let in.
    pub(super) fn with(&self, directive: &str, origin: &str) -> String {
        let (deciding, sources) = self.deciding(directive).unwrap_or(("default-src", Vec::new()));
        // What everything else falls back to is left as it is.
        let directive = if deciding == "default-src" { directive } else { deciding };
        if directive == "script-src" && sources.iter().any(|source| source.starts_with("'strict-dynamic")) {
            return format!(
                "{directive} {}; and the script needs the nonce that it names",
                sources.join(" ")
            );
        }
        let kept = sources.into_iter().filter(|source| !source.eq_ignore_ascii_case("'none'"));
        let words: Vec<&str> = kept.chain([origin]).collect();
        format!("{directive} {}", words.join(" "))
    }

    /// Whether text may become script only through a Trusted Types policy.
    pub(super) fn demands_trusted_types(&self) -> bool {
        self.sources("require-trusted-types-for").is_some()
    }
}

/// Whether one source of a list lets `url` in.
fn matches(source: &str, url: &Url, page: &Url) -> bool {
    let source = source.to_ascii_lowercase();
    if source == "*" {
        return matches!(url.scheme(), "http" | "https") || url.scheme() == page.scheme();
    }
    if source == "'self'" {
        return url.origin() == page.origin();
    }
    if let Some(scheme) = source.strip_suffix(':') {
        return fits_scheme(scheme, url);
    }
    if source.starts_with('\'') {
        return false;
    }
    let (scheme, rest) =
        source.split_once("://").map_or((None, source.as_str()), |(scheme, rest)| (Some(scheme), rest));
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let asked = url.host_str().unwrap_or_default();
    let fits_host = match name.strip_prefix("*.") {
        Some(parent) => asked.strip_suffix(parent).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
        None => name == asked,
    };
    let fits_port = match port {
        Some("*") => true,
        Some(port) => url.port_or_known_default().is_some_and(|own| own.to_string() == port),
        None => url.port().is_none(),
    };
    let fits_path = match path {
        "" | "/" => true,
        folder if folder.ends_with('/') => url.path().starts_with(folder),
        file => url.path() == file || url.path().ends_with('/') && url.path().trim_end_matches('/') == file,
    };
    fits_scheme(scheme.unwrap_or(page.scheme()), url) && fits_host && fits_port && fits_path
}

/// A source without TLS also lets the same with TLS in.
fn fits_scheme(scheme: &str, url: &Url) -> bool {
    scheme == url.scheme() || scheme == "http" && url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn of_a_policy_without_end_only_what_decides_is_kept() {
        let endless: String = (0..100_000).map(|n| format!("d{n};")).collect();
        let policy = Policy::parse(&format!("{endless}script-src 'none';script-src *"));
        assert_eq!(policy.directives, [("script-src".to_owned(), vec!["'none'".to_owned()])]);
    }

    #[test]
    fn policies_are_read_as_browsers_read_them() {
        let (page, loader) = (
            "https://shop.example/".parse().expect("a URL"),
            "https://chat.example.com/embed.js".parse().expect("a URL"),
        );
        let cases = [
            "img-src 'none'",
            "default-src 'none'",
            "default-src 'self'; script-src https://chat.example.com",
            "script-src https://*.example.com",
            "script-src https://*.chat.example.com",
            "script-src chat.example.com:8443",
            "script-src chat.example.com:*",
            "script-src http://chat.example.com/",
            "script-src https:",
            "script-src *",
            "SCRIPT-SRC HTTPS://CHAT.EXAMPLE.COM/embed.js",
            "script-src https://chat.example.com/other/",
            "script-src 'nonce-n' 'strict-dynamic' https:",
            "script-src 'nonce-m' 'strict-dynamic' https:",
            "script-src-elem 'none'; script-src *",
            "script-src 'self' 'unsafe-inline'",
        ];
        let lines = cases.map(|case| {
            let policy = Policy::parse(case);
            let allows = policy.allows("script-src", &loader, &page, Some("n"));
            let help = if allows {
                String::new()
            } else {
                format!(" → {}", policy.with("script-src", "https://chat.example.com"))
            };
            format!("{} {case}{help}\n", if allows { "yes" } else { "no " })
        });
        expect![[r#"
            yes img-src 'none'
            no  default-src 'none' → script-src https://chat.example.com
            yes default-src 'self'; script-src https://chat.example.com
            yes script-src https://*.example.com
            no  script-src https://*.chat.example.com → script-src https://*.chat.example.com https://chat.example.com
            no  script-src chat.example.com:8443 → script-src chat.example.com:8443 https://chat.example.com
            yes script-src chat.example.com:*
            yes script-src http://chat.example.com/
            yes script-src https:
            yes script-src *
            yes SCRIPT-SRC HTTPS://CHAT.EXAMPLE.COM/embed.js
            no  script-src https://chat.example.com/other/ → script-src https://chat.example.com/other/ https://chat.example.com
            yes script-src 'nonce-n' 'strict-dynamic' https:
            no  script-src 'nonce-m' 'strict-dynamic' https: → script-src 'nonce-m' 'strict-dynamic' https:; and the script needs the nonce that it names
            no  script-src-elem 'none'; script-src * → script-src-elem https://chat.example.com
            no  script-src 'self' 'unsafe-inline' → script-src 'self' 'unsafe-inline' https://chat.example.com
        "#]].assert_eq(&lines.concat());
    }

    #[test]
    fn frames_and_requests_have_directives_of_their_own() {
        let (page, frame) = (
            "https://shop.example/".parse().expect("a URL"),
            "https://chat.example.com/frame/".parse().expect("a URL"),
        );
        let allows = |text: &str, directive| Policy::parse(text).allows(directive, &frame, &page, None);
        assert!(allows("child-src https://chat.example.com; default-src 'none'", "frame-src"));
        assert!(!allows("frame-src 'self'; child-src *", "frame-src"));
        assert!(!allows("default-src 'self'", "connect-src"));
        assert!(allows("script-src 'none'", "connect-src"));
        assert_eq!(Policy::parse("default-src 'none'").with("frame-src", "https://c"), "frame-src https://c");
        assert!(Policy::parse("require-trusted-types-for 'script'").demands_trusted_types());
    }
}
