//! Connections: taken as long as there is room, and closed when nothing comes of them.
//!
//! A connection may be without a request for a while, may take a while to send a head, and must take an answer at a
//! least speed; what is slower is closed. How long a body and an answer may take is for the requests themselves to see to.

use super::GRACE;
use crate::config::{Network, Settings, block};
use crate::platform::database::fault::StartFault;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep, sleep_until};
use tower_service::Service;

/// A connection that has answered a request waits so long for the next one.
const IDLE: Duration = Duration::from_secs(75);
/// Nothing of an answer is taken for so long: the connection is closed.
const STALLED: Duration = Duration::from_secs(30);
/// So many bytes a second an answer must be taken at, once it has begun to wait.
const LEAST_SPEED: u64 = 1024;
/// What a client still sends when its connection is closed is taken for so long, and so much of it.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// So many open files are left for the database, the log and the rest.
const OTHER_FILES: u32 = 128;
/// The most of one request's head.
const LARGEST_HEAD: usize = 32 * 1024;

/// Serve until `end`; then take no new requests and finish those in flight, within a bounded time.
///
/// # Errors
/// One sentence, when the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartFault> {
    let room = Arc::new(Room::new(settings.trusted_proxies.clone()));
    let header_timeout = settings.header_timeout.0;
    let (ending, _) = watch::channel(false);
    let mut end = pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The connection went away before it was taken.
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Dropped, and so closed, where there is no room.
        let Some(place) = room.take(peer.ip()) else { continue };
        let (router, ending) = (router.clone(), ending.subscribe());
        tokio::spawn(async move {
            attend(stream, peer, router, header_timeout, ending).await;
            drop(place);
        });
    }
    drop(listener);
    ending.send_replace(true);
    if tokio::time::timeout(GRACE, ending.closed()).await.is_err() {
        tracing::warn!("requests that did not end in time were cut off");
    }
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many connections are open, of each address and in all.
struct Room {
    open: Mutex<HashMap<IpAddr, u32>>,
    all: AtomicU32,
    most: u32,
    most_of_one: u32,
    /// Behind one there are many clients.
    proxies: Vec<Network>,
}

impl Room {
    fn new(proxies: Vec<Network>) -> Self {
        let most = most_open_files().saturating_sub(OTHER_FILES).clamp(64, 16_384);
        Self { open: Mutex::default(), all: AtomicU32::new(0), most, most_of_one: most / 4, proxies }
    }

    fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let address = block(peer);
        let most = if self.proxies.iter().any(|proxy| proxy.contains(peer)) { self.most } else { self.most_of_one };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = open.get(&address).copied().unwrap_or_default();
        if of_one >= most || self.all.load(Ordering::Relaxed) >= self.most {
            return None;
        }
        open.insert(address, of_one + 1);
        self.all.fetch_add(1, Ordering::Relaxed);
        Some(Place { room: Arc::clone(self), address })
    }
}

/// A connection's place; it is free again when this is dropped.
struct Place {
    room: Arc<Room>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.room.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
        self.room.all.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many files this process may have open; a thousand where the system does not say.
fn most_open_files() -> u32 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(1024)
}

/// What is going on on a connection.
struct Activity {
    since: Instant,
    in_flight: AtomicU32,
    has_served: AtomicBool,
    /// When something was last done for the client, in milliseconds.
    last: AtomicU64,
    /// When the head began that is being read, in milliseconds and one; zero when none is.
    head: AtomicU64,
}

impl Activity {
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_over(&self, header_timeout: Duration) -> bool {
        if self.in_flight.load(Ordering::Relaxed) > 0 {
            return false;
        }
        let (now, head) = (self.now(), self.head.load(Ordering::Relaxed));
        let is_longer = |since: u64, limit: Duration| u128::from(now.saturating_sub(since)) >= limit.as_millis();
        let idle = if self.has_served.load(Ordering::Relaxed) { IDLE } else { header_timeout };
        is_longer(self.last.load(Ordering::Relaxed), idle) || (head > 0 && is_longer(head - 1, header_timeout))
    }

