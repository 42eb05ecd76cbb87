import { Option, type Command } from 'commander'
import type { ClusterCommand } from '../engine/access/accessRule.ts'
import { accessFor, rbacFlags } from '../engine/access/accessRules.ts'
import { kubernetesMinor } from '../helpers/facts/kubernetesMinor.ts'
import { rbacObjects, type RbacOptions, type Subject } from './rbacObjects.ts'
import { UsageError } from './usageError.ts'

interface Options {
  for: ClusterCommand
  probe: boolean
  allowNodeChanges: boolean
  allowClusterPolicy?: boolean
  shards?: boolean
  canaryNode?: boolean
  kubernetes?: string
  name?: string
  kataNamespace: string
  serviceAccount?: string
  user?: string
  group?: string
  output: 'yaml' | 'json'
}

export function addRbacCommand(program: Command): void {
  program
    .command('rbac')
    .description('print the least rights that a command needs, as Role and ClusterRole')
    .addOption(
      new Option('--for <command>', 'the command')
        .choices(['run', 'upgrade', 'clean', 'doctor'] satisfies ClusterCommand[])
        .default('run'),
    )
    .option('--no-probe', 'without the node probe: doctor then reads only; a run has pods all the same')
    .option('--allow-node-changes', 'with what a run needs that may change nodes, and clean after it', false)
    .option(
      '--allow-cluster-policy',
      'with what a run needs that may make a ClusterPolicy of Kyverno, and clean after it',
      false,
    )
    .option('--shards', 'with what a part of a run needs (run --shard)', false)
    .option('--canary-node', 'with what an upgrade of one node first needs (upgrade --canary-node)', false)
    .option('--kubernetes <version>', 'leave out what this release does not ask for, such as 1.34 (default: for any)')
    .option('--name <name>', 'name of the objects (default: kata-conformance-<command>)')
    .option('--kata-namespace <namespace>', 'where kata-deploy is', 'kata-containers')
    .option('--service-account <namespace/name>', 'print the bindings too, for this ServiceAccount')
    .option('--user <name>', 'print the bindings too, for this user')
    .option('--group <name>', 'print the bindings too, for this group')
    .addOption(new Option('-o, --output <format>', 'format').choices(['yaml', 'json']).default('yaml'))
    .action(async (options: Options) => void process.stdout.write(await rbac(options)))
}

/** The manifests as text for `kubectl apply -f -`. Throws UsageError. */
export async function rbac(options: Options): Promise<string> {
  const command = options.for
  const wanted = {
    command,
    probe: options.probe,
    nodeChanges: options.allowNodeChanges,
    shards: options.shards ?? false,
    clusterPolicy: options.allowClusterPolicy ?? false,
    canary: options.canaryNode ?? false,
  }
  const of: RbacOptions = {
    rules: accessFor({ ...wanted, minor: minor(options.kubernetes) }),
    name: named('--name', options.name ?? `kata-conformance-${command}`),
    kataNamespace: named('--kata-namespace', options.kataNamespace),
    subject: subjectOf(options),
  }
  if (options.output === 'json')
    return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rbacObjects(of) }, null, 2)}\n`
  const { rbacText } = await import('./rbacText.ts')
  return rbacText(command, `${options.probe ? '' : ' --no-probe'}${rbacFlags(wanted)}`, of)
}

function minor(version: string | undefined): number | null {
  if (version === undefined) return null
  const found = kubernetesMinor(version)
  if (found === null)
    throw new UsageError(`--kubernetes is ${JSON.stringify(version)}; it must be a release such as 1.34`)
  return found
}

const label = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

function named(option: string, name: string): string {
  if (label.test(name)) return name
  throw new UsageError(`${option} is ${JSON.stringify(name)}; it must be lower-case letters, digits, dashes and dots`)
}

function subjectOf({ serviceAccount, user, group }: Options): Subject | null {
  const given = [serviceAccount, user, group].filter((each) => each !== undefined)
  if (given.length > 1) throw new UsageError('give one of --service-account, --user and --group')
  if (user !== undefined) return { kind: 'User', name: user }
  if (group !== undefined) return { kind: 'Group', name: group }
  if (serviceAccount === undefined) return null
  const [namespace = '', name = '', ...rest] = serviceAccount.split('/')
  if (rest.length > 0 || !label.test(namespace) || !label.test(name))
    throw new UsageError(
      `--service-account is ${JSON.stringify(serviceAccount)}; it must be NAMESPACE/NAME, such as ci/kata-conformance`,
    )
  return { kind: 'ServiceAccount', name, namespace }
}
