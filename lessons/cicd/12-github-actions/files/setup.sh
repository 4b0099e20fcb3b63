# This morning's change: a dot where no dot belongs.
git clone -q https://forge.encore/encore/web.git /tmp/tomasz
cd /tmp/tomasz
export GIT_AUTHOR_NAME="Tomasz Wolny" GIT_AUTHOR_EMAIL=tomasz@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
sed -i 's/"59 €"/"5.9 €"/' encore.yaml
git commit -qam "Prices look nicer this way"
git push -q
cd
git clone -q https://forge.encore/encore/notify.git /tmp/notify
cd /tmp/notify
sed -i 's/^log: .*/log: ""/' encore.yaml
git commit -qam "A new text for the text messages (follows)"
git push -q
cd
rm -rf /tmp/tomasz /tmp/notify
sleep 120
git -C web pull -q
git -C notify pull -q
