#!/usr/bin/env python3
"""Peak memory of `pullsim check --layers get` on an image with one large layer.

  memory.py --pullsim BIN [--mib 1024] [--limit-mib 64]

The layer is a gzip stream without compression, so that fetching, digest, unpacking and diff id all see that many bytes. It is
made while it is sent, and lies nowhere. Needs GNU time, which reports the peak without what the parent had.
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


def digest_and_size(pieces):
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return "sha256:" + digest.hexdigest(), size


class Image:
    """Documents by path; the layer is the only one without bytes."""

    def __init__(self, mib):
        self.mib, self.documents = mib, {}
        diff_id, _ = digest_and_size(tar_stream(mib))
        self.layer, self.layer_size = digest_and_size(layer_stream(mib))
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
        if path == "/v2/team/large/blobs/" + self.image.layer:
            self.head("application/octet-stream", self.image.layer, self.image.layer_size)
            for piece in layer_stream(self.image.mib) if self.command == "GET" else ():
                self.wfile.write(piece)
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
    ap.add_argument("--limit-mib", type=float, default=64)
    args = ap.parse_args()
    Handler.image = Image(args.mib)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory(prefix="pullsim-memory-") as work:
        certs = f"{work}/node/etc/containerd/certs.d/{host}"
        os.makedirs(certs)
        with open(certs + "/hosts.toml", "w") as f:
            f.write(f'server = "http://{host}"\n')
        with open(f"{work}/node/etc/containerd/config.toml", "w") as f:
            f.write("version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/etc/containerd/certs.d'\n")
        command = [os.path.abspath(args.pullsim), "check", host + "/team/large:v1", "--node", work + "/node", "--runtime", "containerd-2.1.9",
                   "--platform", "linux/amd64", "--layers", "get", "-o", "json"]
        done = subprocess.run(["time", "-q", "-f", "%M %e", "-o", work + "/peak", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        with open(work + "/peak") as f:
            peak, elapsed = f.read().split()
    if done.returncode:
        print(f"memory: exit {done.returncode}: {(done.stderr or done.stdout)[-500:]}")
        return 1
    mib = int(peak) / 1024
    print(f"memory: peak {mib:.1f} MiB while getting a layer of {args.mib} MiB in {elapsed} s (limit {args.limit_mib:g} MiB)")
    return 1 if mib > args.limit_mib else 0


if __name__ == "__main__":
    sys.exit(main())
