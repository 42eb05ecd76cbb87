import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { dump } from 'js-yaml'
import { type NewEvent, openJournal } from '../../../engine/journal/journal.ts'
import { redact } from '../../../engine/journal/redact.ts'

const secret = 'hunter22'
const basic = 'Y2k6aHVudGVyMjI='
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${secret}\nMIIEow\n`

describe('redaction', () => {
  const forms: readonly [form: string, text: string][] = [
    ['credentials of a proxy', `HTTPS_PROXY=http://ci:${secret}@proxy:3128 and so on`],
    ['credentials with an @ in them', `https://ci:at@${secret}@registry.example/v2/`],
    ['basic authorization', `> Authorization: Basic ${basic}`],
    ['basic authorization in JSON', `{"Proxy-Authorization":"Basic ${basic}"}`],
    ['a bearer', `authorization: Bearer abc.${secret}`],
    ['a JWT', `token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0hunter.${secret}`],
    ["docker's configuration", `{"auths": {"registry.example": {"auth": "${basic}"}}}`],
    ["docker's configuration within JSON", JSON.stringify(JSON.stringify({ auths: { r: { auth: basic } } }))],
    ["docker's configuration in YAML", dump({ auths: { r: { auth: basic } } })],
    ['a pull secret', `.dockerconfigjson: ${basic}`],
    ['a variable in YAML', dump({ env: [{ name: 'DD_API_KEY', value: secret }] })],
    ['a variable with more than one word', dump({ env: [{ name: 'db-password', value: `correct ${secret}` }] })],
    ['a variable of several lines', dump({ env: [{ name: 'SSH_KEY_FILE', value: `x\n\n${secret}\nx\n` }] })],
    ['a variable in JSON', JSON.stringify({ name: 'GITHUB_TOKEN', value: `a "quoted" ${secret}` })],
    ['a variable in JSON within YAML', dump({ last: JSON.stringify({ name: 'A_SECRET', value: secret }) })],
    ['a variable in JSON within JSON', JSON.stringify(JSON.stringify({ name: 'A_SECRET', value: secret }))],
    ['a variable of a process', `PATH=/bin AWS_SECRET_ACCESS_KEY=${secret} HOME=/`],
    ['a quoted variable', `export REGISTRY_CREDENTIAL="a b ${secret}"`],
    ['a pair', `user=ci&password=${secret}`],
    ['a flag and its value', `sh -c helm registry login r -u me --password ${secret} && helm upgrade`],
    ['a flag and its value in quotes', `login --registry-pass 'a ${secret}'`],
    ['a pair with a colon', `login ci, password:${secret}`],
    ['a pair in YAML', `clientSecret: ${secret}`],
    ['a sentence in YAML', `passphrase: correct horse ${secret}`],
    ['a pair in TOML', `api_key = "a 'b' ${secret}"`],
    ['a pair in JSON', JSON.stringify({ 'client-key-data': `${secret}==` })],
    ['a pair in JSON within JSON', JSON.stringify(JSON.stringify({ password: secret }))],
    ['a private key', `${pem}-----END RSA PRIVATE KEY-----`],
    ['a private key that is cut off', pem],
  ]
  for (const [form, text] of forms)
    it(`takes out ${form}`, () => {
      const said = redact(text)
      expect(said).to.contain('[redacted').and.not.contain(secret).and.not.contain(basic)
      expect(redact(said), 'again').to.equal(said)
    })

  it('leaves the rest of a text', () => {
    const pod = {
      env: [
        { name: 'API_TOKEN', value: secret },
        { name: 'MODE', value: 'fast' },
      ],
      image: 'busybox:1.36',
    }
    expect(redact(dump(pod))).to.equal(dump(pod).replace(secret, '[redacted]'))
    const block = {
      env: [
        { name: 'API_TOKEN', value: 'a\nb\n' },
        { name: 'MODE', value: 'fast' },
      ],
    }
    expect(redact(dump(block))).to.equal(
      'env:\n  - name: API_TOKEN\n    value: [redacted]\n  - name: MODE\n    value: fast\n',
    )
    expect(redact('proxy http://ci:pw@proxy:3128/x is down')).to.equal('proxy http://[redacted]@proxy:3128/x is down')
  })

  const qemu = readFileSync(path.join(import.meta.dirname, '..', 'node', 'fixtures', 'qemu-argv.json'), 'utf8')
  const plain: readonly [what: string, text: string][] = [
    ["QEMU's command line", (JSON.parse(qemu) as string[]).join(' ')],
    [
      '/proc/mounts',
      'overlay / overlay rw,relatime,lowerdir=/var/lib/a/secret:/var/lib/b/token:/fs,upperdir=/u,workdir=/w,xino=off 0 0\n' +
        'tmpfs /var/lib/kubelet/pods/3b0e/volumes/kubernetes.io~secret/token tmpfs ro,relatime,size=128k,noswap 0 0\n' +
        'kataShared /run/secrets/kubernetes.io/serviceaccount virtiofs ro,relatime 0 0\n',
    ],
    [
      'TOML',
      '[hypervisor.qemu]\npath = "/opt/kata/bin/qemu-system-x86_64"\nkernel_params = "agent.log=debug tsc=reliable"\n' +
        '# If the token is empty, no secret is asked for: see https://example.org/docs@v1\nguest_hook_path = ""\nshared_fs = "virtio-fs"\n' +
        'enable_annotations = ["enable_iommu", "default_vcpus", "kernel_params"]\n',
    ],
    [
      'a manifest',
      dump({
        automountServiceAccountToken: false,
        imagePullSecrets: [{ name: 'registry' }],
        tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
        env: [{ name: 'A_TOKEN', valueFrom: { secretKeyRef: { name: 'registry', key: 'token' } } }],
        volumes: [
          { name: 'certificates', secret: { secretName: 'certificates' } },
          { name: 'api', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
        ],
      }),
    ],
    ['an event', 'MountVolume.SetUp failed for volume "token" : secret "token-0a1b2" not found'],
    ['an image', 'ghcr.io/example/token:v1.36 docker-pullable://busybox:1.36@sha256:9ae97d36d26566ff84e8893c64a6dc4f'],
    ['an assertion', 'file of a Secret: expected "a" to equal "b"\nToken: expected 3 to equal 4'],
    ['what a shell says', "cat: can't open '/run/secrets/token': Permission denied; token: Permission denied"],
    ['digests and ids', 'sha256:9ae97d36d26566ff84e8893c64a6dc4f boot id 6d1f0c7e-7d2a-4c58-9b5e-1f2d3c4b5a69'],
    [
      'a flag without a value',
      'helm upgrade --pass-credentials https://mirror/kata-deploy-3.28.0.tgz --password-stdin x',
    ],
    ['an address', 'https://10.0.0.1:6443/api/v1/namespaces/a:b/pods?continue=x@y, ssh://git@github.com/kata'],
  ]
  for (const [what, text] of plain) it(`leaves ${what}`, () => expect(redact(text)).to.equal(text))

  it('takes no time that grows with the square of a text', () => {
    const began = performance.now()
    for (const piece of ['a', 'password', 'KEY_', '://', 'name: ', '-----BEGIN PRIVATE KEY-----', 'eyJ', 'secret: '])
      redact(piece.repeat(Math.ceil(100_000 / piece.length)))
    expect(performance.now() - began).to.be.below(2000)
  })
})

