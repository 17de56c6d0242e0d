//! What a request costs in a host of the mock: no socket, no client, a pipe in memory; and what faults cost that are armed and not
//! for it.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use mock_registry::{Glob, Host, HostBuilder, Image, Layer, Registry, Rule, Selector, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Builder;

const LAYER: u64 = 1 << 20;
/// Bytes on the way in the pipe: as many as a socket holds.
const PIPE: usize = 1 << 18;

fn host() -> (HostBuilder, String) {
    let mut store = Store::default();
    let image = Image::new("team/app").tag("v1").layer(Layer::seeded(1, LAYER));
    let layer = store.add(&image).unwrap().layers[0].to_string();
    (Host::builder("registry.test").registry(Registry::new(Arc::new(store))), layer)
}

/// Rules and faults of the catalogue, none of which is for what is asked for.
fn armed(builder: HostBuilder) -> HostBuilder {
    let rule = |n| Rule::new().path(Glob::new(format!("/v2/other{n}/*/manifests/*")));
    let builder = (0..5).map(rule).fold(builder, HostBuilder::rule);
    let tag = || Selector { tag: Some(Glob::new("broken")), ..Selector::default() };
    let other = || Selector { repository: Some(Glob::new("other/*")), ..Selector::default() };
    builder
        .fault("manifest-404".parse().unwrap(), tag())
        .fault("manifest-slow".parse().unwrap(), other())
        .fault("blob-truncated".parse().unwrap(), other())
        .fault("rate-limit-account".parse().unwrap(), Selector::default())
}

/// One request on a connection that stays, until its answer has come.
async fn ask(stream: &mut DuplexStream, request: &[u8], buffer: &mut [u8]) -> usize {
    stream.write_all(request).await.unwrap();
    let mut had = 0;
    let whole = loop {
        had += stream.read(&mut buffer[had..]).await.unwrap();
        if let Some(whole) = length(&buffer[..had]) {
            break whole;
        }
    };
    while had < whole {
        had += stream.read(buffer).await.unwrap();
    }
    had
}

/// Bytes of an answer whose head has come.
fn length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let stated = text.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    Some(head + stated.parse::<usize>().ok()?)
}

/// What is asked for, of a host that was changed in which way.
struct Case {
    name: &'static str,
    change: fn(HostBuilder) -> HostBuilder,
    asks_for_layer: bool,
}

const CASES: [Case; 3] = [
    Case { name: "manifest", change: |builder| builder, asks_for_layer: false },
    Case { name: "manifest, rules and faults armed", change: armed, asks_for_layer: false },
    Case { name: "layer of 1 MiB", change: |builder| builder, asks_for_layer: true },
];

fn requests(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("host");
    for Case { name, change, asks_for_layer } in CASES {
        let (builder, layer) = host();
        let (path, throughput) = if asks_for_layer {
            (format!("blobs/{layer}"), Throughput::Bytes(LAYER))
        } else {
            ("manifests/v1".to_owned(), Throughput::Elements(1))
        };
        let request = format!("GET /v2/team/app/{path} HTTP/1.1\r\nHost: a\r\n\r\n");
        let (mut client, server) = tokio::io::duplex(PIPE);
        runtime.spawn(change(builder).build().serve(server, ([10, 0, 0, 1], 1).into()));
        let mut buffer = vec![0; PIPE];
        group.throughput(throughput);
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(runtime.block_on(ask(&mut client, request.as_bytes(), &mut buffer))));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    requests(&mut criterion);
    criterion.final_summary();
}
