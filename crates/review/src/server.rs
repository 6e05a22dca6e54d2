//! The server: for this machine alone, for who has the token alone, and for its own page alone.

use crate::Review;
use crate::error::ReviewError;
use crate::page::{ASSETS, LOCKED};
use crate::session::Session;
use crate::work::{Refusal, RefusalKind, Sent, Version, Work};
use crate::worker::Worker;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName,
    HeaderValue, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// Bytes of a request's body at most.
const MAX_BODY: usize = 64 * 1024;
/// How long a tab's question for news is kept open ...
const NEWS: Duration = Duration::from_secs(25);
/// ... and how often the file is glanced at meanwhile.
const GLANCE: Duration = Duration::from_secs(1);
/// How long a request may take, its body included.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long tabs are given to go away.
const FAREWELL: Duration = Duration::from_secs(3);

/// Nothing from elsewhere, nothing inline, in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct App {
    worker: Worker,
    session: Arc<Session>,
    /// Counts the decisions made here: who waits for news is woken.
    news: watch::Sender<u64>,
    closing: Arc<AtomicBool>,
}

/// Serves a review until `stop` is done.
pub(crate) fn serve(
    review: Review,
    ready: impl FnOnce(&str),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ReviewError> {
    let listener = listen(review.port)?;
    let port = listener.local_addr().map_err(ReviewError::Serve)?.port();
    let session = Arc::new(Session::new(port)?);
    let address = session.address();
    let (news, _) = watch::channel(0);
    let app = App { worker: Worker::start(review)?, session, news, closing: Arc::new(AtomicBool::new(false)) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ReviewError::Serve)?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (stopped, mut is_stopped) = watch::channel(false);
        let waiting = app.clone();
        let until = async move {
            stop.await;
            waiting.closing.store(true, Ordering::SeqCst);
            waiting.news.send_modify(|n| *n += 1);
            let _ = stopped.send(true);
        };
        let serving = tokio::spawn(axum::serve(listener, router(app)).with_graceful_shutdown(until).into_future());
        ready(&address);
        // A tab that does not go away by itself is left.
        let farewell = async move {
            let _ = is_stopped.wait_for(|is_stopped| *is_stopped).await;
            tokio::time::sleep(FAREWELL).await;
        };
        let aborting = serving.abort_handle();
        let aborting = tokio::spawn(async move {
            farewell.await;
            aborting.abort();
        });
        let served = serving.await;
        aborting.abort();
        served.unwrap_or(Ok(()))
    });
    served.map_err(ReviewError::Serve)
}

/// Listens on this machine's own address.
fn listen(port: Option<u16>) -> Result<TcpListener, ReviewError> {
    let bind = |port: u16| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
        listener.map_err(|source| ReviewError::Listen { port, source })
    };
    match port {
        Some(port) => bind(port),
        None => bind(Review::PORT).or_else(|_| bind(0)),
    }
}

fn router(app: App) -> Router {
    let mut router = Router::new();
    for (path, media_type, text) in ASSETS {
        router = router.route(path, get(move || async move { ([(CONTENT_TYPE, media_type)], text) }));
    }
    router
        .route("/api/overview", get(overview))
        .route("/api/question", get(question))
        .route("/api/theme", get(theme))
        .route("/api/compare", get(compare))
        .route("/api/uncoded", get(uncoded))
        .route("/api/search", get(search))
        .route("/api/response", get(response))
        .route("/api/log", get(log))
        .route("/api/suggest", get(suggest))
        .route("/api/changes", get(changes))
        .route("/api/preview", post(preview))
        .route("/api/decide", post(decide))
        .fallback(|| async { said(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async { said(StatusCode::METHOD_NOT_ALLOWED, "that is not done here") })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}

/// Lets in what comes from this server's own page, with the cookie; everything goes out with the policy.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match refused(&app.session, &request) {
        Some(refused) => refused,
        None => match tokio::time::timeout(PATIENCE, next.run(request)).await {
            Ok(response) => response,
            // What a decision had begun goes on; nobody waits for it.
            Err(_) => said(StatusCode::REQUEST_TIMEOUT, "that took too long"),
        },
    };
    let fixed = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request is not let in; or the answer to a token.
fn refused(session: &Session, request: &Request) -> Option<Response> {
    let headers = request.headers();
    let host = only(headers, &HOST);
    // A request may also name a host in its first line.
    let stated = request.uri().authority().map(axum::http::uri::Authority::as_str);
    if !host.is_some_and(|host| session.is_host(host)) || stated.is_some_and(|host| !session.is_host(host)) {
        return Some(said(StatusCode::FORBIDDEN, "this is another host"));
    }
    let origin = only(headers, &ORIGIN);
    let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if headers.contains_key(ORIGIN) && !origin.is_some_and(|origin| session.is_origin(origin)) {
        return Some(said(StatusCode::FORBIDDEN, "this comes from another page"));
    }
    if !is_reading && origin.is_none() {
        return Some(said(StatusCode::FORBIDDEN, "this does not say from which page it comes"));
    }
    // Told beforehand, it is not waited for.
    let length = only(headers, &CONTENT_LENGTH).map(str::parse::<usize>);
    if length.is_some_and(|length| !length.is_ok_and(|length| length <= MAX_BODY)) {
        return Some(said(StatusCode::PAYLOAD_TOO_LARGE, "that is too much"));
    }
    if let Some(token) = token(request) {
        let cookie = session.exchange(token).and_then(|cookie| HeaderValue::from_str(&cookie).ok());
        return Some(match cookie {
            // The address without the token: what the browser remembers is of no use to anyone.
            Some(cookie) => (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/")), (SET_COOKIE, cookie)])
                .into_response(),
            None if cookies(headers, session) => {
                (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static("/"))]).into_response()
            }
            None => locked(),
        });
    }
    if cookies(headers, session) {
        return None;
    }
    Some(if request.uri().path() == "/" { locked() } else { said(StatusCode::UNAUTHORIZED, "the cookie is missing") })
}

