# Walks one order through flow.txt. An order that is done must have been paid.
step=cart
paid=no
for hop in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  if [ "$step" = pay ]; then paid=yes; fi
  if [ "$step" = done ]; then break; fi
  step=$(sed -n "s/^$step -> //p" flow.txt)
done
if [ "$step" != done ]; then
  echo "FAIL: the order never ends"
  exit 1
fi
if [ $paid = no ]; then
  echo "FAIL: the order is done, and nobody has paid"
  exit 1
fi
echo "ok: paid, and done"
