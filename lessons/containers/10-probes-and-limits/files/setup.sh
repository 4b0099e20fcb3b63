# 1.0.0 has sold shirts since the afternoon. Then the manifest got the image 1.1.0, and nothing else.
sed 's/merch:1.1.0/merch:1.0.0/' ~/merch/merch.yaml | kubectl apply -f -
sleep 7680
kubectl apply -f ~/merch/merch.yaml
