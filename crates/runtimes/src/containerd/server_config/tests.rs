//! As containerd 1.6.20, 1.7.24 and 2.1.9 did with these files; what is of 2.3 was read.

use std::path::PathBuf;

use super::*;

const NEW: &str = "io.containerd.cri.v1.images";
const OLD: &str = "io.containerd.grpc.v1.cri";

fn load(runtime: &str, files: &[(&str, &str)]) -> Result<ServerConfig, ConfigError> {
    let files = files.iter().map(|(name, text)| {
        let text = text.replace("{OLD}", "plugins.'io.containerd.grpc.v1.cri'");
        let text = text.replace("{NEW}", "plugins.'io.containerd.cri.v1.images'");
        (PathBuf::from("/etc/containerd").join(name), text.into_bytes())
    });
    ServerConfig::load(&Node::memory(files), Profile::named(runtime).unwrap())
}

/// Whether a registry's `config_path` arrives where images are.
fn arrives(runtime: &str, files: &[(&str, &str)]) -> bool {
    let config = load(runtime, files).unwrap();
    config
        .images()
        .and_then(|images| images.get("registry")?.get("config_path")?.as_str())
        .is_some_and(|p| !p.is_empty())
}

fn said(runtime: &str, text: &str) -> String {
    load(runtime, &[("config.toml", text)]).unwrap_err().said()
}

const PATHS: &str = "config_path = '/etc/containerd/certs.d'\n";

#[test]
fn versions_and_the_names_of_plugins() {
    // The text before the path, and in which of 1.6.20, 1.7.24, 2.1.9 and 2.3.4 the path counts.
    let cases: [(&str, [bool; 4]); 10] = [
        ("[{OLD}.registry]\n", [false, false, false, true]),
        ("[plugins.cri.registry]\n", [true, true, false, true]),
        ("version = 1\n[plugins.cri.registry]\n", [true, true, false, true]),
        ("version = 1\n[{OLD}.registry]\n", [false, false, false, true]),
        ("version = 2\n[{OLD}.registry]\n", [true, true, true, true]),
        ("version = 2\n[{NEW}.registry]\n", [false, false, true, true]),
        ("version = 2\n[{OLD}.registry]\nCONFIG_PATH = '/x'\n#", [true, true, true, true]),
        ("version = 2\n[{OLD}.registry]\nConfig_Path = '/x'\n#", [false, false, true, true]),
        ("version = 2\n[{OLD}.Registry]\n", [false, false, false, false]),
        ("version = 0\n[plugins.cri.registry]\n", [true, true, false, true]),
    ];
    for (text, expected) in cases {
        let text = format!("{text}{PATHS}");
        for (runtime, expected) in ["1.6.20", "1.7.24", "2.1.9", "2.3.4"].into_iter().zip(expected) {
            let runtime = format!("containerd-{runtime}");
            assert_eq!(arrives(&runtime, &[("config.toml", &text)]), expected, "{runtime} {text}");
        }
    }
    let third = format!("version = 3\n[{{OLD}}.registry]\n{PATHS}");
    assert!(arrives("containerd-1.6.20", &[("config.toml", &third)]));
    assert!(!arrives("containerd-2.1.9", &[("config.toml", &third)]));
    assert!(arrives("containerd-2.3.4", &[("config.toml", &third)]));
}

#[test]
fn what_stays_behind_without_runtimes() {
    let snapshotter = |text: &str| {
        let config = load("containerd-2.1.9", &[("config.toml", text)]).unwrap();
        config.images().is_some_and(|images| images.get("snapshotter").is_some())
    };
    let settings = "version = 2\n[{OLD}.containerd]\nsnapshotter = 'native'\n";
    assert!(!snapshotter(settings));
    assert!(snapshotter(&format!("{settings}[{{OLD}}.containerd.runtimes.runc]\nruntime_type = 'x'\n")));
    // A setting that there was not yet is not taken along.
    let local =
        load("containerd-2.1.9", &[("config.toml", "version = 2\n[{OLD}]\nuse_local_image_pull = true\n")]);
    assert!(local.unwrap().images().unwrap().get("use_local_image_pull").is_none());
}

