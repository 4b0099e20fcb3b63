# Nobody wants an empty text message at six in the morning.
grep '^log:' encore.yaml
echo "test: is the text at least ten characters long?"
grep -qE '^log: ".{10,}"$' encore.yaml
