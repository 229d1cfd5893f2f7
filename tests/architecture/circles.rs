//! Source text -> circles of sibling modules: files of one folder that cannot be read one after the other.
//!
//! A folder counts as one module. A re-exported name is followed to the module that defines it.

use std::collections::{BTreeMap, BTreeSet};

type Path = Vec<String>;

/// Its code has no comments and no tests.
pub(crate) struct Module {
    pub(crate) path: Path,
    pub(crate) code: String,
}

/// Siblings that use each other in a circle, as `folder: a -> b, b -> a`. The layers cover the root.
pub(crate) fn circles(modules: &[Module]) -> Vec<String> {
    let tree = Tree::new(modules);
    let mut folders: BTreeMap<Path, BTreeSet<(String, String)>> = BTreeMap::new();
    for module in modules {
        for used in paths(&module.code, &tree, &module.path) {
            let used = tree.definer(&used.path);
            let common = module.path.iter().zip(&used).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to), 1..) = (module.path.get(common), used.get(common), common) {
                let edges = folders.entry(used[..common].to_vec()).or_default();
                edges.insert((from.clone(), to.clone()));
            }
        }
    }
    let circle = |(folder, edges): (Path, BTreeSet<(String, String)>)| {
        let arrows = in_circles(edges)
            .into_iter()
            .map(|(from, to)| format!("{from} -> {to}"));
        let arrows: Vec<String> = arrows.collect();
        (!arrows.is_empty()).then(|| format!("{}: {}", folder.join("::"), arrows.join(", ")))
    };
    folders.into_iter().filter_map(circle).collect()
}

/// Removes the edges that only lead into a circle or out of one, until nothing changes.
fn in_circles(mut edges: BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    loop {
        let starts: BTreeSet<String> = edges.iter().map(|(from, _)| from.clone()).collect();
        let ends: BTreeSet<String> = edges.iter().map(|(_, to)| to.clone()).collect();
        let before = edges.len();
        edges.retain(|(from, to)| ends.contains(from) && starts.contains(to));
        if edges.len() == before {
            return edges;
        }
    }
}

/// The modules, and the names that they import or re-export.
struct Tree {
    modules: BTreeSet<Path>,
    imports: BTreeMap<Path, Path>,
}

impl Tree {
    fn new(modules: &[Module]) -> Self {
        let mut tree = Self {
            modules: modules.iter().map(|module| module.path.clone()).collect(),
            imports: BTreeMap::new(),
        };
        for module in modules {
            for used in paths(&module.code, &tree, &module.path) {
                let name = [&module.path[..], &[used.name]].concat();
                if used.is_import && !tree.modules.contains(&name) {
                    tree.imports.insert(name, used.path);
                }
            }
        }
        tree
    }

    /// The module that defines the target of `path`, or the last module on the way to it.
    fn definer(&self, path: &[String]) -> Path {
        let mut path = path.to_vec();
        // More steps than any chain of imports has.
        for _ in 0..8 {
            let known = (1..=path.len()).find_map(|n| Some((n, self.imports.get(&path[..n])?)));
            let Some((n, target)) = known else { break };
            path = [target, &path[n..]].concat();
        }
        while !path.is_empty() && !self.modules.contains(&path) {
            path.pop();
        }
        path
    }
}

struct Used {
    path: Path,
    /// The name in the module that uses it.
    name: String,
    is_import: bool,
}

/// Every path into the crate in the code of `module`.
fn paths(code: &str, tree: &Tree, module: &[String]) -> Vec<Used> {
    let words = words(code);
    let mut found = Vec::new();
    let mut at = 0;
    let mut is_import = false;
    while at < words.len() {
        let starts_path = words.get(at + 1) == Some(&"::") && (at == 0 || words[at - 1] != "::");
        let is_own = |word: &str| tree.modules.contains(&[module, &[word.to_owned()]].concat());
        if words[at] == "use" {
            is_import = true;
        } else if words[at] == ";" {
            is_import = false;
        } else if starts_path && (["crate", "super", "self"].contains(&words[at]) || is_own(words[at])) {
            let mut list = Vec::new();
            at = members(&words, at, &[], &mut list);
            found.extend(list.into_iter().map(|(path, name)| Used {
                path: absolute(&path, module),
                name,
                is_import,
            }));
            continue;
        }
        at += 1;
    }
    found
}

