import { expect } from 'chai'
import type { Machine } from '../../../sim/machine/machine.ts'
import type { MachineContainer } from '../../../sim/machine/machineContainer.ts'
import { recordedGuest, run, startRecorded } from './recordedPod.ts'

/** Script, output, exit code: the shell language of POSIX as ash has it. */
const SCRIPTS: [string, string, number?][] = [
  ['echo "a  b" c; echo \'$x\'', 'a  b c\n$x\n'],
  ['x=1; y="$x$x"; echo ${y} ${z:-none} ${y:+set} ${#y}', '11 none set 2\n'],
  ['f=/a/b.tar.gz; echo ${f##*/} ${f%.*} ${f%%.*} ${f#/}', 'b.tar.gz /a/b.tar /a/b a/b.tar.gz\n'],
  ['for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done', '1\n3\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i', '3\n'],
  ['until false; do echo once; break; done', 'once\n'],
  ['case abc in a*) echo yes;; *) echo no;; esac', 'yes\n'],
  ['f() { echo "$1"; return 4; }; f x; echo $?', 'x\n4\n'],
  ['f() { local v=2; }; v=1; f; echo $v', '1\n'],
  ['set -- a "b c"; for w in "$@"; do echo "[$w]"; done; echo $#', '[a]\n[b c]\n2\n'],
  ['x="a b"; set -- $x; echo $#; IFS=:; y=1:2:3; set -- $y; echo $3', '2\n3\n'],
  ['cat <<EOF\nsum $((2+3))\nEOF', 'sum 5\n'],
  ["cat <<'EOF'\n$HOME\nEOF", '$HOME\n'],
  ['printf "one\\ntwo\\n" | while read l; do echo "<$l>"; done', '<one>\n<two>\n'],
  ['echo $(echo inner; exit 3); x=$(exit 5); echo $?', 'inner\n5\n'],
  ['echo `echo back`', 'back\n'],
  ['false; x=$?; echo $? $x; false; y="$?$(true)"; echo $y', '0 1\n1\n'],
  ['(exit 7); echo $?; { echo group; }', '7\ngroup\n'],
  ['false || echo or; true && echo and; ! false; echo $?', 'or\nand\n0\n'],
  ['set -e; false; echo never', '', 1],
  ['set -e; if false; then :; fi; false || true; echo reached', 'reached\n'],
  ['set -u; echo $nothing', '', 2],
  ['echo to-file > /tmp/x; echo more >> /tmp/x; cat < /tmp/x', 'to-file\nmore\n'],
  ['echo err >&2 2>/dev/null; (echo gone >&2) 2>/dev/null; echo out 2>&1', 'out\n'],
  ['exec 3>/tmp/three; echo three >&3; exec 3>&-; cat /tmp/three', 'three\n'],
  ['cd /etc; echo *wd; echo "*wd"; cd ..; pwd', 'passwd\n*wd\n/\n'],
  ['eval "x=5"; echo $x; unset x; echo "${x-unset}"', '5\nunset\n'],
  ['echo $((1<<4)) $((7/2)) $((-7%3)) $((0x1f)) $((1?2:3)) $((2**5))', '16 3 -1 31 2 32\n'],
  ['a=5; echo $((a+=2)) $((a++)) $a', '7 7 8\n'],
  ['let x=2*3 y=x-6; echo $? $x; let x; echo $?', '1 6\n0\n'],
  ['trap "echo bye" EXIT; echo hi; exit 3', 'hi\nbye\n', 3],
  ['exec echo replaced; echo never', 'replaced\n'],
  ["sh -c 'echo $0 $1' name arg", 'name arg\n'],
  ['getopts ab: o -a -b v; echo $o; getopts ab: o -a -b v; echo $o $OPTARG', 'a\nb v\n'],
  ['type cd; command -v nosuch; echo $?', 'cd is a shell builtin\n127\n'],
  ['yes | head -n 2; echo $?', 'y\ny\n0\n'],
  ['[ -b /dev/null ] || [ -c /dev/null ] && [ ! -e /nope ] && [ -d / ] && [ 3 -gt 2 ] && echo all', 'all\n'],
  ['mknod /tmp/p p; [ -p /tmp/p ] && echo fifo; echo through > /tmp/p & cat /tmp/p', 'fifo\nthrough\n'],
  ['if [ "$(id -u)" -eq 0 ]; then echo root; elif true; then echo other; fi', 'root\n'],
  ['nosuch 2>/dev/null; echo $?', '127\n'],
  ['echo "unterminated', '', 2],
]

