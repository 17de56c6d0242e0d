use crate::excerpt::Reveal;
use crate::manifest::{ContainerManifest, ImageVolumeManifest, Located, PodManifest};
use crate::secret_object::{printable, wrong_shape};
use crate::tree::Tree;
use crate::{InputError, Place, Source};

/// Reads the pod in a Pod or a template. Paths are those that the API server prints.
pub(super) struct PodReading<'a> {
    pub source: &'a Source,
}

impl PodReading<'_> {
    /// The pod of a Pod or of a template; `path` is that of the template, with a dot at its end.
    pub fn pod(&self, tree: &Tree, path: &str) -> Result<PodManifest, InputError> {
        let Some(spec) = tree.set("spec") else {
            let place = tree.span.place(self.source, Reveal::Masked);
            return Err(InputError::Required { place, field: format!("{path}spec") });
        };
        let path = format!("{path}spec.");
        if !spec.is_map() {
            return Err(wrong_shape(self.source, spec, path.trim_end_matches('.'), "a mapping"));
        }
        let containers = self.containers(spec, &path, "containers")?;
        if containers.is_empty() {
            let place = spec.span.place(self.source, Reveal::Masked);
            return Err(InputError::Required { place, field: format!("{path}containers") });
        }
        let account = match self.located(spec, &path, "serviceAccountName")? {
            Some(account) if !account.value.is_empty() => Some(account),
            // The older name of the field, which the API server still copies.
            _ => self.located(spec, &path, "serviceAccount")?.filter(|account| !account.value.is_empty()),
        };
        Ok(PodManifest {
            annotations: self.annotations(tree.get("metadata"))?,
            service_account: account,
            pull_secrets: self.pull_secrets(spec, &path)?,
            init_containers: self.containers(spec, &path, "initContainers")?,
            containers,
            ephemeral_containers: self.containers(spec, &path, "ephemeralContainers")?,
            image_volumes: self.image_volumes(spec, &path)?,
            node_selector: self.texts(spec.get("nodeSelector"), &format!("{path}nodeSelector"))?,
        })
    }

    /// The annotations of an object's metadata.
    pub fn annotations(&self, metadata: Option<&Tree>) -> Result<Vec<(String, String)>, InputError> {
        self.texts(metadata.and_then(|metadata| metadata.get("annotations")), "metadata.annotations")
    }

    /// The names in `imagePullSecrets`.
    pub fn pull_secrets(&self, tree: &Tree, path: &str) -> Result<Vec<Located<String>>, InputError> {
        let mut names = Vec::new();
        for (index, element) in self.list(tree, path, "imagePullSecrets")?.iter().enumerate() {
            let path = format!("{path}imagePullSecrets[{index}]");
            if !element.is_map() {
                return Err(wrong_shape(self.source, element, &path, "a mapping: name: SECRET"));
            }
            // An empty name is accepted by the API server and passed over by the kubelet.
            let name = self.located(element, &format!("{path}."), "name")?;
            let place = element.span.plain_place(self.source);
            names.push(name.unwrap_or(Located { value: String::new(), place, spelled_at: None }));
        }
        Ok(names)
    }

    fn containers(&self, spec: &Tree, path: &str, field: &str) -> Result<Vec<ContainerManifest>, InputError> {
        let mut containers: Vec<ContainerManifest> = Vec::new();
        for (index, element) in self.list(spec, path, field)?.iter().enumerate() {
            let path = format!("{path}{field}[{index}]");
            if !element.is_map() {
                return Err(wrong_shape(self.source, element, &path, "a mapping"));
            }
            let path = format!("{path}.");
            let name = self.located(element, &path, "name")?.filter(|name| !name.value.is_empty());
            let name = name.ok_or_else(|| InputError::Required {
                place: element.span.place(self.source, Reveal::Masked),
                field: format!("{path}name"),
            })?;
            if containers.iter().any(|known| known.name == name.value) {
                let place = element.get("name").map_or(element.span, |tree| tree.span);
                return Err(InputError::DuplicateName {
                    place: place.place(self.source, Reveal::Shown),
                    field: format!("{path}name"),
                    name: name.value,
                });
            }
            let mut mounts = Vec::new();
            for mount in self.list(element, &path, "volumeMounts")? {
                mounts.extend(self.located(mount, &path, "name")?.map(|name| name.value));
            }
            containers.push(ContainerManifest {
                name: name.value,
                place: element.span.plain_place(self.source),
                image: self.located(element, &path, "image")?,
                pull_policy: self.located(element, &path, "imagePullPolicy")?,
                mounts,
                restarts_always: element.plain("restartPolicy") == Some("Always"),
            });
        }
        Ok(containers)
    }

    fn image_volumes(&self, spec: &Tree, path: &str) -> Result<Vec<ImageVolumeManifest>, InputError> {
        let mut volumes = Vec::new();
        for (index, volume) in self.list(spec, path, "volumes")?.iter().enumerate() {
            let Some(image) = volume.set("image") else { continue };
            let path = format!("{path}volumes[{index}].");
            if !image.is_map() {
                return Err(wrong_shape(self.source, image, &format!("{path}image"), "a mapping"));
            }
            let name = self.located(volume, &path, "name")?.map(|name| name.value).unwrap_or_default();
            let path = format!("{path}image.");
            volumes.push(ImageVolumeManifest {
                name,
                index,
                reference: self.located(image, &path, "reference")?,
                pull_policy: self.located(image, &path, "pullPolicy")?,
            });
        }
        Ok(volumes)
    }

    /// The elements of a list; none where it is absent or `null`.
    fn list<'t>(&self, tree: &'t Tree, path: &str, field: &str) -> Result<&'t [Tree], InputError> {
        match tree.set(field) {
            None => Ok(&[]),
            Some(list) if list.is_list() => Ok(list.list()),
            Some(other) => Err(wrong_shape(self.source, other, &format!("{path}{field}"), "a list")),
        }
    }

    /// A text and its place; none where it is absent or `null`.
    fn located(&self, tree: &Tree, path: &str, field: &str) -> Result<Option<Located<String>>, InputError> {
        let Some(value) = tree.set(field) else { return Ok(None) };
        match value.text() {
            Some(text) => {
                let place = value.span.plain_place(self.source);
                let spelled_at = spelled_at(self.source, &place, text.expose());
                Ok(Some(Located { value: text.expose().clone(), place, spelled_at }))
            }
            None => Err(wrong_shape(self.source, value, &format!("{path}{field}"), "a text")),
        }
    }

    fn texts(&self, tree: Option<&Tree>, path: &str) -> Result<Vec<(String, String)>, InputError> {
        let Some(map) = tree.filter(|tree| !tree.is_null()) else { return Ok(Vec::new()) };
        if !map.is_map() {
            return Err(wrong_shape(self.source, map, path, "a mapping"));
        }
        let text = |member: &crate::tree::Member| {
            let key = member.key.expose().clone();
            match member.value.text() {
                Some(text) => Ok((key, text.expose().clone())),
                None if member.value.is_null() => Ok((key, String::new())),
                None => {
                    let path = format!("{path}[{}]", printable(&key));
                    Err(wrong_shape(self.source, &member.value, &path, "a text"))
                }
            }
        };
        map.members().iter().map(text).collect()
    }
}

