type Argv = readonly string[]

/** A command that is wrong, and what it is told. */
export interface Row {
  readonly what: string
  /** `$NAME` is a file or folder of the test, `OUT` the folder of results. */
  readonly argv: Argv
  readonly exitCode: 2 | 3
  readonly says: RegExp
}

const input = (what: string, argv: Argv, says: RegExp): Row => ({ what, argv, says, exitCode: 2 })
const cluster = (what: string, argv: Argv, says: RegExp): Row => ({ what, argv, says, exitCode: 3 })
const run = (...argv: string[]): Argv => ['run', '--kubeconfig', '$good', '--out', 'OUT', ...argv]

export const rows: readonly Row[] = [
  input('an unknown flag', run('--frobnicate'), /unknown option '--frobnicate'; see --help/),
  input('a flag with a slip', run('--contxt', 'a'), /unknown option '--contxt' .*--context/),
  input('a flag without its value', ['run', '--out'], /option '--out <folder>' argument missing; see --help/),
  input('an unknown command', ['rum'], /unknown command 'rum' .*run/),
  input('an argument too much', ['list', 'MEM'], /too many arguments/),
  input('no speed', ['run', '--sim', '--speed', '0'], /--speed is "0"; it must be a number above 0/),
  input('a speed that is no number', ['run', '--sim', '--speed', 'fast'], /--speed is "fast"; it must be a number/),
  input('no arms at once', run('--max-arms', '0'), /--max-arms is "0"; it must be/),
  input('half an arm at once', run('--max-arms', '1.5'), /--max-arms is "1.5"; it must be a whole number/),
  input('joining without a name', ['sim', '--join', '$good'], /--join creates nodes .*--context .*kata-sim/),
  input(
    'joining faster than life',
    ['sim', '--join', 'x', '--context', 'a', '--speed', '2'],
    /--speed .* time is real/,
  ),
  input('a node address without joining', ['sim', '--node-address', '127.0.0.1'], /--node-address .*--join KUBECONFIG/),
  input('a port that is none', ['sim', '--port', '99999'], /--port is "99999"; it must be .* 65535/),
  input(
    'a claim that is not there',
    run('--behaviour', 'KATA-MEM-0055'),
    /no behaviour KATA-MEM-0055; nearest: KATA-MEM-005/,
  ),
  input('a chapter that is not there', run('--chapter', 'MEMO'), /no chapter MEMO; nearest: MEM/),
  input('a level that is not there', run('--level', 'must'), /no level must; nearest: MUST/),
  input(
    'a RuntimeClass that is not there',
    run('--runtime-class', 'kata-qemo'),
    /no RuntimeClass kata-qemo .*nearest: kata-qemu/,
  ),
  input('a node that is not there', run('--node', 'kata-3'), /no node kata-3 .*nearest: kata-[12]/),
  input('an image without a name', run('--image', 'busybox'), /busybox/),
  input('an image of another name', run('--image', 'bosybox=busybox:1'), /bosybox.*busybox/),
  input('an image that can be none', run('--image', 'busybox=HTTP://x y'), /busybox/),
  input('a run inside a cluster that is simulated', run('--in-cluster'), /nodes of \S+ are simulated .*--in-cluster/),
  input(
    'a run inside the embedded cluster',
    ['run', '--sim', '--in-cluster'],
    /--in-cluster and --sim .*leave one out/,
  ),
  input('a namespace for no Job', run('--namespace', 'mine'), /--namespace .*add --in-cluster/),
  input('shards of no Job', run('--shards', '2'), /--shards .*add --in-cluster, or give --shard I\/N/),
  input('no shards', run('--in-cluster', '--shards', '0'), /--shards is "0"; it must be a whole number above 0/),
  input('a shard beyond the last', run('--run-id', 'a', '--shard', '4/3'), /--shard is "4\/3"; it must be I\/N/),
  input('a shard that is no number', run('--run-id', 'a', '--shard', 'one'), /--shard is "one"; it must be I\/N/),
  input('a shard of no run', run('--shard', '1/3'), /--shard needs --run-id ID, the same for all shards/),
  input('a shard and shards', run('--shard', '1/3', '--shards', '3'), /--shard .*--shards .*give one of them/),
  input('a shard as a Job', run('--shard', '1/3', '--in-cluster'), /--shard and --in-cluster .*--shards N/),
  input(
    'a shard of an embedded cluster',
    ['run', '--sim', '--run-id', 'a', '--shard', '1/3', '--out', 'OUT'],
    /--shard and --sim .*kata-conformance sim/,
  ),
  input(
    'a pod beyond the last shard',
    run('--run-id', 'a', '--shards', '3', '--shard-index', '3'),
    /--shard-index is 3; with --shards 3 it must be 0 to 2/,
  ),
  input('a run id that names no namespace', run('--run-id', 'My_Run'), /--run-id is "My_Run"; it names namespaces/),
  input('nothing to merge', ['merge'], /missing required argument 'folders'/),
  input(
    'a merge of no run',
    ['merge', '/nonexistent'],
    /\/nonexistent has no events\.ndjson; give the folders of shards/,
  ),
  input('a merge of an empty journal', ['merge', '$empty'], /empty: has no run\.started event/),
  input('a merge of a damaged journal', ['merge', '$damaged'], /events\.ndjson:1: not JSON/),
  input('manifests for nothing known', ['manifests', '--for', 'helm'], /helm.*job, shards, sonobuoy/),
  input('a scenario without the simulator', run('--scenario', 'small'), /--scenario.*--sim/),
  input('a scenario that is not there', ['run', '--sim', '--scenario', 'smal', '--out', 'OUT'], /smal: .*small/),
  input(
    'a scenario with a slip',
    ['run', '--sim', '--scenario', '$scenario', '--out', 'OUT'],
    /scenario\.yaml:\d+: .*cpu/,
  ),
  input('a release that is not there', ['run', '--sim', '--kata-version', '9.9.9', '--out', 'OUT'], /9\.9\.9/),
  input('a profile with a slip', run('--profile', '$slip'), /slip\.yaml:2: .*runtimeClases.*/),
  input('a profile with a wrong unit', run('--profile', '$unit'), /unit\.yaml:3: .*defaultMemoryMiB.*256 MB/),
  input(
    'a profile that is not there',
    run('--profile', '/nonexistent/p.yaml'),
    /\/nonexistent\/p\.yaml: cannot be read/,
  ),
  input(
    'results below a file',
    ['run', '--kubeconfig', '$good', '--out', '$file/results'],
    /results cannot be written to .*file.*--out/,
  ),
  input(
    'results where nothing can be made',
    ['run', '--kubeconfig', '$good', '--out', '/proc/results'],
    /results cannot be written to \/proc\/results.*--out/,
  ),
  input(
    'a kubeconfig that is not there',
    ['run', '--kubeconfig', '/nonexistent/kc', '--out', 'OUT'],
    /\/nonexistent\/kc/,
  ),
  input('a kubeconfig that is a folder', ['doctor', '--kubeconfig', '$folder'], /folder/),
  input('a kubeconfig that leads to itself', ['run', '--kubeconfig', '$cycle', '--out', 'OUT'], /cycle/),
  input('a context that is not there', run('--context', 'prod'), /prod.*kata-sim/),
  input('an expired certificate', ['run', '--kubeconfig', '$expired', '--out', 'OUT'], /certificate.*expired/),
  input('nothing to clean', ['clean', '--kubeconfig', '$good'], /--run ID for one run or --all/),
  input('too much to clean', ['clean', '--run', 'a', '--all'], /--run ID for one run or --all/),
  input('a run id that can be none', ['clean', '--kubeconfig', '$good', '--run', 'a,b=c'], /--run .*20\d{6}-/),
  input('a report of nothing', ['report', '/nonexistent'], /\/nonexistent has no events\.ndjson/),
  input('a report of a folder without a journal', ['report', '$folder'], /folder has no events\.ndjson/),
  input('a damaged journal', ['report', '$damaged'], /events\.ndjson:1: not JSON/),
  input('a journal of another version', ['report', '$version'], /schema version 99, this suite reads 1/),
  input('an empty journal', ['report', '$empty'], /no run\.started event/),
  input('a list of no chapter', ['list', '--chapter', 'NOPE'], /no behaviour has chapter NOPE; there is/),
  input('a list as XML', ['list', '-o', 'xml'], /xml.*table, json, yaml/),
  input('rights for no command', ['rbac', '--for', 'list'], /--for <command>.*run, upgrade, clean, doctor/),
  input(
    'rights for an account that can be none',
    ['rbac', '--service-account', 'kata'],
    /--service-account is "kata"; it must be NAMESPACE\/NAME, such as/,
  ),
  input('rights for two', ['rbac', '--user', 'a', '--group', 'b'], /give one of --service-account, --user and --group/),
  input('rights on a release that can be none', ['rbac', '--kubernetes', 'new'], /--kubernetes is "new"; .*1\.34/),
  cluster(
    'credentials that nobody was given',
    ['run', '--kubeconfig', '$unauthorized', '--out', 'OUT'],
    /does not accept the credentials .*401/,
  ),
  cluster(
    'credentials that may not',
    ['run', '--kubeconfig', '$forbidden', '--out', 'OUT'],
    /not permitted: .* cannot create, delete namespaces; .*kata-conformance rbac --for run/,
  ),
  cluster(
    'nobody who listens',
    ['run', '--kubeconfig', '$down', '--out', 'OUT'],
    /nothing listens at http:\/\/127\.0\.0\.1:9 /,
  ),
  cluster(
    'a server of web pages',
    ['run', '--kubeconfig', '$html', '--out', 'OUT'],
    /answered with a web page \(Sign in\), not with the Kubernetes API/,
  ),
]