    fn has_read(&self) {
        if self.in_flight.load(Ordering::Relaxed) == 0 {
            // The first byte counts; those after it do not put the end off.
            let _ = self.head.compare_exchange(0, self.now() + 1, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.has_served.store(true, Ordering::Relaxed);
        self.head.store(0, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }
}

/// A request that is being answered.
struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.last.store(self.0.now(), Ordering::Relaxed);
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answer the requests of one connection until it is over.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    mut ending: watch::Receiver<bool>,
) {
    // Without it small answers wait for the client's acknowledgement; a connection that is gone says so soon enough.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity {
        since: Instant::now(),
        in_flight: AtomicU32::new(0),
        has_served: AtomicBool::new(false),
        last: AtomicU64::new(0),
        head: AtomicU64::new(0),
    });
    let answering = Arc::clone(&activity);
    let service = service_fn(move |request: Request<Incoming>| {
        let in_flight = answering.begin();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        // A router is always ready.
        let answer = router.clone().call(request);
        async move {
            let answer = answer.await;
            drop(in_flight);
            answer
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    // Heads are timed here, also that of HTTP/2's connection.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_headers(64).max_buf_size(LARGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(LARGEST_HEAD as u32)
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .max_send_buf_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    let stream = Timed { stream, activity: Arc::clone(&activity), waiting: None, lingering: None };
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let tick = (header_timeout / 8).clamp(Duration::from_millis(10), Duration::from_secs(1));
    let (mut ended, mut is_closing) = (false, false);
    loop {
        tokio::select! {
            // What a client does to its connection is no fault of ours.
            _ = connection.as_mut() => return,
            () = sleep(tick) => {
                match (activity.is_over(header_timeout), is_closing) {
                    (true, true) => return,
                    // Told first, where the protocol can tell it; a request that came meanwhile is answered.
                    (true, false) => connection.as_mut().graceful_shutdown(),
                    (false, _) => {}
                }
                is_closing = activity.is_over(header_timeout);
            }
            _ = ending.wait_for(|ending| *ending), if !ended => {
                ended = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// A stream that notes when something is read, and ends when what is written is not taken.
struct Timed {
    stream: TcpStream,
    activity: Arc<Activity>,
    waiting: Option<Waiting>,
    lingering: Option<Lingering>,
}

/// A connection that is closed on this side.
struct Lingering {
    taken: usize,
    end: Pin<Box<Sleep>>,
}

/// A client that has not taken everything yet.
struct Waiting {
    since: Instant,
    taken: u64,
    end: Pin<Box<Sleep>>,
}

impl Timed {
    /// What came of writing: an error when the client takes too little for too long.
    fn timed(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(length)) => {
                self.activity.last.store(self.activity.now(), Ordering::Relaxed);
                if let Some(waiting) = &mut self.waiting {
                    waiting.taken = waiting.taken.saturating_add(length as u64);
                    let earned = Duration::from_secs(waiting.taken / LEAST_SPEED);
                    let end = (Instant::now() + STALLED).min(waiting.since + STALLED + earned);
                    waiting.end.as_mut().reset(end);
                }
                Poll::Ready(Ok(length))
            }
            Poll::Pending => {
                let waiting = self.waiting.get_or_insert_with(|| {
                    let since = Instant::now();
                    Waiting { since, taken: 0, end: Box::pin(sleep_until(since + STALLED)) }
                });
                match waiting.end.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl AsyncRead for Timed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.has_read();
        }
        read
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.timed(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.timed(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            // Everything was taken: the next answer begins anew.
            self.waiting = None;
        }
        flushed
    }

    /// Close: say that nothing more comes, and take what the client still sends for a while. Closed at once, the system would
    /// reset the connection, and a client that is sending a large body would lose the answer that refuses it.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, lingering, .. } = &mut *self;
        let lingering = match lingering {
            Some(lingering) => lingering,
            None => {
                ready!(Pin::new(&mut *stream).poll_shutdown(context))?;
                lingering.insert(Lingering { taken: 0, end: Box::pin(sleep(LINGER)) })
            }
        };
        let mut unread = [0; 16 * 1024];
        while lingering.taken < LINGER_BYTES && lingering.end.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut unread);
            match ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => lingering.taken += buffer.filled().len(),
                // The client has closed as well.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_for_the_others() {
        let room = Room { most: 4, most_of_one: 2, ..Room::new(vec!["10.0.0.0/8".parse().unwrap()]) };
        let room = Arc::new(room);
        let take = |address: &str| room.take(address.parse().unwrap());
        let (first, second) = (take("2001:db8::1"), take("2001:db8::2"));
        assert!(first.is_some() && second.is_some());
        assert!(take("2001:db8::3").is_none(), "the same 64 bits");
        drop(first);
        let again = take("2001:db8::3");
        let proxied = [take("10.0.0.1"), take("::ffff:10.0.0.1")];
        assert!(again.is_some() && proxied.iter().all(Option::is_some));
        assert!(take("203.0.113.9").is_none(), "none is left");
        drop((second, again, proxied));
        assert!(room.open.lock().unwrap().is_empty() && room.all.load(Ordering::Relaxed) == 0);
    }
}