/// The column at which the line has a value letter by letter: where it stands, or behind the quote there.
fn spelled_at(source: &Source, place: &Place, value: &str) -> Option<usize> {
    let line = source.line(place.line)?;
    let rest: String = line.chars().skip(place.column.checked_sub(1)?).collect();
    let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first));
    let inner = quote.and_then(|quote| rest.strip_prefix(quote)).unwrap_or(&rest);
    let behind = inner.strip_prefix(value)?;
    let ends = match quote {
        Some(quote) => behind.starts_with(quote),
        None => behind.is_empty() || behind.starts_with([' ', '\t', ',', '}', ']', '#']),
    };
    ends.then_some(place.column + usize::from(quote.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_stands_letter_by_letter() {
        let at = |line: &str, value: &str| {
            let place = Place { file: "f".into(), line: 2, column: 8, excerpt: None };
            spelled_at(&Source::from_text("f", format!("a: b\n{line}\nc: d\n")), &place, value)
        };
        assert_eq!(at("image: app:v1", "app:v1"), Some(8));
        assert_eq!(at("image: app:v1 # soon", "app:v1"), Some(8));
        assert_eq!(at("image: 'app:v1'", "app:v1"), Some(9));
        assert_eq!(at("{a: b, \"app:v1\", c: d}", "app:v1"), Some(9));
        for written in ["image: >-", "image: app:v12", "image: \"app:\\x761\"", "image: \"app:v1"] {
            assert_eq!(at(written, "app:v1"), None, "{written}");
        }
    }
}
