//! What a page says of itself to search engines: JSON-LD in the vocabulary of schema.org.

use serde_json::{Value, json};

/// A document that may stand in a `script` element as it is: nothing in it ends the element.
pub fn document(mut described: Value) -> String {
    if let Some(fields) = described.as_object_mut() {
        fields.insert("@context".to_owned(), json!("https://schema.org"));
    }
    leave_out_nulls(&mut described);
    described.to_string().replace('<', "\\u003c")
}

/// Leave out what is not known, at any depth.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(all) => all.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_element_that_it_stands_in() {
        let written =
            document(json!({"@type": "Product", "name": "</script><script>alert(1)", "offers": [{"sku": null}]}));
        assert!(!written.contains('<') && !written.contains("sku"), "{written}");
        let read: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            (&read["name"], &read["@context"]),
            (&json!("</script><script>alert(1)"), &json!("https://schema.org"))
        );
    }
}
