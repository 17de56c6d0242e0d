#!/usr/bin/env python3
"""Shows faults to clients that are not ours: skopeo and crane pull from, and push to, hosts that `pullsim serve` runs.

  clients.py --pullsim BIN --crane BIN [--quick]

--quick leaves out what a client tries again and again for long: skopeo waits 40 s for a registry that says 429.

Needs Linux, root, skopeo and ip. Each client must succeed where nothing is wrong, and fail where a fault is played, in its own
words, which are printed; and the log of `pullsim serve` must say that the fault was played.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

import lab  # noqa: E402
import layout  # noqa: E402

HOST = "registry.example.com"
BY_REFERENCE = ["manifest-404", "manifest-403", "manifest-429", "manifest-500", "manifest-html", "manifest-truncated",
                "manifest-invalid-json", "manifest-wrong-digest-header", "blob-404", "blob-403-xml", "blob-truncated/4096",
                "blob-corrupt", "blob-wrong-size", "blob-redirect-loop", "blob-reset"]
BY_HOST = ["tls-expired", "tls-wrong-name", "tls-self-signed", "tls-unknown-authority", "tls-sha1-signature", "tls-plain-http", "tls-1.1-only", "tcp-reset", "tcp-refused",
           "token-401", "token-403", "token-html", "challenge-malformed"]
# What a client does not look at is no fault to it: neither compares the digest that a header states with what came, and skopeo no size.
UNNOTICED = [("manifest-wrong-digest-header", "skopeo"), ("manifest-wrong-digest-header", "crane"), ("blob-wrong-size", "skopeo")]
PATIENT = [("manifest-429", "skopeo"), ("too-many", "skopeo")]
PUSH = {
    "denied": "rules: [{methods: [POST], path: '/v2/**', status: 403, error: {code: DENIED, message: requested access to the resource is denied}}]",
    "too-many": "rules: [{methods: [POST], path: '/v2/**', status: 429, error: {code: TOOMANYREQUESTS, message: slow down}}]",
    "upload-fails": "rules: [{methods: [PATCH, PUT], path: '/v2/**/blobs/**', status: 500, body: disk full}]",
    "manifest-refused": "rules: [{methods: [PUT], path: '/v2/**/manifests/*', status: 400, error: {code: MANIFEST_INVALID, message: manifest invalid}}]",
}
IMAGES = "images: [{name: team/app, tags: [v1], layers: [64KiB, 300KiB]}]"


def host_name(fault):
    return fault.replace(".", "-") + ".example.com"


def scenario():
    """One host with all faults by reference, one for each fault that no reference can choose, one for each refusal of a push."""
    text = f"""apiVersion: pullsim/v1
kind: Scenario
title: Faults for clients
now: 2026-03-01T09:00:00Z
image: {HOST}/faults/manifest-404:v1
hosts:
  {HOST}:
    address: 10.20.0.7
    magicRepository: true
    push: true
    {IMAGES}