/** Text tools as pipelines use them. */
const TOOLS: [string, string][] = [
  ['printf "b\\na\\nb\\n" | sort | uniq -c', '      1 a\n      2 b\n'],
  ['printf "10 x\\n9 y\\n" | sort -n -k1 | cut -d" " -f2', 'y\nx\n'],
  ['sh -c ": one\nsleep 5" & ps -o args | grep -c "^sh -c : one sleep 5"', '1\n'],
  ['echo hello | tr a-z A-Z | sed s/L/_/g', 'HE__O\n'],
  ["seq 5 | awk '{s+=$1} END {print s}'", '15\n'],
  ['seq 5 | tail -n 2 | tac', '5\n4\n'],
  ['seq 3 | xargs echo n', 'n 1 2 3\n'],
  ['echo abc | grep -c b; echo abc | grep -o "[ab]*"; echo abc | grep -q x; echo $?', '1\nab\n1\n'],
  ['echo -n abc | md5sum; echo -n abc | sha256sum | cut -c1-8', '900150983cd24fb0d6963f7d28e17f72  -\nba7816bf\n'],
  ['echo hi | gzip | zcat; echo aGk= | base64 -d; echo', 'hi\nhi\n'],
  ['echo -n AB | od -An -tx1; echo -n AB | xxd -p', ' 41 42\n4142\n'],
  [
    'mkdir -p /tmp/d/e; touch /tmp/d/e/f; find /tmp/d -type f; rm -r /tmp/d; ls /tmp/d 2>&1',
    '/tmp/d/e/f\nls: /tmp/d: No such file or directory\n',
  ],
  [
    'echo x > /tmp/a; cp /tmp/a /tmp/b; mv /tmp/b /tmp/c; ln -s c /tmp/l; cat /tmp/l; readlink /tmp/l; stat -c %s /tmp/c',
    'x\nc\n2\n',
  ],
  ['cd /tmp; echo t > in; tar cf - in | tar tf -; expr 3 \\* 4; basename /a/b.c .c; dirname /a/b', 'in\n12\nb\n/a\n'],
  ['echo one two | wc -w; printf %03d 7; echo; date -u -d @0 +%F', '2\n007\n1970-01-01\n'],
]

describe('machine: shell', () => {
  let machine: Machine
  let container: MachineContainer
  before(() => {
    machine = recordedGuest()
    container = startRecorded(machine).container
  })
  after(() => machine.powerOff())

  for (const [script, output, exit = 0] of SCRIPTS) {
    it(script.replaceAll('\n', '⏎'), async () => {
      const answer = await run(container, script)
      expect(answer.stdout).to.equal(output)
      expect(answer.exit).to.equal(exit)
    })
  }

  for (const [script, output] of TOOLS) {
    it(script, async () => {
      expect((await run(container, script)).stdout).to.equal(output)
    })
  }

  it('takes commands from standard input', async () => {
    const answer = await run(container, ['sh'], 'x=2\necho $((x*21))\nexit 6\n')
    expect(answer).to.deep.equal({ stdout: '42\n', stderr: '', exit: 6 })
  })

  it('tells a syntax error', async () => {
    const answer = await run(container, 'if true; then')
    expect(answer.exit).to.equal(2)
    expect(answer.stderr).to.match(/^sh: syntax error: unexpected end of file/)
  })
})
