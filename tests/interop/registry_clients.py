#!/usr/bin/env python3
"""Pushes to and pulls from the mock registry with clients that are not ours: skopeo, crane and oras.

  registry_clients.py --serve BIN [--crane BIN] [--oras BIN] [-v]

BIN of --serve is the example `serve` of mock-registry (cargo build --release -p mock-registry --example serve). Each client fills an
empty registry and takes out again what it and the others put in; digests must be those of the layout. A client that is not
there is left out. Everything stays on loopback.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import layout  # noqa: E402


class Checks:
    """Runs commands and counts what came out as it should."""

    def __init__(self, verbose):
        self.verbose, self.passed, self.failed = verbose, 0, 0

    def run(self, *command, **more):
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)
        return done.returncode, done.stdout, done.stderr

    def that(self, what, right, shown=""):
        if right:
            self.passed += 1
            if self.verbose:
                print("  ok   " + what)
        else:
            self.failed += 1
            print(f"  FAIL {what}: {shown.strip()[-400:]}")

    def works(self, what, *command, expect=None, **more):
        """The command succeeds, and says what is expected."""
        code, out, err = self.run(*command, **more)
        right = code == 0 and (expect is None or expect in out)
        self.that(what, right, f"exit {code}: {out}{err}")
        return out

    def fails(self, what, *command, words):
        """The command fails with these words."""
        code, out, err = self.run(*command)
        self.that(what, code != 0 and words in out + err, f"exit {code}: {out}{err}")


def serve(program):
    process = subprocess.Popen([program, "--push", "127.0.0.1:0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def skopeo(checks, host, work, digests):
    copy = ["skopeo", "--insecure-policy", "copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false"]
    inspect = ["skopeo", "inspect", "--raw", "--tls-verify=false"]
    checks.works("skopeo pushes an index", *copy, f"oci:{work}/layout:v1", f"docker://{host}/skopeo/app:v1")
    checks.works("skopeo mounts what another repository has", *copy, f"docker://{host}/skopeo/app:v1", f"docker://{host}/skopeo/copy:v2")
    raw = checks.works("skopeo reads the index", *inspect, f"docker://{host}/skopeo/copy:v2")
    checks.that("its digest is the layout's", layout.digest(raw.encode()) == digests["index"], raw)
    checks.works("skopeo pulls it", *copy, f"docker://{host}/skopeo/app:v1", f"oci:{work}/pulled:v1")
    pulled = json.load(open(work + "/pulled/index.json"))["manifests"][0]["digest"]
    checks.that("what was pulled is what was pushed", pulled == digests["index"], pulled)
    checks.works("skopeo pushes in Docker's format", *copy, "--format", "v2s2", f"oci:{work}/layout:v1", f"docker://{host}/skopeo/docker:v1")
    checks.works("skopeo lists tags", "skopeo", "list-tags", "--tls-verify=false", f"docker://{host}/skopeo/app", expect='"v1"')
    checks.works("skopeo deletes", "skopeo", "delete", "--tls-verify=false", f"docker://{host}/skopeo/docker:v1")
    checks.fails("skopeo misses what is deleted", *inspect, f"docker://{host}/skopeo/docker:v1", words="manifest unknown")


def crane(checks, program, host, work, digests):
    checks.works("crane pushes a layout", program, "push", "--index", work + "/layout-one", f"{host}/crane/app:v1")
    got = checks.works("crane asks for a digest", program, "digest", f"{host}/skopeo/app:v1").strip()
    checks.that("it is the layout's", got == digests["index"], got)
    checks.works("crane copies", program, "copy", f"{host}/skopeo/app:v1", f"{host}/crane/copy:v3")
    checks.works("crane tags", program, "tag", f"{host}/crane/copy:v3", "again")
    checks.works("crane lists tags", program, "ls", f"{host}/crane/copy", expect="again")
    checks.works("crane reads the catalog", program, "catalog", host, expect="crane/copy")
    checks.works("crane pulls a platform", program, "pull", "--platform", "linux/arm64", f"{host}/crane/copy:v3", work + "/arm64.tar")
    checks.works("crane validates what it pulls", program, "validate", "--remote", f"{host}/crane/copy:v3", expect="PASS")
    checks.works("crane appends a layer", program, "append", "--base", f"{host}/crane/copy:v3", "--platform", "linux/amd64", "-f", work + "/layer.tar", "-t", f"{host}/crane/more:v1")
    checks.works("crane deletes", program, "delete", f"{host}/crane/copy@{digests['index']}")
    checks.fails("crane misses what is deleted", program, "manifest", f"{host}/crane/copy:v3", words="MANIFEST_UNKNOWN")


def oras(checks, program, host, work, digests):
    plain = ["--plain-http"]
    at = {"cwd": work}
    checks.works("oras pushes a file", program, "push", *plain, "--artifact-type", "text/x", f"{host}/oras/note:v1", "note.txt:text/plain", **at)
    os.remove(work + "/note.txt")
    checks.works("oras pulls it", program, "pull", *plain, f"{host}/oras/note:v1", **at)
    checks.that("the file is there again", os.path.exists(work + "/note.txt"))
    checks.works("oras attaches to an image", program, "attach", *plain, "--artifact-type", "text/signature", f"{host}/skopeo/app:v1", "note.txt", **at)
    checks.works("oras finds what is attached", program, "discover", *plain, "-o", "json", f"{host}/skopeo/app:v1", expect="text/signature")
    checks.works("oras copies", program, "cp", "--from-plain-http", "--to-plain-http", f"{host}/skopeo/app:v1", f"{host}/oras/copy:v1")
    got = checks.works("oras resolves", program, "resolve", *plain, f"{host}/oras/copy:v1").strip()
    checks.that("it is the layout's digest", got == digests["index"], got)
    checks.works("oras lists repositories", program, "repo", "ls", *plain, host, expect="oras/note")
    checks.works("oras lists tags", program, "repo", "tags", *plain, f"{host}/oras/copy", expect="v1")
    checks.works("oras deletes a manifest", program, "manifest", "delete", "--force", *plain, f"{host}/oras/note:v1")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--serve", required=True)
    ap.add_argument("--crane", default=shutil.which("crane") or "")
    ap.add_argument("--oras", default=shutil.which("oras") or "")
    ap.add_argument("-v", "--verbose", action="store_true")
    args = ap.parse_args()
    checks = Checks(args.verbose)
    process, host = serve(args.serve)
    try:
        with tempfile.TemporaryDirectory(prefix="pullsim-clients-") as work:
            digests = layout.write(work + "/layout")
            # crane pushes a whole layout, which must have one entry.
            one = layout.Layout(work + "/layout-one")
            one.tag("arm64", one.index([one.manifest("arm64", layout.layer({"etc/motd": b"one\n"}))]))
            one.close()
            with open(work + "/note.txt", "w") as f:
                f.write("a note\n")
            subprocess.run(["tar", "-cf", work + "/layer.tar", "-C", work, "note.txt"], check=True)
            for name, program, run in (("skopeo", shutil.which("skopeo"), lambda p: skopeo(checks, host, work, digests)),
                                       ("crane", args.crane, lambda p: crane(checks, p, host, work, digests)),
                                       ("oras", args.oras, lambda p: oras(checks, p, host, work, digests))):
                if program and os.access(program, os.X_OK):
                    run(os.path.abspath(program))
                else:
                    print(f"  {name} is not here: left out")
    finally:
        process.stdin.close()
        process.wait()
    print(f"clients of others against the mock registry: {checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