#[test]
fn imports() {
    let main = "version = 2\nimports = ['/etc/containerd/conf.d/*.toml']\n";
    let old = format!("version = 2\n[{{OLD}}.registry]\n{PATHS}");
    let versionless = format!("[{{OLD}}.registry]\n{PATHS}");
    let downloads = "version = 2\n[{OLD}]\nmax_concurrent_downloads = 4\n";
    let both = format!("{main}[{{OLD}}.registry]\n{PATHS}");
    // The main file, the imported one, and in which of 1.6.20, 1.7.24 and 2.1.9 the path counts.
    let cases: [(&str, &str, &str, [bool; 3]); 7] = [
        (main, "conf.d/a.toml", &old, [true; 3]),
        (main, "conf.d/a.toml", &versionless, [true; 3]),
        (&both, "conf.d/a.toml", downloads, [false, false, true]),
        (&both, "conf.d/a.toml", "root = '/var/lib/containerd'\n", [true; 3]),
        ("version = 2\nimports = ['sub/x.toml']\n", "sub/x.toml", &old, [true; 3]),
        ("version = 2\nimports = ['sub/*.toml']\n", "sub/x.toml", &old, [false, true, true]),
        ("version = 2\n", "conf.d/a.toml", &old, [false; 3]),
    ];
    for (main, name, imported, expected) in cases {
        for (runtime, expected) in ["1.6.20", "1.7.24", "2.1.9"].into_iter().zip(expected) {
            let runtime = format!("containerd-{runtime}");
            let files = [("config.toml", main), (name, imported)];
            assert_eq!(arrives(&runtime, &files), expected, "{runtime} {main} {imported}");
        }
    }
    let circle = format!("version = 2\nimports = ['config.toml']\n[{{OLD}}.registry]\n{PATHS}");
    assert!(arrives(
        "containerd-2.1.9",
        &[("config.toml", "version = 2\nimports = ['b.toml']\n"), ("b.toml", &circle)]
    ));
    let third = ("conf.d/a.toml", "version = 3\n");
    let error = load("containerd-2.3.4", &[("config.toml", main), third]).unwrap_err();
    assert_eq!(error.said(), "drop-in config version 3 higher than root config version 2");
    let error = load("containerd-1.7.24", &[("config.toml", main), third]).unwrap_err();
    assert_eq!(
        error.said(),
        "failed to load TOML from /etc/containerd/conf.d/a.toml: unsupported config version `3`"
    );
}

