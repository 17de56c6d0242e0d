#!/usr/bin/env python3
"""Peak memory of `pullsim check --layers get` on an image with one large layer, and its time next to `crane pull` to /dev/null.

  memory.py --pullsim BIN [--crane BIN] [--mib 1024] [--limit-mib 32] [--runs 3]

The layer is a gzip stream without compression, so that fetching, digest, unpacking and diff id all see that many bytes. It lies in
a temporary file, from which the kernel sends it. Both programs run in turn, and the fastest run of each counts; crane does not
unpack. Needs GNU time, which reports the peak without what the parent had.
"""
import argparse
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import threading
import zlib

OCI = "application/vnd.oci.image."
CHUNK = bytes(range(256)) * 4096        # 1 MiB


def tar_stream(mib):
    """A layer with one file of `mib` MiB, in pieces."""
    entry = tarfile.TarInfo("data/large")
    entry.size = mib << 20
    yield entry.tobuf(tarfile.USTAR_FORMAT)
    for _ in range(mib):
        yield CHUNK
    yield bytes(1024)


def layer_stream(mib):
    pack = zlib.compressobj(0, zlib.DEFLATED, 31)
    for piece in tar_stream(mib):
        yield pack.compress(piece)
    yield pack.flush()


def kept(pieces, path):
    with open(path, "wb") as f:
        for piece in pieces:
            f.write(piece)
            yield piece


def digest_and_size(pieces):
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return "sha256:" + digest.hexdigest(), size


class Image:
    """Documents by path; the layer is the only one that lies in a file."""

    def __init__(self, mib, file):
        self.file, self.documents = file, {}
        diff_id, _ = digest_and_size(tar_stream(mib))
        self.layer, self.layer_size = digest_and_size(kept(layer_stream(mib), file))
        config = self.add("blobs", "config.v1+json", {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [diff_id]}})
        layer = {"mediaType": OCI + "layer.v1.tar+gzip", "digest": self.layer, "size": self.layer_size}
        manifest = self.add("manifests", "manifest.v1+json", {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": config, "layers": [layer]})
        self.documents["/v2/team/large/manifests/v1"] = self.documents["/v2/team/large/manifests/" + manifest["digest"]]

    def add(self, folder, media_type, value):
        data = json.dumps(value).encode()
        digest, size = digest_and_size([data])
        self.documents[f"/v2/team/large/{folder}/{digest}"] = (OCI + media_type, digest, data)
        return {"mediaType": OCI + media_type, "digest": digest, "size": size}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    image = None

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/v2/":
            self.head("application/json", "", 0)
            return
        if path == "/v2/team/large/blobs/" + self.image.layer:
            self.head("application/octet-stream", self.image.layer, self.image.layer_size)
            if self.command == "GET":
                self.wfile.flush()
                with open(self.image.file, "rb") as f:
                    self.connection.sendfile(f)
        elif path in self.image.documents:
            media_type, digest, data = self.image.documents[path]
            self.head(media_type, digest, len(data))
            self.wfile.write(data if self.command == "GET" else b"")
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET

    def head(self, media_type, digest, size):
        self.send_response(200)
        for name, value in (("Content-Type", media_type), ("Docker-Content-Digest", digest), ("Content-Length", str(size))):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--pullsim", required=True)
    ap.add_argument("--mib", type=int, default=1024)
    ap.add_argument("--limit-mib", type=float, default=32)
    ap.add_argument("--crane")
    ap.add_argument("--runs", type=int, default=3)
    args = ap.parse_args()
    with tempfile.TemporaryDirectory(prefix="pullsim-memory-") as work:
        return measure(args, work)


def measure(args, work):
    Handler.image = Image(args.mib, work + "/layer")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    certs = f"{work}/node/etc/containerd/certs.d/{host}"
    os.makedirs(certs)
    with open(certs + "/hosts.toml", "w") as f:
        f.write(f'server = "http://{host}"\n')
    with open(f"{work}/node/etc/containerd/config.toml", "w") as f:
        f.write("version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n")
    image = host + "/team/large:v1"
    commands = {"pullsim": [os.path.abspath(args.pullsim), "check", image, "--node", work + "/node", "--runtime", "containerd-2.1.9",
                            "--platform", "linux/amd64", "--layers", "get", "-o", "json"]}
    if args.crane and os.access(args.crane, os.X_OK):
        commands["crane"] = [os.path.abspath(args.crane), "pull", "--insecure", image, "/dev/null"]
    best = {}
    for _ in range(args.runs):
        for name, command in commands.items():
            done = subprocess.run(["time", "-q", "-f", "%M %e", "-o", work + "/peak", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode:
                print(f"memory: {name}: exit {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
                return 1
            with open(work + "/peak") as f:
                peak, elapsed = (float(number) for number in f.read().split())
            most, fastest = best.get(name, (0, elapsed))
            best[name] = (max(most, peak / 1024), min(fastest, elapsed))
    for name, (peak, elapsed) in best.items():
        print(f"memory: {name}: peak {peak:.1f} MiB, {elapsed:.2f} s, for a layer of {args.mib} MiB")
    if best["pullsim"][0] > args.limit_mib:
        print(f"memory: more than {args.limit_mib:g} MiB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
