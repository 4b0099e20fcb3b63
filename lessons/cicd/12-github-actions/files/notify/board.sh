# Writes on the board in the crew tent how the tests of a release ended: sh board.sh success
echo "on the board: notify, tests: ${1:?how did they end?}"
