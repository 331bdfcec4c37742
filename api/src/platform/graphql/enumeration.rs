//! The domain's closed lists of codes as enums of the schema: declared in the domain alone.

use crate::platform::query::stored::EnumValue;
use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned, ServerResult,
    Value,
};
use domain::codes::Coded;
use std::borrow::Cow;

/// A doc comment as a description: the lines without the space that they begin with.
fn description(doc: &str) -> Option<String> {
    let lines: Vec<&str> = doc.trim().lines().map(str::trim).collect();
    (!doc.trim().is_empty()).then(|| lines.join("\n"))
}

fn register<T: Coded>(registry: &mut Registry) -> String {
    let value = |code: &T| MetaEnumValue {
        name: code.as_str().to_owned(),
        description: description(code.description()),
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    registry.create_input_type::<EnumValue<T>, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: T::NAME.to_owned(),
        description: description(T::DESCRIPTION),
        enum_values: T::ALL.iter().map(|code| (code.as_str().to_owned(), value(code))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<EnumValue<T>>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

impl<T: Coded> InputType for EnumValue<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register::<T>(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            // A variable arrives as JSON, which has no enums.
            Value::String(name) => name,
            _ => return Err(InputValueError::expected_type(value)),
        };
        T::parse(name).map(Self).ok_or_else(|| {
            InputValueError::custom(format_args!("Enumeration type does not contain value \"{value}\"."))
        })
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.0.as_str()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Coded> OutputType for EnumValue<T> {
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register::<T>(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.to_value())
    }
}
