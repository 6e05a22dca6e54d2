//! Who may come in: whoever has the token, once; from then on the browser that was given the cookie for it.

use crate::error::ReviewError;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// The token and the cookie of one server.
#[derive(Debug)]
pub(crate) struct Session {
    token: String,
    is_spent: AtomicBool,
    secret: String,
    port: u16,
}

impl Session {
    /// # Errors
    /// [`ReviewError::Random`]
    pub(crate) fn new(port: u16) -> Result<Self, ReviewError> {
        Ok(Self { token: drawn()?, is_spent: AtomicBool::new(false), secret: drawn()?, port })
    }

    /// The address to open.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// Takes a token: the cookie to set, if it is the one and nobody had it.
    pub(crate) fn exchange(&self, token: &str) -> Option<String> {
        let is_first = same(token, &self.token) && !self.is_spent.swap(true, Ordering::SeqCst);
        // Without a port in its name, the cookies of two reviews would push each other out: ports share them.
        is_first.then(|| format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name(), self.secret))
    }

    fn cookie_name(&self) -> String {
        format!("canvass_review_{}", self.port)
    }

    /// Whether the cookies of a request hold the secret.
    pub(crate) fn is_in(&self, cookies: &str) -> bool {
        let name = self.cookie_name();
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(known, value)| known == name && same(value, &self.secret))
    }

    /// Whether a name and port are this server's, as a browser on this machine would say it.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| *host == format!("{name}:{}", self.port))
    }

    /// Whether a page comes from this server.
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        origin.strip_prefix("http://").is_some_and(|host| self.is_host(host))
    }
}

/// 256 random bits in hexadecimal.
fn drawn() -> Result<String, ReviewError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(ReviewError::Random)?;
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Compares in the time of the longer, whatever they hold.
fn same(a: &str, b: &str) -> bool {
    let differs = a.bytes().zip(b.bytes()).fold(0_u8, |differs, (a, b)| differs | (a ^ b));
    a.len() == b.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_once_and_no_other_ever() {
        let session = Session::new(4000).unwrap();
        let token = session.address().split_once("token=").unwrap().1.to_owned();
        assert_eq!(token.len(), 64);
        assert_eq!(session.exchange(""), None);
        assert_eq!(session.exchange(&token[..63]), None);
        let cookie = session.exchange(&token).unwrap();
        assert_eq!(session.exchange(&token), None);
        let pair = cookie.split(';').next().unwrap();
        assert!(session.is_in(&format!("other=1; {pair}")));
        assert!(!session.is_in("canvass_review_4000=") && !session.is_in(&token));
        assert!(!Session::new(4000).unwrap().is_in(pair));
        for host in ["127.0.0.1", "127.0.0.1:4001", "evil:4000", "localhost:40000", "localhost.evil:4000", ""] {
            assert!(!session.is_host(host), "{host}");
        }
        assert!(session.is_origin("http://localhost:4000") && !session.is_origin("https://localhost:4000"));
        assert!(!session.is_origin("null"));
    }
}
