//! `URL.ResolveReference`: what a `Location` header leads to.

use super::Url;

impl Url {
    /// The absolute URL that `reference` means when found at this one (RFC 3986 section 5.2, as Go does it).
    #[must_use]
    pub fn resolve_reference(&self, reference: &Self) -> Self {
        let mut url = reference.clone();
        if reference.scheme.is_empty() {
            url.scheme.clone_from(&self.scheme);
        }
        if !reference.scheme.is_empty() || !reference.host.is_empty() || reference.user.is_some() {
            url.put_path(&resolve_path(&reference.escaped_path(), ""));
            return url;
        }
        if !reference.opaque.is_empty() {
            return url.without_authority();
        }
        if reference.path.is_empty() && !reference.force_query && reference.raw_query.is_empty() {
            url.raw_query.clone_from(&self.raw_query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
                url.raw_fragment.clone_from(&self.raw_fragment);
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            return url.without_authority();
        }
        url.host.clone_from(&self.host);
        url.user.clone_from(&self.user);
        url.put_path(&resolve_path(&self.escaped_path(), &reference.escaped_path()));
        url
    }

    fn without_authority(mut self) -> Self {
        self.user = None;
        self.host.clear();
        self.path.clear();
        self
    }

    /// Go leaves out the check too: the path was encoded by ourselves.
    fn put_path(&mut self, encoded: &str) {
        let _ = self.set_path(encoded);
    }
}

/// Joins two encoded paths and takes out `.` and `..` (`go1.25 net/url/url.go resolvePath`).
fn resolve_path(base: &str, reference: &str) -> String {
    let full = if reference.is_empty() {
        base.to_owned()
    } else if reference.starts_with('/') {
        reference.to_owned()
    } else {
        format!("{}{reference}", &base[..base.rfind('/').map_or(0, |slash| slash + 1)])
    };
    if full.is_empty() {
        return full;
    }
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = full.strip_prefix('/').unwrap_or(&full).split('/').collect();
    for segment in &segments {
        match *segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    if let Some(&("." | "..")) = segments.last() {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}
