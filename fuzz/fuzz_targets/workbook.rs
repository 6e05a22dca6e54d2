//! Reads archives with wrong bytes, and any bytes, as workbooks.
#![no_main]

mod archive;

use libfuzzer_sys::fuzz_target;

const ROWS: &[u8] = b"<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c>\
    <c r=\"B2\" t=\"inlineStr\"><is><t>The ferry</t></is></c></row></sheetData>";

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else { return };
    if kind % 4 == 0 {
        archive::check("a.xlsx", data);
    } else {
        let whole = archive::excel(ROWS, b"<si><t>id</t></si><si><t>comment</t></si>", b"");
        archive::check("a.xlsx", &archive::altered(&whole, data));
    }
});
