//! Well-known public images that Dockerfiles begin with: what is in them, and how big it is.
//!
//! Unlike docker: their file systems are small and plausible. Programs are files that stand for the real ones with the
//! sizes of the real images of 2025, rounded; what a package of the system would bring beside is one file.

use crate::{Change, Config, Content, History, Image, Layer, Made, apply, stand_in};
use manifest::Value;
use sim::Time;
use std::sync::Arc;
use vfs::Vfs;

/// Layers: a name, what made it, and its files. `PATH=SIZE` stands for a big one, `PATH:TEXT` is a text (`~` for a
/// blank, `;` for a newline), `PATH>TARGET` a link, `PATH/` a folder.
const LAYERS: &str = "\
alpine|ADD alpine-minirootfs-3.22.1-x86_64.tar.gz / # buildkit|bin/busybox=809440 bin/sh>/bin/busybox sbin/apk=74168 lib/ld-musl-x86_64.so.1=653000 usr/lib/libcrypto.so.3=4640000 usr/lib/libssl.so.3=890000 usr/lib/libapk.so.2.14=240000 usr/share/apk=1000000 etc/alpine-release:3.22.1; etc/os-release:NAME=\"Alpine~Linux\";ID=alpine;VERSION_ID=3.22.1;PRETTY_NAME=\"Alpine~Linux~v3.22\"; etc/passwd:root:x:0:0:root:/root:/bin/sh;nobody:x:65534:65534:nobody:/:/sbin/nologin; etc/apk/world:alpine-baselayout;apk-tools;busybox; root/ tmp/ home/ usr/local/bin/ var/cache/apk/
busybox|BusyBox 1.37.0 (glibc), Debian 12|bin/busybox=1100000 bin/sh>/bin/busybox lib/libc.so.6=1900000 lib/libm.so.6=900000 etc/passwd:root:x:0:0:root:/root:/bin/sh; root/ tmp/ home/
debian|# debian.sh --arch 'amd64' out/ 'bookworm'|bin/bash=1265648 bin/sh>/bin/bash usr/bin/apt-get=43680 usr/bin/apt=18752 usr/bin/perl=3800000 usr/lib/x86_64-linux-gnu=58000000 usr/share/locale=21000000 usr/share/doc=14000000 usr/share/man=9000000 usr/share/zoneinfo=9900000 etc/debian_version:12.11; etc/os-release:PRETTY_NAME=\"Debian~GNU/Linux~12~(bookworm)\";ID=debian;VERSION_ID=\"12\"; etc/passwd:root:x:0:0:root:/root:/bin/bash;www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin; root/ tmp/ home/ usr/local/bin/ var/lib/apt/lists/ var/cache/apt/archives/
slim|# debian.sh --arch 'amd64' out/ 'bookworm'|bin/bash=1265648 bin/sh>/bin/bash usr/bin/apt-get=43680 usr/bin/apt=18752 usr/bin/perl=3800000 usr/lib/x86_64-linux-gnu=58000000 usr/share/zoneinfo=9900000 usr/share/keyrings=1800000 etc/debian_version:12.11; etc/os-release:PRETTY_NAME=\"Debian~GNU/Linux~12~(bookworm)\";ID=debian;VERSION_ID=\"12\"; etc/passwd:root:x:0:0:root:/root:/bin/bash;www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin; root/ tmp/ home/ usr/local/bin/ var/lib/apt/lists/ var/cache/apt/archives/
ubuntu|ADD file:2b3a3b1a5b in /|bin/bash=1446024 bin/sh>/bin/bash usr/bin/apt-get=51680 usr/bin/apt=18824 usr/bin/perl=4000000 usr/lib/x86_64-linux-gnu=61000000 usr/share/zoneinfo=11500000 etc/debian_version:trixie/sid; etc/os-release:PRETTY_NAME=\"Ubuntu~24.04.2~LTS\";ID=ubuntu;VERSION_ID=\"24.04\"; etc/passwd:root:x:0:0:root:/root:/bin/bash;ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash; root/ tmp/ home/ubuntu/ usr/local/bin/ var/lib/apt/lists/ var/cache/apt/archives/
certs|RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates curl gnupg netbase sq wget|usr/bin/curl=305000 usr/bin/wget=543000 usr/bin/gpg=1200000 usr/share/ca-certificates=46000000 etc/ssl/certs/ca-certificates.crt=216000
scm|RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends git mercurial openssh-client subversion procps|usr/bin/git=3700000 usr/lib/git-core=62000000 usr/bin/ssh=1400000 usr/lib/python3=110000000
toolchain|RUN /bin/sh -c set -ex; apt-get update; apt-get install -y --no-install-recommends autoconf automake bzip2 dpkg-dev file g++ gcc make patch xz-utils|usr/bin/gcc=1100000 usr/bin/g++=1100000 usr/bin/make=250000 usr/lib/gcc=221000000 usr/include=96000000 usr/lib/llvm=268000000
node|RUN /bin/sh -c ARCH= OPENSSL_ARCH= && curl -fsSLO --compressed https://nodejs.org/dist/v$NODE_VERSION/node-v$NODE_VERSION-linux-x64.tar.xz # buildkit|usr/local/bin/node=121000000 usr/local/bin/npm=2000 usr/local/bin/npx=2600 usr/local/lib/node_modules/npm=14800000 usr/local/include/node=9000000 home/node/
yarn|RUN /bin/sh -c set -ex && curl -fsSLO --compressed https://yarnpkg.com/downloads/$YARN_VERSION/yarn-v$YARN_VERSION.tar.gz # buildkit|opt/yarn-v1.22.22=5300000 usr/local/bin/yarn>/opt/yarn-v1.22.22
entry|COPY docker-entrypoint.sh /usr/local/bin/ # buildkit|usr/local/bin/docker-entrypoint.sh=388
pylibs|RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates netbase tzdata|etc/ssl/certs/ca-certificates.crt=216000 usr/share/ca-certificates=9000000
python|RUN /bin/sh -c set -eux; wget -O python.tar.xz https://www.python.org/ftp/python/$PYTHON_VERSION/Python-$PYTHON_VERSION.tar.xz # buildkit|usr/local/bin/python3=14500 usr/local/bin/python>python3 usr/local/bin/pip=240 usr/local/bin/pip3>pip usr/local/lib/libpython3.so=30000000 usr/local/lib/python3=15000000
go|COPY /target/ / # buildkit|usr/local/go/bin/go=13600000 usr/local/go/bin/gofmt=2800000 usr/local/go/pkg=140000000 usr/local/go/src=73000000 go/
nginx|RUN /bin/sh -c set -x && groupadd --system --gid 101 nginx && apt-get install --no-install-recommends -y nginx # buildkit|usr/sbin/nginx=1600000 usr/lib/nginx/modules=115000000 etc/nginx/nginx.conf:user~nginx;;worker_processes~auto;;events~{~};; usr/share/nginx/html/index.html:<!DOCTYPE~html>;<title>Welcome~to~nginx!</title>; docker-entrypoint.d/ var/log/nginx/
anginx|RUN /bin/sh -c set -x && addgroup -g 101 -S nginx && apk add -X https://nginx.org/packages/mainline/alpine nginx # buildkit|usr/sbin/nginx=1450000 usr/lib/nginx/modules=38000000 etc/nginx/nginx.conf:user~nginx;;worker_processes~auto;;events~{~};; usr/share/nginx/html/index.html:<!DOCTYPE~html>;<title>Welcome~to~nginx!</title>; docker-entrypoint.d/ var/log/nginx/
static|bazel build //static|etc/passwd:root:x:0:0:root:/root:/sbin/nologin;nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin; etc/ssl/certs/ca-certificates.crt=216000 usr/share/zoneinfo=1700000 tmp/ home/nonroot/
glibc|bazel build //base|lib/x86_64-linux-gnu=13700000 usr/lib/libssl.so.3=5100000
distronode|bazel build //nodejs|nodejs/bin/node=121000000
hello|COPY hello / # buildkit|hello=10072
";

