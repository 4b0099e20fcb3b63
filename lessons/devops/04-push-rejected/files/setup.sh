# Robin, the learner, has two commits. Meanwhile somebody else pushed one, and Robin's clone has not heard of it.
cd ~/runbook
export GIT_AUTHOR_NAME="Robin Vale" GIT_AUTHOR_EMAIL=robin@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
export GIT_AUTHOR_DATE=2026-06-18T20:30:00Z GIT_COMMITTER_DATE=2026-06-18T20:30:00Z
echo "3. Close the tents before the singers notice." >> rain.md
git commit -qam "Close the tents when it rains"
export GIT_AUTHOR_DATE=2026-06-18T21:10:00Z GIT_COMMITTER_DATE=2026-06-18T21:10:00Z
echo "4. Tell the audience that it is a warm rain." >> rain.md
git commit -qam "Say something nice about the rain"

git clone -q https://forge.encore/encore/runbook.git /tmp/other
cd /tmp/other
export GIT_AUTHOR_NAME="@@pick:who@@" GIT_AUTHOR_EMAIL=crew@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
export GIT_AUTHOR_DATE=2026-06-18T21:40:00Z GIT_COMMITTER_DATE=2026-06-18T21:40:00Z
echo "3. The @@pick:gate@@ gate opens at @@pick:hour@@: the fence there is new." >> gates.md
git commit -qam "The @@pick:gate@@ gate has hours of its own"
git push -q
cd
rm -rf /tmp/other