fn cookies(headers: &HeaderMap, session: &Session) -> bool {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).any(|cookies| session.is_in(cookies))
}

/// The value of a header that stands there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// The token in the address of the page.
fn token(request: &Request) -> Option<&str> {
    let query = request.uri().query().filter(|_| request.uri().path() == "/" && request.method() == Method::GET)?;
    query.split('&').find_map(|pair| pair.strip_prefix("token="))
}

fn locked() -> Response {
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "text/html; charset=utf-8")], LOCKED).into_response()
}

/// A refusal without anything that a request said.
fn said(status: StatusCode, message: &'static str) -> Response {
    (status, Json(json!({ "kind": "refused", "message": message, "hint": "" }))).into_response()
}

/// What the worker gives, or that it gives nothing any more.
async fn answer<T: Serialize + Send + 'static>(
    app: &App,
    job: impl for<'w, 'r> FnOnce(&'w mut Work<'r>) -> Result<T, Refusal> + Send + 'static,
) -> Response {
    match app.worker.ask(job).await {
        Some(Ok(view)) => Json(view).into_response(),
        Some(Err(refusal)) => {
            let status = match refusal.kind {
                RefusalKind::Conflict => StatusCode::CONFLICT,
                RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                RefusalKind::File => StatusCode::SERVICE_UNAVAILABLE,
            };
            (status, Json(refusal)).into_response()
        }
        None => said(StatusCode::INTERNAL_SERVER_ERROR, "the review broke off by a fault of its own; start it again"),
    }
}

/// What may be asked: the question, a theme, another, a word, a response, from which answer on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    q: String,
    t: Option<String>,
    u: Option<String>,
    word: Option<String>,
    r: String,
    from: usize,
    hand: bool,
    longest: bool,
}

async fn overview(State(app): State<App>) -> Response {
    answer(&app, |work| Ok(work.overview())).await
}

async fn question(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    answer(&app, move |work| work.question(&asked.q)).await
}

async fn theme(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let Asked { q, t, word, from, hand, .. } = asked;
    answer(&app, move |work| work.theme(&q, &t.unwrap_or_default(), from, word.as_deref(), hand)).await
}

async fn compare(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let Asked { q, t, u, from, .. } = asked;
    answer(&app, move |work| work.compare(&q, &t.unwrap_or_default(), &u.unwrap_or_default(), from)).await
}

async fn uncoded(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let Asked { q, from, longest, word, .. } = asked;
    answer(&app, move |work| work.uncoded(&q, from, longest, word.as_deref())).await
}

async fn search(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    let Asked { q, word, from, .. } = asked;
    answer(&app, move |work| work.search(&q, &word.unwrap_or_default(), from)).await
}

async fn response(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    answer(&app, move |work| work.response(&asked.q, &asked.r)).await
}

async fn log(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    answer(&app, move |work| Ok(work.log(Some(asked.q.as_str()).filter(|question| !question.is_empty())))).await
}

async fn suggest(State(app): State<App>, Query(asked): Query<Asked>) -> Response {
    answer(&app, move |work| work.suggest(&asked.q, asked.t.as_deref())).await
}

/// A decision that cannot be made is no failure here: that is what was asked.
async fn preview(State(app): State<App>, Json(sent): Json<Sent>) -> Response {
    answer(&app, move |work| {
        Ok(match work.preview(&sent) {
            Ok(view) => json!(view),
            Err(refusal) => json!({ "refused": refusal }),
        })
    })
    .await
}

async fn decide(State(app): State<App>, Json(sent): Json<Sent>) -> Response {
    let response = answer(&app, move |work| work.decide(&sent)).await;
    // What was taken in from the file is news even if the decision was refused.
    app.news.send_modify(|n| *n += 1);
    response
}

/// What a tab has seen, as it asks for news.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Seen {
    digest: String,
    n: usize,
}

/// Waits until the code frame is another than the tab has seen, for a while; then tells what was decided since.
async fn changes(State(app): State<App>, Query(seen): Query<Seen>) -> Response {
    let mut news = app.news.subscribe();
    let until = tokio::time::Instant::now() + NEWS;
    let seen = Version { digest: seen.digest, n_decisions: seen.n };
    loop {
        news.mark_unchanged();
        let known = seen.clone();
        let told = app
            .worker
            .ask(move |work| {
                let trouble = work.refresh(true).err();
                let (version, since) = (work.version(), work.since(&known));
                let is_news = version != known || trouble.is_some();
                (is_news, json!({ "version": version, "since": since, "trouble": trouble }))
            })
            .await;
        let Some((is_news, told)) = told else {
            return said(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the review broke off by a fault of its own; start it again",
            );
        };
        if is_news || tokio::time::Instant::now() >= until || app.closing.load(Ordering::SeqCst) {
            return Json(told).into_response();
        }
        // Woken by a decision, or by the time.
        let _ = tokio::time::timeout(GLANCE, news.changed()).await;
    }
}

/// Done when the program is asked to end: by Ctrl-C, or by the system.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        // A signal that cannot be waited for never comes.
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            std::future::poll_fn(|context| {
                if interrupt.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(());
                }
                terminate.poll_recv(context).map(|_| ())
            })
            .await;
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
