//! The page of a review as the network sees it: who is let in, what two tabs do to each other, what is left when the server is killed.

use crate::support::{FERRY, Outputs, Ran, Run, count, list, text};
use canvass::codeframe::{Action, Decision};
use canvass::{CodeFrame, codeframe};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server, and the cookie that its token was exchanged for.
struct Server {
    child: Child,
    port: u16,
    token: String,
    cookie: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer of the server.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Server {
    /// Starts a server on a free port and takes its token.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut server = Self::locked(folder, arguments);
        let reply = server.get_with(&format!("/?token={}", server.token), &[]);
        assert_eq!((reply.status, header(&reply.head, "location")), (303, "/".to_owned()), "{reply:?}");
        let cookie = header(&reply.head, "set-cookie");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        cookie.split(';').next().unwrap().clone_into(&mut server.cookie);
        server
    }

    /// One whose token nobody has taken.
    fn locked(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canvass"));
        let command = command.args(["review", "out", "--author", "A. Lind", "--port", "0"]).args(arguments);
        let mut child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("open http://127.0.0.1:").unwrap_or_else(|| panic!("{line:?}"));
        let (port, token) = address.split_once("/?token=").unwrap();
        Self { child, port: port.parse().unwrap(), token: token.to_owned(), cookie: String::new() }
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends bytes as they are. An answer that does not come is none.
    fn send(&self, bytes: &[u8]) -> Option<Reply> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        // The server may answer, and close, before all is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// A request with these headers beside those that make it one.
    fn request(&self, line: &str, host: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}{headers}\r\n{body}");
        self.send(request.as_bytes()).unwrap_or_else(|| panic!("no answer to {line}"))
    }

    fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request(&format!("GET {path}"), &format!("127.0.0.1:{}", self.port), headers, "")
    }

    fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[("Cookie", &self.cookie)])
    }

    fn post(&self, path: &str, body: &Value) -> Reply {
        let origin = self.origin();
        let headers =
            [("Cookie", self.cookie.as_str()), ("Origin", origin.as_str()), ("Content-Type", "application/json")];
        self.request(&format!("POST {path}"), &format!("127.0.0.1:{}", self.port), &headers, &body.to_string())
    }

    fn decide(&self, id: &str, seen: &Value, action: &Value) -> Reply {
        self.post("/api/decide", &json!({ "id": id, "question": "q1", "action": action, "seen": seen }))
    }

    fn version(&self) -> Value {
        self.get("/api/overview").json()["version"].clone()
    }
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")));
    line.map(|line| line[name.len() + 2..].to_owned()).unwrap_or_default()
}

fn ferry() -> Ran {
    Run::new().csv(FERRY).done()
}

/// The first theme of the page.
fn first_theme(server: &Server) -> String {
    text(&list(&server.get("/api/question?q=q1").json(), "themes")[0], "id").to_owned()
}

