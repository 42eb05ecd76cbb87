/** Where the simulator answers otherwise than the recorded server, and why that is right or does not matter. */
export interface AcceptedDifference {
  scenario: string
  step: string
  why: string
  /** Dotted paths that are not compared; * stands for any key, `1+` for the items from the second on. */
  ignore: readonly string[]
  /** Items of a list, by name, that the recorded server has and the simulator has not. */
  missing?: { list: string; names: readonly string[] }
  /** Texts of which only what stands before the mark is compared. */
  upTo?: { paths: readonly string[]; mark: string }
}

const nodeHistory = 'the managers of the recorded node are the history of its own cluster'

export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    scenario: 'discovery',
    step: 'GET /version',
    why: 'no Go program answers',
    ignore: ['body.goVersion', 'body.compiler'],
  },
  {
    scenario: 'discovery',
    step: 'GET /apis',
    why: 'groups that nothing stands behind (webhooks, CRDs, certificates, autoscaling…) are not announced',
    ignore: [],
    missing: {
      list: 'body.groups',
      names: [
        'apiregistration.k8s.io',
        'autoscaling',
        'certificates.k8s.io',
        'admissionregistration.k8s.io',
        'apiextensions.k8s.io',
        'resource.k8s.io',
        'flowcontrol.apiserver.k8s.io',
      ],
    },
  },
  {
    scenario: 'discovery',
    step: 'GET /livez?verbose',
    why: 'the hooks are parts of the real server',
    ignore: ['body'],
  },
  { scenario: 'nodes', step: 'list', why: nodeHistory, ignore: ['body.items.*.metadata.managedFields'] },
  { scenario: 'nodes', step: 'table', why: nodeHistory, ignore: ['body.rows.*.object.metadata.managedFields'] },
  { scenario: 'nodes', step: 'cordon', why: nodeHistory, ignore: ['body.metadata.managedFields'] },
  { scenario: 'nodes', step: 'uncordon', why: nodeHistory, ignore: ['body.metadata.managedFields'] },
  {
    scenario: 'runtimeclass',
    step: 'list as table',
    why: 'the recorded cluster had RuntimeClasses of its own',
    ignore: ['body.rows.1+'],
  },
  {
    scenario: 'validation',
    step: '… the change',
    why: 'the message ends with a diff of Go structs: the changed field is named, without the lines around it',
    ignore: [],
    upTo: { paths: ['body.message', 'body.details.causes.0.message'], mark: '\n' },
  },
]
