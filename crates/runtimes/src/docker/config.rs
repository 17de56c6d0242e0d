//! The config of an image (moby@v28.5.2 distribution/pull_v2.go:770 `pullSchema2Config`, distribution/config.go
//! `rootFSFromConfig`, `platformFromConfig`).

use std::time::Duration;

use distribution::{Digest, Digester};
use gostd::json::{self, Value};
use gostd::strconv;
use net::Recorder;
use tokio::time::sleep;
use trace::{Flaw, Purpose};

use super::blob::BlobReader;
use super::error::{Error, Result};
use super::profile::Profile;
use super::repository::Repository;
use super::shape::misfit;
use super::shapes;

/// `defaultMaxSchemaPullAttempts`, `defaultSchemaPullBackoff`
const ATTEMPTS: u32 = 5;
const BACKOFF: Duration = Duration::from_millis(250);
/// No config is longer; what follows is not read.
const MAX_CONFIG: usize = 64 << 20;

/// `pullSchema2Config` with its `retry`.
pub(super) async fn pull(repository: &Repository, digest: &str, recorder: &Recorder) -> Result<Vec<u8>> {
    let (mut attempt, mut pause) = (0, BACKOFF);
    let config = loop {
        let error = match get(repository, digest).await {
            Ok(config) => break config,
            Err(error) => error.retried(),
        };
        if error.is_final() || attempt + 1 == ATTEMPTS {
            // The last failure counts once more than there were tries.
            let told = if error.is_final() { attempt + 1 } else { ATTEMPTS + 1 };
            let error = error.context(format!("download failed after attempts={told}"));
            return Err(Error::Config(Box::new(error)));
        }
        sleep(pause).await;
        (attempt, pause) = (attempt + 1, pause * 2);
    };
    // A digest of a kind that there is no hash for ends the daemon.
    let wanted: Digest = digest.parse().map_err(|_| Error::Ended)?;
    let mut digester = Digester::new(wanted.algorithm());
    digester.update(&config);
    let got = digester.finish();
    if wanted != got {
        let flaw = Flaw::Digest { got: got.to_string() };
        recorder.unusable(format!("{digest} is not kept"), flaw);
        let text = format!("image config verification failed for digest {digest}");
        return Err(Error::Config(Box::new(Error::Plain(text))));
    }
    Ok(config)
}

async fn get(repository: &Repository, digest: &str) -> Result<Vec<u8>> {
    let mut reader = BlobReader::new(repository, digest, Purpose::Config)?;
    let mut config = Vec::new();
    while let Some(piece) = reader.read().await? {
        config.extend_from_slice(&piece);
        if config.len() > MAX_CONFIG {
            break;
        }
    }
    Ok(config)
}

/// `rootFSFromConfig`, `platformFromConfig`: the diff ids of a config that is one for this system.
pub(super) fn check(config: &[u8], profile: &Profile) -> Result<Vec<String>> {
    let document = json::parse(config).map_err(|error| Error::Plain(error.words(profile.go)))?;
    let shape = if profile.pull.refuses_schema1 { &shapes::IMAGE } else { &shapes::IMAGE_20 };
    if let Some(words) = misfit(&document, shape, profile.go) {
        return Err(Error::Plain(words));
    }
    let os = document.field("os").and_then(Value::as_str).unwrap_or_default();
    if !os.is_empty() && !os.eq_ignore_ascii_case("linux") {
        let refused =
            format!("image operating system {} cannot be used on this platform", strconv::quote(os));
        let newer = profile.pull.refuses_schema1;
        return Err(Error::Plain(match (newer, os) {
            (true, _) => format!("{refused}: {UNSUPPORTED}"),
            (false, "windows") => refused,
            (false, _) => UNSUPPORTED.to_owned(),
        }));
    }
    let rootfs = document.field("rootfs").filter(|rootfs| !rootfs.is_null());
    let rootfs = rootfs.ok_or_else(|| Error::Plain("invalid rootfs in image configuration".to_owned()))?;
    if profile.pull.keeps_layers_by_system && !matches!(os, "" | "linux") {
        return Err(Error::Ended);
    }
    let Some(Value::Array(diff_ids)) = rootfs.field("diff_ids") else { return Ok(Vec::new()) };
    Ok(diff_ids.iter().map(|id| id.as_str().unwrap_or_default().to_owned()).collect())
}

/// `system.ErrNotSupportedOperatingSystem`
pub(super) const UNSUPPORTED: &str = "operating system is not supported";

#[cfg(test)]
mod tests {
    use super::super::profile::KNOWN;
    use super::*;

    #[test]
    fn configs_that_are_none_for_this_system() {
        let [newer, older] = &KNOWN;
        let said = |config: &str, profile| match check(config.as_bytes(), profile) {
            Ok(diff_ids) => diff_ids.join(" "),
            Err(error) => error.to_string(),
        };
        let whole = r#"{"os":"linux","rootfs":{"diff_ids":["a","b"]},"config":{"Cmd":"sh"}}"#;
        assert_eq!((said(whole, newer), said(whole, older)), ("a b".to_owned(), "a b".to_owned()));
        let upper = r#"{"os":"Linux","rootfs":{"diff_ids":["a"]}}"#;
        assert_eq!((said(upper, newer).as_str(), said(upper, older).as_str()), ("a", "unexpected EOF"));
        let ports = r#"{"config":{"ExposedPorts":[]}}"#;
        assert_eq!(
            said(ports, newer),
            "json: cannot unmarshal array into Go struct field Image.config.ExposedPorts of type nat.PortSet"
        );
        assert_eq!(
            said(ports, older),
            "json: cannot unmarshal array into Go struct field Config.config.ExposedPorts of type nat.PortSet"
        );
        assert_eq!(said("[]", newer), "json: cannot unmarshal array into Go value of type image.Image");
        assert_eq!(said("{}", newer), "invalid rootfs in image configuration");
    }
}