#[test]
fn hostile_requests_are_refused() {
    let ran = ferry();
    let server = Server::start(&ran.folder, &[]);
    let (cookie, origin, host) = (server.cookie.as_str(), server.origin(), format!("127.0.0.1:{}", server.port));
    let frame = fs::read(ran.folder.join("codeframe.toml")).unwrap();
    let theme = first_theme(&server);
    let body = json!({ "id": "d1", "question": "q1", "action": { "action": "reject", "theme": theme } }).to_string();
    let full = [("Cookie", cookie), ("Origin", origin.as_str()), ("Content-Type", "application/json")];
    // Another host, as a name that was made to lead here has it.
    for other in ["evil.example", "127.0.0.1", "localhost", &format!("evil.example:{}", server.port), "", "127.0.0.1:1"]
    {
        for path in ["/", "/api/overview", "/style.css"] {
            assert_eq!(server.request(&format!("GET {path}"), other, &full, "").status, 403, "{other} {path}");
        }
        assert_eq!(server.request("POST /api/decide", other, &full, &body).status, 403, "{other}");
    }
    let stated = format!(
        "GET http://evil.example/api/overview HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(server.send(stated.as_bytes()).unwrap().status, 403);
    let twice =
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    assert!([400, 403].contains(&server.send(twice.as_bytes()).unwrap().status));
    let none = format!("GET / HTTP/1.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    assert!([400, 403].contains(&server.send(none.as_bytes()).unwrap().status));
    // Another page, or one that does not say which it is.
    for other in ["http://evil.example", "null", "http://127.0.0.1", &format!("https://{host}"), "http://localhost:1"] {
        let headers = [("Cookie", cookie), ("Origin", other), ("Content-Type", "application/json")];
        assert_eq!(server.request("POST /api/decide", &host, &headers, &body).status, 403, "{other}");
        assert_eq!(server.request("GET /api/overview", &host, &headers, "").status, 403, "{other}");
    }
    let headers = [("Cookie", cookie), ("Content-Type", "application/json")];
    assert_eq!(server.request("POST /api/decide", &host, &headers, &body).status, 403);
    // No cookie, or another.
    for other in [
        "",
        "canvass_review=1",
        &format!("canvass_review_{}=", server.port),
        &server.token,
        &cookie[..cookie.len() - 1],
    ] {
        let headers = [("Cookie", other), ("Origin", origin.as_str()), ("Content-Type", "application/json")];
        assert_eq!(server.request("POST /api/decide", &host, &headers, &body).status, 401, "{other}");
        for path in ["/api/overview", "/api/theme?q=q1&t=t01", "/api/changes", "/app.js", "/nothing"] {
            let reply = server.request(&format!("GET {path}"), &host, &headers, "");
            assert!(reply.status == 401 && !reply.body.contains("ferry"), "{other} {path}: {reply:?}");
        }
        assert_eq!(server.request("GET /", &host, &headers, "").status, 403);
    }
    // The token once more, and others.
    for token in [server.token.as_str(), "", "0", &"0".repeat(64)] {
        let reply = server.get_with(&format!("/?token={token}"), &[]);
        assert!(reply.status == 403 && !reply.head.contains("et-cookie"), "{reply:?}");
    }
    // Other methods, other types, too much.
    for method in ["PUT", "DELETE", "PATCH", "POST", "OPTIONS", "TRACE"] {
        assert_eq!(server.request(&format!("{method} /api/overview"), &host, &full, &body).status, 405, "{method}");
    }
    assert_eq!(server.get("/api/decide").status, 405);
    let form = [("Cookie", cookie), ("Origin", origin.as_str()), ("Content-Type", "text/plain")];
    assert_eq!(server.request("POST /api/decide", &host, &form, &body).status, 415);
    let huge = format!("{{\"id\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(server.request("POST /api/decide", &host, &full, &huge).status, 413);
    let claimed = format!(
        "POST /api/decide HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n{{"
    );
    assert_eq!(server.send(claimed.as_bytes()).unwrap().status, 413);
    let long = format!("GET /{} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n", "x".repeat(1 << 20));
    assert!(server.send(long.as_bytes()).is_none_or(|reply| [400, 414, 431].contains(&reply.status)));
    for broken in [
        "{",
        "[]",
        "null",
        "{\"id\": \"d1\"}",
        "{\"id\": \"d1\", \"question\": \"q1\", \"action\": {\"action\": \"rm\"}}",
    ] {
        assert!([400, 422].contains(&server.request("POST /api/decide", &host, &full, broken).status), "{broken}");
    }
    // Paths that lead elsewhere.
    for path in [
        "/..%2f",
        "/../codeframe.toml",
        "/%2e%2e/canvass.toml",
        "/out/canvass.toml",
        "//etc/passwd",
        "/api/../app.js",
        "/.",
        "/api/",
        "/app.js%00",
        "/api/theme/../../x",
    ] {
        let reply = server.get(path);
        assert!(reply.status == 404 && !reply.body.contains("schema"), "{path}: {reply:?}");
    }
    for path in [
        "/api/theme?q=q1&t=..%2f",
        "/api/question?q=%00",
        "/api/response?q=q1&r=%ff",
        "/api/theme?q=q1&x=1",
        "/api/theme?q=q1&from=-1",
    ] {
        assert!([200, 400, 409, 422].contains(&server.get(path).status), "{path}");
    }
    assert_eq!(fs::read(ran.folder.join("codeframe.toml")).unwrap(), frame, "nothing was written");
    // And it still works.
    assert_eq!(server.request("POST /api/decide", &format!("localhost:{}", server.port), &full, &body).status, 200);
}

#[test]
fn every_answer_forbids_what_the_page_does_not_need() {
    let ran = ferry();
    let server = Server::start(&ran.folder, &[]);
    for path in ["/", "/app.js", "/api/overview", "/nowhere"] {
        let head = server.get(path).head;
        let policy = header(&head, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{head}");
        assert_eq!(header(&head, "cache-control"), "no-store");
        assert_eq!(header(&head, "x-content-type-options"), "nosniff");
        assert_eq!(header(&head, "referrer-policy"), "no-referrer");
        assert_eq!(header(&head, "access-control-allow-origin"), "");
    }
    // The page names nothing of another origin, and has nothing inline.
    let page = server.get("/").body;
    assert!(!page.contains("://") && !page.contains("style=") && !page.contains("onload"), "{page}");
    for path in
        ["/style.css", "/texts.js", "/dom.js", "/server.js", "/answers.js", "/panels.js", "/dialogs.js", "/app.js"]
    {
        let body = server.get(path).body;
        assert!(!body.contains("innerHTML") && !body.contains("http") && !body.contains("eval("), "{path}");
    }
}

#[test]
fn two_tabs_hear_of_each_other_and_lose_nothing() {
    let ran = ferry();
    let server = Server::start(&ran.folder, &[]);
    let theme = first_theme(&server);
    let seen = server.version();
    let add = |term: &str| json!({ "action": "add-term", "theme": theme, "term": term });
    // The one waits; the other decides.
    let heard = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let begun = Instant::now();
            let (digest, n) = (text(&seen, "digest"), count(&seen, "n_decisions"));
            (server.get(&format!("/api/changes?digest={digest}&n={n}")).json(), begun.elapsed())
        });
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(server.decide("a1", &seen, &add("important")).status, 200);
        waiting.join().unwrap()
    });
    assert_eq!(text(&list(&heard.0, "since")[0], "id"), "a1");
    assert!(heard.1 < Duration::from_secs(10), "{:?}", heard.1);
    // Both decide on what they saw before; both stand.
    let second = server.decide("b1", &seen, &add("early")).json();
    assert_eq!(list(&second, "since").len(), 1);
    let gone = json!({ "action": "delete", "theme": theme });
    let version = second["version"].clone();
    assert_eq!(server.decide("a2", &version, &gone).status, 200);
    let late = server.decide("b2", &version, &add("late"));
    assert_eq!(late.status, 409);
    assert_eq!(text(&list(&late.json(), "since")[0], "id"), "a2");
    // Someone writes into the file: both hear of that, too.
    let path = ran.folder.join("codeframe.toml");
    let by_hand = Decision {
        id: "hand".to_owned(),
        question: String::new(),
        author: "B. Moor".to_owned(),
        time: "2026-03-31".to_owned(),
        reason: String::new(),
        action: Action::Undo { decision: "a2".to_owned() },
        line: 0,
    };
    let seen = server.version();
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(by_hand.to_line().as_bytes()).unwrap();
    let heard =
        server.get(&format!("/api/changes?digest={}&n={}", text(&seen, "digest"), count(&seen, "n_decisions"))).json();
    assert_eq!(text(&list(&heard, "since")[0], "author"), "B. Moor");
    let ids: Vec<String> = CodeFrame::read(&path).unwrap().decisions.into_iter().map(|decision| decision.id).collect();
    assert_eq!(ids, ["a1", "b1", "a2", "hand"]);
}

