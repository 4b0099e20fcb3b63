# Everything stands, and the door leads to the lobby.
kubectl apply -f ~/.lobby.yaml -f ~/sale/web.yaml -f ~/sale/close.yaml
rm ~/.lobby.yaml
