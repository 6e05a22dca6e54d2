//! Reads any body in a Word document that is whole otherwise.
#![no_main]

mod archive;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let body = [b"<w:document><w:body>", data, b"</w:body></w:document>"].concat();
    archive::check("a.docx", &archive::archive(&[("word/document.xml", &body)]));
});
