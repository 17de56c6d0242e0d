#!/usr/bin/env python3
"""Compares pullsim with real containerd, against the reference registry.

  interop.py --pullsim BIN [--containerd NAME=BIN …]     live comparison; runtimes not given, or that do not start, count by their recordings
  interop.py --record --containerd NAME=BIN …            writes recordings/NAME.json anew

Needs Linux, root, python3-grpcio, docker-registry, skopeo, openssl, htpasswd (apache2-utils) and ip (iproute2).
`cases.json` holds the cases. In each, the real runtime gets over the CRI what a kubelet would hand it, pullsim gets the secret
and the very node directory that configures the runtime, and both must answer with the same outcome, code and message.
"""
import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

import lab  # noqa: E402

ASPECTS = ("outcome", "code", "message")
FIRST = "containerd-2.1.9"          # the runtime that pullsim must match; others as far as it has a profile for them


class Lab:
    """Registry, node directory and the cases with their digests filled in."""

    def __init__(self, work):
        with open(HERE + "/cases.json") as f:
            self.spec = json.load(f)
        self.work, self.node, self.registry = work, work + "/node", None

    def open(self):
        work = self.work
        bind = lab.isolate(work, self.node)
        named = [h for h in self.spec["hosts"] if not h.startswith("wrong-name")]
        self.ca = lab.make_certificates(work + "/certs", named)
        lab.write_node(self.node, self.spec)
        bind()
        user, password = self.spec["user"], self.spec["password"]
        self.registry = lab.Registry(work + "/registry", int(self.spec["registry"].split(":")[1]), work + "/certs", user, password)
        self.registry.start()
        self.digests = lab.push(work + "/layout", self.spec["registry"], "--dest-cert-dir", os.path.dirname(self.ca), "--dest-creds", f"{user}:{password}")

    def cases(self):
        """The cases in turn; the registry is down exactly in those that say so."""
        for case in self.spec["cases"]:
            if case.get("stopped"):
                self.registry.stop()
            elif self.registry.process.poll() is not None:
                self.registry.start()
            image = re.sub(r"\{DIGEST:(\w+)\}", lambda m: self.digests[m[1]], case["image"])
            yield case, image

    def configure(self, runtime):
        lab.write_runtime(self.node, runtime, f"{self.work}/{runtime}", self.ca, self.spec)

    def login(self, which):
        return self.spec["user"], self.spec["password"] if which == "right" else "wrong"

    def cri_auth(self, case):
        """What the kubelet finds for the image in the secret: the case says it, so that our keyring is judged, not asked."""
        return dict(zip(("username", "password"), self.login(case["sent"]))) if case["sent"] else None

    def secret(self, case):
        """The secret as people have it: a config.json."""
        auths = {k: {"auth": base64.b64encode(":".join(self.login(v)).encode()).decode()} for k, v in case["auths"].items()}
        path = self.work + "/secret.json"
        lab.put(path, json.dumps({"auths": auths}))
        return path

    def normal(self, answer):
        """Without what differs from run to run."""
        message = answer.get("message") or ""
        message = re.sub(r"127\.0\.0\.1:\d+->", "127.0.0.1:{LOCAL}->", message).replace(self.node, "").replace(self.work, "{WORK}")
        for name, digest in self.digests.items():
            message = message.replace(digest, "{DIGEST:%s}" % name)
        message = re.sub(r"current time \S+ is", "current time {NOW} is", message)
        return {"outcome": answer.get("outcome"), "code": answer.get("code"), "message": message}


def real_answers(laboratory, runtime, binary):
    """{case: answer} of a real containerd, started as an instance of its own."""
    import cri
    version = runtime.removeprefix("containerd-")
    if version not in lab.run(binary, "--version"):
        raise RuntimeError(f"{binary} is not version {version}")
    work = f"{laboratory.work}/{runtime}"
    os.makedirs(work)
    laboratory.configure(runtime)
    env = {"PATH": os.environ["PATH"], **lab.ENVIRONMENT}
    process = lab.start([binary, "--config", laboratory.node + "/etc/containerd/config.toml"], work + "/log", env=env)
    try:
        service = cri.ImageService(work + "/containerd.sock")
        service.wait_until_ready(60, lambda: process.poll() is None)
        answers = {}
        for case, image in laboratory.cases():
            answer = service.pull(image, laboratory.cri_auth(case))
            if answer["outcome"] == "pulled":
                service.remove(image)
            answers[case["case"]] = laboratory.normal(answer)
        return answers
    finally:
        lab.stop(process)


