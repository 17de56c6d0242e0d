use jiff::Timestamp;
use mock_registry::{Request, Who};

/// A request in a line: time (UTC), host, method, path, status, who, faults. Nothing in it is secret, and nothing that
/// a client sent can leave its line.
pub(super) fn line(request: &Request, at: Timestamp) -> String {
    let mut target = request.path.clone();
    if !request.query.is_empty() {
        target = format!("{target}?{}", request.query);
    }
    let status = request.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let who = match &request.who {
        Who::Anonymous => "anonymous",
        Who::Account(name) => name,
    };
    let faults = request.faults.iter().map(|fault| format!("  {fault}")).collect::<String>();
    let at = at.strftime("%H:%M:%S%.3f");
    let text = format!("{at}  {}  {} {target}  {status}  {who}{faults}", request.host, request.method);
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).chain(['\n']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_what_there_is_to_know() {
        let request = Request {
            host: "registry.test".into(),
            method: "GET".into(),
            path: "/v2/a/manifests/v1".into(),
            query: "ns=docker.io".into(),
            status: None,
            who: Who::Account("ci\n".into()),
            faults: Vec::new(),
        };
        let at = "2026-03-01T09:00:00.5Z".parse().unwrap();
        let expected = "09:00:00.500  registry.test  GET /v2/a/manifests/v1?ns=docker.io  ---  ci\u{fffd}\n";
        assert_eq!(line(&request, at), expected);
    }
}