#[test]
fn files_with_which_it_does_not_start() {
    let (six, seven, two) = ("containerd-1.6.20", "containerd-1.7.24", "containerd-2.1.9");
    let from = "failed to load TOML from /etc/containerd/config.toml:";
    let file = "failed to load TOML: /etc/containerd/config.toml:";
    let cases: [(&str, &str, String); 37] = [
        (seven, "version = 3\n", format!("{from} unsupported config version `3`")),
        (two, "version = 4\n", format!("{from} expected containerd config version equal to or less than `3`, got `4`")),
        (
            two,
            "version = 2\ndisabled_plugins = ['cri']\n",
            format!("{from} invalid disabled plugin URI \"cri\" expect io.containerd.x.vx"),
        ),
        (
            six,
            "version = 2\n[plugins.cri]\n",
            format!("{from} invalid plugin key URI \"cri\" expect io.containerd.x.vx"),
        ),
        (seven, "imports = ['/etc/containerd/[*.toml']\n", "syntax error in pattern".into()),
        (two, "imports = ['n.toml']\n", "open /etc/containerd/n.toml: no such file or directory".into()),
        (
            six,
            "imports = ['n.toml']\n",
            "failed to load TOML: /etc/containerd/n.toml: open /etc/containerd/n.toml: no such file or directory".into(),
        ),
        (two, "version = 2\nroot = '/x'\nstate = '/x'\n", "root and state must be different paths".into()),
        // Values of another type.
        (six, "version = 2\nroot = 5\n", "failed to unmarshal TOML: (2, 1): Can't convert 5(int64) to string".into()),
        (
            two,
            "version = 2\nroot = 5\n",
            "failed to unmarshal TOML at row 2 column 8: toml: cannot decode TOML integer into struct field \
             config.Config.Root of type string"
                .into(),
        ),
        (
            seven,
            "version = 2\ndisabled_plugins = 'cri'\n",
            "failed to unmarshal TOML: (2, 1): Can't convert cri(string) to []string(slice)".into(),
        ),
        (
            two,
            "version = 2\n[grpc]\nuid = 'a'\n",
            "failed to unmarshal TOML at row 3 column 7: toml: cannot decode TOML string into struct field \
             config.GRPCConfig.UID of type int"
                .into(),
        ),
        (
            seven,
            "version = 2\n[{OLD}.registry]\n  config_path = 1.5\n",
            "(3, 3): Can't convert 1.5(float64) to string".into(),
        ),
        (
            two,
            "version = 2\n[{OLD}.registry]\nconfig_path = 5\n",
            "toml: cannot decode TOML integer into struct field config.Registry.ConfigPath of type string".into(),
        ),
        (
            seven,
            "version = 2\n[{OLD}.registry]\nconfig_path = ['/a']\n",
            "(3, 1): Can't convert [/a]([]interface {}) to a slice".into(),
        ),
        (
            two,
            "version = 3\n[{NEW}.registry.mirrors.'r.test']\nendpoint = 'http://m'\n",
            "toml: cannot decode TOML string into struct field config.Mirror.Endpoints of type []string".into(),
        ),
        (
            six,
            "version = 2\n[{OLD}.registry.mirrors.'r.test']\nendpoint = 'http://m'\n",
            "(3, 1): Can't convert http://m(string) to []string(slice)".into(),
        ),
        (
            two,
            "version = 3\n[{NEW}.registry.mirrors]\n'r.test' = 'x'\n",
            "toml: cannot decode TOML string into config.Mirror".into(),
        ),
        (
            seven,
            "version = 2\n[{OLD}.registry]\nmirrors = 'x'\n",
            "(3, 1): Can't convert x(string) to map[string]config.Mirror(map)".into(),
        ),
        (two, "version = 3\n[{NEW}.registry.config_path]\na = 1\n", "toml: cannot store a table in a string".into()),
        (
            seven,
            "version = 2\n[{OLD}.registry.config_path]\na = 1\n",
            "(2, 1): Can't convert a = 1\n(*toml.Tree) to a tree".into(),
        ),
        (
            seven,
            "version = 2\n[{OLD}.registry.configs.'r.test'.tls]\ninsecure_skip_verify = 'true'\n",
            "(3, 1): Can't convert true(string) to bool".into(),
        ),
        (
            two,
            "version = 2\n[{OLD}]\ncontainerd = 'x'\n",
            "panic: interface conversion: interface {} is string, not map[string]interface {}".into(),
        ),
        (
            two,
            "version = 3\n[plugins.'io.containerd.image-verifier.v1.bindir']\nper_verifier_timeout = '5'\n",
            "toml: time: missing unit in duration \"5\"".into(),
        ),
        // No TOML.
        (six, "version = 2\nroot =\n", format!("{file} (3, 1): expecting a value")),
        (
            two,
            "version = 2\nroot =\n",
            "failed to unmarshal TOML at row 2 column 7: toml: unexpected character U+000A at start of value".into(),
        ),
        (seven, "version = 2\nroot = /var/lib\n", format!("{file} (2, 8): no value can start with /")),
        (
            two,
            "version = 2\n[a]\nb = True\n",
            "failed to unmarshal TOML at row 3 column 5: toml: unexpected character U+0054 'T' at start of value".into(),
        ),
        (seven, "root = '/var/lib\n[grpc]\n", format!("{file} (1, 9): unclosed string")),
        (
            two,
            "root = '/var/lib\n[grpc]\n",
            "failed to unmarshal TOML at row 1 column 17: toml: literal strings cannot have new lines".into(),
        ),
        (
            two,
            "[plugins.'io.containerd.grpc.v1.cri'\n  x = 1\n",
            "failed to unmarshal TOML at row 1 column 37: toml: expected ']' to close table name".into(),
        ),
        (
            six,
            "[plugins.'io.containerd.grpc.v1.cri'\n  x = 1\n",
            format!("{file} (1, 2): unexpected token unclosed table key, was expecting a table key"),
        ),
        (seven, "version = 2\nversion = 2\n", format!("{file} (2, 1): The following key was defined twice: version")),
        (
            two,
            "[grpc]\nuid = 1\n[grpc]\n",
            "failed to unmarshal TOML at row 3 column 2: toml: table grpc already exists".into(),
        ),
        (
            two,
            "\u{feff}version = 2\n",
            "failed to unmarshal TOML at row 1 column 1: toml: invalid character at start of key: U+00EF 'ï'".into(),
        ),
        (two, "version: 2\n", "failed to unmarshal TOML at row 1 column 8: toml: expected '=' after key".into()),
        (
            two,
            "root = \"\\d\"\n",
            "failed to unmarshal TOML at row 1 column 9: toml: invalid escape character U+0064 'd'".into(),
        ),
    ];
    for (runtime, text, expected) in cases {
        assert_eq!(said(runtime, text), expected, "{runtime} {text}");
    }
}

