#!/usr/bin/env python3
"""Throughput of the mock registry next to `crane registry serve`: plain HTTP, in turn on one machine, in the same run.

  registry.py --serve BIN --crane BIN [--rounds 5] [--seconds 3] [--connections 32] [--at-least TIMES] [--armed-at-most SHARE]

BIN of --serve is the example `serve` of mock-registry (cargo build --release -p mock-registry --example serve). Both hold
the same image with a layer of 1 MiB; a third server is the mock with rules armed that fit no request. In each round wrk asks each
in turn, there and back. Where there are two processors, one is the server's, whichever that is, and another wrk's: wrk's work, which
is as much as the mock's, would level the difference (--shared lets all use all). What counts is the median of the rounds; of the
processor time of a request the least, since other work on the machine can only add to it; while that misses what is demanded, up to
three times as many rounds are made. Fails where the mock answers fewer than
TIMES as many requests for manifests as crane in the same processor time, or where rules that fit nothing cost more than SHARE of it.
Needs Linux and wrk.
"""
import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

MIB = 1 << 20
BASE, ARMED, OTHER = "mock", "mock, rules armed", "crane registry serve"
UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "B": 1}


class Mock:
    """The example on a port of its own choice."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen([program, *options, "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address, self.manifest, self.layer = (self.process.stdout.readline().strip() for _ in range(3))

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Crane:
    """crane's own registry, filled with the image of `source`."""

    def __init__(self, program, source):
        self.address = f"127.0.0.1:{free_port()}"
        # It logs each request: where nobody reads that, it must not wait for a reader.
        self.process = subprocess.Popen([program, "registry", "serve", "--address", self.address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.address)
        self.manifest, self.layer = source.manifest, source.layer
        subprocess.run([program, "copy", f"{source.address}/team/app:v1", f"{self.address}/team/app:v1"], check=True, capture_output=True)

    def stop(self):
        self.process.kill()
        self.process.wait()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(address):
    """Until somebody accepts connections at host:port."""
    host, port = address.rsplit(":", 1)
    for _ in range(200):
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nobody listens at {address}")


def cpu(process):
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{process.pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pinned(processor, start):
    """What `start` returns; the process that it starts has this processor alone (`None`: it has all)."""
    if processor is None:
        return start()
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        return start()
    finally:
        os.sched_setaffinity(0, mine)


def wrk(address, path, seconds, connections):
    """(requests, requests a second, bytes a second) of answers that were all right."""
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", f"http://{address}{path}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{path} at {address}: {said}")
    number, unit = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?B)", said).groups()
    requests = int(re.search(r"(\d+) requests in", said)[1])
    return requests, float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), float(number) * UNITS[unit]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--serve", required=True)
    ap.add_argument("--crane", required=True)
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--seconds", type=int, default=3)
    ap.add_argument("--connections", type=int, default=32)
    ap.add_argument("--shared", action="store_true", help="servers and wrk use all processors")
    ap.add_argument("--at-least", type=float, metavar="TIMES", help="as many manifests as crane in the same processor time")
    ap.add_argument("--armed-at-most", type=float, metavar="SHARE", help="of the processor time that rules may cost that fit nothing")
    args = ap.parse_args()
    if not (shutil.which("wrk") and os.access(args.crane, os.X_OK)):
        print("bench: no wrk or no crane here, nothing to compare with")
        return 0
    processors = sorted(os.sched_getaffinity(0))
    server_on, wrk_on = processors[:2] if len(processors) > 1 and not args.shared else (None, None)
    serve, crane = os.path.abspath(args.serve), os.path.abspath(args.crane)
    rounds = []
    while True:
        rounds.append(one_round(serve, crane, server_on, wrk_on, args, backwards=len(rounds) % 2))
        # A disturbance only adds to the least time, and another round takes it away: what is too slow stays so.
        if len(rounds) >= args.rounds and (len(rounds) >= 3 * args.rounds or not list(missed(rounds, args))):
            break
    return report(rounds, args, "a processor each" if wrk_on is not None else "processors shared")


def one_round(serve, crane, server_on, wrk_on, args, backwards):
    """{(server, "manifest" | "layer"): (requests a second, bytes a second, seconds of processor time a request)}.

    The servers are started anew: where a process lies in memory makes it slower or faster for as long as it lives.
    """
    servers, measured = {}, {}
    try:
        servers[BASE] = pinned(server_on, lambda: Mock(serve))
        servers[ARMED] = pinned(server_on, lambda: Mock(serve, "--armed"))
        servers[OTHER] = pinned(server_on, lambda: Crane(crane, servers[BASE]))
        for name in reversed(list(servers)) if backwards else list(servers):
            for what in ("manifest", "layer"):
                ask = lambda path=getattr(servers[name], what): wrk(servers[name].address, path, args.seconds, args.connections)
                began = cpu(servers[name].process)
                requests, rate, transfer = pinned(wrk_on, ask)
                measured[name, what] = rate, transfer, (cpu(servers[name].process) - began) / requests
    finally:
        for server in servers.values():
            server.stop()
    return measured


def least(rounds):
    """{(server, what): microseconds of processor time a request}: the least of all rounds."""
    return {key: 1e6 * min(r[key][2] for r in rounds) for key in rounds[0]}


def compared(rounds):
    """(times crane's manifests in the same processor time, share of it that armed rules cost)."""
    used = least(rounds)
    base, armed, other = (used[name, "manifest"] for name in (BASE, ARMED, OTHER))
    return other / base, armed / base - 1


def missed(rounds, args):
    """What was demanded and is not so, in words."""
    times, cost = compared(rounds)
    if args.at_least and times < args.at_least:
        yield f"fewer than {args.at_least} times crane's manifests in the same CPU time"
    if args.armed_at_most is not None and cost > args.armed_at_most:
        yield f"armed rules cost more than {args.armed_at_most:.0%}"


def report(rounds, args, how):
    """Writes what was measured; 1 if it is not what was demanded."""
    rate = {key: statistics.median(r[key][0] for r in rounds) for key in rounds[0]}
    transfer = {key: statistics.median(r[key][1] for r in rounds) / MIB for key in rounds[0]}
    used = least(rounds)
    print(f"{'':24}{'manifests/s':>14}{'CPU each':>12}{'layers MiB/s':>14}{'CPU each':>12}   of {len(rounds)} rounds, {args.connections} connections, {how}")
    for name in (BASE, ARMED, OTHER):
        manifest, layer = (name, "manifest"), (name, "layer")
        print(f"{name:24}{rate[manifest]:>14.0f}{used[manifest]:>9.1f} us{transfer[layer]:>14.0f}{used[layer]:>9.0f} us")
    base, other = (BASE, "manifest"), (OTHER, "manifest")
    times, cost = compared(rounds)
    print(f"beside crane: {rate[base] / rate[other]:.2f} times its manifests, {times:.2f} times in the same CPU time; "
          f"{transfer[BASE, 'layer'] / transfer[OTHER, 'layer']:.2f} times its bytes; armed rules cost {100 * cost:.1f} % more CPU")
    lacking = list(missed(rounds, args))
    if lacking:
        print("bench: " + "; ".join(lacking))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
