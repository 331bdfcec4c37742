//! Values of audit entries as clients know them: global ids instead of keys, instants as text.

use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::object::NodeObject;
use crate::platform::query::table::Table;
use serde_json::Value;

/// Declare the columns of every kind of thing that hold keys of others.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        fn pointers(kind: Kind) -> &'static [(&'static str, Kind)] {
            match kind {
                $(Kind::$kind => <<crate::$($object)::+ as NodeObject>::Entity as Table>::POINTERS),+
            }
        }
    };
}

kinds!(declare);

/// A value of a thing as it is shown. `name` is its column, behind the kind of the thing where that is another than the entry's
/// subject: `RoleAssignment.user_id`.
pub(super) fn shown(subject: Option<Kind>, name: &str, value: &Value) -> Value {
    let (of, column) = match name.split_once('.') {
        Some((of, column)) => (Kind::ALL.iter().copied().find(|kind| kind.name() == of), column),
        None => (subject, name),
    };
    let key = || value.as_str().and_then(|text| text.parse().ok());
    let pointed = of.into_iter().flat_map(pointers).find(|(pointer, _)| *pointer == column).map(|(_, kind)| *kind);
    // Whoever granted a role is no edge of it.
    let pointed = pointed.or((column == "granted_by").then_some(Kind::User));
    match (pointed, value.as_i64()) {
        (Some(kind), _) => key().map_or_else(|| value.clone(), |key| GlobalId::new(kind, key).to_string().into()),
        (None, Some(micros)) if column.ends_with("_at") => DateTime::micros(micros).0.to_string().into(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn keys_and_instants_are_shown_as_clients_know_them() {
        let key = Uuid::from_u128(7);
        let id = |kind| json!(GlobalId::new(kind, key).to_string());
        let shown = |name: &str, value: Value| shown(Some(Kind::Cooperative), name, &value);
        assert_eq!(shown("branch_id", json!(key)), id(Kind::Branch));
        assert_eq!(shown("RoleAssignment.user_id", json!(key)), id(Kind::User));
        assert_eq!(shown("RoleAssignment.granted_by", json!(key)), id(Kind::User));
        assert_eq!(shown("RoleAssignment.revoked_at", json!(1_764_158_400_000_000_i64)), "2025-11-26T12:00:00Z");
        assert_eq!(shown("commune", json!("Khouribga")), "Khouribga");
        assert_eq!(shown("capital", json!(1000)), 1000);
        assert_eq!(shown("branch_id", Value::Null), Value::Null);
    }
}
