use std::collections::BTreeMap;

use distribution::{Digest, Grammar, Reference};

use crate::{
    Access, AccessReason, Coordinates, PulledRecord, RecordedCredentials, RecordedSecret, VerificationPolicy,
};

/// So many Secrets are remembered of an image without being asked for; more only if they pull it
/// (`image_pull_manager.go writeRecordWhileMatchingLimit`).
const MAX_CACHED_SECRETS: usize = 100;

/// What a kubelet remembers of the images that it pulled, and of the credentials that were good for them
/// (`kubernetes pkg/kubelet/images/pullmanager/image_pull_manager.go@a02748c1`, `fs_pullrecords.go`, from 1.33). A real one
/// keeps each record in a file below its root directory, under a name that follows from the image's
/// ([`PullRecords::file_name`]); here they live as long as the simulated node.
#[derive(Clone, Debug, Default)]
pub struct PullRecords {
    /// By file name in `image_manager/pulled`: the runtime's name of the image and what is recorded of it; none in a file
    /// that cannot be decoded.
    pulled: BTreeMap<String, Option<(String, PulledRecord)>>,
    /// By file name in `image_manager/pulling`.
    intents: BTreeMap<String, Intent>,
}

/// What is in a file of `pulling`.
#[derive(Clone, Debug)]
enum Intent {
    /// The image as written in the pod, and how many pulls this process has under way.
    Image {
        image: String,
        under_way: usize,
    },
    Undecodable,
}

impl PullRecords {
    /// The name of the file with what is recorded of an image: in `pulled` by the runtime's name for it, in `pulling` by
    /// that in the pod (`fs_pullrecords.go cacheFilename`).
    pub fn file_name(image: &str) -> String {
        format!("sha256-{}", Digest::sha256_of(image).hex())
    }

    /// A file of `pulling` that was there when the kubelet started; without an image, one that it cannot decode.
    pub fn insert_intent_file(&mut self, file_name: &str, image: Option<String>) {
        let intent = image.map_or(Intent::Undecodable, |image| Intent::Image { image, under_way: 0 });
        self.intents.insert(file_name.to_owned(), intent);
    }

    /// A file of `pulled`; without a record, one that the kubelet cannot decode.
    pub fn insert_pulled_file(&mut self, file_name: &str, record: Option<(String, PulledRecord)>) {
        self.pulled.insert(file_name.to_owned(), record);
    }

    /// A pull of `image` begins.
    pub fn record_pull_intent(&mut self, image: &str) {
        let intent = self.intents.entry(Self::file_name(image)).or_insert(Intent::Undecodable);
        let before = match intent {
            Intent::Image { image: known, under_way } if known == image => *under_way,
            _ => 0,
        };
        *intent = Intent::Image { image: image.to_owned(), under_way: before + 1 };
    }

    /// It ended without the image.
    pub fn record_pull_failed(&mut self, image: &str) {
        let file = Self::file_name(image);
        match self.intents.get_mut(&file) {
            Some(Intent::Image { under_way, .. }) if *under_way > 1 => *under_way -= 1,
            _ => {
                self.intents.remove(&file);
            }
        }
    }

    /// It ended with the image `image_ref`, thanks to these credentials.
    pub fn record_pulled(&mut self, image: &str, image_ref: &str, credentials: &RecordedCredentials) {
        self.record_pull_failed(image);
        self.merge(image_ref, image, credentials);
    }

    /// Joins what is known of an image; tells whether anything changed.
    pub fn merge(&mut self, image_ref: &str, image: &str, credentials: &RecordedCredentials) -> bool {
        let record = self.record_mut(image_ref);
        match record.credential_mapping.get_mut(&repository(image)) {
            Some(known) => known.merge(credentials),
            None => record.credential_mapping.insert(repository(image), credentials.clone()).is_none(),
        }
    }

    /// The images whose pulls had begun when the kubelet was started.
    pub fn begun(&self) -> Vec<String> {
        let image = |intent: &Intent| match intent {
            Intent::Image { image, .. } => Some(image.clone()),
            Intent::Undecodable => None,
        };
        self.intents.values().filter_map(image).collect()
    }

    /// An image whose pull had begun turns out to be there: it was pulled, nobody knows by whom (`initialize`).
    pub fn adopt(&mut self, image: &str, image_ref: &str) {
        self.record_mut(image_ref);
        self.intents.remove(&Self::file_name(image));
    }

    /// The record of an image, made where there is none that can be used.
    fn record_mut(&mut self, image_ref: &str) -> &mut PulledRecord {
        let pulled = self.pulled.entry(Self::file_name(image_ref)).or_default();
        if pulled.as_ref().is_some_and(|(known, _)| known != image_ref) {
            *pulled = None;
        }
        &mut pulled.get_or_insert_with(|| (image_ref.to_owned(), PulledRecord::default())).1
    }

    /// Puts a record as it is, as if read from the node's disk.
    pub fn insert(&mut self, image_ref: &str, record: PulledRecord) {
        self.insert_pulled_file(&Self::file_name(image_ref), Some((image_ref.to_owned(), record)));
    }

    /// What is known of an image.
    pub fn get(&self, image_ref: &str) -> Option<&PulledRecord> {
        let (known, record) = self.pulled.get(&Self::file_name(image_ref))?.as_ref()?;
        (known == image_ref).then_some(record)
    }

