//! The trace holds each step, and no secret.

use trace::What;

use crate::memory::Memory;
use crate::support::{Act, Setup, act, body, request, send};

const CANARY: &str = "hunter2canary";

fn kind(what: &What) -> &'static str {
    match what {
        What::Lookup(_) => "lookup",
        What::Dial(_) => "dial",
        What::Tunnel(_) => "tunnel",
        What::Handshake(_) => "handshake",
        What::Exchange(_) => "exchange",
        What::Body(_) => "body",
        What::Decision(_) => "decision",
    }
}

#[tokio::test(start_paused = true)]
async fn steps_without_secrets() {
    let first = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: /to?X-Amz-Signature={CANARY}&x=1\r\nSet-Cookie: {CANARY}\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let memory = Memory::default().host("10.0.0.3:3128", move |mut stream| {
        let answers = [first.clone(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned()];
        async move {
            let [first, second] = answers;
            act(&mut stream, vec![Act::Read, send(first), Act::Read, send(second)]).await;
        }
    });
    let files = vec![("/etc/hosts", "10.0.0.3 proxy.test\n".to_owned())];
    let environment = vec![("HTTP_PROXY", format!("http://u:{CANARY}@proxy.test:3128"))];
    let (client, trace) = Setup { files, environment, ..Setup::default() }.over(memory);
    let mut request = request("POST", &format!("http://u:{CANARY}@r.test/from?token={CANARY}&account=u"));
    request.header.set("Authorization", format!("Bearer {CANARY}"));
    request.body = Some(secret::Secret::new(format!("password={CANARY}").into_bytes()));
    assert!(!format!("{request:?}").contains(&format!("Bearer {CANARY}")));
    let response = client.send(request).await.map_err(|(_, fault)| fault).unwrap();
    assert_eq!(body(response).await.unwrap(), b"ok");

    let steps = trace.steps();
    let kinds: Vec<&str> = steps.iter().map(|step| kind(&step.what)).collect();
    assert_eq!(kinds, ["decision", "lookup", "dial", "exchange", "exchange", "body"]);
    let shown = format!("{steps:?}");
    assert!(!shown.contains(CANARY), "{shown}");
    let What::Exchange(exchange) = &steps[3].what else { panic!("{kinds:?}") };
    assert_eq!(exchange.url, "http://[redacted]@r.test/from?token=[redacted]&account=u");
    assert_eq!(exchange.response_header("location"), Some("/to?X-Amz-Signature=[redacted]&x=1"));
    assert_eq!((exchange.connection, exchange.status), (Some(1), Some(307)));
}
