//! E-mail addresses, parsed once. Who typed one is nobody's proof of anything; here is only whether it can be written to.

use lettre::Address;
use url::Host;

/// The longest address there can be on the way to a mailbox, in bytes.
const MAX_BYTES: usize = 254;

/// `text` as an address to send to, its domain in ASCII; `None` for what cannot be one, and for those that name a machine
/// by number or without a dot: nobody's mailbox is there, but an operator's own network may be.
#[must_use]
pub fn mailbox(text: &str) -> Option<Address> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let address: Address = text.parse().ok()?;
    let Ok(Host::Domain(domain)) = Host::parse(address.domain()) else { return None };
    if !domain.contains('.') || domain.ends_with('.') {
        return None;
    }
    let address = Address::new(address.user(), domain).ok()?;
    (AsRef::<str>::as_ref(&address).len() <= MAX_BYTES).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn what_can_be_written_to() {
        let cases = [
            "maria@posta.example",
            "Maria.Rossi+chat@Posta.Example",
            "o'brien@a.example",
            "\"maria rossi\"@posta.example",
            "maría@posta.example",
            "maria@bücher.example",
            "maria",
            "@posta.example",
            "maria@",
            "maria@localhost",
            "maria@posta.example.",
            "maria@[127.0.0.1]",
            "maria@10.0.0.1",
            "maria@0x7f.1",
            "maria@@posta.example",
            "maria@posta.example, eve@evil.example",
            "maria@posta.example\r\nBcc: eve@evil.example",
            "\"a\r\nBcc: eve@evil.example\"@posta.example",
            "maria@posta.example\0",
            "Maria <maria@posta.example>",
            "maria@po sta.example",
            "maria@-posta.example",
        ];
        let seen = cases.map(|case| {
            let read = mailbox(case).map_or_else(|| "no".to_owned(), |address| address.to_string());
            format!("{case:?} → {read}\n")
        });
        expect![[r#"
            "maria@posta.example" → maria@posta.example
            "Maria.Rossi+chat@Posta.Example" → Maria.Rossi+chat@posta.example
            "o'brien@a.example" → o'brien@a.example
            "\"maria rossi\"@posta.example" → "maria rossi"@posta.example
            "maría@posta.example" → maría@posta.example
            "maria@bücher.example" → maria@xn--bcher-kva.example
            "maria" → no
            "@posta.example" → no
            "maria@" → no
            "maria@localhost" → no
            "maria@posta.example." → no
            "maria@[127.0.0.1]" → no
            "maria@10.0.0.1" → no
            "maria@0x7f.1" → no
            "maria@@posta.example" → no
            "maria@posta.example, eve@evil.example" → no
            "maria@posta.example\r\nBcc: eve@evil.example" → no
            "\"a\r\nBcc: eve@evil.example\"@posta.example" → no
            "maria@posta.example\0" → no
            "Maria <maria@posta.example>" → no
            "maria@po sta.example" → no
            "maria@-posta.example" → no
        "#]]
        .assert_eq(&seen.concat());
    }

    #[test]
    fn no_longer_than_a_mailbox_can_be() {
        let long = |bytes: usize| {
            let domain = format!("{}.example", vec!["a".repeat(60); 3].join("."));
            format!("{}@{domain}", "u".repeat(bytes - domain.len() - 1))
        };
        assert!(mailbox(&long(254)).is_some(), "{}", long(254).len());
        assert!(mailbox(&long(255)).is_none());
        // In ASCII a domain grows.
        assert!(mailbox(&format!("u@{}.example", "ü".repeat(100))).is_none());
    }
}