    /// The runtime's names of the images that are recorded for a repository (`domain/path`).
    pub fn recorded_for(&self, image: &str) -> Vec<&str> {
        let repository = repository(image);
        let of_it =
            |(_, record): &&(String, PulledRecord)| record.credential_mapping.contains_key(&repository);
        self.pulled.values().flatten().filter(of_it).map(|(image_ref, _)| image_ref.as_str()).collect()
    }

    /// Whether a pod with these credentials must pull an image that is on the node, and why; an empty `image_ref` says that
    /// it is not. What matches is remembered.
    pub fn must_attempt_pull(
        &mut self,
        policy: &VerificationPolicy,
        image: &str,
        image_ref: &str,
        pod: &RecordedCredentials,
    ) -> Access {
        let (record, reason) = self.judge(policy, image, image_ref, pod);
        if let AccessReason::Secret { secret, .. } = &reason {
            self.remember(image, image_ref, pod, secret);
        }
        Access { image_ref: image_ref.to_owned(), record, reason }
    }

    fn judge(
        &self,
        policy: &VerificationPolicy,
        image: &str,
        image_ref: &str,
        pod: &RecordedCredentials,
    ) -> (Option<String>, AccessReason) {
        if image_ref.is_empty() {
            return (None, AccessReason::Absent);
        }
        let file = Self::file_name(image_ref);
        let pulled = match self.pulled.get(&file) {
            Some(None) => return (Some(format!("pulled/{file}")), AccessReason::UnreadableRecord),
            _ => self.get(image_ref),
        };
        let Some(record) = pulled else { return self.judge_unrecorded(policy, image) };
        let decided = Some(format!("pulled/{file}"));
        if !policy.requires_verification(image, true) {
            return (decided, AccessReason::NotAsked { pulled_by_kubelet: true });
        }
        let repository = repository(image);
        let reason = match record.credential_mapping.get(&repository) {
            Some(known) => known.admits(pod),
            None if record.credential_mapping.is_empty() => AccessReason::Nobody,
            None => AccessReason::OtherRepository { repository },
        };
        (decided, reason)
    }

    /// Of an image without a record, all that is known is whether its pull had begun.
    fn judge_unrecorded(&self, policy: &VerificationPolicy, image: &str) -> (Option<String>, AccessReason) {
        let file = Self::file_name(image);
        let decided = Some(format!("pulling/{file}"));
        let pulling = match self.intents.get(&file) {
            Some(Intent::Undecodable) => return (decided, AccessReason::UnreadableRecord),
            Some(Intent::Image { image: known, .. }) => known == image,
            None => false,
        };
        let reason = match policy.requires_verification(image, pulling) {
            true => AccessReason::NoRecord { pulling },
            false => AccessReason::NotAsked { pulled_by_kubelet: pulling },
        };
        (decided.filter(|_| pulling), reason)
    }

    /// A Secret that matched, with the login that it has now, counts from now on.
    fn remember(&mut self, image: &str, image_ref: &str, pod: &RecordedCredentials, secret: &Coordinates) {
        let own: Vec<RecordedSecret> =
            pod.secrets.iter().filter(|own| own.coordinates == *secret).take(1).cloned().collect();
        let record = self.record_mut(image_ref);
        if let Some(known) = record.credential_mapping.get_mut(&repository(image))
            && known.secrets.len() < MAX_CACHED_SECRETS
        {
            known.merge(&RecordedCredentials { secrets: own, ..RecordedCredentials::default() });
        }
    }
}

impl RecordedCredentials {
    /// What these say of a pod: each of its Secrets is compared with each that is recorded, by its login, then by its
    /// place; then its service account.
    fn admits(&self, pod: &Self) -> AccessReason {
        if self.node_pods_accessible {
            return AccessReason::Everybody;
        }
        if self.secrets.is_empty() && self.service_accounts.is_empty() {
            return AccessReason::Nobody;
        }
        let mut unknown_uid = None;
        for own in &pod.secrets {
            for known in &self.secrets {
                let secret = own.coordinates.clone();
                if !known.hash.is_empty() && known.hash == own.hash {
                    return AccessReason::Secret { secret, same_login: true };
                }
                // Past the limit a changed login counts no more (`MustAttemptImagePull`).
                if known.coordinates == own.coordinates && self.secrets.len() < MAX_CACHED_SECRETS {
                    return AccessReason::Secret { secret, same_login: false };
                }
                if own.coordinates.could_be(&known.coordinates) {
                    unknown_uid = Some(secret);
                }
            }
        }
        match pod.service_accounts.iter().find(|own| self.service_accounts.contains(own)) {
            Some(account) => AccessReason::ServiceAccount(account.clone()),
            None => AccessReason::Others { unknown_uid },
        }
    }
}

impl Coordinates {
    /// Whether this object, whose UID is not known, may be that one.
    fn could_be(&self, known: &Self) -> bool {
        self.uid.is_empty()
            && !known.uid.is_empty()
            && (&self.namespace, &self.name) == (&known.namespace, &known.name)
    }
}

/// `domain/path`, in full. What does not parse stands for itself; it was never pulled.
fn repository(image: &str) -> String {
    match Reference::parse_normalized(image, Grammar::V0_6_0) {
        Ok(reference) => reference.name(),
        Err(_) => image.to_owned(),
    }
}
