# What must be true of a line-up that goes to the printer.
set -e

echo "test: nothing is left of a conflict"
if grep -n -E '^(<<<<<<<|=======|>>>>>>>)' saturday.txt; then exit 1; fi

echo "test: every line is a time, a stage and an act"
if grep -n -v -E '^[0-9][0-9]:[0-9][0-9] \| [A-Za-z]+ *\| .' saturday.txt; then exit 1; fi

echo "all tests passed"
