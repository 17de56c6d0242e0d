"""The laboratory: a network of its own, Debian's docker-registry on its loopback, and the files of a node that points at it."""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import layout

CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
ENVIRONMENT = {"SSL_CERT_DIR": "/nonexistent", "SSL_CERT_FILE": "/nonexistent"}     # of the runtime's service: no system roots


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def isolate(work, node):
    """Own network and mount namespaces (needs root): only loopback, the node's hosts and resolv.conf, and a tmpfs to work on.

    So nothing leaves the machine, a fixed port disturbs nobody, and a real runtime resolves names exactly as the node directory says."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result, what):
        if result:
            raise OSError(ctypes.get_errno(), what)

    check(libc.unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare: root is needed")
    check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount private")
    check(libc.mount(b"tmpfs", work.encode(), b"tmpfs", 0, None), "mount tmpfs")
    run("ip", "link", "set", "lo", "up")

    def bind():
        for name in ("hosts", "resolv.conf", "nsswitch.conf"):
            if os.path.exists("/etc/" + name):
                check(libc.mount(f"{node}/etc/{name}".encode(), os.path.realpath("/etc/" + name).encode(), None, MS_BIND, None), "bind " + name)
    return bind


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def write_node(node, cases):
    """The part of a node's root directory that no runtime writes its own way."""
    put(node + "/etc/hosts", "127.0.0.1 localhost " + " ".join(cases["hosts"]) + "\n")
    put(node + "/etc/resolv.conf", "nameserver 127.0.0.53\n")
    put(node + "/etc/nsswitch.conf", "hosts: files dns\n")
    put(node + "/etc/systemd/system/containerd.service.d/env.conf", "[Service]\n" + "".join(f'Environment="{k}={v}"\n' for k, v in ENVIRONMENT.items()))


def write_runtime(node, runtime, work, ca, cases):
    """containerd's config.toml (everything below `work`, only what a pull needs) and what it knows of each host.

    The same files serve the real runtime and pullsim. Before 2.1 a hosts.toml without a [host] table counts for nothing,
    so there the CA lies beside, in Docker's way."""
    second = runtime.startswith("containerd-2")
    images = "plugins.'io.containerd.cri.v1.images'" if second else "plugins.'io.containerd.grpc.v1.cri'"
    put(node + "/etc/containerd/config.toml", f"""version = {3 if second else 2}
root = '{work}/root'
state = '{work}/state'
[grpc]
address = '{work}/containerd.sock'
[{images}.registry]
config_path = '{node}/etc/containerd/certs.d'
""")
    shutil.rmtree(node + "/etc/containerd/certs.d", ignore_errors=True)
    port = cases["registry"].split(":")[1]
    for host, settings in cases["hosts"].items():
        if not settings:
            continue
        scheme, directory = settings["scheme"], f"{node}/etc/containerd/certs.d/{host}:{port}"
        if second:
            put(directory + "/hosts.toml", f'server = "{scheme}://{host}:{port}"\n' + (f'ca = "{ca}"\n' if settings["ca"] else ""))
        elif scheme == "https":
            os.makedirs(directory)
            shutil.copy(ca, directory)
        else:
            put(directory + "/hosts.toml", f'[host."{scheme}://{host}:{port}"]\n')


def make_certificates(directory, names):
    """A CA and a server certificate for these names, made on the spot: nothing that expires is checked in.
    The CA's path is returned; it lies alone in its directory, as skopeo wants it."""
    os.makedirs(directory)
    put(directory + "/server.ext", "subjectAltName=" + ",".join("DNS:" + n for n in names) + "\nextendedKeyUsage=serverAuth\n")
    at = {"cwd": directory}
    for name in ("ca", "server"):
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key", **at)
    run("openssl", "req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=Interop CA", "-days", "30", "-out", "ca.crt", **at)
    run("openssl", "req", "-new", "-key", "server.key", "-subj", "/CN=" + names[0], "-out", "server.csr", **at)
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
        "-days", "30", "-extfile", "server.ext", "-out", "server.crt", **at)
    os.makedirs(directory + "/public")
    return shutil.copy(directory + "/ca.crt", directory + "/public")


def start(command, log, **more):
    with open(log, "ab") as f:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=f, stderr=f, start_new_session=True, **more)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(port, process, what):
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{what} does not listen: {error}") from error
        time.sleep(0.05)


class Registry:
    """Debian's docker-registry, on `port` of loopback; with a certificate it speaks TLS, with a user it wants Basic credentials."""

    def __init__(self, work, port, certificates=None, user=None, password=None):
        self.work, self.port, self.process = work, port, None
        os.makedirs(work, exist_ok=True)
        config = f"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {work}/data}}}}\nhttp:\n  addr: 127.0.0.1:{port}\n"
        if certificates:
            config += f"  tls: {{certificate: {certificates}/server.crt, key: {certificates}/server.key}}\n"
        if user:
            put(work + "/htpasswd", run("htpasswd", "-niB", user, input=password))
            config += f"auth: {{htpasswd: {{realm: interop, path: {work}/htpasswd}}}}\n"
        put(work + "/config.yml", config)

    def start(self):
        self.process = start(["docker-registry", "serve", self.work + "/config.yml"], self.work + "/log", env={"PATH": os.environ["PATH"], "OTEL_TRACES_EXPORTER": "none"})
        wait_for_port(self.port, self.process, "docker-registry")

    def stop(self):
        stop(self.process)


def push(source, host, *options):
    """Fills the registry with the layout's tags by skopeo, a client that is not ours."""
    digests = layout.write(source)
    for tag in ("v1", "arm64"):
        run("skopeo", "--insecure-policy", "copy", "--all", *options, f"oci:{source}:{tag}", f"docker://{host}/team/app:{tag}")
    return digests


def note(text):
    print(text, file=sys.stderr, flush=True)
