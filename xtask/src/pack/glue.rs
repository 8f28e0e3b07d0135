//! The JavaScript half of a wasm module, as wasm-bindgen wrote it and `script` squeezed it, in fewer signs.
//!
//! Knows one thing of what stands in it: how it gets the module. All else is names and signs.

use super::{short, trim};

/// Where the ways to get a module begin: an address, an answer, bytes, with and without waiting.
const WAYS: &str = "async function __wbg_load(";
/// What they end with.
const OFFERED: &str = "export{initSync,__wbg_init as default};";
/// The one way that pages of ours go. The server that sends the page sends the module too, as what it is.
const WAY: &str = "export default async({module_or_path})=>__wbg_finalize_init((await \
    WebAssembly.instantiateStreaming(fetch(module_or_path),__wbg_get_imports())).instance);";

/// The script with one way to get its module, and short; `None` when it is not as expected.
pub(crate) fn shorten(glue: &str) -> Option<String> {
    let (kept, ways) = glue.split_once(WAYS)?;
    ways.trim_end().strip_suffix(OFFERED)?;
    trim::trim(&short::rename(&[kept, WAY].concat())?)
}

/// What gives a page the rules of `css`, as a script that stands at the end of another.
pub(crate) fn look(css: &str) -> String {
    // A browser that is too old for it still reads and writes, only plainer.
    let css = css.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
    format!(
        "\ntry{{let s=new CSSStyleSheet;s.replaceSync(`{css}`);document.adoptedStyleSheets=[...document.adoptedStyleSheets,s]}}catch{{}}"
    )
}

#[cfg(test)]
mod tests {
    use super::{look, shorten};

    #[test]
    fn rules_stand_in_a_script_as_they_are() {
        assert!(look("a::after{content:\"\\201c`\"}").contains("`a::after{content:\"\\\\201c\\`\"}`"));
    }

    #[test]
    fn one_way_is_left_and_names_are_short() {
        let glue = "function __wbg_get_imports(){return{};}\nlet wasm;function __wbg_finalize_init(instance,module){\
            wasm=instance.exports;return wasm;}\nasync function __wbg_load(module,imports){return module;}\n\
            export{initSync,__wbg_init as default};";
        let short = "function n(){return{}}\nlet t;function e(instance,e){t=instance.exports;return t}\n\
            export default async({module_or_path})=>e((await \
            WebAssembly.instantiateStreaming(fetch(module_or_path),n())).instance);";
        assert_eq!(shorten(glue).as_deref(), Some(short));
    }

    #[test]
    fn what_is_not_as_expected_is_refused() {
        for other in
            ["", "export{initSync,__wbg_init as default};", "async function __wbg_load(a){}export{b};"]
        {
            assert_eq!(shorten(other), None);
        }
    }
}
