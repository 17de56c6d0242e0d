//! What points a node, or any other client, at hosts on sockets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Served;
use crate::HostPlace;

/// A file to be written: its path below the directory, and its content.
pub type ServedFile = (PathBuf, Vec<u8>);

impl Served {
    /// The files that point a node at these hosts, to be written below `directory`, whose absolute path some of them
    /// hold. `README.txt` among them tells what is for what.
    pub fn files(&self, directory: &Path) -> Vec<ServedFile> {
        let hosts = self.hosts();
        let authority = directory.join("ca.crt");
        let mut files = vec![
            file("README.txt", self.readme(directory)),
            file("ca.crt", self.scenario().authority_pem()),
            file("hosts", hosts_lines(&hosts)),
            file("resolv.conf", self.resolv_conf()),
            file("containerd-2.toml", containerd_fragment(directory, true)),
            file("containerd-1.toml", containerd_fragment(directory, false)),
            file("registries.conf", registries_conf(&hosts)),
            file("daemon.json", daemon_json(&hosts)),
            file("firewall", self.scenario().firewall_lines()),
            file("firewall.nft", self.scenario().firewall_nft()),
        ];
        for host in &hosts {
            let folder = Path::new("certs.d").join(folder(host));
            files.push(file(folder.join("hosts.toml"), hosts_toml(host, &authority)));
            if host.tls {
                files.push(file(folder.join("ca.crt"), self.scenario().authority_pem()));
            }
        }
        for secret in self.scenario().secrets() {
            let name = format!("secret-{}.yaml", secret.name);
            files.push(file(name, manifest(&secret)));
        }
        let node: BTreeMap<PathBuf, Vec<u8>> = self.scenario().node_files();
        files.extend(node.into_iter().map(|(path, content)| (below("node", &path), content)));
        files
    }

    /// The node's own, search domains and all; where it would lead nowhere each of its lines is a comment.
    fn resolv_conf(&self) -> String {
        let own = self.scenario().resolv_conf();
        let elsewhere = self.nameservers().into_iter().filter(|at| at.port() != 53);
        let places: Vec<String> = elsewhere.map(|at| at.to_string()).collect();
        if places.is_empty() {
            return own;
        }
        let commented: String = own.lines().map(|line| format!("# {line}\n")).collect();
        let places = places.join(", ");
        format!(
            "# Name servers listen at {places}, and this file cannot name a port: use hosts.\n{commented}"
        )
    }

    fn readme(&self, directory: &Path) -> String {
        let directory = directory.display();
        format!(
            "{title}\n\n\
             These files point a client at the hosts that `pullsim serve` runs. They hold for this run alone: the\n\
             authority is made anew each time.\n\n\
             names       append hosts to /etc/hosts, or use resolv.conf as /etc/resolv.conf\n\
             containerd  containerd-2.toml (or containerd-1.toml) is the part of config.toml that leads to\n\
             \u{20}           {directory}/certs.d, whose hosts.toml trust ca.crt\n\
             docker      copy certs.d to /etc/docker/certs.d, daemon.json to /etc/docker/\n\
             cri-o       copy certs.d to /etc/containers/certs.d, registries.conf to /etc/containers/registries.conf.d/\n\
             skopeo      --cert-dir {directory}/certs.d/HOST   (or /etc/containers/certs.d)\n\
             crane, curl SSL_CERT_FILE={directory}/ca.crt\n\
             kubernetes  kubectl apply -f secret-*.yaml\n\
             pullsim     --node {directory}/node is the scenario's node, its files below etc/\n\
             firewall    what is to be done with packets: action, address, port (all ports if none is given);\n\
             \u{20}           the same as rules, for root in the node's network: nft -f firewall.nft\n\n\
             image       {image}\n",
            title = self.scenario().title(),
            image = self.scenario().image(),
        )
    }
}

fn file(path: impl Into<PathBuf>, content: String) -> ServedFile {
    (path.into(), content.into_bytes())
}

/// A path of the node below `root`; `..` does not leave it.
fn below(root: &str, path: &Path) -> PathBuf {
    let inside = path.components().filter(|part| matches!(part, std::path::Component::Normal(_)));
    Path::new(root).join(inside.collect::<PathBuf>())
}

/// `host` or `host:port`, as image names have it.
fn authority(host: &HostPlace) -> String {
    match (host.tls, host.address.port()) {
        (true, 443) | (false, 80) => host.name.clone(),
        (_, port) => format!("{}:{port}", host.name),
    }
}

/// The directory below `certs.d`: Docker Hub's is called by the name that images have.
fn folder(host: &HostPlace) -> String {
    let name = authority(host);
    if name == "registry-1.docker.io" { "docker.io".to_owned() } else { name }
}

fn hosts_toml(host: &HostPlace, authority_file: &Path) -> String {
    let scheme = if host.tls { "https" } else { "http" };
    let url = format!("{scheme}://{}", authority(host));
    let trust =
        if host.tls { format!("  ca = {:?}\n", authority_file.display().to_string()) } else { String::new() };
    format!(
        "server = \"{url}\"\n\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\", \"push\"]\n{trust}"
    )
}

fn hosts_lines(hosts: &[HostPlace]) -> String {
    let mut lines = String::new();
    for host in hosts {
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{} {}", host.address.ip(), host.name);
    }
    lines
}

fn containerd_fragment(directory: &Path, second: bool) -> String {
    let (version, plugin) =
        if second { (3, "io.containerd.cri.v1.images") } else { (2, "io.containerd.grpc.v1.cri") };
    let path = directory.join("certs.d").display().to_string();
    format!("version = {version}\n\n[plugins.'{plugin}'.registry]\n  config_path = {path:?}\n")
}

fn registries_conf(hosts: &[HostPlace]) -> String {
    let clear = hosts.iter().filter(|host| !host.tls);
    clear.map(|host| format!("[[registry]]\nlocation = {:?}\ninsecure = true\n\n", authority(host))).collect()
}

fn daemon_json(hosts: &[HostPlace]) -> String {
    let clear: Vec<String> = hosts.iter().filter(|host| !host.tls).map(authority).collect();
    format!("{:#}\n", json!({ "insecure-registries": clear }))
}

/// The Secret as `kubectl apply` takes it. What it holds is the scenario's to tell.
fn manifest(secret: &keyring::PullSecret) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n  namespace: {}\ntype: {}\ndata:\n",
        secret.name, secret.namespace, secret.secret_type
    );
    for (key, value) in &secret.data {
        let _ = writeln!(text, "  {key}: {}", base64(value.expose()));
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
