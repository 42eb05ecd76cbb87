import { expect } from 'chai'
import { complaints } from '../../../helpers/deployment/complaints.ts'

describe("complaints in kata-deploy's log", () => {
  const lines = [
    '[2026-01-14T09:12:03Z INFO  kata_deploy] Kata Containers is installed, ERRORS: none',
    '[2026-01-14T09:12:04Z ERROR kata_deploy::utils] failed to restart containerd.service: exit status: 1',
    '[2026-01-14T09:12:05Z ERROR kube_client::client::builder] failed with error client error (Connect)',
    "thread 'main' panicked at src/main.rs:12:5:",
    'Error: no node of that name',
  ]

  it('are its own, and those of the Kubernetes client apart', () => {
    const { own, ofTheClient } = complaints(lines)
    expect(own).to.deep.equal([lines[1], lines[3], lines[4]])
    expect(ofTheClient).to.deep.equal([lines[2]])
  })
})
