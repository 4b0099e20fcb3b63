//! Reading Dockerfiles: what is in them, and BuildKit's words for what is wrong.

use crate::expand::expand;
use crate::*;

fn wrong(text: &str, says: &str) {
    let options = Options { name: "Dockerfile".into(), ..Options::default() };
    let error = Build::new(text, vfs::Vfs::new(), 0, options).expect_err(text).0;
    let last = error.lines().last().unwrap_or_default();
    assert_eq!(last, ["ERROR: failed to build: failed to solve: ", says].concat(), "{text}");
}

#[test]
fn what_is_wrong_is_told_as_buildkit_tells_it() {
    wrong("", "failed to read dockerfile: the Dockerfile cannot be empty");
    wrong("# only\n", "failed to read dockerfile: file with no instructions");
    wrong("FROM alpine\nRUNN ls\n", "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)");
    wrong("FROM alpine\nrum ls\n", "dockerfile parse error on line 2: unknown instruction: rum (did you mean run?)");
    wrong("FROM alpine\nINSTALL x\n", "dockerfile parse error on line 2: unknown instruction: INSTALL");
    wrong("RUN ls\n", "dockerfile parse error on line 1: no build stage in current context");
    wrong("FROM\n", "dockerfile parse error on line 1: FROM requires either one or three arguments");
    wrong("FROM a b\n", "dockerfile parse error on line 1: FROM requires either one or three arguments");
    wrong(
        "FROM alpine AS 9x\n",
        "dockerfile parse error on line 1: invalid name for build stage: \"9x\", name can't start with a number or contain symbols",
    );
    wrong(
        "FROM alpine\n\nCOPY x\n",
        "dockerfile parse error on line 3: COPY requires at least two arguments, but only one was provided. Destination could not be determined",
    );
    wrong("FROM alpine\nCOPY --form=x a b\n", "dockerfile parse error on line 2: unknown flag: --form");
    wrong("FROM alpine\nWORKDIR a b\n", "dockerfile parse error on line 2: WORKDIR requires exactly one argument");
    wrong("FROM alpine\nENV A\n", "dockerfile parse error on line 2: ENV must have two arguments");
    wrong(
        "FROM alpine\nENV A=1 B\n",
        "dockerfile parse error on line 2: Syntax error - can't find = in \"B\". Must be of the form: name=value",
    );
    wrong("FROM alpine\nEXPOSE\n", "dockerfile parse error on line 2: EXPOSE requires at least one argument");
    wrong("ARG X\nFROM $X\n", "base name ($X) should not be blank");
}

#[test]
fn the_lines_around_the_mistake_are_shown() {
    let options = Options { name: "Dockerfile".into(), ..Options::default() };
    let error = Build::new("FROM alpine\n\nRUNN ls\nCMD sh\n", vfs::Vfs::new(), 0, options).expect_err("RUNN").0;
    let shown = "Dockerfile:3\n--------------------\n   1 |     FROM alpine\n   2 |     \n   3 | >>> RUNN ls\n   4 |     CMD sh\n   5 |     \n\
                 --------------------\n";
    assert!(error.contains(shown), "{error}");
}

#[test]
fn lines_go_on_comments_between_do_not_count_and_texts_stand_within() {
    let text = "# syntax=docker/dockerfile:1\nFROM alpine\nRUN apk add \\\n    # the tools\n    curl \\\n\n    jq\nCOPY <<EOF /motd\nhello $WHO\nEOF\n\
                CMD [\"sh\", \"-c\", \"ls\"]\n";
    let file = Dockerfile::parse(text).expect("good");
    let run = &file.instructions[1];
    assert_eq!(
        (run.rest.split_whitespace().collect::<Vec<_>>(), run.first, run.last),
        (vec!["apk", "add", "curl", "jq"], 3, 7)
    );
    assert_eq!(file.instructions[2].heredocs[0].text, "hello $WHO\n");
    assert_eq!(file.instructions[3].json.as_deref().map(<[String]>::len), Some(3));
    let other = Dockerfile::parse("# escape=`\nFROM a\nRUN x `\n y\n").expect("good");
    assert_eq!(other.instructions[1].rest, "x  y");
}

#[test]
fn variables() {
    let env = |name: &str| match name {
        "A" => Some("one".to_string()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    for (text, expect) in [
        ("$A/${A}x", "one/onex"),
        ("${B:-two} ${B-three} ${EMPTY:-four} ${EMPTY-five}", "two three four "),
        ("${A:+yes}${B:+no}", "yes"),
        ("'$A' \"$A\"", "$A one"),
        ("\\$A", "$A"),
        ("${B:-${A}}", "one"),
        ("$", "$"),
        ("\"a\\\"b\"", "a\"b"),
    ] {
        assert_eq!(expand(text, &env, '\\').as_deref(), Ok(expect), "{text}");
    }
    for (text, expect) in [
        ("${A", "syntax error: missing '}'"),
        ("${B:?gone}", "B: gone"),
        ("${A%x}", "unsupported modifier (%) in substitution"),
        ("'x", "unexpected end of statement while looking for matching single-quote"),
    ] {
        assert_eq!(expand(text, &env, '\\').unwrap_err(), expect, "{text}");
    }
}

#[test]
fn any_text_is_read_or_refused() {
    let words = [
        "FROM a",
        "RUN x \\",
        "COPY --from=b a b",
        "<<EOF",
        "${A:-",
        "\"",
        "ARG X=1",
        "# c",
        "ENV A=$X",
        "CMD [\"a\"",
        "é",
        "",
    ];
    let mut rng = sim::Rng::new(7);
    let mut read = 0;
    for _ in 0..3_000 {
        let text: Vec<&str> =
            (0..rng.below(7)).map(|_| words[usize::try_from(rng.below(12)).expect("small")]).collect();
        let options = Options { name: "Dockerfile".into(), ..Options::default() };
        read += usize::from(Build::new(&text.join("\n"), vfs::Vfs::new(), 0, options).is_ok());
    }
    assert!(read > 10, "some of them are Dockerfiles: {read}");
}

#[test]
fn warnings_are_buildkits() {
    let text = "from alpine AS Base\nMAINTAINER me\nENV API_TOKEN x\nWORKDIR app\nCMD a\nCMD b\n";
    let file = Dockerfile::parse(text).expect("good");
    let told = crate::lint::warnings(&file);
    assert_eq!(
        told,
        "\n 9 warnings found (use docker --debug to expand):\n \
         - FromAsCasing: 'AS' and 'from' keywords' casing do not match (line 1)\n \
         - StageNameCasing: Stage name 'Base' should be lowercase (line 1)\n \
         - MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label (line 2)\n \
         - LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key value\" format (line 3)\n \
         - SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV \"API_TOKEN\") (line 3)\n \
         - WorkdirRelativePath: Relative workdir \"app\" can have unexpected results if the base image changes (line 4)\n \
         - MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used (line 5)\n \
         - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 5)\n \
         - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 6)\n"
    );
}
