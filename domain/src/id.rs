//! Keys that are equal on every installation: reference and founding data carry a UUID made of their code.

use uuid::Uuid;

/// The namespace of all keys that are made of codes. It never changes.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x8f1c_6c1e_5b0a_4c57_9d0e_756e_666d_0001);

/// The key (UUID version 5) of the thing of this kind with this code, equal on every installation.
pub fn founding(kind: &str, code: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{kind}:{code}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_key_on_every_installation() {
        assert_eq!(founding("market", "khouribga"), founding("market", "khouribga"));
        assert_ne!(founding("market", "khouribga"), founding("branch", "khouribga"));
        assert_eq!(founding("market", "khouribga").get_version_num(), 5);
    }
}
