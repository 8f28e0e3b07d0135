//! A mail server: speaks SMTP on a socket of its own, keeps what it took, and fails as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What the server does with the next mail; without any it takes all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Answers RCPT with this.
    Recipient(&'static str),
    /// Answers the end of the words with this.
    Words(&'static str),
    /// Breaks the connection off in the middle of the words.
    BreakOff,
    /// Takes the words, and breaks the connection off before it says so.
    TakeAndBreakOff,
    /// Takes no one else's sign-in.
    SignIn(&'static str),
}

/// A mail as it came.
#[derive(Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) raw: String,
}

/// The server; dropping it ends it.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) port: u16,
    arrived: mpsc::UnboundedReceiver<Mail>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    said: Arc<Mutex<Vec<String>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(moods: &[Mood]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (told, arrived) = mpsc::unbounded_channel();
        let moods = Arc::new(Mutex::new(moods.iter().copied().collect::<VecDeque<_>>()));
        let said = Arc::<Mutex<Vec<String>>>::default();
        let shared = (Arc::clone(&moods), Arc::clone(&said));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let mood = shared.0.lock().expect("no panic").pop_front();
                let talk = Talk { said: Arc::clone(&shared.1), told: told.clone(), mood };
                // One after the other, as the moods are told.
                drop(talk.hold(stream).await);
            }
        });
        Self { url: format!("smtp://127.0.0.1:{port}"), port, arrived, moods, said, serving }
    }

    /// The next mail that was taken.
    pub(crate) async fn next(&mut self) -> Mail {
        let next = tokio::time::timeout(super::PATIENCE, self.arrived.recv()).await;
        next.expect("a mail arrives in time").expect("the server runs")
    }

    pub(crate) fn has_nothing(&mut self) -> bool {
        self.arrived.try_recv().is_err()
    }

    /// Whether every mood was shown.
    pub(crate) fn is_through(&self) -> bool {
        self.moods.lock().expect("no panic").is_empty()
    }

    /// Each line that was said to it outside of mails.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

struct Talk {
    said: Arc<Mutex<Vec<String>>>,
    told: mpsc::UnboundedSender<Mail>,
    mood: Option<Mood>,
}

impl Talk {
    async fn hold(self, mut stream: TcpStream) -> std::io::Result<()> {
        let (reader, mut writer) = stream.split();
        let mut reader = BufReader::new(reader);
        let (mut from, mut to) = (String::new(), Vec::new());
        writer.write_all(b"220 mail.example ESMTP\r\n").await?;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end().to_owned();
            self.said.lock().expect("no panic").push(line.clone());
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match (word.as_str(), self.mood) {
                ("EHLO", Some(Mood::SignIn(_))) => "250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                ("EHLO", _) => "250-mail.example\r\n250 8BITMIME",
                ("AUTH", Some(Mood::SignIn(answer))) => answer,
                ("MAIL", _) => {
                    from = address(&line);
                    "250 2.1.0 Ok"
                }
                ("RCPT", Some(Mood::Recipient(answer))) => answer,
                ("RCPT", _) => {
                    to.push(address(&line));
                    "250 2.1.5 Ok"
                }
                ("DATA", _) => {
                    writer.write_all(b"354 Go on\r\n").await?;
                    let Some(raw) = self.words(&mut reader).await? else { return Ok(()) };
                    let mail = Mail { from: from.clone(), to: std::mem::take(&mut to), raw };
                    match self.mood {
                        Some(Mood::Words(answer)) => answer,
                        Some(Mood::TakeAndBreakOff) => {
                            self.told.send(mail).expect("the test listens");
                            return Ok(());
                        }
                        _ => {
                            self.told.send(mail).expect("the test listens");
                            "250 2.0.0 Ok"
                        }
                    }
                }
                ("QUIT", _) => {
                    writer.write_all(b"221 2.0.0 Bye\r\n").await?;
                    return Ok(());
                }
                ("RSET" | "NOOP", _) => "250 2.0.0 Ok",
                _ => "500 5.5.1 What?",
            };
            writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    /// The mail's words up to the lonely dot; `None` where the connection is to break off before it.
    async fn words(
        &self,
        reader: &mut (impl tokio::io::AsyncBufRead + Unpin),
    ) -> std::io::Result<Option<String>> {
        let mut raw = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).await? == 0 {
                return Ok(None);
            }
            if line == ".\r\n" {
                return Ok(Some(raw));
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            if self.mood == Some(Mood::BreakOff) {
                return Ok(None);
            }
        }
    }
}

fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').expect("an address");
    rest.split('>').next().unwrap_or_default().to_owned()
}

impl Mail {
    /// The headers as they stand, folded lines joined.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let split = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_owned(), value.to_owned())
        };
        head.split("\r\n").map(split).collect()
    }

    /// A header, its encoded words read; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        let found = self.headers().into_iter().find(|(is, _)| is.eq_ignore_ascii_case(name));
        found.map(|(_, value)| decoded_words(&value)).unwrap_or_default()
    }

    /// The part of this kind, decoded.
    pub(crate) fn part(&self, kind: &str) -> String {
        let start = self.raw.find(&format!("Content-Type: {kind}")).expect("the part");
        let part = self.raw.get(start..).unwrap_or_default();
        let (head, body) = part.split_once("\r\n\r\n").expect("a body");
        let body = body.split("\r\n--").next().unwrap_or_default();
        let bytes = if head.contains("quoted-printable") {
            quoted_printable(body)
        } else if head.contains("base64") {
            STANDARD.decode(body.replace("\r\n", "")).expect("base64")
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'=' {
            let hex = std::str::from_utf8(after.get(..2).expect("two digits")).expect("ascii");
            bytes.push(u8::from_str_radix(hex, 16).expect("hex"));
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(byte);
        }
    }
    bytes
}

/// `=?utf-8?b?…?=` read; space between two of them is none.
fn decoded_words(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value;
    while let Some((before, word)) = rest.split_once("=?") {
        if bytes.is_empty() || !before.trim().is_empty() {
            bytes.extend_from_slice(before.as_bytes());
        }
        let mut parts = word.splitn(4, '?');
        let (_, kind, text) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
        match kind.map(str::to_ascii_lowercase).as_deref() {
            Some("b") => bytes.extend(STANDARD.decode(text).expect("base64")),
            _ => bytes.extend(quoted_printable(&text.replace('_', " "))),
        }
        rest = parts.next().unwrap_or_default().strip_prefix('=').unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("UTF-8")
}
