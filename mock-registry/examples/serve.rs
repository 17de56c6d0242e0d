//! Serves a registry on a socket, without TLS: for benches, and to try other people's clients against the mock.
//!
//! ```text
//! cargo run --release -p mock-registry --example serve -- [--push] [--armed] [--layer BYTES] [--threads N] ADDRESS
//! ```
//!
//! `--push` takes pushes (and begins empty), `--armed` arms rules and faults that fit no request, `--layer` makes a layer of that
//! size. `--threads` serves with so many threads, each with connections of its own; by default half as many as there are cores,
//! since the other half has the clients, on the same machine. The first line says where it listens, the second the path of a
//! manifest, the third that of a layer. It ends with its standard input.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use mock_registry::{Fault, Glob, Host, Image, Layer, Registry, Rule, Selector, Store, UnknownFault, Window};
use socket2::{Domain, Socket, Type};
use tokio::net::TcpListener;

struct Arguments {
    address: String,
    pushes: bool,
    armed: bool,
    layer: u64,
    threads: usize,
}

fn arguments() -> Option<Arguments> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = (cores / 2).max(1);
    let mut read = Arguments { address: String::new(), pushes: false, armed: false, layer: 1 << 20, threads };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--push" => read.pushes = true,
            "--armed" => read.armed = true,
            "--threads" => read.threads = words.next()?.parse().ok()?,
            "--layer" => read.layer = words.next()?.parse().ok()?,
            _ => read.address = word,
        }
    }
    (!read.address.is_empty()).then_some(read)
}

/// Rules of every form, none of which fits what is asked for.
fn rules() -> Vec<Rule> {
    let refused =
        |path: &str| Rule::new().path(Glob::new(path)).status(http::StatusCode::SERVICE_UNAVAILABLE);
    vec![
        refused("/v2/other/*/manifests/*"),
        refused("/v2/**/blobs/sha256:0000*"),
        refused("/v2/**/manifests/broken").method(http::Method::GET),
        refused("/v2/**").method(http::Method::DELETE),
        refused("/token"),
    ]
}

/// Faults of the catalogue, none of which is for what is asked for: by tag, repository, path, account and time.
fn faults() -> Result<Vec<(Fault, Selector)>, UnknownFault> {
    let any = Selector::default;
    let later = Window { from: std::time::Duration::from_secs(3600), ..Window::default() };
    Ok(vec![
        ("manifest-404".parse()?, Selector { tag: Some(Glob::new("broken")), ..any() }),
        ("blob-truncated".parse()?, Selector { repository: Some(Glob::new("other/*")), ..any() }),
        ("outage".parse()?, Selector { path: Some(Glob::new("/token")), ..any() }),
        ("rate-limit-account".parse()?, any()),
        ("blob-slow".parse()?, Selector { window: later, ..any() }),
    ])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(arguments) = arguments() else {
        return Err("usage: serve [--push] [--armed] [--layer BYTES] [--threads N] ADDRESS".into());
    };
    let mut store = Store::default();
    let mut layer = String::new();
    if !arguments.pushes {
        let image = Image::new("team/app").tag("v1").layer(Layer::seeded(1, arguments.layer));
        layer = store.add(&image)?.layers.first().map(ToString::to_string).unwrap_or_default();
    }
    let registry = Registry::new(Arc::new(store));
    let registry = if arguments.pushes { registry.accept_pushes() } else { registry };
    let mut host = Host::builder("registry").registry(registry);
    if arguments.armed {
        host = rules().into_iter().fold(host, |host, rule| host.rule(rule));
        host = faults()?.into_iter().fold(host, |host, (fault, when)| host.fault(fault, when));
    }
    let host = host.build();
    let first = listener(arguments.address.parse()?)?;
    let address = first.local_addr()?;
    let more: Vec<_> = (1..arguments.threads).map(|_| listener(address)).collect::<io::Result<_>>()?;
    for own in std::iter::once(first).chain(more) {
        let host = host.clone();
        std::thread::spawn(move || serve(&host, own));
    }
    println!("{address}\n/v2/team/app/manifests/v1\n/v2/team/app/blobs/{layer}");
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// A socket that others may share: the system gives each a part of the connections.
fn listener(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(1_024)?;
    Ok(socket.into())
}

fn serve(host: &Arc<Host>, own: std::net::TcpListener) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let _server = host.serve_on(TcpListener::from_std(own)?)?;
        std::future::pending().await
    })
}
