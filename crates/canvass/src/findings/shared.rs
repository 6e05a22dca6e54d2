//! Lists of the findings that are as long as the consultation.

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde, serializing_for_value};
use serde::{Serialize, Serializer};
use std::fmt::Debug;
use std::ops::Deref;
use std::sync::Arc;

/// A list that its copies share. A template reads it item by item, and so does not hold all of it a second time.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared<T>(Arc<[T]>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<'s, T> IntoIterator for &'s Shared<T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize + Debug + Send + Sync + 'static> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializing_for_value() {
            Value::from_object(Self(Arc::clone(&self.0))).serialize(serializer)
        } else {
            serializer.collect_seq(self)
        }
    }
}

impl<T: Serialize + Debug + Send + Sync + 'static> Object for Shared<T> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(|item| Value::from(Serde(item)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::Environment;

    #[test]
    fn a_template_reads_it_as_any_list_and_a_file_holds_it_as_any_list() {
        let list: Shared<Arc<str>> = ["a", "b", "c"].map(Arc::from).into_iter().collect();
        let written = serde_json::to_string(&std::collections::BTreeMap::from([("ids", &list)])).unwrap();
        assert_eq!(written, r#"{"ids":["a","b","c"]}"#);
        let environment = Environment::new();
        let template = "{{ ids | length }} {{ ids[:2] | join('-') }} {{ ids[2] }} {{ ids | reject('eq', 'b') | list }}{% for id in ids %} {{ id }}{% endfor %}";
        let filled = environment.render_str(template, Serde(std::collections::BTreeMap::from([("ids", &list)])));
        assert_eq!(filled.unwrap(), "3 a-b c ['a', 'c'] a b c");
    }
}
