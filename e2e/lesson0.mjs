// The words and commands of lesson 0, "Ship your first release": everything that journeys know about it. When
// the lesson changes, this file changes, and no journey.

export const lesson0 = {
  title: 'Ship your first release',
  path: 'devops/00-ship-your-first-release/',

  /** Steps by their number in the brief. */
  steps: { find: 1, edit: 2, guess: 3, ship: 4, live: 5 },
  count: 5,

  /** What the Shop panel calls the version that customers get: the answer to the step `find`. */
  version: /[0-9a-f]{7}/,
  prediction: /^Argo CD/,

  oldHeadline: /2025/,
  headline: /Summer 2026/,
  message: /Announce summer 2026/,

  edit: [
    'cd ~/web',
    `sed -i 's/^headline:.*/headline: "Summer 2026: tickets on sale now"/' encore.yaml`,
    'git commit -am "Announce summer 2026"',
  ],
  push: 'git push',

  /** Forgets a quote: the pipeline's test stops it. */
  breakIt: [
    'cd ~/web',
    `sed -i 's/^headline:.*/headline: "Summer 2026: tickets on sale now/' encore.yaml`,
    'git commit -am "Announce summer 2026"',
  ],

  /** A line that the worker dies of, every time. */
  poison: 'opsfest-panic',
};

/** A repository that real `git` makes, and its way through the world. */
export const merch = {
  name: 'merch',
  files: {
    'k8s/merch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: merch
  namespace: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: merch}
  template:
    metadata:
      labels: {app: merch}
    spec:
      containers:
        - name: merch
          image: nginx:1.27
          ports:
            - containerPort: 80
`,
    'application.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: merch
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://forge.encore/encore/merch.git
    targetRevision: main
    path: k8s
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
  syncPolicy:
    automated: {prune: true, selfHeal: true}
`,
  },
  deploy: [
    'cd ~/merch',
    'git remote set-url origin https://forge.encore/encore/merch.git',
    'git push -u origin main',
    'kubectl apply -f application.yaml',
  ],
  change: ["sed -i 's/replicas: 1/replicas: 2/' k8s/merch.yaml", 'git commit -am "Two stalls"', 'git push'],
  pod: /^merch-/,
};