/// Reads the path at `at` with everything in its braces, and returns the position after it.
fn members(words: &[&str], mut at: usize, before: &[&str], found: &mut Vec<(Path, String)>) -> usize {
    let mut path = before.to_vec();
    while at < words.len() {
        if words[at] == "{" {
            at += 1;
            while at < words.len() && words[at] != "}" {
                at = if words[at] == "," {
                    at + 1
                } else {
                    members(words, at, &path, found)
                };
            }
            return at + 1;
        }
        if !(path.len() > before.len() && words[at] == "self") {
            path.push(words[at]);
        }
        at += 1;
        if words.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    // `a::{self}` is `a`.
    if path.last() == Some(&"self") && path.len() > 1 {
        path.pop();
    }
    let mut name = path.last().copied().unwrap_or_default();
    if words.get(at) == Some(&"as") {
        name = words.get(at + 1).copied().unwrap_or_default();
        at += 2;
    }
    found.push((path.iter().map(|&word| word.to_owned()).collect(), name.to_owned()));
    at
}

/// From the crate's root.
fn absolute(path: &[String], module: &[String]) -> Path {
    let ups = path.iter().take_while(|word| *word == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path[1..].to_vec(),
        Some("self") => [module, &path[1..]].concat(),
        _ => [&module[..module.len().saturating_sub(ups)], &path[ups..]].concat(),
    }
}

/// Splits code into identifiers, `::`, and single other characters.
fn words(code: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (mut words, mut rest) = (Vec::new(), code.trim_start());
    while let Some(first) = rest.chars().next() {
        let end = match first {
            _ if is_part(first) => rest.find(|c| !is_part(c)).unwrap_or(rest.len()),
            _ if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(sources: &[(&str, &str)]) -> Vec<Module> {
        let module = |&(path, code): &(&str, &str)| Module {
            path: path.split("::").map(str::to_owned).collect(),
            code: code.to_owned(),
        };
        sources.iter().map(module).collect()
    }

    #[test]
    fn a_circle_is_found_however_it_is_written() {
        for (a, b) in [
            ("use super::b::B;", "use super::a::A;"),
            (
                "use crate::top::{b::B, c};",
                "fn f() { crate::top::a::g::<super::x::C>() }",
            ),
            (
                "use super::{\n    b::{self, B},\n    c,\n};",
                "use crate::{other, top::{a as first}};",
            ),
            ("use super::B;", "use crate::top::renamed;"),
            ("mod x;", "use super::a;"),
        ] {
            let all = modules(&[
                ("top", "pub use b::B;\npub(crate) use self::a::A as renamed;"),
                ("top::a", a),
                ("top::a::x", "use super::super::b;"),
                ("top::b", b),
                ("top::c", ""),
            ]);
            assert_eq!(circles(&all), ["top: a -> b, b -> a"], "{a} {b}");
        }
    }

    #[test]
    fn a_circle_of_three_without_what_leads_to_it() {
        let all = modules(&[
            ("t::a", "use super::b;"),
            ("t::b", "use super::c;"),
            ("t::c", "use super::{a, end};"),
            ("t::end", ""),
            ("t::start", "use super::a;"),
        ]);
        assert_eq!(circles(&all), ["t: a -> b, b -> c, c -> a"]);
    }

    #[test]
    fn parent_and_child_are_no_circle() {
        let all = modules(&[
            ("t", "mod a; use a::A; pub struct T;"),
            ("t::a", "use super::T; use super::b::B;"),
            ("t::b", "use crate::t::T; use crate::u;"),
            ("u", "use crate::t;"),
        ]);
        assert_eq!(circles(&all), [""; 0]);
    }
}