describe('the journal', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kata-conformance-journal-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has no secret of any message, assertion, finding or fact; and every id as it is', async () => {
    const said = `pull of http://ci:${secret}@registry.example failed`
    const arm = 'KATA-X-001 kata-qemu password=abcdef'
    const result = {
      verdict: 'failed',
      startedAt: '',
      durationMs: 1,
      expected: 'a',
      observed: said,
      message: said,
      assertions: [{ ok: false, text: said, expected: null, observed: said }],
      measurements: [],
      figures: [],
      findings: [said],
      timeline: [{ atMs: 0, what: said }],
      evidence: [{ name: 'token: 1234', path: 'evidence/token: 1234', mediaType: 'text/plain' }],
    } as const
    const events = [
      { event: 'note', text: said },
      { event: 'arm.started', arm },
      { event: 'arm.finished', arm, result },
      {
        event: 'facts',
        facts: [{ subject: 'cluster', name: 'a', value: [said], unit: null, how: said, evidence: said }],
      },
    ] as unknown as NewEvent[]
    const journal = openJournal(path.join(folder, 'run'))
    const heard: unknown[] = []
    journal.onEvent((event) => heard.push(event))
    for (const event of events) journal.write(event)
    await journal.close()
    const lines = readFileSync(path.join(folder, 'run', 'events.ndjson'), 'utf8')
      .trim()
      .split('\n')
    expect(journal.events).to.deep.equal(lines.map((line): unknown => JSON.parse(line)))
    expect(heard).to.deep.equal(journal.events)
    const clean = JSON.parse(JSON.stringify(events).replaceAll(`ci:${secret}`, '[redacted]')) as object[]
    expect(journal.events.map(({ at: _at, ...event }) => event)).to.deep.equal(clean)
  })
})
