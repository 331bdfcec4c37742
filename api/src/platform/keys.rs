//! The keys of an installation: one secret from which those for cursors, second factors, refresh tokens and the audit
//! are derived, and the pairs that access tokens are signed with.

use crate::platform::paging::cursor::CursorKey;
use aws_lc_rs::aead::{AES_256_GCM, Aad, RandomizedNonceKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use aws_lc_rs::{digest, hkdf, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{DecodingKey, EncodingKey};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// All keys of an installation; cheap to clone.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    cursor: CursorKey,
    audit: hmac::Key,
    refresh: hmac::Key,
    second_factor: SealingKey,
    cases: SealingKey,
    fingerprint: Option<hmac::Key>,
    /// The oldest first.
    pairs: RwLock<Vec<Arc<Pair>>>,
    /// Pairs that were made before this are withdrawn; microseconds since 1970 in UTC.
    withdrawn_before: AtomicI64,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({} pairs)", self.pairs().len())
    }
}

/// A pair that access tokens are signed and verified with.
pub struct Pair {
    /// Its name in the head of a token.
    pub kid: String,
    /// When it was made.
    pub made_at: Timestamp,
    public: Vec<u8>,
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// A new pair is known to every instance before the first token is signed with it: instances are restarted one by one
/// within this time after the rotation.
pub const LEAD: SignedDuration = SignedDuration::from_mins(15);

/// A pair is kept for so long after the next one signs: longer than any token that it signed.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(2);

/// The secret, or a stored pair, cannot be used.
#[derive(Debug)]
pub struct Unusable;

/// Bytes that nobody can guess.
///
/// # Panics
/// When the machine has no randomness: nothing here is safe without.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the machine has randomness");
    bytes
}

/// A secret of 256 bits to be given out once, as text.
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// What is stored of a secret that cannot be guessed, and what names a content: its SHA-256, as text.
pub fn hashed(secret: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(digest(secret))
}

/// The SHA-256 of a text or a content.
pub fn digest(text: impl AsRef<[u8]>) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, text.as_ref());
    digest.as_ref().try_into().expect("SHA-256 has 256 bits")
}

impl Pair {
    /// A new pair, as it is stored (PKCS #8).
    pub fn generate() -> Result<Vec<u8>, Unusable> {
        let stored = Ed25519KeyPair::generate_pkcs8(&rand::SystemRandom::new()).map_err(|_| Unusable)?;
        Ok(stored.as_ref().to_vec())
    }

    /// A stored pair that was made at an instant.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(stored: &[u8], made_at: Timestamp) -> Result<Self, Unusable> {
        let pair = Ed25519KeyPair::from_pkcs8(stored).map_err(|_| Unusable)?;
        let public = pair.public_key().as_ref().to_vec();
        let kid = URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, &public).as_ref()[..12]);
        let (signing, verifying) = (EncodingKey::from_ed_der(stored), DecodingKey::from_ed_der(&public));
        Ok(Self { kid, made_at, public, signing, verifying })
    }

    /// What signs with it.
    pub fn signing(&self) -> &EncodingKey {
        &self.signing
    }

    /// What verifies with it.
    pub fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }

    /// Its public half by RFC 8037.
    pub fn jwk(&self) -> serde_json::Value {
        let x = URL_SAFE_NO_PAD.encode(&self.public);
        serde_json::json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x})
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Whether the pair before one that was made at an instant has had its time.
pub fn is_over(successor_made_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(successor_made_at) >= LEAD + OVERLAP
}

fn oldest_first(mut pairs: Vec<Pair>) -> Vec<Arc<Pair>> {
    pairs.sort_by_key(|pair| pair.made_at);
    pairs.into_iter().map(Arc::new).collect()
}

/// A key of 256 bits for one purpose.
fn derive(secret: &[u8], purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let expanded = hkdf::Salt::new(hkdf::HKDF_SHA256, b"unfm").extract(secret);
    expanded
        .expand(&[purpose], Length(key.len()))
        .and_then(|expanded| expanded.fill(&mut key))
        .expect("32 bytes are within what can be derived");
    key
}

