import { hostRoot } from './hostFile.ts'

/** What the node's own `kata-runtime check` says; or why it was not asked. */
export type KataRuntimeCheck =
  | { readonly ran: true; readonly exitCode: number; readonly output: string }
  | { readonly ran: false; readonly why: string }

/** kata-deploy's place, and a package's. */
const binaries = ['/opt/kata/bin/kata-runtime', '/usr/bin/kata-runtime', '/usr/local/bin/kata-runtime']

/**
 * Modules that the check wants on the node. It loads those that are missing (kata-check.go, haveKernelModule), which is a change of the node: it is
 * asked only where all of them are there already, and has nothing to load.
 */
const modules = ['kvm', 'vhost', 'vhost_net', 'vhost_vsock']

/** Runs `kata-runtime check` on the host, without its look at the Internet for a newer release. */
export const kataRuntimeCheckArgv = (): string[] => ['sh', '-c', checkScript]

const checkScript = `binary=
for each in ${binaries.join(' ')}; do [ -x "${hostRoot}$each" ] && binary=$each && break; done
[ -n "$binary" ] || { echo "unasked: the node has no kata-runtime"; exit 0; }
missing=
for module in ${modules.join(' ')}; do [ -d "${hostRoot}/sys/module/$module" ] || missing="$missing $module"; done
case $(uname -m) in x86_64) [ -d ${hostRoot}/sys/module/kvm_intel ] || [ -d ${hostRoot}/sys/module/kvm_amd ] || missing="$missing kvm_intel/kvm_amd" ;; esac
[ -z "$missing" ] || { echo "unasked: it would load$missing"; exit 0; }
chroot ${hostRoot} "$binary" check --no-network-checks 2>&1
echo "exit status $?"`

/** Reads what `kataRuntimeCheckArgv` printed. Throws when it is cut short. */
export function parseKataRuntimeCheck(stdout: string): KataRuntimeCheck {
  const unasked = /^unasked: (.+)$/m.exec(stdout)
  if (unasked) return { ran: false, why: unasked[1] ?? '' }
  const end = /^exit status (\d+)\n*$/m.exec(stdout)
  if (!end) throw new Error(`kata-runtime check gave no exit status: ${JSON.stringify(stdout.slice(-200))}`)
  return { ran: true, exitCode: Number(end[1]), output: stdout.slice(0, end.index).trim() }
}