/// Images: repository, tags, layers, settings (`KEY=value` is environment; `cmd`, `entry`, `dir`, `port` the rest, words
/// divided by `,`).
const IMAGES: &str = "\
alpine|latest 3 3.19 3.20 3.21 3.22 edge|alpine|cmd:/bin/sh
busybox|latest stable musl glibc 1 1.36 1.37 1.35 1.28|busybox|cmd:sh
debian|latest bookworm stable 12|debian|cmd:bash
debian|bookworm-slim stable-slim 12-slim|slim|cmd:bash
ubuntu|latest noble jammy 24.04 22.04|ubuntu|cmd:/bin/bash
node|latest lts 18 20 22 24 bookworm 20-bookworm 22-bookworm 24-bookworm|debian certs scm toolchain node yarn entry|NODE_VERSION=22.20.0 YARN_VERSION=1.22.22 cmd:node entry:docker-entrypoint.sh
node|slim lts-slim 18-slim 20-slim 22-slim 24-slim bookworm-slim 22-bookworm-slim|slim node yarn entry|NODE_VERSION=22.20.0 YARN_VERSION=1.22.22 cmd:node entry:docker-entrypoint.sh
node|alpine lts-alpine 18-alpine 20-alpine 22-alpine 24-alpine|alpine node yarn entry|NODE_VERSION=22.20.0 YARN_VERSION=1.22.22 cmd:node entry:docker-entrypoint.sh
python|latest 3 3.11 3.12 3.13 3.12-bookworm|debian certs scm toolchain python|PYTHON_VERSION=3.12.11 LANG=C.UTF-8 cmd:python3
python|slim 3-slim 3.11-slim 3.12-slim 3.13-slim 3.12-slim-bookworm|slim pylibs python|PYTHON_VERSION=3.12.11 LANG=C.UTF-8 cmd:python3
python|alpine 3-alpine 3.11-alpine 3.12-alpine 3.13-alpine|alpine python|PYTHON_VERSION=3.12.11 LANG=C.UTF-8 cmd:python3
golang|latest 1 1.22 1.23 1.24 1.25 bookworm 1.24-bookworm|debian certs scm toolchain go|GOLANG_VERSION=1.24.7 GOPATH=/go PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin cmd:bash dir:/go
golang|alpine 1-alpine 1.22-alpine 1.23-alpine 1.24-alpine 1.25-alpine|alpine go|GOLANG_VERSION=1.24.7 GOPATH=/go PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin dir:/go
nginx|latest stable mainline 1 1.25 1.26 1.27 1.28 1.29|slim nginx|NGINX_VERSION=1.29.1 cmd:nginx,-g,daemon~off; entry:/docker-entrypoint.sh port:80/tcp
nginx|alpine stable-alpine 1-alpine 1.25-alpine 1.26-alpine 1.27-alpine 1.28-alpine 1.29-alpine|alpine anginx|NGINX_VERSION=1.29.1 cmd:nginx,-g,daemon~off; entry:/docker-entrypoint.sh port:80/tcp
gcr.io/distroless/static-debian12|latest nonroot|static|dir:/
gcr.io/distroless/base-debian12|latest nonroot|static glibc|dir:/
gcr.io/distroless/nodejs22-debian12|latest nonroot|static glibc distronode|entry:/nodejs/bin/node dir:/
hello-world|latest linux|hello|cmd:/hello
";

