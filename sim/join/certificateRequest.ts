import { generateKeyPairSync, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** Object identifiers, DER-encoded: RFC 5280, RFC 2985, RFC 5758. */
const OID = {
  organization: '55040a',
  commonName: '550403',
  extensionRequest: '2a864886f70d01090e',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  serverAuth: '2b06010505070301',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const

/** A key on P-256 and a request (PKCS #10, RFC 2986) for a server certificate of that name with that IP address. PEM both. */
export function certificateRequest(subject: { organization: string; commonName: string }, ip: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const info = sequence(
    Buffer.from([0x02, 0x01, 0x00]),
    sequence(attribute(OID.organization, subject.organization), attribute(OID.commonName, subject.commonName)),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa0, sequence(oid(OID.extensionRequest), set(sequence(...extensions(ip))))),
  )
  const signature = sign('sha256', info, privateKey)
  const request = sequence(info, sequence(oid(OID.ecdsaWithSha256)), der(0x03, Buffer.from([0]), signature))
  const lines = request.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    request: `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`,
  }
}

/** Digital signature, for servers, at the address: what the signer kubernetes.io/kubelet-serving permits. */
function extensions(ip: string): Buffer[] {
  return [
    sequence(oid(OID.keyUsage), octets(Buffer.from([0x03, 0x02, 0x07, 0x80]))),
    sequence(oid(OID.extendedKeyUsage), octets(sequence(oid(OID.serverAuth)))),
    sequence(oid(OID.subjectAltName), octets(sequence(der(0x87, addressBytes(ip))))),
  ]
}

/** @throws Error for what is no IP address */
function addressBytes(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split('.').map(Number))
  if (isIP(ip) !== 6) throw new Error(`${ip} is no IP address`)
  const [head = '', tail] = ip.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const missing = 8 - groups(head).length - groups(tail ?? '').length
  const all =
    tail === undefined ? groups(head) : [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** A value with tag and length (X.690, definite form). */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

const sequence = (...content: Buffer[]) => der(0x30, ...content)
const set = (...content: Buffer[]) => der(0x31, ...content)
const octets = (content: Buffer) => der(0x04, content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const attribute = (type: string, value: string) => set(sequence(oid(type), der(0x0c, Buffer.from(value))))