#[test]
fn what_was_saved_is_there_after_a_kill_and_a_resend_is_not_applied_twice() {
    let ran = ferry();
    let mut saved = Vec::new();
    for round in 0..3 {
        let mut server = Server::start(&ran.folder, &[]);
        let theme = first_theme(&server);
        let seen = server.version();
        assert_eq!(count(&seen, "n_decisions"), saved.len() as u64);
        for number in 0..5 {
            let id = format!("r{round}n{number}");
            let name = format!("Name {id}");
            let reply = server.decide(&id, &seen, &json!({ "action": "rename", "theme": theme, "name": name }));
            assert_eq!(reply.status, 200);
            saved.push((id, theme.clone(), name));
        }
        server.child.kill().unwrap();
        assert!(server.send(b"GET / HTTP/1.1\r\n\r\n").is_none());
    }
    let server = Server::start(&ran.folder, &[]);
    for (id, theme, name) in &saved {
        let again = server.decide(id, &server.version(), &json!({ "action": "rename", "theme": theme, "name": name }));
        assert_eq!(again.json()["again"], true);
    }
    let frame = CodeFrame::read(&ran.folder.join("codeframe.toml")).unwrap();
    assert_eq!(frame.decisions.len(), saved.len());
    assert!(codeframe::log(&frame).unwrap().contains("Name r2n4"));
}

