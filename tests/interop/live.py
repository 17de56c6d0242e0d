#!/usr/bin/env python3
"""Plays scenarios with a real containerd: pullsim runs the hosts at their declared addresses, containerd pulls.

  live.py --pullsim BIN --containerd BIN SCENARIO…

Needs Linux, root, ip and nft. All of it happens in network and mount namespaces of its own: the hosts' addresses lie on
its loopback, what is no host's address leads nowhere, the firewall of the scenario is nftables, and /etc/resolv.conf and
/etc/hosts are the scenario's. `pullsim run --cri` calls this script again before each scenario (--prepare), which then
starts containerd anew with the files of that scenario, since Go reads roots and proxies once.
"""
import argparse
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

import lab  # noqa: E402

NODE_ADDRESS = "10.0.0.5"


def make_network():
    """A node with one interface behind which nothing answers."""
    lab.run("ip", "link", "add", "out", "type", "veth", "peer", "name", "nowhere")
    lab.run("ip", "addr", "add", NODE_ADDRESS + "/32", "dev", "out")
    for name in ("out", "nowhere"):
        lab.run("ip", "link", "set", name, "up")
    lab.run("ip", "route", "add", "default", "dev", "out", "src", NODE_ADDRESS, "scope", "link")
    # Nobody answers for a neighbour there, and without an answer the kernel would say "no route to host".
    lab.run("ip", "link", "set", "out", "arp", "off")
    with open("/proc/sys/net/ipv4/ip_nonlocal_bind", "w") as f:
        f.write("1")
    # A scenario's node has no IPv6 unless it says so: localhost is 127.0.0.1 there.
    with contextlib.suppress(OSError), open("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "w") as f:
        f.write("1")


def set_addresses(directory):
    """The hosts' addresses, and the name server's, are this machine's; the others are nobody's."""
    lab.run("ip", "addr", "flush", "dev", "lo", "scope", "global")
    addresses = [line.split()[0] for line in open(directory + "/hosts") if line.strip()]
    addresses += [line.split()[1] for line in open(directory + "/resolv.conf") if line.startswith("nameserver")]
    for address in sorted(set(addresses)):
        if "." in address and not address.startswith("127."):
            lab.run("ip", "addr", "add", address + "/32", "dev", "lo")


def set_firewall(directory):
    """The rules that `pullsim serve` writes for a node's network."""
    lab.run("nft", "-f", directory + "/firewall.nft")


def environment(node):
    """The runtime's environment: what the node's systemd drop-ins say, and this world's roots."""
    env = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": node + "/etc/ssl/certs/ca-certificates.crt", "SSL_CERT_DIR": "/nonexistent"}
    for path in sorted(glob.glob(node + "/etc/systemd/system/containerd.service.d/*.conf")):
        for line in open(path):
            if line.startswith("Environment="):
                for word in re.findall(r'"([^"]*)"|(\S+)', line.split("=", 1)[1].strip()):
                    name, _, value = (word[0] or word[1]).partition("=")
                    env[name] = value
    return env


def configuration(node, work, second):
    """containerd's config.toml: what only an instance of its own needs, and the scenario's own if it has one."""
    own = f"root = '{work}/root'\nstate = '{work}/state'\n"
    given = node + "/etc/containerd/config.toml"
    text = open(given).read() if os.path.exists(given) else f"version = {3 if second else 2}\n"
    text = text.replace("/etc/containerd/certs.d", node + "/etc/containerd/certs.d")
    version = re.search(r"(?m)^version *= *\d+", text)
    head = version[0] if version else "version = 2"
    return head + "\n" + own + text.replace(version[0] if version else "\0", "", 1) + f"\n[grpc]\naddress = '{work}/containerd.sock'\n"


def prepare(settings, directory):
    """Points a fresh containerd at the files in `directory`."""
    with open(settings) as f:
        settings = json.load(f)
    work, node = settings["work"], directory + "/node"
    stop_runtime(work)
    set_addresses(directory)
    set_firewall(directory)
    for name in ("hosts", "resolv.conf"):
        shutil.copyfile(f"{node}/etc/{name}", f"{work}/node/etc/{name}")
    shutil.rmtree(work + "/state", ignore_errors=True)
    shutil.rmtree(work + "/root", ignore_errors=True)
    lab.put(work + "/config.toml", configuration(node, work, settings["second"]))
    process = lab.start([settings["containerd"], "--config", work + "/config.toml"], work + "/log", env=environment(node))
    lab.put(work + "/pid", str(process.pid))
    deadline = time.monotonic() + 30
    while "containerd successfully booted" not in open(work + "/log", errors="replace").read():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"containerd does not start:\n{open(work + '/log', errors='replace').read()[-2000:]}")
        time.sleep(0.05)


def stop_runtime(work):
    """Ends the runtime that this script has started, and empties its log."""
    try:
        pid = int(open(work + "/pid").read())
        os.kill(pid, signal.SIGKILL)
        while os.path.exists(f"/proc/{pid}/stat") and open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1][0] != "Z":
            time.sleep(0.02)
    except (FileNotFoundError, ProcessLookupError):
        pass
    open(work + "/log", "w").close()


def main():
    if sys.argv[1:2] == ["--prepare"]:
        return prepare(sys.argv[2], sys.argv[3])
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", required=True)
    ap.add_argument("--containerd", required=True)
    ap.add_argument("scenario", nargs="+")
    args = ap.parse_args()
    version = lab.run(args.containerd, "--version")
    number = re.search(r"\bv?(\d+\.\d+\.\d+)", version)[1]
    work = tempfile.mkdtemp(prefix="pullsim-live-")
    try:
        node = work + "/node"
        bind = lab.isolate(work, node)
        lab.put(node + "/etc/hosts", "127.0.0.1 localhost\n")
        lab.put(node + "/etc/resolv.conf", "nameserver 10.96.0.10\n")
        lab.put(node + "/etc/nsswitch.conf", "hosts: files dns\n")
        bind()
        make_network()
        lab.put(work + "/settings.json", json.dumps({"work": work, "containerd": os.path.abspath(args.containerd), "second": number.startswith("2")}))
        lab.put(work + "/log", "")
        before = f"{sys.executable} {os.path.abspath(__file__)} --prepare {work}/settings.json"
        command = [os.path.abspath(args.pullsim), "run", "--cri", work + "/containerd.sock", "--cri-before", before,
                   "--cri-files", work + "/files", "--runtime", "containerd-" + number, *args.scenario]
        print(f"containerd {number}", flush=True)
        return subprocess.run(command, env={"PATH": os.environ["PATH"]}).returncode
    finally:
        stop_runtime(work) if os.path.exists(work + "/log") else None
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
