//! JSON web tokens: three parts that decode. Knows what a token says of itself.

use serde_json::Value;

use super::base64;

/// What a token says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Jwt {
    /// It ends by itself.
    pub(super) expires: bool,
}

/// Reads a token; `None` when it is none, or one that everybody knows or may know.
pub(super) fn read(token: &str) -> Option<Jwt> {
    let mut parts = token.split('.');
    let header = object(parts.next()?)?;
    let claims = object(parts.next()?)?;
    header.get("alg")?.as_str()?;
    (!is_public(&claims)).then(|| Jwt {
        expires: claims.get("exp").is_some(),
    })
}

fn object(part: &str) -> Option<Value> {
    let value: Value = serde_json::from_slice(&base64::decode(part.as_bytes())?).ok()?;
    value.is_object().then_some(value)
}

/// The sample of the documentation, and keys that are made for browsers.
fn is_public(claims: &Value) -> bool {
    let is = |claim: &str, values: &[&str]| {
        let value = claims.get(claim).and_then(Value::as_str);
        value.is_some_and(|value| values.contains(&value))
    };
    is("sub", &["1234567890"])
        || is("name", &["John Doe"])
        || is("iss", &["supabase-demo"])
        || is("role", &["anon"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let part = |text: &str| base64::encode(text.as_bytes());
        format!("{}.{}.{}", part(header), part(claims), "c2lnbmF0dXJl")
    }

    #[test]
    fn a_token_decodes() {
        let header = r#"{"alg":"HS256","typ":"JWT"}"#;
        let read = |header: &str, claims: &str| read(&token(header, claims));
        let forever = Some(Jwt { expires: false });
        assert_eq!(read(header, r#"{"sub":"ada","role":"admin"}"#), forever);
        let ends = Some(Jwt { expires: true });
        assert_eq!(read(header, r#"{"sub":"ada","exp":1900000000}"#), ends);
        assert_eq!(read(r#"{"typ":"JWT"}"#, r#"{"sub":"ada"}"#), None);
        assert_eq!(read(header, "[1]"), None);
        assert_eq!(super::read("eyJh.eyJi.c"), None);
    }

    #[test]
    fn what_everybody_may_know_is_no_secret() {
        let header = r#"{"alg":"HS256"}"#;
        for claims in [
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
            r#"{"iss":"supabase-demo","role":"service_role"}"#,
            r#"{"iss":"supabase","ref":"abc","role":"anon"}"#,
        ] {
            assert_eq!(read(&token(header, claims)), None, "{claims}");
        }
    }
}
