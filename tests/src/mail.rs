//! A mail server of the stories' own: it takes every e-mail over SMTP and keeps it.

use base64::Engine;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use unfm::config::Cli;
use unfm::session::mail::Mailer;

/// An e-mail as it arrived.
#[derive(Clone, Debug)]
pub struct Email {
    /// To whom.
    pub to: String,
    /// What it says.
    pub text: String,
}

impl Email {
    /// The token in the fragment of its link.
    pub fn token(&self, path: &str) -> String {
        let link = self.text.split(&format!("https://admin.unfm.example{path}#")).nth(1).expect("a link");
        link.split_whitespace().next().unwrap_or_default().to_owned()
    }
}

/// Where e-mails arrive.
#[derive(Clone)]
pub struct MailServer {
    arrived: Arc<Mutex<Vec<Email>>>,
    /// The settings of a server that sends its e-mails here.
    pub flags: [String; 6],
}

impl MailServer {
    /// A mail server on a port of its own.
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&arrived);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(take(socket, Arc::clone(&kept)));
            }
        });
        let flags = [
            "--smtp-url",
            &url,
            "--mail-from",
            "UNFM <nepasrepondre@unfm.example>",
            "--app-url",
            "https://admin.unfm.example",
        ];
        Self { arrived, flags: flags.map(str::to_owned) }
    }

    /// What sends e-mails here.
    pub fn mailer(&self) -> Mailer {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        Mailer::new(&Cli::of(&flags).unwrap().settings).unwrap()
    }

    /// The e-mails that have arrived since they were asked for last.
    pub fn taken(&self) -> Vec<Email> {
        std::mem::take(&mut self.arrived.lock().unwrap())
    }
}

/// One conversation (RFC 5321).
async fn take(socket: TcpStream, kept: Arc<Mutex<Vec<Email>>>) {
    let (reading, mut writing) = socket.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 stories\r\n").await.unwrap();
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                b"250 ok\r\n"
            }
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await.unwrap();
                let mut text = Vec::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push(line);
                }
                kept.lock().unwrap().push(Email { to: to.clone(), text: read(&text) });
                b"250 ok\r\n"
            }
            "QUIT" => {
                let _ = writing.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => b"250 ok\r\n",
        };
        if writing.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// The text of an e-mail, by its transfer encoding.
fn read(lines: &[String]) -> String {
    let end = lines.iter().position(String::is_empty).unwrap_or_default();
    let body = &lines[end + 1..];
    if lines[..end].iter().any(|line| line.eq_ignore_ascii_case("content-transfer-encoding: base64")) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(body.concat()).unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    quoted(&body.join("\n").replace("=\n", ""))
}

/// A text in which some bytes stand as `=XX` (RFC 2045 §6.7).
fn quoted(text: &str) -> String {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}
