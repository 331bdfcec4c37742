//! A collector of traces and metrics, as the program sends them by OTLP over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What was sent, by its path.
type Sent = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A collector that keeps what it is sent.
pub struct Collector {
    /// Its address.
    pub address: String,
    sent: Sent,
}

impl Collector {
    /// Begin to collect.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let sent = Sent::default();
        let kept = sent.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let kept = kept.clone();
                std::thread::spawn(move || Self::take(socket.unwrap(), &kept));
            }
        });
        Self { address, sent }
    }

    fn take(mut socket: std::net::TcpStream, kept: &Mutex<Vec<(String, Vec<u8>)>>) {
        let mut reader = BufReader::new(socket.try_clone().unwrap());
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|length| length > 0) {
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut length = 0;
            loop {
                line.clear();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push((path, body));
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            line.clear();
        }
    }

    /// Everything that came.
    pub fn everything(&self) -> Vec<u8> {
        self.sent.lock().unwrap().iter().flat_map(|(_, body)| body.clone()).collect()
    }

    /// Everything that came to a path.
    pub fn all(&self, path: &str) -> Vec<u8> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(to, _)| to == path).flat_map(|(_, body)| body.clone()).collect()
    }
}

/// Whether bytes hold these.
pub fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}
