# A soundcheck, a Kustomization put on hold for it, and two merges since.
until kubectl get deployment web -n shop -o jsonpath='{.status.readyReplicas}' 2>/dev/null | grep -q 2; do sleep 5; done
sleep 20
flux suspend kustomization shop 2>/dev/null
export GIT_AUTHOR_NAME="Ida Brandt" GIT_AUTHOR_EMAIL=ida@encore.example
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
cd ~/pier
sed -i 's|house.yaml|house-rules.yaml|' base/kustomization.yaml
git commit -qam "Call the house rules what they are"
sed -i 's|web:3.0.0|web:3.1.0|' shop/web.yaml
git commit -qam "web 3.1.0: the doors open at @@pick:hour@@"
git push -q
cd
sleep 90
