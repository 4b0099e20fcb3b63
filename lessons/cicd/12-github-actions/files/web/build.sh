# Packs the program into dist/: encore.yaml without its comments.
set -e
mkdir -p dist
grep -v '^ *#' encore.yaml > dist/encore.yaml
echo "build: $(wc -l < dist/encore.yaml) lines in dist/encore.yaml"
