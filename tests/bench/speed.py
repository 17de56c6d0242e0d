#!/usr/bin/env python3
"""Speed of `pullsim check` next to `crane digest`: process start to exit, on the same plain HTTP registries in the same run.

  speed.py --pullsim BIN --crane BIN [--runs 101]

Both programs are run in turn, so that both meet the same state of the machine. crane asks for one digest (2 requests); pullsim
replays the whole pull (HEAD, index, manifest, config, a HEAD for each of two layers: 6 requests). The reference registry takes
about 1 ms for a request, crane's own in-memory registry far less, so that there the programs' own time shows. Needs Linux, root, docker-registry and skopeo.
"""
import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import lab  # noqa: E402

REGISTRIES = {"docker-registry": "127.0.0.1:5000", "crane registry serve": "127.0.0.1:5001"}


def seconds(command):
    """Wall time of one run, which must succeed."""
    began = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return took


def measure(commands, runs):
    """{name: [seconds]} after one run each that does not count."""
    times = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took = seconds(command)
            if number:
                times[name].append(took)
    return times


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", required=True)
    ap.add_argument("--crane", required=True)
    ap.add_argument("--runs", type=int, default=101)
    args = ap.parse_args()
    programs = [os.path.abspath(p) for p in (args.pullsim, args.crane)]
    if not os.access(programs[1], os.X_OK):
        print("bench: no crane here, nothing to compare with")
        return 0
    work = tempfile.mkdtemp(prefix="pullsim-bench-")
    node = work + "/node"
    registry = serving = None
    results = {}
    try:
        lab.isolate(work, node)
        lab.put(node + "/etc/containerd/config.toml", "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n")
        registry = lab.Registry(work + "/registry", 5000)
        registry.start()
        serving = subprocess.Popen([programs[1], "registry", "serve", "--address", REGISTRIES["crane registry serve"]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(REGISTRIES["crane registry serve"])
        for name, host in REGISTRIES.items():
            lab.put(f"{node}/etc/containerd/certs.d/{host}/hosts.toml", f'server = "http://{host}"\n')
            lab.push(work + "/layout-" + host.replace(":", "-"), host, "--dest-tls-verify=false")
            image = host + "/team/app:v1"
            results[name] = measure({"pullsim check": [programs[0], "check", image, "--node", node, "--runtime", "containerd-2.1.9"], "crane digest": [programs[1], "digest", image]}, args.runs)
    finally:
        if serving:
            serving.kill()
            serving.wait()
        if registry and registry.process:
            registry.stop()
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)
    print(f"{'':24}{'':16}{'median':>10}{'fastest':>10}   of {args.runs} runs in turn")
    for registry_name, times in results.items():
        for name, all_of_it in times.items():
            print(f"{registry_name:24}{name:16}{1000 * statistics.median(all_of_it):>7.1f} ms{1000 * min(all_of_it):>7.1f} ms")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
