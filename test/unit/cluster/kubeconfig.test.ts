import { chmodSync, mkdtempSync, mkdirSync, symlinkSync, writeFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { loadKubeConfig } from '../../../helpers/cluster/kubeconfig.ts'
import { checkUser } from '../../../helpers/cluster/kubeconfigChecks.ts'
import { KubeconfigError } from '../../../helpers/cluster/kubeconfigError.ts'
import { proxyFromEnvironment } from '../../../helpers/cluster/proxyFromEnvironment.ts'
import type { ImpersonatingUser } from '../../../helpers/cluster/credentials.ts'
import { clientCertificate } from './clientCertificate.ts'

describe('the kubeconfig', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const file = (name: string, text: string): string => {
    const full = path.join(folder, name)
    mkdirSync(path.dirname(full), { recursive: true })
    writeFileSync(full, text)
    return full
  }
  const config = (
    change: { context?: object; cluster?: object; user?: object; current?: string | null } = {},
  ): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      ...(change.current === null ? {} : { 'current-context': change.current ?? 'prod' }),
      contexts: [{ name: 'prod', context: change.context ?? { cluster: 'c', user: 'u', namespace: 'ns' } }],
      clusters: [{ name: 'c', cluster: change.cluster ?? { server: 'https://host:6443/' } }],
      users: [{ name: 'u', user: change.user ?? { token: 't' } }],
    })
  const messageOf = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      expect(error).to.be.instanceOf(KubeconfigError)
      expect((error as Error).message).to.not.include('\n')
      return (error as Error).message
    }
    throw new Error('nothing was thrown')
  }
  const load = (text: string, context?: string) =>
    loadKubeConfig({ kubeconfig: file('config', text), context, environment: {} })

  it('gives the current context', () => {
    const loaded = load(config())
    expect(loaded.getCurrentContext()).to.equal('prod')
    expect(loaded.getCurrentCluster()).to.include({ server: 'https://host:6443' })
    expect(loaded.getCurrentUser()).to.include({ token: 't' })
  })

  it('merges the files of KUBECONFIG: the first to name a thing wins, a missing one is passed over', () => {
    const first = file('a', config({ cluster: { server: 'https://first:1' } }))
    const second = file('b', config({ cluster: { server: 'https://second:1' }, current: 'other' }))
    const loaded = loadKubeConfig({
      environment: { KUBECONFIG: [path.join(folder, 'absent'), first, second].join(path.delimiter) },
    })
    expect(loaded.getCurrentContext()).to.equal('prod')
    expect(loaded.getCurrentCluster()?.server).to.equal('https://first:1')
  })

  it('reads ~/.kube/config', () => {
    file('.kube/config', config())
    expect(loadKubeConfig({ environment: { HOME: folder } }).getCurrentContext()).to.equal('prod')
  })

  it('takes relative paths from the folder of the file', () => {
    file('keys/token', 'from the file')
    const loaded = load(config({ user: { tokenFile: 'keys/token', token: 'overruled' } }))
    expect(loaded.getCurrentUser()?.token).to.equal(undefined)
    expect(loaded.getCurrentUser()?.authProvider).to.deep.equal({
      name: 'tokenFile',
      config: { tokenFile: path.join(folder, 'keys/token') },
    })
  })

  it('keeps impersonated groups and tells plugins what they are asked for', () => {
    const plugin = file('plugin', '#!/bin/sh')
    chmodSync(plugin, 0o755)
    const user = load(
      config({
        user: {
          as: 'jane',
          'as-groups': ['a', 'b'],
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin' },
        },
      }),
    ).getCurrentUser() as ImpersonatingUser
    expect(user.impersonateGroups).to.deep.equal(['a', 'b'])
    const exec = user.exec as { command: string; env: { value: string }[] }
    expect(exec.command).to.equal(plugin)
    expect(JSON.parse(exec.env[0]?.value ?? '')).to.deep.include({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
    })
  })

  it('never falls back to localhost when there is none', () => {
    expect(messageOf(() => loadKubeConfig({ environment: { HOME: folder } }))).to.equal(
      `no kubeconfig: ${folder}/.kube/config does not exist and this is no Pod; give --kubeconfig FILE or set KUBECONFIG`,
    )
  })

  const broken: [what: string, text: string, context: string | undefined, message: RegExp][] = [
    ['text that is not YAML', 'a: 1\nb: [', undefined, /^kubeconfig .*config is not YAML at line \d+, column \d+: /],
    ['another document', 'kind: Pod', undefined, /is not a kubeconfig: kind "Pod", expected Config$/],
    ['a list', '- a', undefined, /is not a kubeconfig: expected a mapping/],
    [
      'no current context',
      config({ current: null }),
      undefined,
      /has no current-context: give --context NAME; it has prod$/,
    ],
    [
      'a current context that is not there',
      config({ current: 'gone' }),
      undefined,
      /current-context "gone" of kubeconfig .* does not exist; it has prod$/,
    ],
    ['a misspelt context', config(), 'prd', /has no context "prd": did you mean "prod"\?; it has prod$/],
    [
      'a missing cluster entry',
      config({ context: { cluster: 'x', user: 'u' } }),
      undefined,
      /context prod names the cluster "x", which has no entry under clusters.*there is c$/,
    ],
    [
      'a missing user entry',
      config({ context: { cluster: 'c', user: 'v' } }),
      undefined,
      /names the user "v", which has no entry under users/,
    ],
    ['a cluster without server', config({ cluster: {} }), undefined, /cluster c has no server/],
    [
      'a server that is no address',
      config({ cluster: { server: 'host:6443' } }),
      undefined,
      /server "host:6443" is no address such as/,
    ],
    [
      'a missing authority',
      config({ cluster: { server: 'https://h', 'certificate-authority': 'ca.crt' } }),
      undefined,
      /cluster c: certificate-authority .*ca.crt does not exist$/,
    ],
    [
      'a missing certificate',
      config({ user: { 'client-certificate': 'a.crt', 'client-key': 'a.key' } }),
      undefined,
      /user u: client-certificate .*a.crt does not exist$/,
    ],
    [
      'a certificate that is none',
      config({ user: { 'client-certificate-data': 'bm9uZQ==', 'client-key-data': 'bm9uZQ==' } }),
      undefined,
      /client-certificate-data is not a certificate \(expected PEM in base64\)/,
    ],
    [
      'a plugin that is not there',
      config({ user: { exec: { command: 'no-such-plugin', installHint: 'Get it\n at example.org' } } }),
      undefined,
      /credential plugin no-such-plugin is not in PATH: Get it at example.org$/,
    ],
    [
      'a key without certificate',
      config({ user: { 'client-key-data': 'YQ==' } }),
      undefined,
      /client-key without a client-certificate$/,
    ],
  ]
  for (const [what, text, context, message] of broken) {
    it(`says what is wrong with ${what}`, () => expect(messageOf(() => load(text, context))).to.match(message))
  }

  it('says what is wrong with the file', () => {
    const at = (kubeconfig: string) => messageOf(() => loadKubeConfig({ kubeconfig, environment: {} }))
    expect(at(path.join(folder, 'absent'))).to.match(/absent does not exist$/)
    expect(at(folder)).to.match(/is a directory: name the file in it$/)
    symlinkSync(path.join(folder, 'loop'), path.join(folder, 'loop'))
    expect(at(path.join(folder, 'loop'))).to.match(/is a symbolic link that leads back to itself$/)
  })

  it('says when a client certificate has expired', () => {
    const body = {
      'client-certificate-data': Buffer.from(clientCertificate).toString('base64'),
      'client-key-data': 'YQ==',
    }
    const check = (now: string) => checkUser({ file: 'f', name: 'u', body }, Date.parse(now))
    expect(messageOf(() => check('2037-01-01'))).to.match(
      /^kubeconfig f: user u: its client certificate expired on 20\d\d-\d\d-\d\d \d\d:\d\d UTC: /,
    )
    expect(() => check('2030-01-01')).to.not.throw()
  })
})

describe('the proxy of the environment', () => {
  const cases: [server: string, environment: NodeJS.ProcessEnv, proxy: string | undefined][] = [
    ['https://h:6443', {}, undefined],
    ['https://h:6443', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    ['https://h:6443', { https_proxy: 'p:3128' }, 'http://p:3128'],
    ['https://h:6443', { HTTP_PROXY: 'http://p' }, undefined],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://p' }, undefined],
    ['https://h:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: 'h' }, undefined],
    ['https://h:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: 'h:443' }, 'http://p'],
    ['https://a.example.org', { HTTPS_PROXY: 'http://p', NO_PROXY: 'x, .example.org' }, undefined],
    ['https://10.1.2.3:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://11.1.2.3:6443', { HTTPS_PROXY: 'http://p', NO_PROXY: '10.0.0.0/8' }, 'http://p'],
    ['https://h', { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, undefined],
  ]
  for (const [server, environment, proxy] of cases) {
    it(`${JSON.stringify(environment)} for ${server}: ${proxy ?? 'none'}`, () =>
      expect(proxyFromEnvironment(server, environment)).to.equal(proxy))
  }
})
