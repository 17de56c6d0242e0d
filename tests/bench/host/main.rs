//! What a request costs in the host itself: no socket, no client, a pipe in memory.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use mock_registry::{Glob, Host, HostBuilder, Image, Layer, Registry, Rule, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Runtime;

fn host(rules: usize) -> (HostBuilder, String) {
    let mut store = Store::default();
    let image = Image::new("team/app").tag("v1").layer(Layer::seeded(1, 1 << 20));
    let layer = store.add(&image).map(|added| added.layers[0].to_string()).unwrap_or_default();
    let builder = Host::builder("registry.test").registry(Registry::new(Arc::new(store)));
    let rule = |n| Rule::new().path(Glob::new(format!("/v2/other{n}/*/manifests/*")));
    ((0..rules).map(rule).fold(builder, HostBuilder::rule), layer)
}

/// One request on a connection that stays, until its answer has come.
async fn ask(stream: &mut DuplexStream, request: &[u8], buffer: &mut [u8]) -> std::io::Result<usize> {
    stream.write_all(request).await?;
    let mut had = 0;
    let whole = loop {
        had += stream.read(&mut buffer[had..]).await?;
        if let Some(whole) = length(&buffer[..had]) {
            break whole;
        }
    };
    while had < whole {
        had += stream.read(buffer).await?;
    }
    Ok(had)
}

/// Bytes of an answer whose head has come.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let stated = text.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    Some(head + stated.parse::<usize>().ok()?)
}

fn requests(c: &mut Criterion) {
    let Ok(runtime) = Runtime::new() else { return };
    let mut group = c.benchmark_group("host");
    for (name, rules, bytes) in
        [("manifest", 0, 0), ("manifest, 5 rules armed", 5, 0), ("layer of 1 MiB", 0, 1 << 20)]
    {
        let (builder, layer) = host(rules);
        let path = if bytes == 0 { "manifests/v1".to_owned() } else { format!("blobs/{layer}") };
        let request = format!("GET /v2/team/app/{path} HTTP/1.1\r\nHost: a\r\n\r\n");
        let (mut client, server) = tokio::io::duplex(1 << 18);
        let peer = ([10, 0, 0, 1], 1).into();
        runtime.spawn(builder.build().serve(server, peer));
        let mut buffer = vec![0; 1 << 18];
        group.throughput(if bytes == 0 { Throughput::Elements(1) } else { Throughput::Bytes(bytes) });
        group.bench_function(name, |b| {
            b.iter(|| black_box(runtime.block_on(ask(&mut client, request.as_bytes(), &mut buffer))));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    requests(&mut criterion);
    criterion.final_summary();
}
