import { commands } from './commands.ts'
import { findKubectl } from './findKubectl.ts'
import { writeRecording } from './recording.ts'
import { runCommands, type Answer } from './runCommands.ts'

// `node --import=tsx test/kubectl/record.ts KUBECONFIG`: runs the commands on a real cluster and writes what they answered to recorded.json.

const [kubeconfig] = process.argv.slice(2)
const kubectl = findKubectl()
if (kubeconfig === undefined) throw new Error('the path of a kubeconfig is needed')
if ('reason' in kubectl) throw new Error(kubectl.reason)

const answers: Answer[] = []
for await (const answer of runCommands(commands, kubectl, kubeconfig)) answers.push(answer)
writeRecording(answers)