#[test]
fn the_place_is_told() {
    let text = "version = 2\n[{NEW}.registry]\n  config_path = 5\n";
    let error = load("containerd-2.1.9", &[("config.toml", text)]).unwrap_err();
    let place = error.place().unwrap();
    assert_eq!((place.line, place.column, place.text.as_str()), (3, 17, "  config_path = 5"));
}

#[test]
fn secrets_are_not_shown() {
    for text in [
        "version = 2\n[a]\npassword = \"hunter2\n",
        "version = 2\n[{OLD}.registry.configs.a]\nauth = 'hunter2'\n",
    ] {
        for runtime in ["containerd-1.7.24", "containerd-2.1.9"] {
            let error = load(runtime, &[("config.toml", text)]).unwrap_err();
            assert!(!format!("{} {:?}", error, error.place()).contains("hunter2"), "{runtime} {text}");
        }
    }
}

#[test]
fn what_keeps_the_image_service_away() {
    let missing = |runtime: &str, text: &str| {
        let profile = Profile::named(runtime).unwrap();
        load(runtime, &[("config.toml", text)]).unwrap().without_image_service("overlayfs", &profile.config)
    };
    let (six, seven, two) = ("containerd-1.6.20", "containerd-1.7.24", "containerd-2.1.9");
    for (runtime, text, is_missing) in [
        (six, "disabled_plugins = ['cri']\n", true),
        (two, "disabled_plugins = ['cri']\n", true),
        // Without a version names are short in containerd 1.
        (seven, "disabled_plugins = ['io.containerd.grpc.v1.cri']\n", false),
        (two, "disabled_plugins = ['io.containerd.grpc.v1.cri']\n", true),
        (seven, "version = 2\ndisabled_plugins = ['io.containerd.cri.v1.images']\n", false),
        (two, "version = 2\ndisabled_plugins = ['io.containerd.cri.v1.images']\n", true),
        (six, "version = 2\ndisabled_plugins = ['io.containerd.lease.v1.manager']\n", false),
        (seven, "version = 2\ndisabled_plugins = ['io.containerd.lease.v1.manager']\n", true),
        (seven, "version = 2\ndisabled_plugins = ['io.containerd.snapshotter.v1.overlayfs']\n", true),
        (two, "version = 2\ndisabled_plugins = ['io.containerd.nri.v1.nri']\n", false),
        (two, "version = 2\n[{OLD}.containerd]\ndefault_runtime_name = 'nope'\n", true),
        (two, "version = 3\n[{OLD}.containerd]\ndefault_runtime_name = 'nope'\n", false),
        (two, "[[plugins.'io.containerd.transfer.v1.local'.unpack_config]]\nsnapshotter = 'nope'\n", true),
    ] {
        assert_eq!(missing(runtime, text).is_some(), is_missing, "{runtime} {text}");
    }
    let profile = Profile::named(two).unwrap();
    let text = "version = 2\n[proxy_plugins.stargz]\ntype = 'snapshot'\naddress = '/run/stargz.sock'\n";
    let config = load(two, &[("config.toml", text)]).unwrap();
    assert_eq!(config.without_image_service("stargz", &profile.config), None);
    let missing = config.without_image_service("nydus", &profile.config);
    assert_eq!(missing.as_deref(), Some("failed to find snapshotter \"nydus\""));
}

