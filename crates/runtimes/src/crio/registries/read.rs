//! One file of `registries.conf`, and what is refused in it (`loadConfigFile`, `postProcessRegistries`).

use std::collections::BTreeMap;
use std::path::Path;

use distribution::Reference;
use toml::{Table, Value};

use super::super::toml_file::{Flaw, Kind, TomlFile};
use super::{Alias, Endpoint, GRAMMAR, Registries, Registry, is_registry, parse};

type Read<T> = Result<T, Flaw>;

/// A file; drop-ins may not be of version 1.
pub(super) fn file(path: &Path, bytes: &[u8], is_drop_in: bool) -> Read<Registries> {
    let file = TomlFile::parse(path, bytes)?;
    let mut all = Registries { search_origin: path.to_owned(), ..Registries::default() };
    if let Some(old) = file.table.get("registries").and_then(Value::as_table).filter(|old| is_set(old)) {
        return version_1(&file, old, is_drop_in, all);
    }
    all.registries = by_prefix(&file, registries(&file)?)?;
    match file.texts(&["unqualified-search-registries"])? {
        Some(search) => all.search = search_registries(&file, &search)?,
        // Where a later file does not name any, those of the earlier one stay.
        None if is_drop_in => all.search_origin.clear(),
        None => {}
    }
    all.credential_helpers = file.texts(&["credential-helpers"])?.unwrap_or_default();
    if let Some(mode) = file.text(&["short-name-mode"])?
        && !["", "disabled", "enforcing", "permissive"].contains(&mode.as_str())
    {
        return Err(file.flaw(&["short-name-mode"], format!("invalid short-name mode: {mode:?}")));
    }
    all.aliases = aliases(&file, "validating short-name aliases: ")?;
    Ok(all)
}

/// The file of what people chose.
pub(super) fn recorded(path: &Path, bytes: &[u8]) -> Read<BTreeMap<String, Alias>> {
    aliases(&TomlFile::parse(path, bytes)?, "")
}

fn is_set(old: &Table) -> bool {
    ["search", "insecure", "block"].iter().any(|name| old.contains_key(*name))
}

