# Tomasz rolls out 4.0.0, eight minutes before the lesson begins, with one slip of the pen that the seed picks.
# The version before it has served since noon.
sleep 16320
cd ~/release
case @@pick:cause@@ in
  PAYMENT_URL) sed -i 's/PAYMENT_URL/PAYMENTS_URL/' web.yaml ;;
  CURRENCY) sed -i 's/value: EUR$/value: EURO/' web.yaml ;;
  SEAT_UNIT) sed -i 's/hay-bale/haybale/' web.yaml ;;
  QUEUE_SIZE) sed -i 's/"500"/"0"/' web.yaml ;;
  TIME_ZONE) sed -i 's/Europe.Berlin/Europe\/Berln/' web.yaml ;;
esac
kubectl apply -f web.yaml
