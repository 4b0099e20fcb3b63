# Ida moves the concert to another stage and takes out an act; Robin, the learner, moves it to a later time.
git clone -q https://forge.encore/encore/lineup.git /tmp/ida
cd /tmp/ida
export GIT_AUTHOR_NAME="Ida Brandt" GIT_AUTHOR_EMAIL=ida@encore.example GIT_AUTHOR_DATE=2026-06-16T16:40:00Z
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL" GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
sed -i -e 's/^21:30 | Main    |/21:30 | @@pick:stage@@ |/' -e '/Quiet Elevators/d' saturday.txt
git commit -qam "Move @@pick:act@@ to the @@pick:stage@@ stage; Quiet Elevators are stuck"
git push -q

cd ~/lineup
rm -rf /tmp/ida
export GIT_AUTHOR_NAME="Robin Vale" GIT_AUTHOR_EMAIL=robin@encore.example GIT_AUTHOR_DATE=2026-06-17T08:20:00Z
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL" GIT_COMMITTER_DATE="$GIT_AUTHOR_DATE"
sed -i -e 's/^21:30/@@pick:time@@/' -e 's/Quiet Elevators/Quiet Elevators (acoustic)/' saturday.txt
git commit -qam "@@pick:act@@ start at @@pick:time@@; Quiet Elevators play without lights"
git fetch -q
