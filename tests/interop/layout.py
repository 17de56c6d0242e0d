"""A multi-arch OCI image as an OCI layout: the same bytes, thus the same digests, each time."""
import gzip
import hashlib
import io
import json
import os
import tarfile

OCI = "application/vnd.oci.image."


def layer(files):
    """(compressed tar, diff id) of a layer that holds these files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0), digest(plain.getvalue())


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """Writes blobs into a layout directory and hands out their descriptors."""

    def __init__(self, directory):
        self.directory, self.tags = directory, []
        os.makedirs(directory + "/blobs/sha256")

    def blob(self, media_type, data, **more):
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        with open(f"{self.directory}/blobs/sha256/{digest(data)[7:]}", "wb") as f:
            f.write(data)
        return {"mediaType": OCI + media_type, "digest": digest(data), "size": len(data), **more}

    def manifest(self, architecture, shared):
        """One platform's image: a layer shared by all platforms, and one of its own."""
        own = layer({"bin/hello": f"#!{architecture}\n".encode() * 1000})
        config = {"architecture": architecture, "os": "linux", "config": {"Cmd": ["/bin/hello"]},
                  "rootfs": {"type": "layers", "diff_ids": [shared[1], own[1]]}}
        manifest = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": self.blob("config.v1+json", config),
                    "layers": [self.blob("layer.v1.tar+gzip", data) for data, _ in (shared, own)]}
        return self.blob("manifest.v1+json", manifest, platform={"os": "linux", "architecture": architecture})

    def index(self, manifests):
        return self.blob("index.v1+json", {"schemaVersion": 2, "mediaType": OCI + "index.v1+json", "manifests": manifests})

    def tag(self, name, descriptor):
        self.tags.append({**descriptor, "annotations": {"org.opencontainers.image.ref.name": name}})

    def close(self):
        with open(self.directory + "/oci-layout", "w") as f:
            f.write('{"imageLayoutVersion":"1.0.0"}')
        with open(self.directory + "/index.json", "w") as f:
            json.dump({"schemaVersion": 2, "manifests": self.tags}, f)


def write(directory):
    """Tags `v1` (amd64 and arm64) and `arm64` (an index of that platform alone); {name: digest} of what counts."""
    layout = Layout(directory)
    shared = layer({"etc/motd": b"pullsim interop\n" * 4096})
    amd64, arm64 = (layout.manifest(a, shared) for a in ("amd64", "arm64"))
    both, one = layout.index([amd64, arm64]), layout.index([arm64])
    layout.tag("v1", both)
    layout.tag("arm64", one)
    layout.close()
    return {"index": both["digest"], "amd64": amd64["digest"], "arm64": arm64["digest"], "arm64-index": one["digest"]}
