# Three releases, one commit each, reviewed in the order that the seed picks. They wait on the learner's main.
cd ~/deploy
minute=10
commit() {
  minute=$((minute + 7))
  export GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$2@encore.example" GIT_AUTHOR_DATE="2026-06-26T16:$minute:00Z"
  export GIT_COMMITTER_NAME="$1" GIT_COMMITTER_EMAIL="$2@encore.example" GIT_COMMITTER_DATE="2026-06-26T16:$minute:00Z"
  git add .
  git commit -qm "$3"
}

for release in @@pick:order@@; do
  case $release in
    checkout)
      sed -i 's|checkout:5.0.3|checkout:5.1.0\n          env:\n            - name: WALLET_URL\n              valueFrom:\n                configMapKeyRef:\n                  name: wallet\n                  key: url|' apps/checkout.yaml
      cat > apps/wallet.yaml <<END
apiVersion: v1
kind: ConfigMap
metadata:
  name: wallet
  namespace: shop
data:
  url: https://wallet.encore.example/v2
END
      commit "Tomasz Lind" tomasz "checkout 5.1.0: pay by wallet"
      git push -q origin HEAD:refs/heads/release/checkout-5.1.0
      ;;
    cart)
      sed -i 's|cart:2.8.0|cart:2.9.0|' apps/cart.yaml
      commit "Ngozi Adeyemi" ngozi "cart 2.9.0: remember the cart over night"
      ;;
    web)
      sed -i 's|replicas: 3|replicas: 4|' apps/web.yaml
      commit "Ida Brandt" ida "web: a fourth pod for Saturday"
      ;;
  esac
done