#[test]
fn tables_that_count_for_nothing_are_told() {
    let notes = |runtime: &str, text: &str| {
        let profile = Profile::named(runtime).unwrap();
        load(runtime, &[("config.toml", text)]).unwrap().notes(&profile.config).len()
    };
    for (runtime, text, expected) in [
        ("containerd-1.7.24", "[{OLD}.registry]\n", 1),
        ("containerd-1.7.24", "version = 2\n[{OLD}.registry]\n[{NEW}]\n", 1),
        ("containerd-2.1.9", "version = 3\n[{OLD}.registry]\n", 1),
        ("containerd-2.1.9", "version = 2\n[{OLD}.registry]\n", 0),
        ("containerd-2.1.9", "version = 2\n[plugins.io.containerd.grpc.v1.cri]\n", 1),
        ("containerd-2.3.4", "version = 3\n[{OLD}.registry]\n", 0),
    ] {
        assert_eq!(notes(runtime, text), expected, "{runtime} {text}");
    }
    let config = load("containerd-2.1.9", &[]).unwrap();
    assert_eq!((config.plugin(NEW), config.plugin(OLD)), (None, None));
}

/// As 1.6.20, 1.7.24 and 2.1.9 said it, which started with the first of them.
#[test]
fn what_is_required_and_disabled() {
    let lists = |required: &str, disabled: &str| {
        format!("version = 2\nrequired_plugins = [{required}]\ndisabled_plugins = [{disabled}]\n")
    };
    let (cri, overlay) = ("'io.containerd.grpc.v1.cri'", "'io.containerd.snapshotter.v1.overlayfs'");
    for runtime in ["containerd-1.6.20", "containerd-1.7.24", "containerd-2.1.9"] {
        assert!(load(runtime, &[("config.toml", lists(cri, "").as_str())]).is_ok());
        assert!(load(runtime, &[("config.toml", lists("", cri).as_str())]).is_ok());
        let error = load(runtime, &[("config.toml", lists(overlay, overlay).as_str())]).unwrap_err();
        let said = "required plugin [io.containerd.snapshotter.v1.overlayfs] not included";
        assert_eq!(error.said(), said, "{runtime}");
    }
}

/// containerd 2.1.9 as recorded; 2.3 as read.
#[test]
fn without_verifiers() {
    let text = "version = 2\ndisabled_plugins = ['io.containerd.image-verifier.v1.bindir']\n";
    for (runtime, serves) in [("containerd-2.1.9", false), ("containerd-2.3.4", true)] {
        let config = load(runtime, &[("config.toml", text)]).unwrap();
        let rules = &Profile::named(runtime).unwrap().config;
        assert_eq!(config.without_image_service("overlayfs", rules).is_none(), serves, "{runtime}");
    }
}
