//! Cuts any text into points, identifies its language and looks for definitions: spans must slice back, points must be in
//! order, and nothing may panic.
#![no_main]

use canvass_text::{Identifier, Language, Resources, definitions, normalised_words, segment};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fuzz_target!(|data: &[u8]| {
    static KNOWN: OnceLock<(Resources, Identifier)> = OnceLock::new();
    let (resources, identifier) = KNOWN.get_or_init(|| {
        let resources = Resources::load().expect("the built-in resources load");
        let identifier = Identifier::new(&resources);
        (resources, identifier)
    });
    let text = String::from_utf8_lossy(data);
    let mut rebuilt = String::new();
    let mut at = 0;
    for span in segment(&text, resources) {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(at <= start && start < end);
        rebuilt.push_str(&text[at..start]);
        rebuilt.push_str(span.of(&text).expect("a span slices its text"));
        at = end;
        identifier.identify_point(&text[start..end], Language::English);
    }
    rebuilt.push_str(&text[at..]);
    assert_eq!(rebuilt, text);
    if let Some(found) = identifier.identify(&text) {
        assert!((0.0..=1.0).contains(&found.confidence));
    }
    for definition in definitions(&text) {
        assert!(definition.short.of(&text).is_some() && definition.long.of(&text).is_some());
    }
    assert!(normalised_words(&text).all(|word| !word.is_empty()));
});
