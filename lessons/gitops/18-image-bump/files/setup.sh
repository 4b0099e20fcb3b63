# Two releases in ten minutes, both green, neither at a customer.
git clone -q https://forge.encore/encore/web.git /tmp/ngozi
cd /tmp/ngozi
export GIT_AUTHOR_NAME="Ngozi Adeyemi" GIT_AUTHOR_EMAIL=ngozi@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
sleep 60
sed -i 's/^headline: .*/headline: "Gates at one o'"'"'clock: @@pick:act@@ still rehearse"/' encore.yaml
git commit -qam "The gates open at one"
git push -q
sleep 90
sed -i 's/^headline: .*/headline: "Gates at two o'"'"'clock, and bring a hat"/' encore.yaml
git commit -qam "The gates open at two"
git push -q
cd
rm -rf /tmp/ngozi
sleep 90
git -C web pull -q
