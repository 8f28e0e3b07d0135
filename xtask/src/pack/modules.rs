//! The modules that the frame's page loads when it is asked for: each under a name with the digest of what is in it, so that
//! a browser may keep it for ever, and each told the names of those that it asks for in turn.

use crate::shell::Outcome;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A module as it is sent.
pub(crate) struct Module {
    /// Its file's name.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) code: String,
}

/// Each of `sources`, by the name that it has there.
pub(crate) fn pack(sources: &BTreeMap<String, String>) -> Outcome<BTreeMap<String, Module>> {
    let mut packed = BTreeMap::new();
    while packed.len() < sources.len() {
        let before = packed.len();
        for (name, code) in sources.iter().filter(|(name, _)| !packed.contains_key(*name)).collect::<Vec<_>>()
        {
            let asked: Vec<&String> =
                sources.keys().filter(|other| code.contains(&way(name, other))).collect();
            if asked.iter().all(|other| packed.contains_key(*other)) {
                let code = asked.iter().fold(code.clone(), |code, other| {
                    packed.get(*other).map_or(code.clone(), |module: &Module| {
                        code.replace(&way(name, other), &format!("\"./{}\"", module.name))
                    })
                });
                packed.insert(name.clone(), Module { name: named(name, &code), code });
            }
        }
        if packed.len() == before {
            return Err("modules of www/panel ask for each other in a circle".to_owned());
        }
    }
    Ok(packed)
}

/// `page` with the names that its modules have got.
pub(crate) fn tell(page: &str, packed: &BTreeMap<String, Module>) -> String {
    packed.iter().fold(page.to_owned(), |page, (name, module)| {
        page.replace(&format!("\"/assets/panel/{name}\""), &format!("\"/assets/{}\"", module.name))
    })
}

/// How the module `from` asks for `to`. What is sent lies in one folder.
fn way(from: &str, to: &str) -> String {
    match from.split_once('/') {
        None => format!("\"./{to}\""),
        Some((folder, _)) => match to.strip_prefix(folder).and_then(|to| to.strip_prefix('/')) {
            Some(to) => format!("\"./{to}\""),
            None => format!("\"../{to}\""),
        },
    }
}

pub(crate) fn named(name: &str, code: &str) -> String {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    format!("{}-{:016x}.js", name.trim_end_matches(".js").replace('/', "-"), hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::{pack, tell};
    use std::collections::BTreeMap;

    fn sources(menu: &str, sheet: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("menu.js".to_owned(), menu.to_owned()), ("sheet.js".to_owned(), sheet.to_owned())])
    }

    #[test]
    fn a_name_follows_what_is_in_it_and_in_what_it_asks_for() {
        let name = |sheet: &str| {
            let packed = pack(&sources("import(\"./sheet.js\")", sheet)).expect("no circle");
            let (menu, sheet) = (&packed["menu.js"], &packed["sheet.js"]);
            assert_eq!(menu.code, format!("import(\"./{}\")", sheet.name));
            let page = tell("import(\"/assets/panel/menu.js\")", &packed);
            assert_eq!(page, format!("import(\"/assets/{}\")", menu.name));
            menu.name.clone()
        };
        assert_eq!(name("a"), name("a"));
        assert_ne!(name("a"), name("b"));
    }

    #[test]
    fn a_folder_is_left_and_entered() {
        let sources = BTreeMap::from([
            ("menu.js".to_owned(), "import(\"./files/open.js\")".to_owned()),
            ("files/open.js".to_owned(), "import \"./image.js\";import \"../node.js\"".to_owned()),
            ("files/image.js".to_owned(), "a".to_owned()),
            ("node.js".to_owned(), "b".to_owned()),
        ]);
        let packed = pack(&sources).expect("no circle");
        let [menu, open] = ["menu.js", "files/open.js"].map(|name| &packed[name]);
        assert!(open.name.starts_with("files-open-"));
        assert_eq!(menu.code, format!("import(\"./{}\")", open.name));
        let (image, node) = (&packed["files/image.js"].name, &packed["node.js"].name);
        assert_eq!(open.code, format!("import \"./{image}\";import \"./{node}\""));
    }

    #[test]
    fn a_circle_is_refused() {
        assert!(pack(&sources("import(\"./sheet.js\")", "import(\"./menu.js\")")).is_err());
    }
}
