//! A squeezed script in fewer signs that mean the same: no semicolon or comma before what closes, no brackets around a
//! single parameter, `let` for `const`, `!0` for `true`, and declarations that follow each other as one.

use super::script::tokens;
use super::style;

/// One pair of brackets that is open.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Whether it is what `if`, `for` or `while` looks at: an empty statement behind it has to stay.
    is_head: bool,
    /// Whether a declaration is the statement at hand.
    declares: bool,
}

/// The trimmed script; `None` when its tokens cannot be told apart.
pub(crate) fn trim(code: &str) -> Option<String> {
    let tokens = tokens(code)?;
    let at = |place: usize| tokens.get(place).copied().unwrap_or_default();
    let mut kept = String::with_capacity(code.len());
    let (mut levels, mut before, mut behind_head) = (vec![Level::default()], "", false);
    let mut here = 0;
    while here < tokens.len() {
        let token = at(here);
        let next = at(here + 1);
        let level = levels.last_mut()?;
        let (mut said, mut taken) = (token, 1);
        match token {
            ";" if next == "}" && !behind_head && before != "else" => said = "",
            ";" if level.declares && declares(next) => {
                said = ",";
                taken += 1 + usize::from(at(here + 2) == " ");
            }
            ";" | "\n" => level.declares = false,
            "," if matches!(next, "}" | ")") => said = "",
            // A template that begins with a selector is a style sheet.
            _ if token.starts_with("`:") => {
                kept.push_str(&style::join(token));
                said = "";
            }
            "true" if before != "." && next != ":" => said = "!0",
            "false" if before != "." && next != ":" => said = "!1",
            "const" | "let" if before != "." => (said, level.declares) = ("let", true),
            "(" if is_lone_parameter(&tokens, here) && !binds(before) => {
                kept.push_str(next);
                (said, taken) = ("", 3);
            }
            "(" | "[" | "{" => {
                let is_head = token == "(" && matches!(before, "if" | "for" | "while");
                levels.push(Level { is_head, declares: false });
            }
            _ => {}
        }
        behind_head = false;
        if matches!(token, ")" | "]" | "}") {
            behind_head = levels.pop()?.is_head;
        }
        kept.push_str(said);
        if !token.trim().is_empty() {
            before = at(here + taken - 1);
        }
        here += taken;
    }
    Some(kept)
}

fn declares(word: &str) -> bool {
    matches!(word, "const" | "let")
}

/// Whether `(`, which stands at `here`, opens the one parameter of an arrow function.
fn is_lone_parameter(tokens: &[&str], here: usize) -> bool {
    matches!(tokens.get(here + 1..here + 5), Some([name, ")", "=", ">"]) if is_word(name))
}

/// Whether brackets behind `before` are those of a call or of `async`, or a word would run into it.
fn binds(before: &str) -> bool {
    is_word(before) || matches!(before, ")" | "]")
}

fn is_word(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::trim;

    #[test]
    fn fewer_signs_mean_the_same() {
        let cases = [
            ("f(()=>{a();b();});", "f(()=>{a();b()});"),
            ("{while(a());}", "{while(a());}"),
            ("{for(;;);}", "{for(;;);}"),
            ("{if(a)b();else;}", "{if(a)b();else;}"),
            ("const a=1;const[b]=c;let d;e()", "let a=1,[b]=c,d;e()"),
            ("const a=1;e();const b=2", "let a=1;e();let b=2"),
            ("for(const a of b)c();const d=1;let{e}=d", "for(let a of b)c();let d=1,{e}=d"),
            ("const f=()=>{const a=1;return a;};const g=2", "let f=()=>{let a=1;return a},g=2"),
            ("let a={}\nlet b", "let a={}\nlet b"),
            ("m((a)=>(b)=>a+b,(c,d)=>c)", "m(a=>b=>a+b,(c,d)=>c)"),
            ("async(a)=>a;f(a)=>0", "async(a)=>a;f(a)=>0"),
            ("f({a,b,},c,);g=[a,,]", "f({a,b},c);g=[a,,]"),
            ("f({a:true,b:x?true:false,c:y.false})", "f({a:!0,b:x?true:!1,c:y.false})"),
            ("s(`:host{a:b}\nc{d:e}`,`f}\ng`)", "s(`:host{a:b}c{d:e}`,`f}\ng`)"),
            ("x.const;\"const a;}\"", "x.const;\"const a;}\""),
        ];
        for (code, trimmed) in cases {
            assert_eq!(trim(code).as_deref(), Some(trimmed), "{code}");
        }
    }
}
