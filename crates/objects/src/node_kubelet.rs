use std::path::Path;

use kubelet::{KubeletConfig, PullRecords, Version};
use node::{Flags, Node, parse_bool};

use crate::kubelet_config::read_layers;
use crate::{ConfigFlags, InputError, NotAFlag, PullRecordFile, Source, read_pull_record};

/// Where kubeadm and most others put the configuration file.
const CONFIG: &str = "/var/lib/kubelet/config.yaml";
/// `--root-dir`, unless it is given (`kubernetes cmd/kubelet/app/options/options.go defaultRootDir`).
const ROOT_DIR: &str = "/var/lib/kubelet";

/// A node's kubelet, as the node's files have it.
#[derive(Clone, Debug)]
pub struct NodeKubelet {
    /// What is configured, as far as it concerns images.
    pub config: KubeletConfig,
    /// What it remembers of the images that it pulled. Nothing when it would not look: the feature is off.
    pub records: PullRecords,
    /// What there is to tell of its files.
    pub notes: Vec<String>,
}

impl NodeKubelet {
    /// A kubelet without any file.
    pub fn without_files(version: Version) -> Self {
        let config = KubeletConfig::defaults(version);
        Self { config, records: PullRecords::default(), notes: Vec::new() }
    }

    /// Reads flags, configuration and records. `root` is the node's root directory, where it is one, by which files are
    /// called in messages.
    ///
    /// # Errors
    /// What the kubelet would not start with.
    pub fn read(node: &Node, root: Option<&Path>, version: Version) -> Result<Self, InputError> {
        let reading = Reading { node, root, version, flags: Flags::of_kubelet(node), notes: Vec::new() };
        reading.kubelet()
    }
}

struct Reading<'a> {
    node: &'a Node,
    root: Option<&'a Path>,
    version: Version,
    flags: Flags,
    notes: Vec<String>,
}

impl Reading<'_> {
    fn kubelet(mut self) -> Result<NodeKubelet, InputError> {
        let config = self.config()?;
        let records =
            if config.ensure_secret_pulled_images { self.records() } else { PullRecords::default() };
        Ok(NodeKubelet { config, records, notes: self.notes })
    }

    /// `--config` and `--config-dir`. Without the flag, the usual place is looked at: a copy of a node seldom has its units.
    fn config(&mut self) -> Result<KubeletConfig, InputError> {
        let file = self.source(self.flags.value("config").unwrap_or(CONFIG))?;
        if let (None, Some(path)) = (&file, self.flags.value("config")) {
            self.notes.push(format!(
                "the kubelet's configuration {path} is not among the node's files: defaults are taken"
            ));
        }
        let mut drop_ins = Vec::new();
        if let Some(directory) = self.flags.value("config-dir") {
            let directory = directory.trim_end_matches('/');
            for name in self.node.list_own(directory).iter().filter(|name| name.ends_with(".conf")) {
                drop_ins.extend(self.source(&format!("{directory}/{name}"))?);
            }
        }
        let flags = self.config_flags()?;
        let read = read_layers(file.as_ref(), &drop_ins, &flags, self.version)?;
        self.notes.extend(read.notes.iter().map(ToString::to_string));
        Ok(read.config)
    }

    fn config_flags(&self) -> Result<ConfigFlags, InputError> {
        let number = |flag: &'static str| {
            let parse = |value: &str| value.parse().map_err(|_| NotAFlag { flag, value: value.to_owned() });
            self.flags.value(flag).map(parse).transpose()
        };
        let mut gates = Vec::new();
        for list in self.flags.all("feature-gates") {
            for pair in list.split(',').filter(|pair| !pair.is_empty()) {
                let wrong = || NotAFlag { flag: "feature-gates", value: list.to_owned() };
                let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
                gates.push((name.trim().to_owned(), parse_bool(value.trim()).ok_or_else(wrong)?));
            }
        }
        Ok(ConfigFlags {
            registry_qps: number("registry-qps")?,
            registry_burst: number("registry-burst")?,
            serialize_image_pulls: self.flags.boolean("serialize-image-pulls"),
            feature_gates: gates,
        })
    }

    /// `<root-dir>/image_manager/{pulling,pulled}/sha256-…` (`kubernetes
    /// pkg/kubelet/images/pullmanager/fs_pullrecords.go@994387623 processDirFiles`).
    fn records(&mut self) -> PullRecords {
        let root_dir = self.flags.value("root-dir").unwrap_or(ROOT_DIR).trim_end_matches('/').to_owned();
        let mut records = PullRecords::default();
        for (directory, kind) in [("pulling", "ImagePullIntent"), ("pulled", "ImagePulledRecord")] {
            let directory = format!("{root_dir}/image_manager/{directory}");
            for name in self.node.list_own(&directory) {
                if !name.starts_with("sha256-") || name.ends_with(".tmp") {
                    continue;
                }
                let path = format!("{directory}/{name}");
                // What is no file is passed over.
                let Ok(content) = self.node.read_own(&path) else { continue };
                match read_pull_record(&content, kind, self.version) {
                    Ok(PullRecordFile::Intent(image)) => records.insert_intent_file(&name, Some(image)),
                    Ok(PullRecordFile::Pulled(image_ref, record)) => {
                        records.insert_pulled_file(&name, Some((image_ref, record)));
                    }
                    Err(error) => {
                        self.notes.push(format!(
                            "{}: the kubelet cannot decode this record: {error}",
                            self.shown(&path)
                        ));
                        match kind {
                            "ImagePullIntent" => records.insert_intent_file(&name, None),
                            _ => records.insert_pulled_file(&name, None),
                        }
                    }
                }
            }
        }
        records
    }

    /// A file of the node, if there is one.
    fn source(&self, path: &str) -> Result<Option<Source>, InputError> {
        match self.node.read_own(path) {
            Ok(bytes) => Source::from_reader(&self.shown(path), bytes.as_slice()).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// How a file of the node is called.
    fn shown(&self, path: &str) -> String {
        match self.root {
            Some(root) => root.join(path.trim_start_matches('/')).display().to_string(),
            None => path.to_owned(),
        }
    }
}
