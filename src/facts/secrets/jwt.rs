//! JSON web tokens: three parts that decode. Knows what a token says of itself.

use serde_json::Value;

use super::{Worth, base64};

/// What a token opens by what it says of itself; `None` when it is none, or one that everybody may
/// know.
pub(super) fn read(token: &str) -> Option<Worth> {
    let mut parts = token.split('.');
    let header = object(parts.next()?)?;
    let claims = object(parts.next()?)?;
    let is_signed = header.get("alg")?.as_str()? != "none";
    let is_of_the_box = claims.get("iss").and_then(Value::as_str) == Some("supabase-demo");
    if is_public(&claims) && !is_of_the_box {
        return None;
    }
    Some(match claims.get("exp") {
        _ if is_of_the_box || !is_signed => Worth::Nothing,
        _ if parts.next()?.is_empty() => return None,
        Some(_) => Worth::Limited,
        None => Worth::Full,
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
    is("sub", &["1234567890"]) || is("name", &["John Doe"]) || is("role", &["anon"])
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
        let forever = read(header, r#"{"sub":"ada","role":"admin"}"#);
        assert_eq!(forever, Some(Worth::Full));
        let ends = read(header, r#"{"sub":"ada","exp":1900000000}"#);
        assert_eq!(ends, Some(Worth::Limited));
        let unsigned = read(r#"{"alg":"none"}"#, r#"{"sub":"ada"}"#);
        assert_eq!(unsigned, Some(Worth::Nothing));
        assert_eq!(read(r#"{"typ":"JWT"}"#, r#"{"sub":"ada"}"#), None);
        assert_eq!(read(header, "[1]"), None);
        assert_eq!(super::read("eyJh.eyJi.c"), None);
    }

    #[test]
    fn what_everybody_may_know_is_no_secret() {
        let header = r#"{"alg":"HS256"}"#;
        for claims in [
            r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#,
            r#"{"iss":"supabase","ref":"abc","role":"anon"}"#,
        ] {
            assert_eq!(read(&token(header, claims)), None, "{claims}");
        }
        let of_the_box = r#"{"iss":"supabase-demo","role":"service_role"}"#;
        let found = read(&token(header, of_the_box));
        assert_eq!(found, Some(Worth::Nothing));
    }
}
