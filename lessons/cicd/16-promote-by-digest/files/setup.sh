# A copy of what was signed off, under a name that nobody moves: by it the lesson knows the digest.
docker pull -q registry.encore/web:rc
docker tag registry.encore/web:rc registry.encore/archive:signed-off
docker push -q registry.encore/archive:signed-off
docker rmi registry.encore/web:rc registry.encore/archive:signed-off

# Hannah has seen staging at 9:52. Two minutes later somebody tries something out, on main, as one does.
git clone -q https://forge.encore/encore/web.git /tmp/tomasz
cd /tmp/tomasz
export GIT_AUTHOR_NAME="Tomasz Wolny" GIT_AUTHOR_EMAIL=tomasz@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
sleep 200
sed -i 's/^headline: .*/headline: "asdf asdf TEST, please ignore"/' encore.yaml
git commit -qam "Just trying something"
git push -q
cd
rm -rf /tmp/tomasz
sleep 120
git -C web pull -q
git -C deploy pull -q
