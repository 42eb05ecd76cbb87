import { expect } from 'chai'
import { accessFor } from '../../engine/access/accessRules.ts'
import { askedBy, type AuditedRequest, rightsOf } from '../harness/auditTrail.ts'
import { command } from '../harness/commandLine.ts'
import { userWith } from '../harness/limitedUser.ts'
import { setRelease, stage, type Stage } from './scenario.ts'

/** Both runs of the checks are proved with these rights elsewhere: one quick check here. */
const quick = ['--runtime-class', 'kata-qemu', '--behaviour', 'KATA-ARCH-001']
const rulesOf = (canary: boolean) =>
  accessFor({ command: 'upgrade', probe: true, nodeChanges: false, canary, minor: 34 })
/** What an upgrade asks for beside a run. */
const own = (canary: boolean) => {
  const run = new Set(rightsOf(accessFor({ command: 'run', probe: true, nodeChanges: false, minor: 34 })))
  return rightsOf(rulesOf(canary)).filter((each) => !run.has(each))
}

describe('the rights of an upgrade', function () {
  this.timeout(600_000)
  const trail: AuditedRequest[] = []
  let set: Stage

  beforeEach(async () => {
    trail.length = 0
    set = await stage('3.30.0', [], [], { audit: (event) => void trail.push(event) })
  })
  afterEach(() => set.close())

  /** The user may not replace kata-deploy: the command has its administrator's credentials. */
  const upgradeAs = async (kubeconfig: string, flags: readonly string[] = []) =>
    command(
      ['upgrade', '--kubeconfig', kubeconfig, '--out', set.folder, '--allow-disruptive', '--rollout-timeout', '40']
        .concat(quick, flags, '--')
        .concat(['env', `KUBECONFIG=${set.kubeconfig}`, ...setRelease('3.31.0')]),
      {},
      480_000,
    )

  for (const canary of [false, true])
    it(`are enough${canary ? ', one node first' : ''}, and are used`, async () => {
      const { kubeconfig, username } = await userWith(set, 'upgrader', rulesOf(canary))
      const end = await upgradeAs(kubeconfig, canary ? ['--canary-node', 'kata-2'] : [])
      expect(end.code, end.stdout + end.stderr).to.equal(0)
      const { used, forbidden } = askedBy(username, trail)
      expect(forbidden).to.deep.equal([])
      expect(rightsOf(rulesOf(canary))).to.include.members([...used])
      expect(used).to.include.members(own(canary))
    })

  it('one less, and nothing begins', async () => {
    const lesser = rulesOf(true).filter(({ resource, verbs }) => resource !== 'daemonsets' || !verbs.includes('patch'))
    const { kubeconfig, username } = await userWith(set, 'lesser', lesser)
    const end = await upgradeAs(kubeconfig, ['--canary-node', 'kata-2'])
    expect(end.stderr).to.match(
      /not permitted: .* cannot patch daemonsets\.apps in the namespace kata-containers\. What an upgrade needs is printed by: kata-conformance rbac --for upgrade --canary-node$/m,
    )
    expect(end.code).to.equal(3)
    expect(askedBy(username, trail).used.filter((each) => each.startsWith('create '))).to.deep.equal([])
  })
})
