import { type Command, Option } from 'commander'
import { collectList } from './collect.ts'
import { handedArguments } from './inCluster/handedArguments.ts'
import { count, defaultSettings, indexNumber, positive, type RunSettings } from './runSettings.ts'

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description('deploy pods to the cluster, check every behaviour, clean up and report')
    .option('--context <name>', 'context of the kubeconfig (default: its current context)')
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config, then in-cluster)')
    .option('--profile <file>', 'what this cluster must have: RuntimeClasses, known deviations')
    .option('--runtime-class <name>', 'only this RuntimeClass (repeatable)', collectList, [])
    .option('--node <name>', 'only this node (repeatable)', collectList, [])
    .option('--chapter <name>', 'only this chapter, such as MEM (repeatable)', collectList, [])
    .option('--level <level>', 'only MUST, SHOULD, MAY or INFO (repeatable)', collectList, [])
    .option('--behaviour <id>', 'only this behaviour, such as KATA-MEM-005 (repeatable)', collectList, [])
    .option(
      '--image <name=ref>',
      'replace an image, such as busybox=registry.example/busybox:1.36 (repeatable)',
      collectList,
      [],
    )
    .option('--image-registry <prefix>', 'prefix of a mirror that has every image, such as registry.example/mirror')
    .option(
      '--pin-images',
      'ask for images by tag and digest: for clusters that pull from the publishers or a true mirror',
      false,
    )
    .option(
      '--image-pull-config <file>',
      "config.json of docker login: the suite's namespaces get a Secret of it, by which their pods pull",
    )
    .option('--no-probe', 'no privileged node probe; what needs it is skipped')
    .option('--quiet-nodes', 'nodes carry no other load: also measure performance', false)
    .option('--slow', 'also run checks of more than five minutes', false)
    .option(
      '--allow-node-changes',
      'checks may make files, loop devices and processes of their own on nodes, and end those of their own pods',
      false,
    )
    .option('--allow-disruptive', 'checks may do what can disturb other pods of a node', false)
    .option(
      '--allow-cluster-policy',
      "with Kyverno: checks may make a ClusterPolicy for the run's own namespaces",
      false,
    )
    .option(
      '--storage-class-block <name>',
      "StorageClass for volumes of mode Block (default: the cluster's default one where it fits)",
    )
    .option(
      '--storage-class-filesystem <name>',
      "StorageClass for volumes of mode Filesystem (default: the cluster's default one)",
    )
    .option('--out <folder>', 'where results go', defaultSettings.out)
    .option(
      '--repeat <n>',
      'execute each check so many times, each time in fresh pods',
      (text) => count(text, '--repeat'),
      1,
    )
    .option('--max-arms <n>', 'checks at once', (text) => count(text, '--max-arms'), defaultSettings.maxArms)
    .option('--max-pods <n>', 'pods at once on a node', (text) => count(text, '--max-pods'), defaultSettings.maxPods)
    .option('--in-cluster', 'run as a Job inside the cluster, follow it, and copy its results here', false)
    .option('--shards <n>', 'with --in-cluster: a Job of so many pods, each running a part', (text) =>
      count(text, '--shards'),
    )
    .option('--shard <i/n>', 'only this part of the run, such as 1/3; `merge` makes one run of them')
    .option('--run-id <id>', 'id of the run instead of a new one; the same for all its shards')
    .option('--namespace <name>', 'with --in-cluster: the namespace of the Job (default: one of its own)')
    .option('--sim', 'run against an embedded simulated cluster instead', false)
    .option('--scenario <file>', 'with --sim: the scenario')
    .option('--kata-version <version>', 'with --sim: the release of Kata')
    .option(
      '--speed <factor>',
      'with --sim: how many times faster than life',
      (text) => positive(text, '--speed'),
      defaultSettings.speed,
    )
    .addOption(new Option('--shard-index <index>').argParser((text) => indexNumber(text, '--shard-index')).hideHelp())
    .addOption(new Option('--maker <id>').hideHelp())
    .addOption(new Option('--no-summary').hideHelp())
    .addOption(new Option('--specs <folder>').env('KATA_CONFORMANCE_SPECS').hideHelp())
    .action(async (settings: RunSettings, command: Command) => {
      const exitCode = settings.inCluster
        ? await (await import('./inCluster/runInCluster.ts')).runInCluster(settings, handedArguments(command))
        : await (await import('./runSuite.ts')).runSuite(settings, process.argv.slice(2))
      // The report is written: a timer or a connection that somebody forgot must not keep a pipeline waiting.
      process.stdout.write('', () => process.exit(exitCode))
    })
}
