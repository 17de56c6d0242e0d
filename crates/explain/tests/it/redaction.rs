//! Nothing secret goes out, in no form.

use explain::{TextStyle, explain};

#[test]
fn secrets_of_the_text_are_nowhere_in_what_is_printed() {
    let texts = [
        "Get \"https://ci:CANARY@r.example.com/v2/\": x509: certificate signed by unknown authority",
        "Failed to pull image \"r.example.com/a:v1\": Get \"https://s.example.com/x?X-Amz-Signature=CANARY&x=1\": dial tcp 192.0.2.1:443: i/o timeout",
        "failed to copy: unexpected status from GET request to https://s.example.com/x?sig=CANARY: 403 Forbidden",
        "401 Unauthorized: Authorization: Basic CANARYCANARYCANARY==",
        "unauthorized: authentication required {\"auth\":\"CANARY\",\"identitytoken\":\"CANARY\"}",
        "unauthorized: authentication required password=CANARY",
        "failed for a reason {\\\"password\\\":\\\"CANARY CANARY\\\"} that nobody knows",
        "failed: bearer eyJCANARYCANARYCANARY.e30.x",
        "failed to pull image https://ci:CANARY@r.example.com/app:v1: error",
    ];
    for text in texts {
        let explanation = explain(text);
        assert!(!explanation.findings.is_empty() || !explanation.unexplained.is_empty(), "{text}");
        let shown = explanation.to_text(TextStyle { width: 100, colour: true });
        let json = serde_json::to_string(&explanation).unwrap();
        assert!(!shown.contains("CANARY"), "{text}\n{shown}");
        assert!(!json.contains("CANARY"), "{text}\n{json}");
    }
}
