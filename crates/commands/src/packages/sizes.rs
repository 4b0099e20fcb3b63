//! How big packages are, with what they depend on: kilobytes unpacked, and how many packages it is. As measured for the
//! versions of 2025, rounded.

/// `name kilobytes packages version`
const NPM: &str = "\
@sentry/node 22000 92 10.11.0
@types/express 900 8 5.0.3
@types/node 2400 2 24.3.1
axios 2900 9 1.11.0
cypress 590000 170 15.1.0
dotenv 90 1 17.2.2
esbuild 10200 2 0.25.9
eslint 46000 110 9.35.0
express 4600 68 5.1.0
fastify 7200 48 5.6.0
husky 30 1 9.1.7
jest 62000 268 30.1.3
lodash 1420 1 4.17.21
moment 4350 1 2.30.1
next 152000 22 15.5.2
nodemon 5200 29 3.1.10
pg 1300 14 8.16.3
pino 2100 13 9.9.4
playwright 9800 2 1.55.0
prettier 9300 1 3.6.2
prisma 96000 33 6.15.0
puppeteer 310000 98 24.19.0
qrcode 3100 30 1.5.4
react 320 1 19.1.1
react-dom 6700 2 19.1.1
redis 9100 6 5.8.2
sharp 38000 9 0.34.3
supertest 2300 24 7.1.4
tailwindcss 6100 1 4.1.13
ts-node 6400 19 10.9.2
typescript 23600 1 5.9.2
vite 34000 15 7.1.5
vitest 41000 64 3.2.4
webpack 33000 78 5.101.3
ws 140 1 8.18.3
zod 4300 1 4.1.5
";

const PIP: &str = "\
boto3 25000 7 1.40.24
celery 12000 12 5.5.3
django 41000 3 5.2.6
fastapi 9800 9 0.116.1
flask 5200 8 3.1.2
gunicorn 700 2 23.0.0
matplotlib 76000 10 3.10.6
numpy 62000 1 2.3.2
pandas 138000 6 2.3.2
pillow 19000 1 11.3.0
psycopg2-binary 9400 1 2.9.10
pytest 3900 5 8.4.2
redis 2300 1 6.4.0
requests 1900 5 2.32.5
scikit-learn 205000 5 1.7.1
scipy 172000 2 1.16.1
sqlalchemy 18000 3 2.0.43
tensorflow 1980000 38 2.20.0
torch 4900000 24 2.8.0
transformers 131000 18 4.56.1
uvicorn 2100 3 0.35.0
";

/// Of Debian and Alpine; what installs a program has its name.
const SYSTEM: &str = "\
bash 1500 3 5.2
build-base 258000 20 0.5
build-essential 289000 62 12.9
ca-certificates 620 2 20250619
chromium 420000 240 140.0
curl 7400 12 8.14
dumb-init 60 1 1.2.5
ffmpeg 390000 160 7.1
g++ 243000 40 14.2
gcc 172000 30 14.2
git 48000 24 2.49
gnupg 13000 28 2.4
htop 420 2 3.4
imagemagick 61000 70 7.1
jq 1100 3 1.8
less 340 1 668
libpq-dev 9800 18 17.6
libpq5 2900 9 17.6
make 1700 2 4.4
nano 2700 2 8.4
nginx 4300 4 1.28
nodejs 62000 20 22.19
npm 96000 180 11.5
openssh-client 5100 9 10.0
openssl 2200 3 3.5
postgresql-client 9800 14 17.6
procps 1500 4 4.0
python3 37000 18 3.12
python3-pip 140000 60 25.1
tini 40 1 0.19
tzdata 2600 1 2025b
unzip 400 1 6.0
vim 39000 8 9.1
wget 3700 6 1.25
zip 620 1 3.0
";

/// A package: bytes unpacked, how many it is with those it needs, and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub name: String,
    pub bytes: u64,
    pub count: u64,
    pub version: String,
}

fn find(table: &str, name: &str) -> Option<Package> {
    let row = table.lines().find(|line| line.split(' ').next() == Some(name))?;
    let mut parts = row.split(' ').skip(1);
    let kilobytes: u64 = parts.next()?.parse().ok()?;
    let count = parts.next()?.parse().ok()?;
    Some(Package { name: name.into(), bytes: kilobytes * 1_000, count, version: parts.next()?.into() })
}

/// A package that no table knows: its size follows from its name.
fn guess(name: &str) -> Package {
    let hash = name.bytes().fold(17_u64, |hash, byte| hash.wrapping_mul(131).wrapping_add(u64::from(byte)));
    let bytes = 60_000 + hash % 1_900_000;
    Package {
        name: name.into(),
        bytes,
        count: 1 + hash % 4,
        version: format!("{}.{}.{}", 1 + hash % 5, hash % 12, hash % 7),
    }
}

pub(super) fn npm(name: &str) -> Package {
    find(NPM, name).unwrap_or_else(|| guess(name))
}

pub(super) fn pip(name: &str) -> Package {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    find(PIP, &lower).unwrap_or_else(|| guess(&lower))
}

/// Of a distribution; one that is in no table is none.
pub(super) fn system(name: &str) -> Option<Package> {
    find(SYSTEM, name)
}

pub(super) fn go(name: &str) -> Package {
    guess(name)
}
