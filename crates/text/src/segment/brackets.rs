//! Brackets that open and close: what stands between them is cut neither at sentences nor at semicolons.

/// Pairs of brackets farther apart than this, in bytes, protect nothing: the closing one is likely another's.
const REACH: usize = 600;

/// The outermost pairs of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    pairs: Vec<(usize, usize)>,
    /// The first pair that may still matter: places are asked for in order.
    next: usize,
}

impl Brackets {
    /// Finds the pairs. One pass: an opening bracket is put on a stack, a closing one takes from it.
    pub(super) fn find(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut n_open = [0_usize; 4];
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        let mut from = 0;
        while let Some(offset) = bytes[from..].iter().position(|byte| MAY_BE_BRACKET[usize::from(*byte)]) {
            let at = from + offset;
            from = at + 1;
            let Some((kind, opens)) = kind(bytes, at) else { continue };
            if opens {
                open.push((at, kind));
                n_open[kind] += 1;
                continue;
            }
            // A closing bracket without an opening one is a list marker, "a)", or a slip.
            while n_open[kind] > 0 {
                let Some((start, other)) = open.pop() else { break };
                n_open[other] -= 1;
                if other == kind {
                    if at - start <= REACH {
                        while pairs.last().is_some_and(|(inner, _)| *inner > start) {
                            pairs.pop();
                        }
                        pairs.push((start, at));
                    }
                    break;
                }
            }
        }
        Self { pairs, next: 0 }
    }

    /// The brackets that the byte lies between. To be asked in ascending order.
    pub(super) fn around(&mut self, at: usize) -> Option<(usize, usize)> {
        while self.pairs.get(self.next).is_some_and(|(_, end)| *end < at) {
            self.next += 1;
        }
        self.pairs.get(self.next).copied().filter(|(start, end)| *start < at && at < *end)
    }
}

/// The bytes that brackets begin with.
const MAY_BE_BRACKET: [bool; 256] = {
    let mut may_be = [false; 256];
    let begin = [b'(', b')', b'[', b']', 0xe3, 0xef];
    let mut i = 0;
    while i < begin.len() {
        may_be[begin[i] as usize] = true;
        i += 1;
    }
    may_be
};

/// Which kind of bracket begins at a byte, and whether it opens.
fn kind(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    match *bytes.get(at)? {
        b'(' => Some((0, true)),
        b')' => Some((0, false)),
        b'[' => Some((1, true)),
        b']' => Some((1, false)),
        // U+FF08 and U+FF09; U+3010 and U+3011.
        0xef => match bytes.get(at + 1..at + 3)? {
            [0xbc, 0x88] => Some((2, true)),
            [0xbc, 0x89] => Some((2, false)),
            _ => None,
        },
        0xe3 => match bytes.get(at + 1..at + 3)? {
            [0x80, 0x90] => Some((3, true)),
            [0x80, 0x91] => Some((3, false)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<&str> {
        Brackets::find(text).pairs.into_iter().filter_map(|(start, end)| text.get(start..end)).collect()
    }

    #[test]
    fn the_outermost_pairs_are_found() {
        assert_eq!(pairs("a (b (c) d) [e] \u{ff08}f\u{ff09}"), ["(b (c) d", "[e", "\u{ff08}f"]);
        assert_eq!(pairs("((((a) b"), ["(a"]);
        assert_eq!(pairs("a) b) (c"), [""; 0]);
        assert_eq!(pairs("(a [b) c"), ["(a [b"]);
    }

    #[test]
    fn a_pair_out_of_reach_protects_nothing_but_one_inside_it_does() {
        let text = format!("({} (a) {})", "x ".repeat(200), "x ".repeat(200));
        assert_eq!(pairs(&text), ["(a"]);
    }
}