def pullsim_answer(laboratory, pullsim, runtime, case, image):
    command = [pullsim, "check", image, "--node", laboratory.node, "--runtime", runtime, "--layers", "get", "-o", "json"]
    if case["auths"] is not None:
        command += ["--secret", laboratory.secret(case)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env={"PATH": os.environ["PATH"]})
    except subprocess.TimeoutExpired:
        return {"outcome": "no answer in 120 s", "code": None, "message": ""}
    try:
        report = json.loads(done.stdout)
        answer = {"outcome": report["outcome"], "code": report["cri"]["code"], "message": report["cri"].get("message")}
    except (ValueError, KeyError, TypeError):
        return {"outcome": f"exit {done.returncode}", "code": None, "message": done.stderr.strip()[-300:]}
    if done.returncode != (0 if answer["outcome"] == "pulled" else 1):
        answer["outcome"] += f" with exit status {done.returncode}"
    return laboratory.normal(answer)


def knows(pullsim, runtime):
    """Has pullsim a profile for this runtime? It must for the first."""
    done = subprocess.run([pullsim, "check", "localhost:1/a:b", "--runtime", runtime, "--plan", "-o", "json"], capture_output=True)
    return runtime == FIRST or done.returncode != 2


def recording(runtime):
    return f"{HERE}/recordings/{runtime}.json"


def compare(laboratory, pullsim, runtime, expected, source):
    """Prints one line a case, and both answers where they differ; the number of differences."""
    print(f"{runtime} ({source})\n  {'case':26}{'code':18}{'pullsim':18}message")
    wrong = 0
    laboratory.configure(runtime)
    for case, image in laboratory.cases():
        want, got = expected[case["case"]], pullsim_answer(laboratory, pullsim, runtime, case, image)
        same = all(want[a] == got[a] for a in ASPECTS)
        wrong += not same
        print(f"  {case['case']:26}{want['code']:18}{str(got['code']):18}{'same' if same else 'DIFFERENT'}")
        for aspect in ASPECTS:
            if want[aspect] != got[aspect]:
                print(f"    {aspect}\n      real:    {want[aspect]}\n      pullsim: {got[aspect]}")
    return wrong


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", help="the program to judge")
    ap.add_argument("--containerd", action="append", default=[], metavar="NAME=BIN", help="a real containerd, e.g. containerd-2.1.9=/usr/bin/containerd")
    ap.add_argument("--record", action="store_true", help="write the recordings anew")
    args = ap.parse_args()
    if not args.pullsim and not args.record:
        ap.error("--pullsim or --record is needed")
    pullsim = os.path.abspath(args.pullsim) if args.pullsim else None
    binaries = dict(b.split("=", 1) for b in args.containerd)
    work = tempfile.mkdtemp(prefix="pullsim-interop-")
    laboratory = Lab(work)
    try:
        laboratory.open()
        return judge(laboratory, pullsim, binaries, args.record)
    finally:
        if laboratory.registry:
            laboratory.registry.stop()
        subprocess.run(["umount", "--lazy", work], check=False)
        shutil.rmtree(work, ignore_errors=True)


def judge(laboratory, pullsim, binaries, record):
    wrong = 0
    recorded = [f[:-5] for f in os.listdir(HERE + "/recordings") if f.endswith(".json")]
    for runtime in sorted(set(recorded) | set(binaries), reverse=True):
        answers, source = None, "recorded"
        if runtime in binaries:
            try:
                answers, source = real_answers(laboratory, runtime, binaries[runtime]), "live"
            except Exception as error:
                if record:
                    raise
                lab.note(f"interop: {runtime} did not run, its recording counts: {error}")
        if record and answers:
            lab.put(recording(runtime), json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
            print(f"recorded {len(answers)} answers of {runtime}")
        if os.path.exists(recording(runtime)):
            with open(recording(runtime)) as f:
                recorded_answers = json.load(f)
            answers = answers or recorded_answers
            changed = [case for case in answers if answers[case] != recorded_answers.get(case)]
            if changed:
                lab.note(f"interop: {runtime} answers otherwise than recorded in {', '.join(changed)}: record anew")
        if pullsim and knows(pullsim, runtime):
            wrong += compare(laboratory, pullsim, runtime, answers, source)
    if pullsim:
        print(f"interop: {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
