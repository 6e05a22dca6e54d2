//! The report as a browser shows it, from disk and without a network.

use crate::languages::ferry;
use crate::support::{Run, sample};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A browser on this computer; where there is none a reason to skip is printed.
fn browser() -> Option<&'static str> {
    let works = |name: &&str| {
        let version = Command::new(name)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        version.is_ok_and(|status| status.success())
    };
    let found = ["chromium", "chromium-browser"].into_iter().find(works);
    if found.is_none() {
        eprintln!("skipped: neither chromium nor chromium-browser is on the PATH");
    }
    found
}

/// What a wide page and a narrow one hold.
const WIDTHS: [u32; 2] = [1280, 400];

/// Opens a report in frames of both widths and gives, per width, `scroll width, scripts, images, words of text`.
fn measure(browser: &str, folder: &Path) -> Vec<[u64; 4]> {
    let frames: String =
        WIDTHS.map(|width| format!("<iframe width={width} height=900 src='report.html'></iframe>")).concat();
    let page = format!(
        "<!doctype html><meta charset=utf-8><style>iframe{{border:0;display:block}}</style>{frames}<p id=measured></p><script>
        addEventListener('load', () => {{
            document.getElementById('measured').textContent = [...document.querySelectorAll('iframe')].map(frame => {{
                const inside = frame.contentDocument;
                for (const folded of inside.querySelectorAll('details')) folded.open = true;
                return [
                    inside.documentElement.scrollWidth,
                    inside.querySelectorAll('script').length,
                    inside.querySelectorAll('img, iframe, object, embed, link').length,
                    inside.body.innerText.split(/\\s+/).length,
                ].join(',');
            }}).join(';');
        }});
        </script>"
    );
    fs::write(folder.join("wrapper.html"), page).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--allow-file-access-from-files",
            "--window-size=1400,2000",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", folder.join("wrapper.html").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let measured = dom.split_once("<p id=\"measured\">").and_then(|(_, rest)| rest.split_once("</p>"));
    let (measured, _) =
        measured.unwrap_or_else(|| panic!("no page:\n{dom}\n{}", String::from_utf8_lossy(&output.stderr)));
    let numbers = |frame: &str| -> [u64; 4] {
        frame.split(',').map(|number| number.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap()
    };
    let measured: Vec<[u64; 4]> = measured.split(';').map(numbers).collect();
    assert_eq!(measured.len(), WIDTHS.len());
    measured
}

#[track_caller]
fn assert_fits(measured: &[[u64; 4]], n_words: u64) {
    for (width, [scroll_width, scripts, loaded, words]) in WIDTHS.iter().zip(measured) {
        assert!(*scroll_width <= u64::from(*width), "{scroll_width} pixels wide in a frame of {width}");
        assert_eq!((*scripts, *loaded), (1, 0), "elements that no answer may bring in");
        assert!(*words > n_words, "{words} words are shown");
    }
}

#[test]
fn a_page_that_does_not_fit_is_seen() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("report.html"),
        "<!doctype html><p style='width:900px'>wide</p><script></script><img>",
    )
    .unwrap();
    let [[wide, scripts, loaded, _], [narrow, ..]] = measure(browser, folder.path())[..] else { panic!("two frames") };
    assert_eq!((wide, scripts, loaded), (1280, 1, 1));
    assert!(narrow >= 900, "{narrow}");
}

#[test]
fn the_report_of_the_sample_fits_wide_and_narrow_screens() {
    let Some(browser) = browser() else { return };
    assert_fits(&measure(browser, &Run::sample().done().out), 3000);
}

#[test]
fn a_report_in_several_languages_fits_wide_and_narrow_screens() {
    let Some(browser) = browser() else { return };
    assert_fits(&measure(browser, &ferry().done().out), 1000);
}

#[test]
fn a_report_with_endless_words_and_markup_fits_wide_and_narrow_screens() {
    let Some(browser) = browser() else { return };
    let long = "ferry".repeat(400);
    let answers = format!(
        "id,What should the {long} change?\n{long},<script>document.body.textContent = ''</script> evening {long}\n\
         2,<img src=x onerror=document.body.append(document.createElement('script'))> evening {long}\n3,{long}\n4,{long}\n"
    );
    let settings =
        format!("[[question]]\nid = \"q{long}\"\nkind = \"open\"\ncolumn = \"What should the {long} change?\"\n");
    assert_fits(&measure(browser, &Run::new().csv(&answers).settings(&settings).done().out), 100);
}

#[test]
fn the_report_loads_nothing() {
    let page = sample().text("report.html").to_lowercase();
    for loading in ["src=", "<link", "@import", "url(", "<iframe", "<object", "<embed", "http-equiv=\"refresh\""] {
        assert!(!page.contains(loading), "{loading} in the report");
    }
    let hosts: Vec<&str> =
        page.match_indices("http").map(|(at, _)| &page[at..at + 12]).filter(|text| text.contains("://")).collect();
    assert!(hosts.is_empty(), "{hosts:?}");
    assert!(
        page.contains("content-security-policy\" content=\"default-src 'none'"),
        "the page forbids itself to load anything"
    );
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn the_report_shows_every_finding_with_its_numbers() {
    let page = sample().text("report.html");
    for id in ["q2", "q5", "q7", "q9"] {
        let question = sample().question(id);
        assert!(page.contains(&format!("{}", question["base"])), "the base of {id}");
        for finding in question["findings"].as_array().unwrap() {
            let label = escaped(finding["label"].as_str().unwrap());
            assert!(page.contains(&label), "{id}: {label}");
            for verbatim in finding["verbatims"].as_array().unwrap() {
                let text = verbatim["text"].as_str().unwrap().trim();
                // The first stands as the finding's sentence, white space evened out.
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!([text, &line].iter().any(|text| page.contains(&escaped(text))), "{id}: {verbatim}");
            }
        }
        for response in question["no_theme"].as_array().unwrap() {
            assert!(page.contains(&escaped(response["text"].as_str().unwrap().trim())), "{id}: {response}");
        }
    }
}

/// A text as the page writes it.
fn escaped(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#x27;"), ("/", "&#x2f;")];
    pairs.iter().fold(text.to_owned(), |text, (character, entity)| text.replace(character, entity))
}
