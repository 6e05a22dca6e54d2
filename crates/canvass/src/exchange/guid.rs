//! The identities that REFI-QDA gives to everything.

use std::fmt;

/// A GUID: 32 hexadecimal digits in lower case.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Guid(String);

/// The digits of each group.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

impl Guid {
    /// The GUID that these parts always give: 122 bits of their BLAKE3, as version 8 of RFC 9562 leaves them to whoever makes it.
    pub fn of(parts: &[&str]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut digits = String::with_capacity(32);
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                digits.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        Self(digits)
    }

    /// Reads a GUID as the schema has it: five groups of digits with hyphens between, braces around them or not, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let inner = text.strip_prefix('{').map_or(Some(text), |rest| rest.strip_suffix('}'))?;
        let groups: Vec<&str> = inner.split('-').collect();
        let fits = |group: &&str, len: usize| group.len() == len && group.bytes().all(|c| c.is_ascii_hexdigit());
        let is_one = groups.len() == GROUPS.len() && groups.iter().zip(GROUPS).all(|(group, len)| fits(group, len));
        is_one.then(|| Self(groups.concat().to_ascii_lowercase()))
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        for (at, len) in GROUPS.into_iter().enumerate() {
            let (group, after) = rest.split_at(len.min(rest.len()));
            if at > 0 {
                formatter.write_str("-")?;
            }
            formatter.write_str(group)?;
            rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_guid_and_no_others_do() {
        let guid = Guid::of(&["theme", "q1", "t01"]);
        assert_eq!(guid, Guid::of(&["theme", "q1", "t01"]));
        assert_ne!(guid, Guid::of(&["theme", "q1t", "01"]));
        let text = guid.to_string();
        assert_eq!((text.len(), &text[14..15]), (36, "8"));
        assert!(["8", "9", "a", "b"].contains(&&text[19..20]));
        assert_eq!(Guid::parse(&text), Some(guid));
    }

    #[test]
    fn braces_and_capitals_make_no_other_guid() {
        let plain = Guid::parse("5215cc69-b628-4e02-afb9-9beeaee55808").unwrap();
        assert_eq!(Guid::parse("{5215CC69-B628-4E02-AFB9-9BEEAEE55808}"), Some(plain));
        for wrong in ["", "5215cc69", "{5215cc69-b628-4e02-afb9-9beeaee55808", "5215cc69-b628-4e02-afb9-9beeaee5580g"] {
            assert_eq!(Guid::parse(wrong), None, "{wrong}");
        }
    }
}
