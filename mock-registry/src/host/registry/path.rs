use http::Method;

use crate::auth::{Access, Action};
use crate::host::facts::cut_last;

/// What a path under `/v2/` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource<'a> {
    Base,
    Catalog,
    Manifest {
        repository: &'a str,
        reference: &'a str,
    },
    Blob {
        repository: &'a str,
        digest: &'a str,
    },
    Tags {
        repository: &'a str,
    },
    Referrers {
        repository: &'a str,
        digest: &'a str,
    },
    /// Where uploads begin.
    Uploads {
        repository: &'a str,
    },
    Upload {
        repository: &'a str,
        id: &'a str,
    },
}

impl<'a> Resource<'a> {
    /// The path's meaning. A repository may hold any word, `manifests` and `blobs` as well: the last one counts.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let rest = path.strip_prefix("/v2")?;
        if rest.is_empty() || rest == "/" {
            return Some(Self::Base);
        }
        let rest = rest.strip_prefix('/')?;
        if rest == "_catalog" {
            return Some(Self::Catalog);
        }
        let (head, last) = cut_last(rest)?;
        let (repository, kind) = cut_last(head).unwrap_or_default();
        match kind {
            "manifests" => return Some(Self::Manifest { repository, reference: last }),
            // `blobs/uploads` is where uploads begin.
            "blobs" if last != "uploads" => return Some(Self::Blob { repository, digest: last }),
            "referrers" => return Some(Self::Referrers { repository, digest: last }),
            _ => {}
        }
        if let Some(repository) = rest.strip_suffix("/tags/list") {
            return Some(Self::Tags { repository });
        }
        if let Some(repository) =
            rest.strip_suffix("/blobs/uploads/").or_else(|| rest.strip_suffix("/blobs/uploads"))
        {
            return Some(Self::Uploads { repository });
        }
        let repository = head.strip_suffix("/blobs/uploads")?;
        Some(Self::Upload { repository, id: last })
    }

    pub(super) const fn repository(self) -> Option<&'a str> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Manifest { repository, .. }
            | Self::Blob { repository, .. }
            | Self::Tags { repository }
            | Self::Referrers { repository, .. }
            | Self::Uploads { repository }
            | Self::Upload { repository, .. } => Some(repository),
        }
    }

    /// What a request for it needs.
    pub(super) fn access(self, method: &Method) -> Access<'a> {
        let Some(name) = self.repository() else {
            return if self == Self::Catalog { Access::Catalog } else { Access::Base };
        };
        let is_upload = matches!(self, Self::Uploads { .. } | Self::Upload { .. });
        let action = match *method {
            Method::GET | Method::HEAD if !is_upload => Action::Pull,
            Method::DELETE if !is_upload => Action::Delete,
            _ => Action::Push,
        };
        Access::Repository { name, action }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let (repository, id) = ("a/blobs/b", "x");
        let table = [
            ("/v2", Some(Resource::Base)),
            ("/v2/", Some(Resource::Base)),
            ("/v2/_catalog", Some(Resource::Catalog)),
            ("/v2/a/blobs/b/tags/list", Some(Resource::Tags { repository })),
            ("/v2/a/blobs/b/manifests/x", Some(Resource::Manifest { repository, reference: id })),
            ("/v2/a/blobs/b/blobs/x", Some(Resource::Blob { repository, digest: id })),
            ("/v2/a/blobs/b/referrers/x", Some(Resource::Referrers { repository, digest: id })),
            ("/v2/a/blobs/b/blobs/uploads/", Some(Resource::Uploads { repository })),
            ("/v2/a/blobs/b/blobs/uploads", Some(Resource::Uploads { repository })),
            ("/v2/a/blobs/b/blobs/uploads/x", Some(Resource::Upload { repository, id })),
            ("/v2x", None),
            ("/v2/a", None),
            ("/v2/a/b/c", None),
            ("/v2/blobs/x", None),
            ("/v2/manifests/x", None),
            ("/v2/tags/list", None),
            ("/v2/a/blobs/b/manifests/x", Some(Resource::Manifest { repository, reference: id })),
            ("/v2/a/blobs/b/blobs/", Some(Resource::Blob { repository, digest: "" })),
        ];
        for (path, expected) in table {
            assert_eq!(Resource::of(path), expected, "{path}");
        }
    }
}
