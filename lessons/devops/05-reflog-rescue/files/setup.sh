# Three commits in the morning, a careless reset at noon, and work that went on after it.
cd ~/seating
export GIT_AUTHOR_NAME="Robin Vale" GIT_AUTHOR_EMAIL=robin@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
at() { export GIT_AUTHOR_DATE="2026-06-19T$1:00Z" GIT_COMMITTER_DATE="2026-06-19T$1:00Z"; }

at 07:40
echo "A,@@pick:seats@@" >> plan.csv
git commit -qam "Seat block A"
at 08:55
echo "B,280" >> plan.csv
git commit -qam "Seat block B, without the row behind the mixing desk"
at 10:05
echo "C,264" >> plan.csv
git commit -qam "Seat block C around the tent pole"

at 10:30
git reset -q --hard origin/main

for number in 2 3 4; do
  at 11:0$number
  case $number in
    2) line="On A3, so that the ushers can read it." why="Print on A3" ;;
    3) line="Waterproof." why="Print on something that survives the night" ;;
    4) line="Twelve copies, one of them for the mayor." why="Print enough copies" ;;
  esac
  echo "- $line" >> print.md
  git commit -qam "$why"
  if [ $number = @@pick:back@@ ]; then break; fi
done
