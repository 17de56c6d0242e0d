use std::collections::BTreeMap;

use kubelet::ContainerKind;

use crate::Place;
use crate::manifest::{Located, ServiceAccount, Workload};

/// The list and the name of a container; a volume is in no list.
type Part = (Option<ContainerKind>, String);

/// Where the parts of a pod stand that decide about its pulls, each as `file:line:column`.
///
/// ```
/// use kubelet::ContainerKind;
/// use objects::{PodPlaces, Source, read_manifests};
///
/// let text = "kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: b}\n";
/// let manifests = read_manifests(&[Source::from_text("a.yaml", text)], None)?;
/// let places = PodPlaces::of(&manifests.workloads[0], None);
/// assert_eq!(places.image(Some(ContainerKind::Regular), "a"), ("a.yaml:5:22", Some(22)));
/// assert_eq!((places.object(), places.secret("none")), ("a.yaml:1:1", ""));
/// # Ok::<(), objects::InputError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodPlaces {
    object: String,
    /// Also the column from which on the line has the image's name letter by letter, if it does.
    images: BTreeMap<Part, (String, Option<usize>)>,
    /// In the order in which the pod names them, those of its service account last.
    secrets: Vec<(String, String)>,
}

impl PodPlaces {
    /// Those of an object that is or makes pods, and of the service account that they get.
    pub fn of(workload: &Workload, account: Option<&ServiceAccount>) -> Self {
        let manifest = &workload.pod;
        let mut places = Self { object: workload.place.to_string(), ..Self::default() };
        for (kind, list) in [
            (ContainerKind::Init, &manifest.init_containers),
            (ContainerKind::Regular, &manifest.containers),
            (ContainerKind::Ephemeral, &manifest.ephemeral_containers),
        ] {
            list.iter().for_each(|c| places.note(Some(kind), &c.name, c.image.as_ref(), &c.place));
        }
        for volume in &manifest.image_volumes {
            places.note(None, &volume.name, volume.reference.as_ref(), &workload.place);
        }
        for name in manifest.pull_secrets.iter().chain(account.iter().flat_map(|a| &a.pull_secrets)) {
            places.secrets.push((name.value.clone(), name.place.to_string()));
        }
        places
    }

    /// Those of a pod that is made up for an image: where that is named, and the Secrets.
    pub fn made_up(
        container: &str,
        image: String,
        secrets: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let part = (Some(ContainerKind::Regular), container.to_owned());
        Self {
            object: String::new(),
            images: BTreeMap::from([(part, (image, None))]),
            secrets: secrets.into_iter().collect(),
        }
    }

    /// Where the object begins; empty for a pod that is made up.
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Where the image of a container or volume is named, and the column from which on the line has it letter by letter;
    /// empty where that is not known.
    pub fn image(&self, kind: Option<ContainerKind>, name: &str) -> (&str, Option<usize>) {
        let known = self.images.get(&(kind, name.to_owned()));
        known.map_or(("", None), |(place, spelled_at)| (place, *spelled_at))
    }

    /// Where a Secret is named; empty where it is not.
    pub fn secret(&self, name: &str) -> &str {
        self.secrets.iter().find(|(known, _)| known == name).map_or("", |(_, place)| place)
    }

    /// Where the first of the Secrets is named; empty where there is none.
    pub fn first_secret(&self) -> &str {
        self.secrets.first().map_or("", |(_, place)| place)
    }

    fn note(
        &mut self,
        kind: Option<ContainerKind>,
        name: &str,
        image: Option<&Located<String>>,
        otherwise: &Place,
    ) {
        let at = image.map_or(otherwise, |image| &image.place);
        let spelled_at = image.and_then(|image| image.spelled_at);
        self.images.insert((kind, name.to_owned()), (at.to_string(), spelled_at));
    }
}
