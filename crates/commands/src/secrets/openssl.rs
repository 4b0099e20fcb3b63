//! `openssl rand` and `version`, with the words of OpenSSL 3.0. Chance is the world's, so that a replay draws the same.

use super::super::core::encode_base64;
use world::Cx;

const VERSION: &str = "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n";
/// Real subcommands that are not here.
const MISSING: &str = "asn1parse ca ciphers cmp cms crl crl2pkcs7 dgst dhparam dsa dsaparam ec ecparam enc engine errstr \
    fipsinstall gendsa genpkey genrsa help info kdf list mac nseq ocsp passwd pkcs12 pkcs7 pkcs8 pkey pkeyparam pkeyutl \
    prime rehash req rsa rsautl s_client s_server s_time sess_id smime speed spkac srp storeutl ts verify x509";
/// Of base64, a line.
const LINE: usize = 64;
/// No more bytes than this.
const BYTES_MAX: u64 = 1 << 20;

pub(super) fn main(cx: &mut Cx<'_>) -> i32 {
    let args = cx.args();
    let (word, rest) = args.split_first().map_or(("", &args[..]), |(word, rest)| (word.as_str(), rest));
    match word {
        "rand" => rand(cx, rest).unwrap_or_else(|told| {
            if !told.is_empty() {
                cx.err(["rand: ", &told, "\n"].concat());
            }
            cx.err("rand: Use -help for summary.\n");
            1
        }),
        "version" => {
            cx.out(VERSION);
            0
        }
        // Unlike OpenSSL: without a command it lists what is here.
        "" => {
            cx.out("help:\n\nStandard commands\nrand              version\n");
            0
        }
        other if MISSING.split(' ').any(|name| name == other) => {
            cx.err(format!("openssl {other} is real, but not part of this sandbox yet\n"));
            1
        }
        other => {
            cx.err(format!("Invalid command '{other}'; type \"help\" for a list.\n"));
            1
        }
    }
}

enum Form {
    Bytes,
    Hex,
    Base64,
}

fn rand(cx: &mut Cx<'_>, args: &[String]) -> Result<i32, String> {
    let (mut form, mut output, mut operands) = (Form::Bytes, None, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        // Two dashes are as good as one.
        let name = arg.strip_prefix("--").or_else(|| arg.strip_prefix('-'));
        match name {
            _ if !operands.is_empty() => operands.push(arg),
            Some("hex") => form = Form::Hex,
            Some("base64") => form = Form::Base64,
            Some("out") => output = Some(args.next().ok_or("Option -out needs a value")?),
            Some("help") => {
                cx.out("Usage: rand [options] num\n\n -out outfile  Output file\n -base64       Base64 encode output\n -hex          Hex encode output\n");
                return Ok(0);
            }
            Some(real @ ("engine" | "rand" | "writerand" | "provider" | "provider-path" | "propquery")) => {
                cx.err(format!("openssl rand: option -{real} is real, but not part of this sandbox yet\n"));
                return Ok(1);
            }
            Some(_) => return Err(format!("Unknown option: {arg}")),
            None => operands.push(arg),
        }
    }
    let count = match &operands[..] {
        [] => return Ok(0),
        [one] => one.parse::<u64>().map_err(|_| format!("Can't parse \"{one}\" as a number"))?,
        _ => return Err(String::new()),
    };
    if count == 0 {
        return Err(String::new());
    }
    if count > BYTES_MAX {
        cx.err(format!("openssl rand: more than {BYTES_MAX} bytes are not part of this sandbox\n"));
        return Ok(1);
    }
    let bytes: Vec<u8> = cx.world.api(|_, sim| (0..count).map(|_| sim.rng().next_u64().to_le_bytes()[0]).collect());
    let text = match form {
        Form::Bytes => bytes,
        Form::Hex => [&hex(&bytes), "\n"].concat().into_bytes(),
        Form::Base64 => {
            let text = encode_base64(&bytes);
            text.as_bytes().chunks(LINE).flat_map(|line| [line, b"\n"].concat()).collect()
        }
    };
    match output {
        None => cx.out(&text),
        Some(name) => {
            let (path, micros) = (cx.path(name), cx.micros());
            if cx.files_mut().write(&path, text, micros).is_err() {
                cx.err(format!("Can't open \"{name}\" for writing, No such file or directory\n"));
                return Ok(1);
            }
        }
    }
    Ok(0)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
