# Git brings the shop out; then comes the night, in which three things are changed by hand.
sleep 3
argocd app sync encore
argocd app wait encore --health
kubectl scale deployment/checkout --replicas=5
kubectl set image deployment/@@pick:service@@ @@pick:service@@=registry.encore/@@pick:service@@:next
kubectl set env deployment/web @@pick:setting@@=on
sleep 30
