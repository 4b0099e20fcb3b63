# What must be true of a release. The first test that fails ends the run.
set -e

echo "test: the program is called web"
grep '^name: web$' encore.yaml

echo "test: the headline is one line in double quotes"
grep -E '^headline: "[^"]+"$' encore.yaml

echo "test: it listens where the Service sends requests"
grep '^port: 8080$' encore.yaml

echo "all tests passed"
