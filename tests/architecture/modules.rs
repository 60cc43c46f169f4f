//! The modules of `src/`, and which of them each one names by a path from `crate`, `super` or `self`.
//!
//! Invariant: a name that one module only passes on counts as a path to the module that defines it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::{is_test, rust_files, without_tests};

/// A module by its names from the crate's root, or any other path.
pub(crate) type Names = Vec<String>;

/// How often a name may be passed on.
const PASSED_ON: usize = 5;

/// One module.
pub(crate) struct Module {
    /// Its file.
    pub(crate) file: PathBuf,
    paths: Vec<Names>,
    /// What a name stands for that the module has imported.
    imported: BTreeMap<String, Names>,
}

/// All modules but those of the tests.
pub(crate) struct Modules(BTreeMap<Names, Module>);

impl Modules {
    /// Reads the sources.
    pub(crate) fn read() -> Self {
        let files = rust_files(Path::new("src")).into_iter();
        let modules = files.filter(|file| !is_test(file)).map(|file| {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            let code: String = without_tests(&text)
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| [line, "\n"])
                .collect();
            (names_of(&file), Module::of(file, &code))
        });
        Self(modules.collect())
    }

    /// The modules with their names.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Names, &Module)> {
        self.0.iter()
    }

    /// The paths, below the crate, of all that a module names.
    pub(crate) fn named(&self, module: &Names) -> BTreeSet<String> {
        let paths = self.0[module].paths.iter();
        let from_root = paths.map(|path| absolute(module, path));
        from_root.map(|path| path.join("::")).collect()
    }

    /// The modules that a module names, less those above and beneath it: with them it is one thing.
    pub(crate) fn beside(&self, module: &Names) -> BTreeSet<&Names> {
        let paths = self.0[module].paths.iter();
        let named = paths.filter_map(|path| self.resolve(&absolute(module, path), PASSED_ON));
        named
            .filter(|named| !named.starts_with(module) && !module.starts_with(named))
            .collect()
    }

    /// The module in which a path from the root ends.
    fn resolve(&self, path: &[String], passed_on: usize) -> Option<&Names> {
        let lengths = (0..=path.len()).rev();
        let (module, content) = lengths
            .filter_map(|length| self.0.get_key_value(&path[..length]))
            .next()?;
        let imported = path
            .get(module.len())
            .and_then(|name| content.imported.get(name));
        match imported {
            Some(other) if passed_on > 0 => self
                .resolve(&absolute(module, other), passed_on - 1)
                .or(Some(module)),
            _ => Some(module),
        }
    }
}

impl Module {
    fn of(file: PathBuf, code: &str) -> Self {
        let starts = ["crate::", "super::", "self::"]
            .into_iter()
            .flat_map(|start| code.match_indices(start));
        let paths = starts
            .filter(|(at, _)| !code[..*at].ends_with(|c: char| is_name(c) || c == ':'))
            .flat_map(|(at, _)| expanded(&code[at..]).0)
            .collect();
        let uses = code
            .match_indices("use ")
            .filter(|(at, _)| !code[..*at].ends_with(is_name));
        let imported = uses
            .flat_map(|(at, word)| expanded(&code[at + word.len()..]).0)
            .filter_map(|path| Some((path.last()?.clone(), path)))
            .collect();
        Self {
            file,
            paths,
            imported,
        }
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`; `src/lib.rs` is the root.
fn names_of(file: &Path) -> Names {
    let inner = file.strip_prefix("src").expect("it is one of the sources");
    let mut names: Names = inner
        .with_extension("")
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if names.last().is_some_and(|last| last == "mod") || names == ["lib"] {
        names.pop();
    }
    names
}

/// A path of a module as a path from the root; without a leading word it begins in the module itself.
fn absolute(module: &Names, path: &Names) -> Names {
    let mut from = module.clone();
    let mut rest = path.as_slice();
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" => from.clear(),
            "super" => drop(from.pop()),
            "self" => {}
            _ => break,
        }
        rest = others;
    }
    from.extend_from_slice(rest);
    from
}

/// The paths at the beginning of a text, whose braces may hold further ones, and what comes after them.
fn expanded(text: &str) -> (Vec<Names>, &str) {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut all = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if rest.is_empty() || rest.starts_with('}') {
                return (all, rest.get(1..).unwrap_or_default());
            }
            let (inner, after) = expanded(rest);
            if after.len() == rest.len() {
                return (all, after);
            }
            all.extend(inner);
            rest = after;
        }
    }
    let (name, rest) = text.split_at(text.find(|c| !is_name(c)).unwrap_or(text.len()));
    let (tails, rest) = match rest.strip_prefix("::") {
        Some(rest) => expanded(rest),
        None => (vec![Names::new()], without_alias(rest)),
    };
    let whole = |tail: Names| [name.to_owned()].into_iter().chain(tail).collect();
    (tails.into_iter().map(whole).collect(), rest)
}

/// What comes after ` as other`, if that is next.
fn without_alias(rest: &str) -> &str {
    match rest.trim_start().strip_prefix("as ") {
        Some(alias) => alias.trim_start_matches(is_name),
        None => rest,
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '*'
}
