use std::sync::Arc;

use http::{Method, StatusCode};

use crate::Digest;
use crate::content::Store;
use crate::host::registry::pull::blob_reply;
use crate::host::{Reply, RequestHead};

/// Parameters that bear a signature, in small letters.
const SIGNATURES: [&str; 4] = ["signature", "sig", "x-amz-signature", "x-goog-signature"];
/// Paths that bear it themselves, as Google's do.
const SIGNED: &str = "/artifacts-downloads/";

/// Answers from a host of blobs: a path in which a blob's digest stands, with a signature in the query.
pub(in crate::host) fn answer_blob_host(stores: &[Arc<Store>], request: &RequestHead<'_>) -> Reply {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    }
    let mut names = request.query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0));
    let signed = request.path.starts_with(SIGNED);
    if !signed && !names.any(|name| SIGNATURES.contains(&name.to_ascii_lowercase().as_str())) {
        return Reply::text(StatusCode::FORBIDDEN, "the address bears no signature\n");
    }
    let digest =
        request.path.split(['/', ':']).find_map(|part| format!("sha256:{part}").parse::<Digest>().ok());
    match digest.and_then(|digest| Some((stores.iter().find_map(|store| store.find_blob(&digest))?, digest)))
    {
        Some((blob, digest)) => blob_reply(&blob, &digest, request.range),
        None => Reply::text(StatusCode::NOT_FOUND, "404 page not found\n"),
    }
}
