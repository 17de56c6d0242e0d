//! `pullsim serve`: a scenario's hosts on real sockets.

mod line;
mod signals;

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use mock_registry::{Request, RequestLog};
use net::Clock;
use scenario::{Listen, Scenario, Served};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::LowServe;
use crate::output;

/// Serves until a signal comes, or nobody reads the log any more.
pub(crate) fn run(low: &LowServe, today: Timestamp) -> Result<Exit, Failure> {
    let listen = listen(&low.listen)?;
    let scenario = Scenario::load_at(&low.file, today)?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(Failure::EventLoop)?;
    runtime.block_on(serve(scenario, listen, low.out.as_deref()))
}

fn listen(given: &str) -> Result<Listen, Failure> {
    match given {
        "loopback" => Ok(Listen::Loopback),
        "declared" => Ok(Listen::Declared),
        address => address.parse().map(Listen::At).map_err(|_| Failure::Unknown {
            what: "place to listen",
            given: given.to_owned(),
            known: ["loopback", "declared", "an address"].map(str::to_owned).to_vec(),
        }),
    }
}

async fn serve(scenario: Scenario, listen: Listen, out: Option<&Path>) -> Result<Exit, Failure> {
    let clock = Clock::new(scenario.now());
    let (sender, requests) = unbounded_channel();
    // The receiver lives until the end; what comes after it is nobody's.
    let log = RequestLog::observed(move |request| drop(sender.send(request.clone())));
    let signals = signals::Signals::listen().map_err(Failure::EventLoop)?;
    let served = Served::start(scenario, listen, log).await.map_err(Failure::Listen)?;
    if let Some(directory) = out {
        served.write_files(directory)?;
    }
    output::write(&welcome(&served, out))?;
    let count = tell(requests, clock, signals).await?;
    drop(served);
    output::write_error(&format!("{count} requests; ended\n"));
    Ok(Exit::Pulled)
}

/// Writes a line a request, until a signal comes or nobody reads.
async fn tell(
    mut requests: UnboundedReceiver<Request>,
    clock: Clock,
    mut signals: signals::Signals,
) -> Result<u64, Failure> {
    let mut count = 0;
    loop {
        let request = tokio::select! {
            request = requests.recv() => request,
            () = signals.came() => return Ok(count),
        };
        let Some(request) = request else { return Ok(count) };
        count += 1;
        if output::write_line(&line::line(&request, clock.now()))?.is_gone() {
            return Ok(count);
        }
    }
}

fn welcome(served: &Served, out: Option<&Path>) -> String {
    let scenario = served.scenario();
    let mut text = format!("{}\n\n", scenario.title());
    let hosts = served.hosts();
    let width = hosts.iter().map(|host| host.name.len()).chain(["names".len()]).max().unwrap_or(0);
    for host in &hosts {
        let scheme = match (host.listens, host.tls) {
            (false, _) => "closed",
            (true, true) => "https",
            (true, false) => "http",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:width$}  {scheme:6}  {}", host.name, host.address);
    }
    for nameserver in served.nameservers() {
        let _ = writeln!(text, "  {:width$}  dns     {nameserver}", "names");
    }
    for note in served.notes() {
        let _ = writeln!(text, "  note: {note}");
    }
    let _ = writeln!(text, "\nimage  {}", scenario.image());
    let _ = match out {
        Some(directory) => writeln!(text, "files  {}/README.txt tells what is for what", directory.display()),
        None => writeln!(text, "files  --out DIR writes what points a node at these hosts"),
    };
    text += "Ctrl-C ends it.\n\n";
    text
}
