# Nobody wants an empty text message at six in the morning.
grep '^log:' encore.yaml
echo "test: the text is no shorter than ten characters"
grep -qE '^log: ".{10,}"$' encore.yaml
