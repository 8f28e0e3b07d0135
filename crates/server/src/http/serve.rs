//! Connections: accepted, given time limits, and ended in an orderly way. What they ask for is the router's.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use super::state::App;

/// From the first byte of a request to the end of its head, and between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
const BUFFER_BYTES: usize = 16 * 1024;
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves `router` on `listener` until the drain begins and what was asked by then is answered, or its time is over.
pub async fn serve(app: App, listener: TcpListener, router: Router) {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => serve_one(&app, stream, peer, router.clone()),
                // Out of file descriptors, for example: those that are open have to end first.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            () = app.drain.ending() => break,
        }
    }
    drop(listener);
    let orderly = async {
        app.drain.live.empty().await;
        app.drain.connections.empty().await;
    };
    if tokio::time::timeout(app.timing.drain, orderly).await.is_err() {
        tracing::warn!("connections that did not end in time are cut off");
    }
}

fn serve_one(app: &App, stream: TcpStream, peer: SocketAddr, router: Router) {
    // Frames are small and wanted at once.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let (router, mut request) = (router.clone(), request.map(Body::new));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let (app, counted) = (app.clone(), app.drain.connections.one_more());
    tokio::spawn(async move {
        let mut connection = pin!(connection);
        // A connection that breaks off is the network's ordinary way; a client's cursor makes it good.
        tokio::select! {
            _ = connection.as_mut() => return,
            () = app.drain.ending() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
        drop(counted);
    });
}