impl Keys {
    /// The keys that a secret of at least 32 bytes and stored pairs make up.
    ///
    /// # Errors
    /// When the secret is short or there is no pair.
    pub fn new(secret: &[u8], pairs: Vec<Pair>) -> Result<Self, Unusable> {
        if secret.len() < 32 || pairs.is_empty() {
            return Err(Unusable);
        }
        let mac = |purpose: &[u8]| hmac::Key::new(hmac::HMAC_SHA256, &derive(secret, purpose));
        Ok(Self(Arc::new(Inner {
            cursor: CursorKey::new(&derive(secret, b"cursors")),
            audit: mac(b"audit"),
            refresh: mac(b"refresh tokens"),
            second_factor: SealingKey::new(&derive(secret, b"second factors"))?,
            cases: SealingKey::new(&derive(secret, b"cases"))?,
            fingerprint: Some(mac(b"fingerprint")),
            pairs: RwLock::new(oldest_first(pairs)),
            withdrawn_before: AtomicI64::new(0),
        })))
    }

    /// Keys that last as long as the process.
    ///
    /// # Errors
    /// When the machine makes none.
    pub fn ephemeral(now: Timestamp) -> Result<Self, Unusable> {
        let Self(inner) = Self::new(&random::<32>(), vec![Pair::read(&Pair::generate()?, now)?])?;
        let inner = Arc::into_inner(inner).ok_or(Unusable)?;
        Ok(Self(Arc::new(Inner { fingerprint: None, ..inner })))
    }

    /// The fingerprint that a database records of the keys it is used with; none for keys that end with the process.
    pub fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint.as_ref().map(|key| URL_SAFE_NO_PAD.encode(hmac::sign(key, b"unfm")))
    }

    /// The key that cursors are sealed with.
    pub fn cursor(&self) -> &CursorKey {
        &self.0.cursor
    }

    fn pairs(&self) -> Vec<Arc<Pair>> {
        // A list is put in its place whole: whoever held the lock while it panicked left no half of one.
        self.0.pairs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The pairs that hold at an instant, the oldest first: none that was withdrawn, and none whose successor has signed for
    /// longer than the tokens that it signed can last.
    fn in_force(&self, now: Timestamp) -> Vec<Arc<Pair>> {
        let mut pairs = self.pairs();
        let successors: Vec<Timestamp> = pairs.iter().skip(1).map(|pair| pair.made_at).collect();
        let is_retired = |successor: Option<&Timestamp>| successor.is_some_and(|made_at| is_over(*made_at, now));
        let from = self.0.withdrawn_before.load(Ordering::Acquire);
        let mut place = 0;
        pairs.retain(|pair| {
            place += 1;
            pair.made_at.as_microsecond() >= from && !is_retired(successors.get(place - 1))
        });
        pairs
    }

    /// The pair that signs at an instant: the newest that every instance knows, or else the oldest; nothing when all that are
    /// known here were withdrawn.
    pub fn signing(&self, now: Timestamp) -> Option<Arc<Pair>> {
        let pairs = self.in_force(now);
        let known = |pair: &&Arc<Pair>| now.duration_since(pair.made_at) >= LEAD;
        pairs.iter().rev().find(known).or(pairs.first()).cloned()
    }

    /// The pair with this name, while it holds.
    pub fn pair(&self, kid: &str, now: Timestamp) -> Option<Arc<Pair>> {
        self.in_force(now).into_iter().find(|pair| pair.kid == kid)
    }

    /// The public halves of the pairs that hold (RFC 7517 §5).
    pub fn jwks(&self, now: Timestamp) -> serde_json::Value {
        serde_json::json!({"keys": self.in_force(now).iter().map(|pair| pair.jwk()).collect::<Vec<_>>()})
    }

    /// Refuse, from now on, every pair that was made before an instant (microseconds since 1970 in UTC).
    pub fn withdraw_before(&self, instant: i64) {
        self.0.withdrawn_before.fetch_max(instant, Ordering::AcqRel);
    }

    /// Put other pairs in the place of those that are known.
    pub fn replace_pairs(&self, pairs: Vec<Pair>) {
        *self.0.pairs.write().unwrap_or_else(PoisonError::into_inner) = oldest_first(pairs);
    }

    /// The keyed hash that closes a link of the audit, as text.
    pub fn audit_hash(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0.audit, text.as_bytes()))
    }

    /// The refresh token that follows on another: the same one however often it is asked for, and never stored.
    pub fn successor(&self, token: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0.refresh, token.as_bytes()))
    }

    /// Encrypt a second factor, for its owner.
    pub fn seal(&self, owner: &[u8], clear: &[u8]) -> String {
        self.0.second_factor.seal(owner, clear)
    }

    /// Decrypt the second factor of this owner; nothing when it is another's.
    pub fn open(&self, owner: &[u8], sealed: &str) -> Option<Vec<u8>> {
        self.0.second_factor.open(owner, sealed)
    }

    /// The key that the keys of cases are encrypted with.
    pub fn cases(&self) -> &SealingKey {
        &self.0.cases
    }
}

