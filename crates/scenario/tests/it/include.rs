//! Files that include others.

use std::path::PathBuf;

use scenario::Scenario;

/// Writes files into a directory of the test's own, and loads the first.
fn load(test: &str, files: &[(&str, &str)]) -> Result<Scenario, String> {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(directory.join("base")).unwrap();
    for (name, text) in files {
        std::fs::write(directory.join(name), text).unwrap();
    }
    let shown = directory.display().to_string();
    Scenario::load(directory.join(files[0].0)).map_err(|error| error.render().replace(&shown, "DIR"))
}

const BASE: &str = "apiVersion: pullsim/v1\nkind: Scenario\nnow: 2026-03-01T09:00:00Z\nimage: r.test/app:v1\n\
                    hosts:\n  r.test: {address: 10.0.0.1, images: [{name: app, tags: [v1]}]}\n";

#[test]
fn a_file_lies_over_what_it_includes() {
    let own = "include: base/one.yaml\ntitle: t\nhosts:\n  r.test: {tls: expired}\n  cdn.test: {address: 10.0.0.2}\n";
    let scenario = load("include-over", &[("s.yaml", own), ("base/one.yaml", BASE)]).unwrap();
    assert_eq!((scenario.title(), scenario.image()), ("t", "r.test/app:v1"));
    let own = "include: [base/one.yaml, base/two.yaml]\ntitle: t\n";
    let two = "include: one.yaml\nimage: r.test/app:v2\n";
    let files = [("s.yaml", own), ("base/one.yaml", BASE), ("base/two.yaml", two)];
    assert_eq!(load("include-list", &files).unwrap().image(), "r.test/app:v2");
}

#[test]
fn a_mistake_is_shown_in_the_file_that_makes_it() {
    let own = "include: base/one.yaml\ntitle: t\n";
    let shown = load("include-mistake", &[("s.yaml", own), ("base/one.yaml", &BASE.replace("tags", "tag"))])
        .unwrap_err();
    let place =
        "  DIR/base/one.yaml:6:52\n   6 |   r.test: {address: 10.0.0.1, images: [{name: app, tag: [v1]}]}\n";
    assert!(shown.contains("unknown key `tag`") && shown.contains(place), "{shown}");
    assert!(shown.ends_with("help: did you mean `tags`?\n"), "{shown}");
}

#[test]
fn files_that_include_each_other_are_refused() {
    let files = [("s.yaml", "include: base/one.yaml\n"), ("base/one.yaml", "include: ../s.yaml\n")];
    let shown = load("include-cycle", &files).unwrap_err();
    assert!(
        shown.starts_with("error: DIR/base/../s.yaml includes itself\n  DIR/base/one.yaml:1:10\n"),
        "{shown}"
    );
    let shown = load("include-missing", &[("s.yaml", "title: t\ninclude: [none.yaml]\n")]).unwrap_err();
    assert!(
        shown.starts_with("error: cannot read DIR/none.yaml: no such file or directory\n  DIR/s.yaml:2:11\n"),
        "{shown}"
    );
    let shown = load("include-number", &[("s.yaml", "include: {a: b}\n")]).unwrap_err();
    assert!(
        shown.starts_with("error: expected the path of a file, or a list of them\n  DIR/s.yaml:1:10\n"),
        "{shown}"
    );
}
