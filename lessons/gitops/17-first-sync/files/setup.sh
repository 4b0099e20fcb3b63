# The toilets were brought out by Git nine days ago, which is a minute before the lesson here.
sleep 3
argocd app sync toilets