/// A key that texts are encrypted with, each for one owner (AES-256-GCM).
pub struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// The key of these bytes.
    ///
    /// # Errors
    /// When there are not 32 of them.
    pub fn new(bytes: &[u8]) -> Result<Self, Unusable> {
        RandomizedNonceKey::new(&AES_256_GCM, bytes).map(Self).map_err(|_| Unusable)
    }

    /// Encrypt what must be read again, for one owner.
    pub fn seal(&self, owner: &[u8], clear: &[u8]) -> String {
        let mut bytes = clear.to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(owner), &mut bytes);
        let nonce = nonce.expect("a short text can be encrypted");
        URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &bytes].concat())
    }

    /// Decrypt what was encrypted for this owner; nothing when it was not.
    pub fn open(&self, owner: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<12>()?;
        let mut rest = rest.to_vec();
        let nonce = aws_lc_rs::aead::Nonce::from(nonce);
        self.0.open_in_place(nonce, Aad::from(owner), &mut rest).ok().map(|clear| clear.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(made_at: &str) -> Pair {
        Pair::read(&Pair::generate().unwrap(), made_at.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_new_pair_signs_once_every_instance_knows_it() {
        let (old, new) = (pair("2026-11-01T00:00:00Z"), pair("2026-11-23T12:00:00Z"));
        let (first, second) = (old.kid.clone(), new.kid.clone());
        let keys = Keys::new(&[7; 32], vec![new, old]).unwrap();
        for (now, signs) in
            [("2026-11-23T12:14:59Z", &first), ("2026-11-23T12:15:00Z", &second), ("2020-01-01T00:00:00Z", &first)]
        {
            assert_eq!(&keys.signing(now.parse().unwrap()).unwrap().kid, signs, "{now}");
        }
    }

    #[test]
    fn a_pair_ends_two_hours_after_the_next_one_signs_and_at_once_when_it_is_withdrawn() {
        let (old, new) = (pair("2026-11-01T00:00:00Z"), pair("2026-11-23T12:00:00Z"));
        let (first, second) = (old.kid.clone(), new.kid.clone());
        let keys = Keys::new(&[7; 32], vec![new, old]).unwrap();
        let holds = |kid: &str, now: &str| keys.pair(kid, now.parse().unwrap()).is_some();
        let public = |now: &str| keys.jwks(now.parse().unwrap())["keys"].as_array().unwrap().len();
        assert!(holds(&first, "2026-11-23T14:14:59Z") && holds(&second, "2026-11-23T12:00:00Z"));
        assert!(!holds(&first, "2026-11-23T14:15:00Z") && holds(&second, "2030-01-01T00:00:00Z"));
        assert_eq!((public("2026-11-23T14:14:59Z"), public("2026-11-23T14:15:00Z")), (2, 1));

        let now = "2026-11-23T12:00:01Z";
        keys.withdraw_before("2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap().as_microsecond());
        assert!(!holds(&first, now) && holds(&second, now));
        assert_eq!(keys.signing(now.parse().unwrap()).unwrap().kid, second, "without the quarter of an hour");
        keys.withdraw_before("2026-11-23T12:00:01Z".parse::<Timestamp>().unwrap().as_microsecond());
        assert!(keys.signing(now.parse().unwrap()).is_none() && public(now) == 0);
        keys.withdraw_before(0);
        assert!(!holds(&second, now), "what was withdrawn stays so");
        let third = pair("2026-11-23T12:00:01Z");
        let kid = third.kid.clone();
        keys.replace_pairs(vec![third]);
        assert_eq!(keys.signing(now.parse().unwrap()).unwrap().kid, kid);
    }

    #[test]
    fn what_was_encrypted_for_one_owner_is_nobody_elses() {
        let keys = Keys::new(&[7; 32], vec![pair("2026-11-01T00:00:00Z")]).unwrap();
        let sealed = keys.seal(b"amina", b"JBSWY3DP");
        assert_eq!(keys.open(b"amina", &sealed).as_deref(), Some(&b"JBSWY3DP"[..]));
        assert_eq!(keys.open(b"leila", &sealed), None);
        assert_ne!(sealed, keys.seal(b"amina", b"JBSWY3DP"));
        let other = Keys::new(&[8; 32], vec![pair("2026-11-01T00:00:00Z")]).unwrap();
        assert_eq!(other.open(b"amina", &sealed), None);
        assert_eq!(keys.open(b"amina", "short"), None);
    }
}
