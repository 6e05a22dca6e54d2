//! The files of the page: our own, without a build step.

/// A file of the page: its path, its media type, its text.
pub(crate) type Asset = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// All of them.
pub(crate) const ASSETS: [Asset; 10] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/style.css", "text/css; charset=utf-8", include_str!("page/style.css")),
    ("/favicon.svg", "image/svg+xml", include_str!("page/favicon.svg")),
    ("/texts.js", SCRIPT, include_str!("page/texts.js")),
    ("/dom.js", SCRIPT, include_str!("page/dom.js")),
    ("/server.js", SCRIPT, include_str!("page/server.js")),
    ("/answers.js", SCRIPT, include_str!("page/answers.js")),
    ("/panels.js", SCRIPT, include_str!("page/panels.js")),
    ("/dialogs.js", SCRIPT, include_str!("page/dialogs.js")),
    ("/app.js", SCRIPT, include_str!("page/app.js")),
];

/// What is shown to who has no cookie.
pub(crate) const LOCKED: &str = include_str!("page/locked.html");
