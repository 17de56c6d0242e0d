use gostd::json::encode_string;
use secret::Secret;

/// What the kubelet writes to a plugin's standard input: one line of JSON, the fields in Go's order
/// (`kubernetes pkg/credentialprovider/plugin/plugin.go encodeRequest`). `token` and `annotations` only in token mode.
pub fn encode_request(
    api_version: &str,
    image: &str,
    token: Option<&Secret>,
    annotations: &[(String, String)],
) -> Secret<Vec<u8>> {
    let (version, image) = (encode_string(api_version), encode_string(image));
    let mut text =
        format!("{{\"kind\":\"CredentialProviderRequest\",\"apiVersion\":{version},\"image\":{image}");
    if let Some(token) = token.filter(|token| !token.expose().is_empty()) {
        text.push_str(&format!(",\"serviceAccountToken\":{}", encode_string(token.expose())));
    }
    if !annotations.is_empty() {
        let mut sorted: Vec<&(String, String)> = annotations.iter().collect();
        sorted.sort();
        let members: Vec<String> = sorted
            .iter()
            .map(|(key, value)| format!("{}:{}", encode_string(key), encode_string(value)))
            .collect();
        text.push_str(&format!(",\"serviceAccountAnnotations\":{{{}}}", members.join(",")));
    }
    text.push_str("}\n");
    Secret::new(text.into_bytes())
}
