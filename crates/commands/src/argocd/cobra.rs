//! The options that every `argocd` command knows, and where its subcommand stands among them.

use crate::cobra::Globals;
pub(super) use crate::cobra::{Command, Flag, Given, Stop, Takes, switch, text, texts};

pub(super) const APP_NAMESPACE: Flag = text("app-namespace", 'N', "the namespace that the application object lives in");
pub(super) const TIMEOUT: Flag = Flag {
    long: "timeout",
    short: '\0',
    takes: Takes::Uint,
    default: "",
    help: "give up after this many seconds; 0 waits as long as it takes",
};

/// Options that every command knows.
pub(super) const GLOBAL: &[Flag] = &[
    Flag {
        long: "logformat",
        short: '\0',
        takes: Takes::Text,
        default: "json",
        help: "how errors are written: json or text",
    },
    text("server", '\0', "address of the Argo CD server"),
];

const GLOBAL_MISSING: &str = "argocd-context auth-token client-crt client-crt-key config controller-name core grpc-web \
    grpc-web-root-path header H http-retry-max insecure kube-context loglevel plaintext port-forward \
    port-forward-namespace prompts-enabled redis-compress redis-haproxy-name redis-name repo-server-name \
    server-crt server-name";

/// Divides a command line into the words that lead to a subcommand, and everything else.
pub(super) fn split(args: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut path, mut rest): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let deep_enough = match words[..] {
            [] | ["help", ..] | ["app" | "appset" | "proj"] | ["proj", "windows"] | ["app", "actions"] => false,
            [_, ..] => true,
        };
        if arg == "--" || deep_enough {
            rest.push(arg.clone());
            rest.extend(args.by_ref().cloned());
            break;
        }
        if let Some(long) = arg.strip_prefix("--") {
            rest.push(arg.clone());
            let takes_next = GLOBAL.iter().any(|flag| flag.long == long && flag.takes != Takes::Switch);
            if takes_next {
                rest.extend(args.next().cloned());
            }
        } else if arg.starts_with('-') {
            rest.push(arg.clone());
        } else {
            // Names that cobra takes for others.
            path.push(match (&path[..], arg.as_str()) {
                ([], "project") => "proj".into(),
                ([], "applicationset" | "applicationsets" | "appsets") => "appset".into(),
                _ => arg.clone(),
            });
        }
    }
    (path, rest)
}

/// Reads what stands behind the command's name.
pub(super) fn parse(args: &[String], command: &Command) -> Result<Given, Stop> {
    crate::cobra::parse(args, command, &Globals { flags: GLOBAL, missing: GLOBAL_MISSING })
}

#[cfg(test)]
mod tests {
    use super::{APP_NAMESPACE, Command, Stop, TIMEOUT, parse, split, switch, text};

    const COMMAND: Command = Command {
        path: "argocd app get",
        operands: "APPNAME",
        summary: "Show",
        flags: &[APP_NAMESPACE, TIMEOUT, switch("refresh", "first"), text("output", 'o', "form")],
        missing: "revision q",
    };

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_string).collect()
    }

    fn stop(line: &str, expect: &str) {
        let told = match parse(&words(line), &COMMAND) {
            Ok(_) => "good".to_string(),
            Err(Stop::Help) => "help".into(),
            Err(Stop::Wrong(message)) => message,
            Err(Stop::Missing(flag)) => format!("{flag} is missing"),
        };
        assert_eq!(told, expect, "{line}");
    }

    #[test]
    fn mistakes_are_told_as_pflag_tells_them() {
        stop("web --bogus", "unknown flag: --bogus");
        stop("web -xo", "unknown shorthand flag: 'x' in -xo");
        stop("web -o", "flag needs an argument: 'o' in -o");
        stop("web --timeout", "flag needs an argument: --timeout");
        let wrong = "strconv.ParseUint: parsing \"x\": invalid syntax";
        stop("--timeout x", &format!("invalid argument \"x\" for \"--timeout\" flag: {wrong}"));
        stop("--=x", "bad flag syntax: --=x");
        stop("--revision main", "--revision is missing");
        stop("-q", "-q is missing");
        stop("--insecure", "--insecure is missing");
        stop("web -oyaml -h", "help");
    }

    #[test]
    fn values_stand_beside_or_behind_their_option() {
        for line in ["web -o yaml", "-oyaml web", "-o=yaml web", "--output yaml web", "web --output=yaml"] {
            let given = parse(&words(line), &COMMAND).unwrap();
            assert_eq!((given.text("output"), given.words.clone()), (Some("yaml"), words("web")), "{line}");
        }
        assert!(parse(&words("--refresh"), &COMMAND).unwrap().on("refresh"));
        assert!(!parse(&words("--refresh=false"), &COMMAND).unwrap().on("refresh"));
    }

    #[test]
    fn the_subcommand_is_found_behind_global_options() {
        let (path, rest) = split(&words("--server argocd.encore app --logformat=text get web -o yaml"));
        assert_eq!(path, words("app get"));
        assert_eq!(rest, words("--server argocd.encore --logformat=text web -o yaml"));
    }
}