/// `V1RegistriesConf.ConvertToV2`
fn version_1(file: &TomlFile, old: &Table, is_drop_in: bool, mut all: Registries) -> Read<Registries> {
    if is_drop_in {
        return Err(file.flaw(&["registries"], "registry must be in v2 format but is in v1"));
    }
    if file.table.contains_key("registry") || file.table.contains_key("unqualified-search-registries") {
        return Err(file.flaw(&["registries"], "mixing sysregistry v1/v2 is not supported: …"));
    }
    let list = |name: &str| -> Vec<String> {
        let list = old.get(name).and_then(|table| table.get("registries")).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for (name, blocked) in [("block", true), ("insecure", false)] {
        for location in list(name) {
            let location = location_of(file, &["registries", name], &location)?;
            let registry = all.registries.entry(location.clone()).or_default();
            registry.prefix.clone_from(&location);
            registry.endpoint.location = location;
            registry.blocked |= blocked;
            registry.endpoint.insecure |= !blocked;
        }
    }
    all.search = search_registries(file, &list("search"))?;
    Ok(all)
}

fn registries(file: &TomlFile) -> Read<Vec<Registry>> {
    let Some(list) = file.table.get("registry") else { return Ok(Vec::new()) };
    let Value::Array(list) = list else {
        return Err(file.mismatch(&["registry"], list, Kind::Texts));
    };
    let one = |(index, entry): (usize, &Value)| match entry {
        Value::Table(table) => registry(file, &index.to_string(), table),
        other => Err(file.mismatch(&["registry"], other, Kind::Texts)),
    };
    list.iter().enumerate().map(one).collect()
}

/// One `[[registry]]`.
fn registry(file: &TomlFile, index: &str, table: &Table) -> Read<Registry> {
    let at = |name: &'static str| [REGISTRY, index, name];
    let mut registry = Registry {
        prefix: text(file, table, &at("prefix"))?,
        endpoint: endpoint(file, table, &[REGISTRY, index])?,
        mirrors: Vec::new(),
        blocked: truth(file, table, &at("blocked"))?,
        mirror_by_digest_only: truth(file, table, &at("mirror-by-digest-only"))?,
    };
    if registry.prefix.is_empty() {
        if registry.endpoint.location.is_empty() {
            return Err(
                file.flaw(&[REGISTRY, index], "invalid condition: both location and prefix are unset")
            );
        }
        registry.prefix.clone_from(&registry.endpoint.location);
    } else {
        registry.prefix = location_of(file, &at("prefix"), &registry.prefix)?;
        if !registry.prefix.starts_with("*.") && registry.endpoint.location.is_empty() {
            let said = "invalid condition: location is unset and prefix is not in the format: *.example.com";
            return Err(file.flaw(&at("prefix"), said));
        }
    }
    if !registry.endpoint.pull_from_mirror.is_empty() {
        let said =
            format!("pull-from-mirror must not be set for a non-mirror registry {:?}", registry.prefix);
        return Err(file.flaw(&at("pull-from-mirror"), said));
    }
    if registry.prefix.starts_with("*.") && registry.prefix.contains(['/', '@', ':']) {
        let said = format!(
            "Wildcarded prefix should be in the format: *.example.com. Current prefix {:?} is incorrectly formatted",
            registry.prefix
        );
        return Err(file.flaw(&at("prefix"), said));
    }
    registry.mirrors = mirrors(file, index, table, &registry)?;
    Ok(registry)
}

const REGISTRY: &str = "registry";

fn mirrors(file: &TomlFile, index: &str, table: &Table, registry: &Registry) -> Read<Vec<Endpoint>> {
    let list = table.get("mirror").and_then(Value::as_array);
    let mut mirrors = Vec::new();
    for (number, entry) in list.into_iter().flatten().enumerate() {
        let number = number.to_string();
        let at = [REGISTRY, index, "mirror", &number];
        let Value::Table(entry) = entry else { return Err(file.mismatch(&at, entry, Kind::Texts)) };
        let mirror = endpoint(file, entry, &at)?;
        let said = match mirror.pull_from_mirror.as_str() {
            _ if mirror.location.is_empty() => "invalid condition: mirror location is unset".to_owned(),
            mode if !mode.is_empty() && registry.mirror_by_digest_only => format!(
                "cannot set mirror usage mirror-by-digest-only for the registry ({:?}) and pull-from-mirror for per-mirror \
                 ({:?}) at the same time",
                registry.prefix, mirror.location
            ),
            "" | "all" | "digest-only" | "tag-only" => {
                mirrors.push(mirror);
                continue;
            }
            mode => format!("unsupported pull-from-mirror value {mode:?} for mirror {:?}", mirror.location),
        };
        return Err(file.flaw(&at, said));
    }
    Ok(mirrors)
}

fn endpoint(file: &TomlFile, table: &Table, at: &[&str]) -> Read<Endpoint> {
    let below = |name| [at, &[name]].concat();
    let location = text(file, table, &below("location"))?;
    Ok(Endpoint {
        location: location_of(file, &below("location"), &location)?,
        insecure: truth(file, table, &below("insecure"))?,
        pull_from_mirror: text(file, table, &below("pull-from-mirror"))?,
    })
}

/// The value of the last name of a path, which stands in `table`.
fn value<'t>(file: &TomlFile, table: &'t Table, at: &[&str], kind: Kind) -> Read<Option<&'t Value>> {
    let Some(value) = at.last().and_then(|name| table.get(*name)) else { return Ok(None) };
    let fits = match kind {
        Kind::Text => value.is_str(),
        Kind::Truth => value.is_bool(),
        Kind::Texts => value.is_array(),
    };
    if fits { Ok(Some(value)) } else { Err(file.mismatch(at, value, kind)) }
}

