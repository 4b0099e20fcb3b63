# Ida's branch, and what happened on main meanwhile; then the learner's clone, which never had the branch locally.
git clone -q https://forge.encore/encore/tickets.git /tmp/ida
cd /tmp/ida
export GIT_AUTHOR_NAME="Ida Brandt" GIT_AUTHOR_EMAIL=ida@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
at() { export GIT_AUTHOR_DATE="$1" GIT_COMMITTER_DATE="$1"; }

git switch -q -c early-bird
at 2026-06-10T08:10:00Z
echo "Early bird,79" >> prices.csv
git commit -qam "Sell early bird tickets"
for round in 1 2 3 4; do
  at 2026-06-1${round}T14:05:00Z
  echo "Early bird, wave $round: until all of its tickets are gone." >> early-bird.md
  git add early-bird.md
  git commit -qm "Describe wave $round of the early birds"
  if [ $round = @@pick:rounds@@ ]; then break; fi
done
git push -q origin early-bird

git switch -q main
export GIT_AUTHOR_NAME="Tomasz Lind" GIT_AUTHOR_EMAIL=tomasz@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
at 2026-06-15T07:30:00Z
echo "- No refunds for @@pick:act@@: they said they would come." >> rules.md
git commit -qam "Say that nothing is refunded"
git push -q

cd
rm -rf /tmp/ida
git clone -q https://forge.encore/encore/tickets.git ~/tickets
