//! One conversation with the operator's mail server, and what its end means. No retries and no storage here.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// How long the mail server may take for one answer.
const STEP: Duration = Duration::from_secs(30);
/// How long one mail may take in all: a server that answers each step just in time holds nobody up for ever.
pub(super) const TOTAL: Duration = Duration::from_secs(120);

/// Why a mail was not taken, as a sentence without the address: whoever removes that must not find it here.
pub(super) enum Trouble {
    /// Another time perhaps.
    ForNow(String),
    /// It will never be.
    ForGood(String),
}

/// The mail server and the sender of all mails.
#[derive(Clone)]
pub struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Sender {
    /// The sender for `server` (`smtp://`, `smtps://` or `smtp+starttls://`, user and password in it or the password
    /// apart), writing as `from` (`Name <address>`).
    ///
    /// # Errors
    /// A sentence for the operator, which quotes neither.
    pub fn new(server: &str, password: Option<String>, from: &str) -> Result<Self, String> {
        let from: Mailbox =
            from.trim().parse().map_err(|_| "--mail-from is an address or `Name <address>`.".to_owned())?;
        let transport = transport(server, password, from.email.domain())?;
        Ok(Self { transport, from })
    }

    /// As whom mails are sent.
    pub(super) const fn from(&self) -> &Mailbox {
        &self.from
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), Trouble> {
        match tokio::time::timeout(TOTAL, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(_) => Err(Trouble::ForNow("The mail server did not answer in time.".to_owned())),
        }
    }
}

fn transport(
    server: &str,
    password: Option<String>,
    hello: &str,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let unreadable = || "--smtp is smtps://HOST, smtp+starttls://HOST or smtp://HOST.".to_owned();
    let url = Url::parse(server).map_err(|_| unreadable())?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(unreadable)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = Some(decoded(url.username())).filter(|user| !user.is_empty());
    let password = password.or_else(|| url.password().map(decoded));
    let secure = || TlsParameters::new(host.to_owned()).map_err(|_| unreadable());
    let (port, tls) = match url.scheme() {
        "smtps" => (465, Tls::Wrapper(secure()?)),
        "smtp+starttls" => (587, Tls::Required(secure()?)),
        "smtp" if user.is_some() && !is_here(host) => {
            return Err(
                "--smtp with smtp:// would send the password in the clear: use smtps:// or smtp+starttls://."
                    .to_owned(),
            );
        }
        "smtp" => (25, Tls::None),
        _ => return Err(unreadable()),
    };
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .hello_name(ClientId::Domain(hello.to_owned()))
        .timeout(Some(STEP))
        .tls(tls);
    Ok(match (user, password) {
        (Some(user), Some(password)) => builder.credentials(Credentials::new(user, password)),
        (None, None) => builder,
        (Some(_), None) => {
            return Err("--smtp names a user and no password: add it, or --smtp-password-file.".to_owned());
        }
        (None, Some(_)) => return Err("--smtp has a password and no user: smtps://USER@HOST.".to_owned()),
    }
    .build())
}

/// Whether `host` is this machine.
fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => host == "::1",
    }
}

/// Of a server's refusal only the code is kept: its words mostly quote the address.
fn trouble(error: &Error) -> Trouble {
    let code = error.status().map(u16::from);
    match code {
        // Our own credentials: the operator's to mend, and no fault of the address.
        Some(code @ (530 | 534 | 535 | 538)) => {
            Trouble::ForNow(format!("The mail server does not accept our sign-in ({code})."))
        }
        Some(code) if error.is_permanent() => {
            Trouble::ForGood(format!("The mail server refused it for good ({code})."))
        }
        Some(code) => Trouble::ForNow(format!("The mail server did not take it for now ({code}).")),
        None if error.is_timeout() => Trouble::ForNow("The mail server did not answer in time.".to_owned()),
        None if error.is_tls() => Trouble::ForNow("No secure connection to the mail server.".to_owned()),
        None if error.is_client() => Trouble::ForNow(
            "The mail server lacks what this mail needs: encryption, sign-in or this address's letters."
                .to_owned(),
        ),
        None => {
            Trouble::ForNow("The mail server could not be reached, or the exchange broke off.".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(server: &str, password: Option<&str>, from: &str) -> String {
        match Sender::new(server, password.map(str::to_owned), from) {
            Ok(_) => "fine".to_owned(),
            Err(sentence) => sentence,
        }
    }

    #[test]
    fn what_the_operator_may_ask_for() {
        let from = "Panificio <no-reply@chat.example>";
        for server in [
            "smtp://mail.example",
            "smtp://ana:pw@127.0.0.1:2525",
            "smtp://ana:pw@[::1]:2525",
            "smtp://ana:pw@localhost",
            "smtps://ana%40chat.example:p%2Fw@mail.example",
            "smtp+starttls://ana:pw@mail.example:2587",
        ] {
            assert_eq!(problem(server, None, from), "fine", "{server}");
        }
        assert_eq!(problem("smtps://ana@mail.example", Some("pw"), from), "fine");
        for (server, part) in [
            ("", "--smtp is"),
            ("mail.example", "--smtp is"),
            ("https://mail.example", "--smtp is"),
            ("smtps://", "--smtp is"),
            ("smtp://ana:hunter2@mail.example", "in the clear"),
            ("smtps://ana@mail.example", "no password"),
            ("smtps://:hunter2@mail.example", "no user"),
        ] {
            let said = problem(server, None, from);
            assert!(said.contains(part) && !said.contains("hunter2"), "{server}: {said}");
        }
        for from in ["", "Panificio", "Panificio <>", "a@b.example\r\nBcc: c@d.example"] {
            assert!(problem("smtp://mail.example", None, from).contains("--mail-from"), "{from}");
        }
    }
}
