#!/usr/bin/env python3
"""Throughput of the mock registry next to `crane registry serve`: plain HTTP, in turn on one machine, in the same run.

  registry.py --serve BIN --crane BIN [--rounds 5] [--seconds 3] [--connections 32]

BIN of --serve is the example `serve` of mock-registry (cargo build --release -p mock-registry --example serve). Both hold
the same image with a layer of 1 MiB; a third server is the mock with rules armed that fit no request. In each round wrk asks each
in turn; what counts is the median of the rounds. On a machine that has other work the processor time of a request tells more
than the requests in a second. Needs Linux and wrk.
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
    args = ap.parse_args()
    if not (shutil.which("wrk") and os.access(args.crane, os.X_OK)):
        print("bench: no wrk or no crane here, nothing to compare with")
        return 0
    serve, crane = os.path.abspath(args.serve), os.path.abspath(args.crane)
    servers = {"mock": Mock(serve), "mock, rules armed": Mock(serve, "--armed")}
    rates = {}
    try:
        servers["crane registry serve"] = Crane(crane, servers["mock"])
        for number in range(args.rounds):
            for name, server in servers.items():
                for what, path in (("manifests", server.manifest), ("layers", server.layer)):
                    began = cpu(server.process)
                    requests, rate, transfer = wrk(server.address, path, args.seconds, args.connections)
                    used = (cpu(server.process) - began) / requests
                    rates.setdefault((name, what), []).append((rate, transfer, used))
    finally:
        for server in servers.values():
            server.stop()
    requests = {name: statistics.median(r[0] for r in rates[name, "manifests"]) for name in servers}
    transfer = {name: statistics.median(r[1] for r in rates[name, "layers"]) for name in servers}
    used = {key: 1e6 * statistics.median(r[2] for r in rates[key]) for key in rates}
    print(f"{'':24}{'manifests/s':>14}{'CPU each':>12}{'layers MiB/s':>14}{'CPU each':>12}   median of {args.rounds} rounds, {args.connections} connections")
    for name in servers:
        print(f"{name:24}{requests[name]:>14.0f}{used[name, 'manifests']:>9.1f} us{transfer[name] / MIB:>14.0f}{used[name, 'layers']:>9.0f} us")
    base, armed, other = "mock", "mock, rules armed", "crane registry serve"
    print(f"beside crane: {requests[base] / requests[other]:.2f} times its manifests, {transfer[base] / transfer[other]:.2f} times its bytes; "
          f"armed rules cost {100 * (1 - requests[armed] / requests[base]):.1f} % of the manifests, "
          f"{100 * (used[armed, 'manifests'] / used[base, 'manifests'] - 1):.1f} % more CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main())
