use std::path::{Path, PathBuf};

use crate::LoadError;
use crate::mistake::Mistake;
use crate::place::Place;
use crate::yaml::{Location, Node, Tree, merge, read};

/// The texts that a scenario is made of: its own file first, then those that it includes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<SourceFile>);

#[derive(Clone)]
struct SourceFile {
    name: String,
    text: String,
}

impl std::fmt::Debug for SourceFile {
    /// Only the name: the text may hold logins.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SourceFile").field(&self.name).finish()
    }
}

/// How deep files may include others.
const DEEPEST: usize = 8;

impl Sources {
    /// Reads a text and all that it includes, merged: what a file says lies over what it includes.
    pub(crate) fn read(name: &str, text: &str) -> Result<(Self, Tree), LoadError> {
        let mut sources = Self::default();
        let tree = sources.read_file(name, text.to_owned(), &mut Vec::new())?;
        Ok((sources, tree))
    }

    /// The name of the scenario's own file.
    pub(crate) fn name(&self) -> &str {
        self.0.first().map_or("", |file| &file.name)
    }

    /// A place as messages show it, and the name of its file.
    pub(crate) fn place(&self, at: Location) -> (&str, Place) {
        match self.0.get(at.file) {
            Some(file) => (&file.name, Place::of(&file.text, at)),
            None => ("", Place::default()),
        }
    }

    /// The whole text of the file in which a place is.
    pub(crate) fn text_of(&self, at: Location) -> objects::Source {
        let file = self.0.get(at.file);
        let (name, text) = file.map_or(("", ""), |file| (file.name.as_str(), file.text.as_str()));
        objects::Source::from_text(name, text)
    }

    fn read_file(&mut self, name: &str, text: String, within: &mut Vec<PathBuf>) -> Result<Tree, LoadError> {
        let number = self.0.len();
        self.0.push(SourceFile { name: name.to_owned(), text: text.clone() });
        let own = read(&text, number).map_err(|error| LoadError::from_yaml(self, number, &error))?;
        let Some(include) = own.get("include") else { return Ok(own) };
        within.push(identity(Path::new(name)));
        let mut below: Option<Tree> = None;
        for (path, at) in paths(include).map_err(|at| {
            let mistake = Mistake::Value("expected the path of a file, or a list of them".to_owned());
            LoadError::at(self, at, mistake)
        })? {
            let tree = self.include(name, &path, at, within)?;
            below = Some(match below {
                Some(below) => merge(below, tree),
                None => tree,
            });
        }
        within.pop();
        Ok(match below {
            Some(below) => merge(below, own),
            None => own,
        })
    }

    fn include(
        &mut self,
        from: &str,
        path: &str,
        at: Location,
        within: &mut Vec<PathBuf>,
    ) -> Result<Tree, LoadError> {
        let path = Path::new(from).parent().unwrap_or(Path::new("")).join(path);
        if within.len() > DEEPEST || within.contains(&identity(&path)) {
            return Err(LoadError::at(self, at, Mistake::IncludeCycle(path)));
        }
        let file = objects::Source::open_file(&path)
            .map_err(|error| LoadError::at(self, at, Mistake::unusable_file(&error)))?;
        self.read_file(file.name(), file.text().to_owned(), within)
    }
}

/// Two names of one file are the same file.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn paths(include: &Tree) -> Result<Vec<(String, Location)>, Location> {
    match &include.node {
        Node::Text(path) => Ok(vec![(path.clone(), include.at)]),
        Node::List(list) => {
            let path = |tree: &Tree| match &tree.node {
                Node::Text(path) => Ok((path.clone(), tree.at)),
                _ => Err(tree.at),
            };
            list.iter().map(path).collect()
        }
        _ => Err(include.at),
    }
}