#[test]
fn a_run_with_the_code_frame_of_a_review_gives_the_counts_that_the_page_showed() {
    let ran = Run::sample().done();
    let server = Server::start(&ran.folder, &["--codeframe", "frame.toml", "--question", "q5"]);
    let overview = server.get("/api/overview").json();
    assert_eq!(overview["start"], "q5");
    let themes = list(&server.get("/api/question?q=q5").json(), "themes").to_vec();
    let id = |at: usize| text(&themes[at], "id").to_owned();
    let suggested = server.get(&format!("/api/suggest?q=q5&t={}", id(0))).json();
    let steps = [
        json!({ "action": "merge", "theme": id(3), "into": id(1) }),
        json!({ "action": "reject", "theme": id(4) }),
        json!({ "action": "add", "theme": "", "name": "Noise", "language": "en", "include": ["noise", "nois*"] }),
        json!({ "action": "set-parent", "theme": id(2), "parent": id(1) }),
        json!({ "action": "code-response", "theme": id(0), "response": "9" }),
        match list(&suggested, "words").first() {
            Some(word) => json!({ "action": "add-term", "theme": id(0), "term": word["term"] }),
            None => json!({ "action": "sign-off", "theme": id(0) }),
        },
    ];
    for (number, action) in steps.iter().enumerate() {
        let body = json!({ "id": format!("d{number}"), "question": "q5", "action": action });
        let reply = server.post("/api/decide", &body);
        assert_eq!(reply.status, 200, "{action}: {reply:?}");
    }
    let shown = server.get("/api/question?q=q5").json();
    drop(server);
    Run::sample().args(["--codeframe", "frame.toml", "--out", "framed"]).in_folder(&ran.folder).done();
    let found = Outputs::read(&ran.folder.join("framed")).question("q5");
    let rows = list(&found["code_frame"], "themes");
    let mut n_compared = 0;
    for theme in list(&shown, "themes") {
        let row = rows.iter().find(|row| row["theme_id"] == theme["id"]).unwrap();
        assert_eq!(count(row, "n_respondents"), count(theme, "n_respondents"), "{theme}");
        let further = list(&found, "languages").iter().flat_map(|group| list(group, "themes"));
        let mut reported = list(&found, "themes").iter().chain(further);
        if let Some(reported) = reported.find(|of| of["theme_id"] == theme["id"]) {
            assert_eq!(count(reported, "n_respondents_once"), count(theme, "n_once"), "{theme}");
            n_compared += 1;
        }
    }
    assert!(n_compared > 3, "{n_compared}");
}

#[test]
fn it_ends_when_it_is_asked_to_and_says_what_it_cannot_do() {
    let ran = ferry();
    let mut server = Server::start(&ran.folder, &[]);
    let asked = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert!(server.child.wait().unwrap().success());
    let refused = |arguments: &[&str]| {
        let said = ran.canvass(&[&["review"], arguments].concat());
        assert_eq!(said.code, 2, "{}", said.stderr);
        said.stderr
    };
    let messages = [
        refused(&["out"]),
        refused(&["out", "--author", ""]),
        refused(&["nowhere", "--author", "A. Lind"]),
        refused(&["out", "--author", "A. Lind", "--codeframe", "out/frame.toml"]),
        refused(&["out", "--author", "A. Lind", "--question", "q9"]),
    ];
    let expected = [
        "--author <NAME>",
        "the author is empty",
        "no run folder",
        "stands in the run folder",
        "no open question \"q9\"",
    ];
    for (message, expected) in messages.iter().zip(expected) {
        assert!(message.contains(expected), "{message}");
    }
}
