import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { accessFor } from '../../engine/access/accessRules.ts'
import { askedBy, type AuditedRequest } from './auditTrail.ts'
import { command, fixtures } from './commandLine.ts'
import { userWith } from './limitedUser.ts'
import { proveLeastRights } from './proveLeastRights.ts'
import { startTarget, type Target } from './simulatedCluster.ts'

describe('the rights that rbac prints', () => {
  proveLeastRights({
    minor: 34,
    runEnds: 0,
    async start() {
      const trail: AuditedRequest[] = []
      const target = await startTarget({ audit: (event) => void trail.push(event) })
      return { ...target, trail: () => trail }
    },
  })
})

describe('exec on Kubernetes 1.35', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-scenario-'))
  const trail: AuditedRequest[] = []
  let target: Target

  before(async () => {
    const small = readFileSync(path.join(import.meta.dirname, '../../sim/scenarios/small.yaml'), 'utf8')
    const scenario = path.join(folder, 'next.yaml')
    writeFileSync(scenario, small.replace(/kubernetesVersion: .*/, 'kubernetesVersion: v1.35.0'))
    target = await startTarget({ scenario, audit: (event) => void trail.push(event) })
  })

  after(async () => {
    await target.close()
    rmSync(folder, { recursive: true })
  })

  const rulesOf = (minor: number) => accessFor({ command: 'run', probe: true, nodeChanges: false, minor })
  const run = (kubeconfig: string) =>
    command(
      [
        'run',
        '--kubeconfig',
        kubeconfig,
        '--runtime-class',
        'kata-qemu',
        '--behaviour',
        'KATA-PASS-002',
        '--out',
        folder,
      ],
      { KATA_CONFORMANCE_SPECS: fixtures('verdicts') },
    )

  it('needs create besides get', async () => {
    const { kubeconfig, username } = await userWith(target, 'both', rulesOf(35))
    const end = await run(kubeconfig)
    expect(end.code, end.stderr).to.equal(0)
    expect(askedBy(username, trail).forbidden).to.deep.equal([])
  })

  it('with the rights of 1.34 a run does not begin', async () => {
    const { kubeconfig } = await userWith(target, 'one', rulesOf(34))
    const end = await run(kubeconfig)
    expect(end.stderr).to.match(/cannot create pods\/exec in the namespace/)
    expect(end.code).to.equal(3)
  })
})