"""
    for number, fault in enumerate(BY_HOST):
        auth = "auth: {bearer: {accounts: {ci: {password: made-up, pull: ['**']}}, anonymous: ['**']}}" if fault.startswith(("token", "challenge")) else ""
        text += f"  {host_name(fault)}:\n    address: 10.20.1.{number + 1}\n    {IMAGES}\n    faults: [{fault}]\n" + (f"    {auth}\n" if auth else "")
    for number, (name, rules) in enumerate(PUSH.items()):
        text += f"  {name}.example.com:\n    address: 10.20.2.{number + 1}\n    push: true\n    {IMAGES}\n    {rules}\n"
    return text


class Serving:
    def __init__(self, pullsim, work):
        lab.put(work + "/faults.yaml", scenario())
        self.log = work + "/log"
        command = [pullsim, "serve", work + "/faults.yaml", "--listen", "declared", "--out", work + "/files"]
        self.process = lab.start(command, self.log)
        deadline = time.monotonic() + 30
        while "Ctrl-C ends it." not in self.text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("pullsim does not serve:\n" + self.text())
            time.sleep(0.05)

    def text(self):
        with open(self.log, errors="replace") as f:
            return f.read()


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    line = lines[-1] if lines else ""
    return line.split("msg=", 1)[-1].strip('"')[-230:] if "msg=" in line else line[-230:]


def attempt(command, work, env):
    shutil.rmtree(work + "/pulled", ignore_errors=True)         # a directory by skopeo
    if os.path.exists(work + "/pulled.tar"):                    # a file by crane
        os.remove(work + "/pulled.tar")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    except subprocess.TimeoutExpired:
        return "no end in 60 s", False
    return last_line(done.stderr or done.stdout), done.returncode == 0


def clients(crane, work):
    skopeo = ["skopeo", "--insecure-policy", "--command-timeout", "40s", "copy"]
    source = f"oci:{work}/layout:v1"
    return {
        "skopeo": (lambda image: [*skopeo, "docker://" + image, "dir:" + work + "/pulled"],
                   lambda image: [*skopeo, source, "docker://" + image]),
        "crane": (lambda image: [crane, "pull", "--platform", "linux/amd64", image, work + "/pulled.tar"],
                  lambda image: [crane, "push", work + "/single", image]),
    }


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", required=True)
    ap.add_argument("--crane", required=True)
    ap.add_argument("--quick", action="store_true")
    args = ap.parse_args()
    args.pullsim, args.crane = os.path.abspath(args.pullsim), os.path.abspath(args.crane)
    work = tempfile.mkdtemp(prefix="pullsim-clients-")
    serving = None
    try:
        bind = lab.isolate(work, work + "/files")
        for name in ("hosts", "resolv.conf", "nsswitch.conf"):
            lab.put(f"{work}/files/etc/{name}", "hosts: files\n" if name == "nsswitch.conf" else "")
        bind()
        for network in ("10.20.0.7", "10.96.0.10", *(f"10.20.{n}.{m}" for n in (1, 2) for m in range(1, 30))):
            lab.run("ip", "addr", "add", network + "/32", "dev", "lo")
        serving = Serving(args.pullsim, work)
        shutil.copyfile(work + "/files/hosts", work + "/files/etc/hosts")
        layout.write(work + "/layout")
        return judge(serving, clients(args.crane, work), work, PATIENT if args.quick else [])
    finally:
        if serving:
            lab.stop(serving.process)
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)


def judge(serving, known, work, left_out):
    env = {"PATH": os.environ["PATH"], "HOME": work, "SSL_CERT_FILE": work + "/files/ca.crt"}
    pulls = [("healthy", f"{HOST}/team/app:v1", True)]
    pulls += [(fault, f"{HOST}/faults/{fault}:v1", False) for fault in BY_REFERENCE]
    pulls += [(fault, f"{host_name(fault)}/team/app:v1", False) for fault in BY_HOST]
    pushes = [("healthy", f"{HOST}/pushed/app:v1", True)] + [(name, f"{name}.example.com/pushed/app:v1", False) for name in PUSH]
    # crane pushes a tarball or a layout of one image: what it has pulled serves.
    subprocess.run([known["crane"][0](f"{HOST}/team/app:v1")[0], "pull", f"{HOST}/team/app:v1", work + "/single"], env=env, check=True)
    wrong = 0
    for kind, cases in (("pull", pulls), ("push", pushes)):
        for case, image, good in cases:
            for client, (pull, push) in known.items():
                if (case, client) in left_out:
                    continue
                before = len(serving.text())
                words, succeeded = attempt((pull if kind == "pull" else push)(image), work, env)
                told = serving.text()[before:]
                # What happens before a request is no line of the log; what is chosen by reference always is one.
                played = good or kind == "push" or case not in BY_REFERENCE or "  " + case.split("/")[0] in told
                right = succeeded == (good or (case, client) in UNNOTICED) and played
                wrong += not right
                print(f"{'' if right else 'WRONG '}{kind} {case:28} {client:7} {'ok' if succeeded else words}", flush=True)
    print(f"clients: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
