//! Access tokens: JWT signed with EdDSA. A token says who; what she may is read from the database.

use crate::platform::error::{Error, Result};
use crate::platform::keys::Keys;
use domain::fault::Code;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who gives tokens out.
const ISSUER: &str = "unfm";
/// What the head of a token says that it is (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";
/// A token of ours is some 400 characters; what is much longer is not worth looking at.
const LONGEST: usize = 4096;
/// Clocks of instances may differ by so much.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// For whom a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// People of the association.
    Staff,
    /// Programs of partners.
    Partner,
}

impl Audience {
    const fn name(self) -> &'static str {
        match self {
            Self::Staff => "unfm-staff",
            Self::Partner => "unfm-partner",
        }
    }

    /// How long a token of theirs holds.
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::Staff => SignedDuration::from_mins(15),
            Self::Partner => SignedDuration::from_mins(60),
        }
    }
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    exp: i64,
    /// Ours have none; who signs as we do may set it (RFC 7519 §4.1.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Whoever showed a token that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// For whom the token is.
    pub audience: Audience,
    /// The user, or the partner's client.
    pub subject: Uuid,
    /// The session; of a client's token, the secret that it was given for.
    pub session: Uuid,
    /// What a client's token was given for, apart by spaces.
    pub scope: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token for somebody, from now on.
///
/// # Errors
/// UNAVAILABLE while every pair that is known here is withdrawn, INTERNAL when it cannot be signed.
pub fn issue(
    keys: &Keys,
    now: Timestamp,
    audience: Audience,
    subject: Uuid,
    session: Uuid,
    scope: Option<String>,
) -> Result<String> {
    let pair = keys.signing(now).ok_or_else(|| Error::refused(Code::Unavailable))?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(pair.kid.clone());
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: audience.name().to_owned(),
        sub: subject,
        sid: session,
        jti: Uuid::now_v7(),
        iat: now.as_second(),
        exp: now.as_second() + audience.lifetime().as_secs(),
        nbf: None,
        scope,
    };
    encode(&header, &claims, pair.signing()).map_err(Error::internal)
}

