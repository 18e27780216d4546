/** The forwarder process: takes connections on the loopback address and passes each on to a Service of the cluster. */
import { createServer, connect, type Socket } from 'node:net';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { z } from 'zod';
import { connectKubernetes } from '../../clients/kubernetes/connect.ts';
import { loopback } from './paths.ts';

const settings = z
  .object({
    kubeconfig: z.string(),
    namespace: z.string(),
    service: z.string(),
    /** Whether this machine reaches Services; else connections go through the API server. */
    reachesServices: z.boolean(),
    port: z.int(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const kubernetes = connectKubernetes({ kubeconfig: settings.kubeconfig });

/** Asked for each connection: the Service may have moved to other pods, or been made anew. */
async function findService() {
  const service = await kubernetes.get('Service', settings.namespace, settings.service);
  const port = service?.spec?.ports?.find(({ name }) => name === 'rest') ?? service?.spec?.ports?.[0];
  if (!service || !port) throw new Error(`no Service ${settings.namespace}/${settings.service}`);
  return { service, port };
}

async function throughService(socket: Socket): Promise<void> {
  const { service, port } = await findService();
  const onward = connect({ host: service.spec?.clusterIP ?? '', port: port.port });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

async function throughApiServer(socket: Socket): Promise<void> {
  const { service, port } = await findService();
  const selector = Object.entries(service.spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const pods = await kubernetes.list('Pod', settings.namespace, { labelSelector: selector.join(',') });
  const pod = pods.find((each) => each.status?.phase === 'Running');
  if (!pod) throw new Error(`no running pod behind ${settings.service}`);
  const config = new KubeConfig();
  config.loadFromFile(settings.kubeconfig);
  const target = typeof port.targetPort === 'number' ? port.targetPort : port.port;
  await new PortForward(config).portForward(settings.namespace, pod.metadata.name, [target], socket, null, socket);
}

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  const forward = settings.reachesServices ? throughService : throughApiServer;
  forward(socket).catch((error: unknown) => {
    console.error(new Date().toISOString(), error instanceof Error ? error.message : error);
    socket.destroy();
  });
});
server.listen({ port: settings.port, host: loopback });
