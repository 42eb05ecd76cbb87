import type { Clock } from '../clock.ts'
import type { KubeClient } from '../kubeClient.ts'
import type { Controller, ControllerContext } from './controllerContext.ts'
import { startCronJobs } from './cronJobs.ts'
import { startDaemonSets } from './daemonSets.ts'
import { startDeployments } from './deployments.ts'
import { startGarbageCollector } from './garbageCollector.ts'
import { startJobs } from './jobs.ts'
import { startNamespaces } from './namespaces.ts'
import { startNodeLifecycle } from './nodeLifecycle.ts'
import { startNodeTaints } from './nodeTaints.ts'
import { startReplicaSets } from './replicaSets.ts'
import { startResourceQuotas } from './resourceQuotas.ts'
import { startServiceEndpoints } from './serviceEndpoints.ts'
import { createSharedInformers } from './sharedInformers.ts'
import { startVolumeBinder } from './volumeBinder.ts'

/**
 * What a kube-controller-manager does for the objects that the simulation has. Resolves when all caches are filled.
 * @param options.caCertificate content of kube-root-ca.crt in every namespace
 * @param options.quotaCountsOverhead false: a fault
 */
export async function startControllers(options: {
  client: KubeClient
  clock: Clock
  caCertificate?: string
  quotaCountsOverhead?: boolean
  /** false: a fault */
  cronJobs?: boolean
  /** Of other programs, which watch the same objects. */
  further?: readonly ((context: ControllerContext) => Controller)[]
}): Promise<Controller> {
  const { client, clock } = options
  const informers = createSharedInformers(client, clock)
  const context = { client, clock, informers }
  const controllers = [
    startNamespaces(context, options.caCertificate === undefined ? {} : { caCertificate: options.caCertificate }),
    startNodeTaints(context),
    startNodeLifecycle(context),
    startGarbageCollector(context),
    startReplicaSets(context),
    startDeployments(context),
    startJobs(context),
    ...((options.cronJobs ?? true) ? [startCronJobs(context)] : []),
    startDaemonSets(context),
    startVolumeBinder(context),
    startResourceQuotas(context, options.quotaCountsOverhead ?? true),
    startServiceEndpoints(context),
    ...(options.further ?? []).map((start) => start(context)),
  ]
  await informers.start()
  return {
    stop() {
      for (const controller of controllers) controller.stop()
      informers.stop()
    },
  }
}
