#!/usr/bin/env python3
"""Speed of `pullsim check` next to `crane digest`: process start to exit, on the same plain HTTP registries in the same run.

  speed.py --pullsim BIN --crane BIN [--runs 101] [--at-most SHARE]

Both programs are run in turn, so that both meet the same state of the machine. crane asks for one digest (2 requests); pullsim
replays the whole pull (HEAD, index, manifest, config, a HEAD for each of two layers: 6 requests). The reference registry takes
about 1 ms for a request, crane's own in-memory registry far less, so that there the programs' own time shows: there pullsim may
take at most SHARE of crane's time, or the bench fails. `true` tells what any program takes here. Needs Linux, root, docker-registry
and skopeo.
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


def seconds(command, silence, errors):
    """(wall time, processor time) of one run, which must succeed: from its start to its exit, with nothing of this program between."""
    actions = [(os.POSIX_SPAWN_DUP2, silence, 0), (os.POSIX_SPAWN_DUP2, silence, 1), (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
    began = time.perf_counter()
    process = os.posix_spawn(command[0], command, {"PATH": os.environ["PATH"]}, file_actions=actions)
    _, status, used = os.wait4(process, 0)
    took = time.perf_counter() - began
    if status:
        errors.seek(0)
        raise RuntimeError(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}: {errors.read()[-300:].decode(errors='replace')}")
    return took, used.ru_utime + used.ru_stime


def measure(commands, runs):
    """{name: ([wall seconds], [processor seconds])} after one run each that does not count."""
    times = {name: ([], []) for name in commands}
    silence = os.open(os.devnull, os.O_RDWR)
    with tempfile.TemporaryFile() as errors:
        for number in range(runs + 1):
            for name, command in commands.items():
                took = seconds(command, silence, errors)
                for list_of, value in zip(times[name], took) if number else ():
                    list_of.append(value)
    os.close(silence)
    return times


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", required=True)
    ap.add_argument("--crane", required=True)
    ap.add_argument("--runs", type=int, default=101)
    ap.add_argument("--at-most", type=float, metavar="SHARE", help="of crane's time that pullsim may take with crane's registry")
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
            check = [programs[0], "check", image, "--node", node, "--runtime", "containerd-2.1.9"]
            results[name] = measure({"pullsim check": check, "crane digest": [programs[1], "digest", image], "true": ["/bin/true"]}, args.runs)
    finally:
        if serving:
            serving.kill()
            serving.wait()
        if registry and registry.process:
            registry.stop()
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)
    print(f"{'':24}{'':16}{'median':>10}{'fastest':>10}{'CPU':>10}   of {args.runs} runs in turn")
    for registry_name, times in results.items():
        for name, (wall, used) in times.items():
            print(f"{registry_name:24}{name:16}" + "".join(f"{1000 * value:>7.1f} ms" for value in (statistics.median(wall), min(wall), statistics.median(used))))
    shares = {name: share(times) for name, times in results.items()}
    print("pullsim check takes " + ", ".join(f"{value:.0%} of crane digest with {name}" for name, value in shares.items()))
    if args.at_most and shares["crane registry serve"] > args.at_most:
        print(f"bench: that is more than the {args.at_most:.0%} that are allowed with crane registry serve")
        return 1
    return 0


def share(times):
    """The part of crane's time that pullsim takes."""
    ours, theirs = (statistics.median(times[name][0]) for name in ("pullsim check", "crane digest"))
    return ours / theirs


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
