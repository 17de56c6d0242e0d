//! The files that a file imports (containerd 2.1 cmd/containerd/server/config/config.go, 1.6 and 1.7
//! services/server/config/config.go: `resolveImports`).

use std::path::{Component, Path, PathBuf};

use node::Node;

use super::error::ConfigProblem;

/// The paths that `imports` names, in order. A pattern finds files in one directory; before 1.7 it is taken as it is,
/// from the daemon's working directory.
pub(super) fn resolve(
    node: &Node,
    parent: &Path,
    imports: &[String],
    cleans_patterns: bool,
) -> Result<Vec<PathBuf>, ConfigProblem> {
    let directory = parent.parent().unwrap_or(Path::new("/"));
    let mut found = Vec::new();
    for import in imports {
        let is_pattern = import.contains('*');
        let from = if is_pattern && !cleans_patterns { Path::new("/") } else { directory };
        let path = clean(&from.join(import));
        if is_pattern {
            found.extend(glob(node, &path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// `filepath.Clean` of an absolute path.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => cleaned.push(name),
            Component::ParentDir => drop(cleaned.pop()),
            _ => {}
        }
    }
    cleaned
}

/// `filepath.Glob`: each part of the path may be a pattern.
fn glob(node: &Node, path: &Path) -> Result<Vec<PathBuf>, ConfigProblem> {
    let mut found = vec![PathBuf::from("/")];
    for component in path.components() {
        let Component::Normal(name) = component else { continue };
        let pattern = name.to_string_lossy();
        let mut next = Vec::new();
        let has_meta = pattern.contains(['*', '?', '[', '\\']);
        for directory in &found {
            if !has_meta {
                next.push(directory.join(&*pattern));
                continue;
            }
            // A pattern is looked at even where there is nothing to match.
            matches(&pattern, "")?;
            let mut names = node.list_own(directory);
            names.sort();
            names.dedup();
            for name in names {
                if matches(&pattern, &name)? {
                    next.push(directory.join(name));
                }
            }
        }
        found = next;
    }
    Ok(found.into_iter().filter(|path| node.read_own(path).is_ok() || node.is_directory(path)).collect())
}

/// `filepath.Match`
fn matches(pattern: &str, name: &str) -> Result<bool, ConfigProblem> {
    gostd::filepath::path_match(pattern, name).map_err(|_| ConfigProblem::BadPattern)
}
