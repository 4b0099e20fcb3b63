# What must be true of main.
set -e

echo "test: every price is a whole number"
if grep -v -E '^ticket,euros$|^[A-Za-z -]+,[0-9]+$' prices.csv; then exit 1; fi

echo "test: an early bird is cheaper than the weekend"
early=$(sed -n 's/^Early bird,//p' prices.csv)
weekend=$(sed -n 's/^Weekend,//p' prices.csv)
[ "${early:-0}" -lt "$weekend" ]

echo "all tests passed"
