# Every ticket has a price in whole euros, of two or three digits. The first wrong one ends the test.
set -e

tickets=$(grep -c 'price:' encore.yaml)
right=$(grep -cE 'price: "[0-9]{2,3} €"' encore.yaml)
grep 'price:' encore.yaml
echo "test: are all prices whole euros of two or three digits? $right of $tickets are"
[ "$right" -eq "$tickets" ]
