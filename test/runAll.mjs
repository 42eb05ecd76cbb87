// `npm test`: the project's tests with coverage, then those against a real Kubernetes on this machine, then the mutation
// run; ends with one line that counts what really ran. With --quick the first part alone, with --kubernetes the second.
import { spawn } from 'node:child_process'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const bin = (name) => path.join(root, 'node_modules', name)

/** Seconds since the epoch, from which on the mutation run begins with no further fault, where a machine gives the whole of it so long. */
const deadline = process.env.KATA_CONFORMANCE_TEST_DEADLINE
const untilDeadline = deadline === undefined ? [] : ['--deadline', deadline]

const parts = [
  {
    name: 'tests',
    argv: [
      bin('c8/bin/c8.js'),
      '--config',
      path.join(root, '.c8rc.json'),
      process.execPath,
      bin('mocha/bin/mocha.js'),
      '--config',
      'test/.mocharc.yml',
    ],
  },
  {
    name: 'kubernetes',
    argv: [bin('mocha/bin/mocha.js'), '--config', 'test/kubernetes/.mocharc.yml'],
  },
  { name: 'mutation', argv: ['--import=tsx', 'test/mutation/main.ts', '--count', ...untilDeadline] },
]

const inProcess = ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/simulator/**/*.test.ts']
const plainMocha = [
  bin('mocha/bin/mocha.js'),
  '--no-config',
  '--exit',
  '--timeout',
  '60000',
  '--require',
  'tsx',
  '--reporter',
  'test/countingReporter.cjs',
]

if (process.argv.includes('--quick')) parts.splice(1)
if (process.argv.includes('--kubernetes')) parts.splice(0, parts.length, parts[1])
// For a second release of Node: what runs in one process, without coverage, child processes and the browser.
if (process.argv.includes('--in-process'))
  parts.splice(0, parts.length, { name: 'in-process tests', argv: [...plainMocha, ...inProcess] })

const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
const total = { passed: 0, failed: 0, skipped: 0 }
const failures = []
let bad = false

for (const { name, argv } of parts) {
  process.stdout.write(`\n== ${name}\n`)
  const { output, code } = await run(argv)
  const last = [...output.matchAll(counts)].at(-1)
  if (!last) {
    process.stdout.write(`${name} ended without a count (exit code ${code})\n`)
    total.failed += 1
  } else {
    total.passed += Number(last[1])
    total.failed += Number(last[2])
    total.skipped += Number(last[3] ?? 0)
  }
  if (code !== 0) {
    bad = true
    failures.push(`== failed in ${name}\n${failuresIn(output)}\n`)
  }
}

// Once more at the end: thousands of lines may lie between.
process.stdout.write(
  `\n${failures.join('\n')}\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
)
process.exit(bad || total.failed > 0 ? 1 : 0)

/** What mocha tells of failures behind all tests, and what the mutation run tells of each; of a part that tells nothing of the kind its last lines. */
function failuresIn(output) {
  const mocha = /^ {2}\d+ failing\n[\s\S]*?(?=^\d+ passed, )/m.exec(output)?.[0]
  const mutation = output.match(/^FAIL .*(?:\n {7,}.*)*/gm)
  return (mocha ?? mutation?.join('\n') ?? output.split('\n').slice(-40).join('\n')).trimEnd()
}

function run(argv) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
      process.stdout.write(data)
    })
    child.on('close', (code) => resolve({ output, code }))
  })
}
