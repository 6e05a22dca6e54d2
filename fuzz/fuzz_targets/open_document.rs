//! Reads any tables in an OpenDocument spreadsheet that is whole otherwise.
#![no_main]

mod archive;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [tables, styles] = archive::pieces(data);
    let content = [
        b"<office:document-content><office:automatic-styles>",
        styles,
        b"</office:automatic-styles><office:body><office:spreadsheet><table:table table:name=\"S\">",
        tables,
        b"</table:table></office:spreadsheet></office:body></office:document-content>",
    ]
    .concat();
    let mime = b"application/vnd.oasis.opendocument.spreadsheet".as_slice();
    archive::check("a.ods", &archive::archive(&[("mimetype", mime), ("content.xml", &content)]));
});