fn text(file: &TomlFile, table: &Table, at: &[&str]) -> Read<String> {
    Ok(value(file, table, at, Kind::Text)?.and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn truth(file: &TomlFile, table: &Table, at: &[&str]) -> Read<bool> {
    Ok(value(file, table, at, Kind::Truth)?.and_then(Value::as_bool).unwrap_or_default())
}

/// `parseLocation`
fn location_of(file: &TomlFile, at: &[&str], written: &str) -> Read<String> {
    let trimmed = written.trim_end_matches('/');
    if trimmed.starts_with("http://") || trimmed.starts_with("https://") {
        let said = format!("invalid location '{written}': URI schemes are not supported");
        return Err(file.flaw(at, said));
    }
    Ok(trimmed.to_owned())
}

/// Of several with one prefix the first counts; those at one place must agree on what is said of it.
fn by_prefix(file: &TomlFile, list: Vec<Registry>) -> Read<BTreeMap<String, Registry>> {
    let place = |registry: &Registry| match registry.endpoint.location.as_str() {
        "" => registry.prefix.clone(),
        location => location.to_owned(),
    };
    for registry in &list {
        let others = list.iter().filter(|other| place(other) == place(registry));
        for other in others {
            let what = match () {
                () if registry.endpoint.insecure != other.endpoint.insecure => "insecure",
                () if registry.blocked != other.blocked => "blocked",
                () => continue,
            };
            let location = &registry.endpoint.location;
            let said =
                format!("registry '{location}' is defined multiple times with conflicting '{what}' setting");
            return Err(file.flaw(&[REGISTRY], said));
        }
    }
    let mut unique = BTreeMap::new();
    for registry in list {
        unique.entry(registry.prefix.clone()).or_insert(registry);
    }
    Ok(unique)
}

fn search_registries(file: &TomlFile, list: &[String]) -> Read<Vec<String>> {
    let one = |written: &String| {
        let registry = location_of(file, &["unqualified-search-registries"], written)?;
        // Only a host, with or without a port, makes a reference of which it is the domain.
        let is_host = parse(&format!("{registry}/x")).is_ok_and(|reference| reference.domain == registry);
        if is_host {
            return Ok(registry);
        }
        let said = format!("Invalid unqualified-search-registries entry {registry:?}");
        Err(file.flaw(&["unqualified-search-registries"], said))
    };
    list.iter().map(one).collect()
}

/// `newShortNameAliasCache`
fn aliases(file: &TomlFile, prefix: &str) -> Read<BTreeMap<String, Alias>> {
    let mut found = BTreeMap::new();
    let Some(table) = file.table.get("aliases").and_then(Value::as_table) else { return Ok(found) };
    for (name, value) in table {
        let at = ["aliases", name.as_str()];
        let Value::String(value) = value else { return Err(file.mismatch(&at, value, Kind::Text)) };
        let refused = |said: String| file.flaw(&at, format!("{prefix}{said}"));
        check_short_name(name).map_err(refused)?;
        let value = match value.as_str() {
            "" => None,
            value => Some(alias_value(value).map_err(refused)?),
        };
        found.insert(name.clone(), Alias { value, origin: file.path.clone() });
    }
    Ok(found)
}

/// `validateShortName`
fn check_short_name(name: &str) -> Result<(), String> {
    let parsed = parse(name).map_err(|error| format!("cannot parse short name: {name:?}: {error}"))?;
    let what = match () {
        () if parsed.digest.is_some() => "digest",
        () if parsed.tag.is_some() => "tag",
        () if is_registry(&parsed.domain) => "registry",
        () => return Ok(()),
    };
    Err(format!("invalid short name {name:?}: must not contain {what}"))
}

/// `parseShortNameValue`
fn alias_value(alias: &str) -> Result<Reference, String> {
    let parsed = parse(alias).map_err(|error| format!("parsing alias {alias:?}: {error}"))?;
    let what = match () {
        () if parsed.digest.is_some() => "must not contain digest",
        () if parsed.tag.is_some() => "must not contain tag",
        () if !is_registry(&parsed.domain) => "must contain registry and repository",
        () => return Reference::parse_normalized(alias, GRAMMAR).map_err(|error| error.to_string()),
    };
    Err(format!("invalid alias {alias:?}: {what}"))
}