/// Who shows a token; nothing when it does not hold in every respect.
pub fn verify(keys: &Keys, now: Timestamp, token: &str) -> Option<Bearer> {
    if token.len() > LONGEST {
        return None;
    }
    let header = decode_header(token).ok()?;
    // Keys are found by name among those loaded at the start; what a head says of other keys is not looked at.
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
        return None;
    }
    let pair = keys.pair(header.kid.as_deref()?, now)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[Audience::Staff.name(), Audience::Partner.name()]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // By the clock of the request, below.
    validation.validate_exp = false;
    let claims = decode::<Claims>(token, pair.verifying(), &validation).ok()?.claims;
    let audience = [Audience::Staff, Audience::Partner].into_iter().find(|audience| audience.name() == claims.aud)?;
    let expires_at = Timestamp::from_second(claims.exp).ok()?;
    let is_over = now.duration_since(expires_at) >= LEEWAY;
    let begins_at = Timestamp::from_second(claims.iat.max(claims.nbf.unwrap_or(claims.iat))).ok()?;
    if is_over || begins_at.duration_since(now) > LEEWAY {
        return None;
    }
    Some(Bearer { audience, subject: claims.sub, session: claims.sid, scope: claims.scope, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    const NOW: &str = "2026-11-24T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn token(keys: &Keys) -> String {
        issue(keys, at(NOW), Audience::Staff, Uuid::from_u128(1), Uuid::from_u128(2), None).unwrap()
    }

    /// A token whose head or body was rewritten, with the signature that was on it.
    fn forged(token: &str, part: usize, change: impl FnOnce(&mut serde_json::Value)) -> String {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mut json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&parts[part]).unwrap()).unwrap();
        change(&mut json);
        parts[part] = URL_SAFE_NO_PAD.encode(json.to_string());
        parts.join(".")
    }

    #[test]
    fn a_token_holds_for_a_quarter_of_an_hour() {
        let keys = Keys::ephemeral(at(NOW)).unwrap();
        let token = token(&keys);
        let bearer = verify(&keys, at(NOW), &token).unwrap();
        assert_eq!((bearer.subject, bearer.session), (Uuid::from_u128(1), Uuid::from_u128(2)));
        assert!(verify(&keys, at("2026-11-24T12:15:59Z"), &token).is_some(), "clocks differ by a minute");
        assert!(verify(&keys, at("2026-11-24T12:16:00Z"), &token).is_none());
        assert!(verify(&keys, at("2026-11-24T11:58:59Z"), &token).is_none(), "from the future");
    }

    #[test]
    fn whatever_was_done_to_a_token_undoes_it() {
        let keys = Keys::ephemeral(at(NOW)).unwrap();
        let token = token(&keys);
        let body = |key: &str, value: serde_json::Value| forged(&token, 1, |json| json[key] = value);
        let head = |key: &str, value: serde_json::Value| forged(&token, 0, |json| json[key] = value);
        let unsigned = forged(&token, 0, |json| json["alg"] = "none".into());
        let unsigned = unsigned.rsplit_once('.').unwrap().0.to_owned() + ".";
        let mut wrong = vec![
            body("sub", Uuid::from_u128(9).to_string().into()),
            body("exp", 99_999_999_999_i64.into()),
            body("aud", "unfm-partner".into()),
            head("alg", "HS256".into()),
            head("alg", "none".into()),
            head("typ", "JWT".into()),
            head("kid", "another".into()),
            head("kid", serde_json::Value::Null),
            head("jwk", serde_json::json!({"kty": "OKP"})),
            unsigned,
            token[..token.len() - 2].to_owned(),
            format!("{token}.x"),
            "x".repeat(5000),
            String::new(),
            "..".to_owned(),
            "é.é.é".to_owned(),
        ];
        // Another installation's, and one that takes the public key for a secret.
        wrong.push(super::tests::token(&Keys::ephemeral(at(NOW)).unwrap()));
        let mut header = Header::new(Algorithm::HS256);
        (header.typ, header.kid) = (Some(TYPE.to_owned()), Some(keys.signing(at(NOW)).unwrap().kid.clone()));
        let public = keys.signing(at(NOW)).unwrap().jwk()["x"].as_str().unwrap().to_owned();
        let claims = serde_json::json!({"iss": "unfm", "aud": "unfm-staff", "sub": Uuid::from_u128(1),
            "sid": Uuid::from_u128(2), "jti": Uuid::from_u128(3), "iat": 0, "exp": 99_999_999_999_i64});
        wrong.push(encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(public.as_bytes())).unwrap());
        for wrong in wrong {
            assert_eq!(verify(&keys, at(NOW), &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_audience_is_signed_and_required() {
        let keys = Keys::ephemeral(at(NOW)).unwrap();
        let pair = keys.signing(at(NOW)).unwrap();
        let mut header = Header::new(Algorithm::EdDSA);
        (header.typ, header.kid) = (Some(TYPE.to_owned()), Some(pair.kid.clone()));
        let sound = serde_json::json!({"iss": "unfm", "aud": "unfm-staff", "sub": Uuid::from_u128(1),
            "sid": Uuid::from_u128(2), "jti": Uuid::from_u128(3), "iat": at(NOW).as_second(),
            "exp": at(NOW).as_second() + 60});
        assert!(verify(&keys, at(NOW), &encode(&header, &sound, pair.signing()).unwrap()).is_some());
        for (claim, value) in [("aud", "others".into()), ("iss", "others".into()), ("exp", serde_json::Value::Null)] {
            let mut claims = sound.clone();
            claims[claim] = value;
            let token = encode(&header, &claims, pair.signing()).unwrap();
            assert_eq!(verify(&keys, at(NOW), &token), None, "{claim}");
        }
        for (seconds, holds) in [(0, true), (60, true), (61, false), (3600, false), (i64::MAX, false)] {
            let mut claims = sound.clone();
            claims["nbf"] = at(NOW).as_second().saturating_add(seconds).into();
            let token = encode(&header, &claims, pair.signing()).unwrap();
            assert_eq!(verify(&keys, at(NOW), &token).is_some(), holds, "not before {seconds} s from now");
        }
        for claim in ["aud", "iss", "exp", "sub", "sid"] {
            let mut claims = sound.clone();
            claims.as_object_mut().unwrap().remove(claim);
            let token = encode(&header, &claims, pair.signing()).unwrap();
            assert_eq!(verify(&keys, at(NOW), &token), None, "{claim}");
        }
    }
}