/// How nginx answers, whose behaviour is no file of the image.
const NGINX: &str = "{name: nginx, port: 80, startup: 300ms, headline: Welcome to nginx!, health: {path: /}, cpu_ms_per_request: 0.2, latency_ms: 1, log: '/docker-entrypoint.sh: Configuration complete; ready for start up'}";

/// When all of them were made: 2025-09-01.
const MADE_MICROS: u64 = 1_756_684_800_000_000;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Whether there is such a repository, whatever its tags.
pub fn known(repository: &str) -> bool {
    let short = short(repository);
    IMAGES.lines().any(|line| line.split('|').next() == Some(short))
}

fn short(repository: &str) -> &str {
    let rest = repository.strip_prefix("docker.io/").unwrap_or(repository);
    rest.strip_prefix("library/").unwrap_or(rest)
}

/// A public image with its layers.
#[inline(never)]
pub fn public(repository: &str, tag: &str) -> Option<(Image, Vec<Arc<Layer>>)> {
    let repository = short(repository);
    let row = IMAGES
        .lines()
        .map(|line| line.split('|').collect::<Vec<_>>())
        .find(|row| row[0] == repository && row[1].split(' ').any(|one| one == tag))?;
    let created = Time::from_micros(MADE_MICROS);
    let mut root = Vfs::new();
    let (mut layers, mut history) = (Vec::new(), Vec::new());
    for name in row[2].split(' ') {
        let (by, changes) = layer(name, tag)?;
        apply(&mut root, &changes);
        let layer = Layer::new(changes);
        history.push(History {
            created,
            created_by: by.to_string(),
            comment: "buildkit.dockerfile.v0".into(),
            layer: Some(layer.digest.clone()),
            size: layer.size,
        });
        layers.push(Arc::new(layer));
    }
    let config = config(row[3]);
    for (name, words) in [("ENTRYPOINT", &config.entrypoint), ("CMD", &config.cmd)] {
        if let Some(words) = words {
            let created_by = crate::build_words::list(name, words);
            history.push(History {
                created,
                created_by,
                comment: "buildkit.dockerfile.v0".into(),
                layer: None,
                size: 0,
            });
        }
    }
    let program = if repository == "nginx" { Value::from_yaml(NGINX).unwrap_or_default() } else { Value::Null };
    let made = Made { config, layers: &layers, history, root: &root, program, created, revision: None };
    Some((Image::new(made), layers))
}

