//! The payload of a signed manifest (containerd v1.7.34 remotes/docker/schema1/converter.go `stripSignature`).

use gostd::base64::{self, CorruptInput};
use gostd::json::{self, Place, Reader, Value, parse};

/// Why a document has no payload that can be taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::containerd) enum SignatureError {
    /// It, or the block that is protected by the signature, is no JSON.
    #[error(transparent)]
    Json(#[from] json::Error),
    #[error("no signatures")]
    None,
    #[error("could not decode {protected}: {problem}")]
    Protected { protected: String, problem: Base64Error },
    #[error("invalid protected length block")]
    Length,
    #[error("invalid tail base 64 value: {0}")]
    Tail(Base64Error),
}

/// Why a text is none of JOSE's base64.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::containerd) enum Base64Error {
    #[error("illegal base64url string")]
    Length,
    #[error(transparent)]
    Corrupt(#[from] CorruptInput),
}

/// The document without its signatures: what the signature was made over.
pub(in crate::containerd) fn strip(document: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let protected = protected(document)?;
    let block = decode(&protected)
        .map_err(|problem| SignatureError::Protected { protected: protected.clone(), problem })?;
    let block = parse(&block)?;
    let mut reader = Reader::new();
    let root = Place { go_struct: "", field: "", go_type: "schema1.protectedBlock" };
    let object = reader.object(Some(&block), root).unwrap_or(&Value::Null);
    let at = |field, go_type| Place { go_struct: "protectedBlock", field, go_type };
    let length = reader.int(object.field("formatLength"), at("formatLength", "int"));
    let tail = reader.string(object.field("formatTail"), at("formatTail", "string"));
    reader.finish()?;
    // A negative length is not looked for upstream, where it ends the daemon.
    let kept = usize::try_from(length).ok().and_then(|length| document.get(..length));
    let kept = kept.ok_or(SignatureError::Length)?;
    let tail = decode(&tail).map_err(SignatureError::Tail)?;
    Ok([kept, &tail].concat())
}

/// `protected` of the first signature.
fn protected(document: &[u8]) -> Result<String, SignatureError> {
    let parsed = parse(document)?;
    let mut reader = Reader::new();
    let root = Place { go_struct: "", field: "", go_type: "schema1.signature" };
    let object = reader.object(Some(&parsed), root).unwrap_or(&Value::Null);
    let place = Place { go_struct: "signature", field: "signatures", go_type: "[]schema1.jsParsedSignature" };
    let signatures = reader.array(object.field("signatures"), place);
    let mut first = None;
    for signature in signatures {
        let element = Place { go_type: "schema1.jsParsedSignature", ..place };
        let object = reader.object(Some(signature), element).unwrap_or(&Value::Null);
        let place =
            Place { go_struct: "jsParsedSignature", field: "signatures.protected", go_type: "string" };
        let text = reader.string(object.field("protected"), place);
        first.get_or_insert(text);
    }
    reader.finish()?;
    first.ok_or(SignatureError::None)
}

/// `joseBase64UrlDecode`: base64 without its padding.
fn decode(text: &str) -> Result<Vec<u8>, Base64Error> {
    let padding = match text.len() % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(Base64Error::Length),
    };
    Ok(base64::decode_url(format!("{text}{padding}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(protected: &str) -> String {
        format!("{{\"name\": \"a\",\n \"signatures\": [{{\"protected\": \"{protected}\"}}]}}")
    }

    #[test]
    fn the_payload_is_cut_out() {
        // {"formatLength":12,"formatTail":"Cn0"}
        let signed = document("eyJmb3JtYXRMZW5ndGgiOjEyLCJmb3JtYXRUYWlsIjoiQ24wIn0");
        assert_eq!(strip(signed.as_bytes()).unwrap(), b"{\"name\": \"a\"\n}");
    }

    #[test]
    fn what_has_no_payload() {
        let cases = [
            ("{}".to_owned(), "no signatures"),
            ("<html>".to_owned(), "invalid character '<' looking for beginning of value"),
            (
                "{\"signatures\": {}}".to_owned(),
                "json: cannot unmarshal object into Go struct field signature.signatures of type \
                 []schema1.jsParsedSignature",
            ),
            (document("a"), "could not decode a: illegal base64url string"),
            (document("a+=="), "could not decode a+==: illegal base64 data at input byte 1"),
            (document(""), "unexpected end of JSON input"),
            // {"formatLength":9999}
            (document("eyJmb3JtYXRMZW5ndGgiOjk5OTl9"), "invalid protected length block"),
            // {"formatTail":"a"}
            (document("eyJmb3JtYXRUYWlsIjoiYSJ9"), "invalid tail base 64 value: illegal base64url string"),
        ];
        for (document, words) in cases {
            assert_eq!(strip(document.as_bytes()).unwrap_err().to_string(), words, "{document}");
        }
    }
}
