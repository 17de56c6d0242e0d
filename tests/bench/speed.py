#!/usr/bin/env python3
"""Speed of `pullsim check` next to `crane digest`: process start to exit, on one plain HTTP docker-registry in the same run.

  speed.py --pullsim BIN --crane BIN [--runs 101]

Both programs are run in turn, so that both meet the same state of the machine. crane asks for one digest; pullsim replays
the whole pull (layers by HEAD). Needs Linux, root, docker-registry and skopeo.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "interop"))

import lab  # noqa: E402

HOST = "127.0.0.1:5000"


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
    registry = None
    try:
        lab.isolate(work, node)
        lab.put(node + "/etc/containerd/config.toml", "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n")
        lab.put(f"{node}/etc/containerd/certs.d/{HOST}/hosts.toml", f'server = "http://{HOST}"\n')
        registry = lab.Registry(work + "/registry", 5000)
        registry.start()
        lab.push(work + "/layout", HOST, "--dest-tls-verify=false")
        image = HOST + "/team/app:v1"
        times = measure({"pullsim check": [programs[0], "check", image, "--node", node, "--runtime", "containerd-2.1.9"], "crane digest": [programs[1], "digest", image]}, args.runs)
    finally:
        if registry and registry.process:
            registry.stop()
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)
    print(f"{'':16}{'median':>10}{'fastest':>10}   of {args.runs} runs in turn")
    for name, all_of_it in times.items():
        print(f"{name:16}{1000 * statistics.median(all_of_it):>7.1f} ms{1000 * min(all_of_it):>7.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