/// What made a layer, and its files. Each version of an image has its own content.
#[inline(never)]
fn layer(name: &str, tag: &str) -> Option<(&'static str, Vec<Change>)> {
    let row = LAYERS.lines().find(|line| line.split('|').next() == Some(name))?;
    let mut parts = row.splitn(3, '|');
    let (_, by, files) = (parts.next(), parts.next()?, parts.next()?);
    let version = tag.split('-').next().unwrap_or(tag);
    let shared = ["alpine", "debian", "slim", "certs", "scm", "toolchain", "pylibs", "static", "glibc"].contains(&name);
    let mut changes = Vec::new();
    for word in files.split(' ') {
        let (path, content) = if let Some(folder) = word.strip_suffix('/') {
            (folder, Content::Dir)
        } else if let Some((path, text)) = word.split_once(':') {
            (path, Content::File(text.replace('~', " ").replace(';', "\n").into_bytes().into()))
        } else if let Some((path, target)) = word.split_once('>') {
            (path, Content::Link(target.to_string()))
        } else {
            let (path, size) = word.split_once('=')?;
            let version = if shared { String::new() } else { [" ", version].concat() };
            let what = [vfs::base_name(path), &version].concat();
            (path, Content::File(stand_in(size.parse().ok()?, &what).into_bytes().into()))
        };
        let program = path.contains("bin/") && matches!(content, Content::File(_));
        let mode = if program || content == Content::Dir { 0o755 } else { 0o644 };
        let mode = if matches!(content, Content::Link(_)) { 0o777 } else { mode };
        changes.push(Change { path: ["/", path].concat(), mode, mtime: MADE_MICROS, content });
    }
    Some((by, changes))
}

#[inline(never)]
fn config(settings: &str) -> Config {
    let mut config = Config { workdir: "/".into(), ..Config::default() };
    config.set("PATH", PATH);
    let words = |text: &str| Some(text.split(',').map(|word| word.replace('~', " ")).collect::<Vec<_>>());
    for setting in settings.split(' ') {
        if let Some(text) = setting.strip_prefix("cmd:") {
            config.cmd = words(text);
        } else if let Some(text) = setting.strip_prefix("entry:") {
            config.entrypoint = words(text);
        } else if let Some(folder) = setting.strip_prefix("dir:") {
            config.workdir = folder.into();
        } else if let Some(port) = setting.strip_prefix("port:") {
            config.ports.push(port.into());
        } else if let Some((name, value)) = setting.split_once('=') {
            config.set(name, value);
        }
    }
    config
}
