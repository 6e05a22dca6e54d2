//! Reads any sheet, shared strings and properties in a workbook that is whole otherwise.
#![no_main]

mod archive;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [rows, strings, properties, after] = archive::pieces(data);
    let sheet = [b"<sheetData>", rows, b"</sheetData>", after].concat();
    archive::check("a.xlsx", &archive::excel(&sheet, strings, properties));
});
