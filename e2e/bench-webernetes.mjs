// The peer of the cluster's figures: one Deployment of so many pods to Ready in `@ngrok/webernetes`, in Node.
// `npm install @ngrok/webernetes` somewhere, then `node e2e/bench-webernetes.mjs FOLDER [PODS]`. It waits in real time as a
// kubelet does, so both its real time and its processor time are told.
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The package names its own files without an ending, as bundlers take it.
const hooks = `export async function resolve(name, context, next) {
  for (const end of ['', '.js', '/index.js']) {
    try { return await next(name + end, context); } catch (error) { if (end === '/index.js') throw error; }
  }
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const [folder, count] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node e2e/bench-webernetes.mjs FOLDER [PODS]');
  process.exit(2);
}
const PODS = Number(count ?? 100);
const entry = join(folder, 'node_modules/@ngrok/webernetes/dist/index.js');
const { BaseImage, Cluster } = await import(pathToFileURL(entry).href);

class Idle extends BaseImage {
  static imageName = 'idle';
  static imageVersion = '1.0';
  defaultCommand = ['idle'];
  async exec(ctx) {
    return await ctx.waitUntilKilled();
  }
}

const print = (name, value, unit) => console.log(`${name} ${value.toFixed(1)} ${unit}`);
const cluster = new Cluster({ nodes: 10 });
cluster.registerImage(Idle);
await cluster.init();
const labels = { app: 'web' };
const [began, used] = [performance.now(), process.cpuUsage()];
await cluster.apply([
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: PODS,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'idle:1.0' }] } },
    },
  },
]);
const ready = async () => {
  const web = await cluster.api.appsv1.readNamespacedDeployment({ name: 'web', namespace: 'default' });
  return web.status?.readyReplicas ?? 0;
};
while ((await ready()) < PODS) await new Promise((resolve) => setTimeout(resolve, 100));
const { user, system } = process.cpuUsage(used);
print('webernetes_pods', PODS / ((performance.now() - began) / 1e3), 'pods/s of real time');
print('webernetes_pods_cpu', PODS / ((user + system) / 1e6), 'pods/s of processor time');
process.exit(0);
